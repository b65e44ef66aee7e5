#include "services/exchange/watch_fixture.h"

#include <utility>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"

namespace bulian::exchange {

namespace {

v1::WatchChangesRequest RequestOf(const std::string& text) {
  v1::WatchChangesRequest request;
  request.set_parent("clusters/c");
  v1::WatchChangesRequest more;
  Registry::Parse(text, &more);
  request.MergeFrom(more);
  return request;
}

}  // namespace

Watch::Watch(Registry& registry, const std::string& request, std::size_t capacity)
    : Watch(registry, RequestOf(request), capacity) {}

Watch::Watch(Registry& registry, const v1::WatchChangesRequest& request, std::size_t capacity)
    : feed_(std::make_shared<watch::TestFeed>(capacity)) {
  rpc::CallContext call;
  call.method = "bulian.v1.ExchangeService/WatchChanges";
  const absl::Status status = registry.methods().methods().at(call.method).feed(call, request, feed_);
  if (!status.ok()) feed_->End(status);
}

Watch::~Watch() { feed_->Leave(); }

v1::WatchChangesResponse Watch::Any() {
  const auto bytes = feed_->Read();
  v1::WatchChangesResponse message;
  if (bytes == nullptr) {
    ADD_FAILURE() << "the watch ended: " << feed_->Status();
    return message;
  }
  EXPECT_TRUE(message.ParseFromString(*bytes));
  if (!message.resume_token().empty()) token_ = message.resume_token();
  return message;
}

v1::WatchChangesResponse Watch::Next() {
  for (;;) {
    v1::WatchChangesResponse message = Any();
    if (!message.has_heartbeat()) return message;
  }
}

void MakeCluster(Registry& registry) {
  const auto made = registry.Call<v1::CreateClusterRequest, v1::Cluster>(
      "ClusterService/CreateCluster", "cluster_id: 'c' cluster { display_name { en: 'C' } }");
  ASSERT_TRUE(made.ok()) << made.status();
}

void MakeEnterprise(Registry& registry, const std::string& id) {
  const auto made = registry.Call<v1::CreateEnterpriseRequest, v1::Enterprise>(
      "EnterpriseService/CreateEnterprise",
      "parent: 'clusters/c' enterprise_id: '" + id + "' enterprise { display_name { en: 'E' } }");
  ASSERT_TRUE(made.ok()) << made.status();
}

}  // namespace bulian::exchange
