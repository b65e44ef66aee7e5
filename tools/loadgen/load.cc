#include "tools/loadgen/load.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/rpc_method.h>
#include <grpcpp/impl/codegen/sync_stream.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <vector>

#include "google/protobuf/arena.h"
#include "tools/loadgen/drive.h"

namespace bulian::loadgen {
namespace {

constexpr std::int64_t kWindow = 8;  // messages in flight

// The messages in order, as bytes.
class Messages {
 public:
  Messages(const Synthetic& synthetic, int batch) : synthetic_(synthetic), batch_(batch) {}

  void Prepare() {
    for (grpc::ByteBuffer bytes; Make(&bytes);) prepared_.push_back(bytes);
    prepared_count_ = prepared_.size();
  }
  bool Next(grpc::ByteBuffer* bytes) {
    if (prepared_count_ == 0) return Make(bytes);
    if (taken_ == prepared_count_) return false;
    bytes->Swap(&prepared_[taken_++]);
    return true;
  }

 private:
  bool Make(grpc::ByteBuffer* bytes) {
    if (next_ == synthetic_.record_count()) return false;
    google::protobuf::Arena arena;
    auto& request = *google::protobuf::Arena::CreateMessage<v1::ImportRequest>(&arena);
    request.set_sequence(++sequence_);
    if (sequence_ == 1) request.set_parent("clusters/" + synthetic_.options().cluster);
    for (int n = 0; n < batch_ && next_ < synthetic_.record_count(); ++n, ++next_)
      synthetic_.Record(next_, request.add_records());
    // The slice is new and nobody else's yet, so its bytes may be written.
    grpc::Slice slice(request.ByteSizeLong());
    request.SerializeWithCachedSizesToArray(const_cast<std::uint8_t*>(slice.begin()));
    *bytes = grpc::ByteBuffer(&slice, 1);
    return true;
  }

  const Synthetic& synthetic_;
  const int batch_;
  std::int64_t next_ = 0, sequence_ = 0;
  std::vector<grpc::ByteBuffer> prepared_;
  std::size_t prepared_count_ = 0, taken_ = 0;
};

struct Costs {
  std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
  double client = 0, server = 0;  // CPU seconds

  explicit Costs(std::int64_t server_pid)
      : client(ProcessCpuSeconds(getpid())), server(server_pid > 0 ? ProcessCpuSeconds(server_pid) : 0) {}
};

void Print(const Synthetic& synthetic, std::int64_t refused, const Costs& before, const Costs& after,
           bool with_server) {
  const auto records = static_cast<double>(synthetic.record_count());
  const double seconds = std::chrono::duration<double>(after.at - before.at).count();
  std::printf("records %.0f refused %lld seconds %.2f records_per_second %.0f client_cpu_us_per_record %.2f", records,
              static_cast<long long>(refused), seconds, records / seconds,
              (after.client - before.client) * 1e6 / records);
  if (with_server) std::printf(" server_cpu_us_per_record %.2f", (after.server - before.server) * 1e6 / records);
  std::printf("\n");
}

}  // namespace

int Load(const std::string& server, const Synthetic& synthetic, const LoadOptions& options) {
  Messages messages(synthetic, options.batch);
  if (options.prepared) messages.Prepare();
  const auto channel = grpc::CreateChannel(server, grpc::InsecureChannelCredentials());
  const grpc::internal::RpcMethod method("/bulian.v1.ExchangeService/Import", grpc::internal::RpcMethod::BIDI_STREAMING,
                                         channel);
  grpc::ClientContext context;
  const Costs before(options.server_pid);
  const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, v1::ImportResponse>> stream(
      grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, v1::ImportResponse>::Create(channel.get(), method,
                                                                                              &context));
  std::int64_t sent = 0, answered = 0, refused = 0;
  v1::ImportResponse answer;
  const auto read = [&] {
    if (!stream->Read(&answer)) return false;
    ++answered;
    for (const auto& rejected : answer.rejected())
      if (refused++ < 10) std::cerr << rejected.name() << ": " << rejected.status().message() << '\n';
    return true;
  };
  bool open = true;
  for (grpc::ByteBuffer bytes; open && messages.Next(&bytes);) {
    open = stream->Write(bytes);
    ++sent;
    if (open && sent - answered >= kWindow) open = read();
  }
  stream->WritesDone();
  while (read()) {
  }
  const grpc::Status status = stream->Finish();
  Print(synthetic, refused, before, Costs(options.server_pid), options.server_pid > 0);
  if (!status.ok()) std::cerr << "error: " << status.error_message() << '\n';
  return status.ok() && refused == 0 ? 0 : 1;
}

}  // namespace bulian::loadgen
