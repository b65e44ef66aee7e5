#include "tests/integration/rpc_server_fixture.h"

#include <stdexcept>
#include <string>

#include "bulian/v1/gap.pb.h"
#include "grpcpp/create_channel.h"
#include "services/model/error.h"

namespace bulian {

void RpcServerTest::SetUp() {
  methods_.Unary<v1::GetClusterRequest, v1::Cluster>(
      "bulian.v1.ClusterService/GetCluster", rpc::Weight::kLight,
      [](rpc::CallContext& call, const v1::GetClusterRequest& request, v1::Cluster* response) {
        return Get(call, request, response);
      });
  methods_.Unary<v1::AnalyzeGapsRequest, v1::GapReport>(
      "bulian.v1.GapService/AnalyzeGaps", rpc::Weight::kHeavy,
      [this](rpc::CallContext& call, const v1::AnalyzeGapsRequest&, v1::GapReport*) { return WorkUntilStopped(call); });
  methods_.ServerStream<v1::ExportRequest, v1::ExportResponse>(
      "bulian.v1.ExchangeService/Export",
      [this](rpc::CallContext&, const v1::ExportRequest& request, rpc::StreamWriter<v1::ExportResponse>& writer) {
        return Emit(request, writer);
      });
  methods_.Bidi<v1::ImportRequest, v1::ImportResponse>(
      "bulian.v1.ExchangeService/Import",
      [this](rpc::CallContext&, rpc::StreamReader<v1::ImportRequest>& reader,
             rpc::StreamWriter<v1::ImportResponse>& writer) { return Echo(reader, writer); });
  options_.workers = 2;
  options_.waiting = 1;
  options_.max_receive_bytes = 64 << 10;
  options_.max_send_bytes = 256 << 10;
  Restart();
}

void RpcServerTest::Restart() {
  server_.reset();
  auto server = rpc::Server::Start(options_, methods_, &developer_, &metrics_, &log_);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = NewChannel();
}

std::shared_ptr<grpc::Channel> RpcServerTest::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials(),
                                   arguments);
}

absl::Status RpcServerTest::Get(rpc::CallContext& call, const v1::GetClusterRequest& request, v1::Cluster* response) {
  if (request.name() == "throw") throw std::runtime_error("the secret reason");
  if (request.name() == "bare") return absl::UnknownError("the secret reason");
  if (request.name() == "huge") response->set_uid(std::string(300 << 10, 'x'));
  if (request.name() == "wrong") {
    model::Violations violations;
    for (int i = 0; i < 100; ++i)
      violations.Add("cluster.regions[" + std::to_string(i) + "]", "不是国家标准行政区划代码，应为六位数字");
    return violations.ToStatus();
  }
  response->set_name(request.name());
  call.trailers.emplace_back("bulian-revision", "u:1:7");
  return absl::OkStatus();
}

absl::Status RpcServerTest::WorkUntilStopped(rpc::CallContext& call) {
  running_.fetch_add(1);
  absl::Status alive;
  while (!released_ && (alive = call.CheckAlive()).ok()) std::this_thread::yield();
  running_.fetch_sub(1);
  stopped_.fetch_add(1);
  return alive;
}

absl::Status RpcServerTest::Emit(const v1::ExportRequest& request, rpc::StreamWriter<v1::ExportResponse>& writer) {
  v1::ExportResponse message;
  message.mutable_revision()->set_cluster_uid(std::string(32 << 10, 'x'));
  const int count = request.parent().empty() ? INT32_MAX : std::stoi(request.parent());
  running_.fetch_add(1);
  for (int i = 0; i < count && writer.Write(message); ++i) written_.fetch_add(1);
  running_.fetch_sub(1);
  stopped_.fetch_add(1);
  return absl::OkStatus();
}

absl::Status RpcServerTest::Echo(rpc::StreamReader<v1::ImportRequest>& reader,
                                 rpc::StreamWriter<v1::ImportResponse>& writer) {
  running_.fetch_add(1);
  absl::Status status;
  for (v1::ImportRequest request;;) {
    const auto more = reader.Read(&request);
    if (!more.ok()) status = more.status();
    if (!more.ok() || !*more) break;
    v1::ImportResponse response;
    response.set_sequence(request.sequence());
    if (!writer.Write(response)) break;
  }
  running_.fetch_sub(1);
  stopped_.fetch_add(1);
  return status;
}

}  // namespace bulian
