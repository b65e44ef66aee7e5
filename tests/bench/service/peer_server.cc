// The server's own rpc stack with nothing behind it: FindCandidates answers one message from memory, Import parses
// every record and drops it. The ceiling that the real methods are held against, in the same run, on the same threading
// model.
//
// Usage: peer_server ANSWER_FILE     (a serialised FindCandidatesResponse); prints `listening grpc=HOST:PORT`
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "bulian/v1/exchange.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/rpc/server.h"
#include "tests/bench/quiet_rpc.h"

namespace bulian {
namespace {

absl::Status DropAll(rpc::CallContext&, rpc::StreamReader<v1::ImportRequest>& reader,
                     rpc::StreamWriter<v1::ImportResponse>& writer) {
  v1::ImportRequest request;
  for (;;) {
    request.Clear();
    const auto more = reader.Read(&request);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    v1::ImportResponse response;
    response.set_sequence(request.sequence());
    if (!writer.Write(response)) return absl::OkStatus();
  }
}

int Main(const char* answer_file) {
  std::ifstream file(answer_file, std::ios::binary);
  v1::FindCandidatesResponse answer;
  if (!answer.ParseFromString(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>())))
    return 1;
  rpc::MethodTable methods;
  methods.Unary<v1::FindCandidatesRequest, v1::FindCandidatesResponse>(
      "bulian.v1.MatchService/FindCandidates", rpc::Weight::kLight,
      [&answer](rpc::CallContext&, const v1::FindCandidatesRequest&, v1::FindCandidatesResponse* response) {
        *response = answer;
        return absl::OkStatus();
      });
  methods.Bidi<v1::ImportRequest, v1::ImportResponse>("bulian.v1.ExchangeService/Import", DropAll);
  const rpc::DeveloperAuthenticator developer;
  bench::OneMetric metrics;
  bench::NoLog log;
  const auto server = rpc::Server::Start(rpc::ServerOptions(), methods, &developer, &metrics, &log);
  if (!server.ok()) return 1;
  std::printf("listening grpc=127.0.0.1:%d\n", (*server)->port());
  std::fflush(stdout);
  for (;;) pause();
}

}  // namespace
}  // namespace bulian

int main(int argc, char** argv) { return argc == 2 ? bulian::Main(argv[1]) : 2; }
