#include "services/runtime/probes.h"

#include <utility>

#include "absl/time/clock.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"

namespace bulian::runtime {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(2);

gateway::HttpResponse Verdict(bool good, std::string body) {
  return {good ? 200 : 503, "text/plain; charset=utf-8", std::move(body)};
}

}  // namespace

bool GrpcAnswers(int port, absl::Duration patience) {
  grpc::ChannelArguments arguments;
  // A connection of its own: an old one says nothing about the listener.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto channel =
      grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::ByteBuffer(nullptr, 0), &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok && status.ok();
}

gateway::HttpResponse Livez(const Phase& phase) {
  const int port = phase.grpc_port;
  if (port == 0) return Verdict(true, "ok: not listening yet\n");
  return GrpcAnswers(port, kPatience) ? Verdict(true, "ok\n") : Verdict(false, "the gRPC listener does not answer\n");
}

gateway::HttpResponse Readyz(const Phase& phase) {
  const absl::Status health = phase.store_health();
  const std::pair<const char*, bool> parts[] = {{"store open", phase.store_open},
                                                {"store healthy", health.ok()},
                                                {"views loaded", phase.views_loaded},
                                                {"started", phase.started},
                                                {"not draining", !phase.draining}};
  bool all = true;
  std::string body;
  for (const auto& [part, good] : parts) {
    all = all && good;
    body += std::string(good ? "[+] " : "[-] ") + part + "\n";
  }
  if (!health.ok()) body += std::string(health.message()) + "\n";
  return Verdict(all, std::move(body));
}

gateway::HttpResponse Startupz(const Phase& phase) {
  return phase.started ? Verdict(true, "ok\n") : Verdict(false, "starting\n");
}

std::vector<Reading> ProbeReadings(const Phase& phase) {
  const double ready = Readyz(phase).code == 200 ? 1 : 0;
  return {Reading{"bulian_ready", "1: calls may be sent here; 0: `/readyz` says why not.", false, {{{}, ready}}}};
}

}  // namespace bulian::runtime
