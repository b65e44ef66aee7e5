// The server's own rpc stack with nothing behind it: FindCandidates answers one message from memory, Import parses
// every record and drops it. The ceiling that the real methods are held against, in the same run, on the same threading
// model.
//
// Usage: peer_server ANSWER_FILE     (a serialised FindCandidatesResponse); prints `listening grpc=HOST:PORT`
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "bulian/v1/exchange.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/rpc/server.h"

namespace bulian {
namespace {

class NoLog final : public rpc::EventLog {
 public:
  bool Enabled(rpc::LogLevel) const override { return false; }
  void Write(rpc::LogLevel, std::string_view, const rpc::LogFields&) override {}
};

class NoMetrics final : public rpc::Metrics {
  struct Value final : rpc::Counter, rpc::Histogram {
    void Add(double) override { total.fetch_add(1, std::memory_order_relaxed); }
    void Observe(double) override { total.fetch_add(1, std::memory_order_relaxed); }
    std::atomic<long> total = 0;
  };
  rpc::Counter* NewCounter(std::string_view, std::string_view, const rpc::MetricLabels&) override { return &value_; }
  rpc::Histogram* NewHistogram(std::string_view, std::string_view, const rpc::MetricLabels&,
                               const std::vector<double>&) override {
    return &value_;
  }
  Value value_;
};

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
  NoMetrics metrics;
  NoLog log;
  const auto server = rpc::Server::Start(rpc::ServerOptions(), methods, &developer, &metrics, &log);
  if (!server.ok()) return 1;
  std::printf("listening grpc=127.0.0.1:%d\n", (*server)->port());
  std::fflush(stdout);
  for (;;) pause();
}

}  // namespace
}  // namespace bulian

int main(int argc, char** argv) { return argc == 2 ? bulian::Main(argv[1]) : 2; }
