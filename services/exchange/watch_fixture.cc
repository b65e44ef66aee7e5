#include "services/exchange/watch_fixture.h"

#include <utility>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"

namespace bulian::exchange {

void TestFeed::Listen(std::shared_ptr<rpc::FeedListener> listener) {
  {
    const std::lock_guard lock(mutex_);
    if (!end_ && !gone_) {
      listener_ = std::move(listener);
      return;
    }
  }
  listener->OnClosed();
}

bool TestFeed::Send(std::shared_ptr<const std::string> message, std::int64_t mark) {
  const std::lock_guard lock(mutex_);
  if (end_ || gone_) return false;
  queue_.push_back({std::move(message), mark});
  changed_.notify_all();
  return true;
}

bool TestFeed::Full() {
  const std::lock_guard lock(mutex_);
  wants_room_ = wants_room_ || queue_.size() >= capacity_;
  return queue_.size() >= capacity_;
}

std::uint64_t TestFeed::Taken() {
  const std::lock_guard lock(mutex_);
  return taken_;
}

std::optional<std::int64_t> TestFeed::DropQueued() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
  return last_mark_;
}

void TestFeed::End(absl::Status status) {
  std::shared_ptr<rpc::FeedListener> listener;
  {
    const std::lock_guard lock(mutex_);
    if (end_ || gone_) return;
    end_ = std::move(status);
    listener = std::exchange(listener_, nullptr);
    changed_.notify_all();
  }
  if (listener != nullptr) listener->OnClosed();
}

std::optional<v1::WatchChangesResponse> TestFeed::Read() {
  std::shared_ptr<rpc::FeedListener> room;
  Message message;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !queue_.empty() || end_; });
    if (queue_.empty()) return std::nullopt;
    message = std::move(queue_.front());
    queue_.pop_front();
    last_mark_ = message.mark;
    ++taken_;
    if (wants_room_ && queue_.size() <= capacity_ / 2) {
      wants_room_ = false;
      room = listener_;
    }
  }
  if (room != nullptr) room->OnRoom();
  v1::WatchChangesResponse response;
  EXPECT_TRUE(response.ParseFromString(*message.bytes));
  return response;
}

std::size_t TestFeed::Waiting() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

absl::Status TestFeed::Status() {
  while (Read()) {
  }
  const std::lock_guard lock(mutex_);
  return *end_;
}

void TestFeed::Leave() {
  std::shared_ptr<rpc::FeedListener> listener;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    listener = std::exchange(listener_, nullptr);
  }
  if (listener != nullptr) listener->OnClosed();
}

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
    : feed_(std::make_shared<TestFeed>(capacity)) {
  rpc::CallContext call;
  call.method = "bulian.v1.ExchangeService/WatchChanges";
  const absl::Status status = registry.methods().methods().at(call.method).feed(call, request, feed_);
  if (!status.ok()) feed_->End(status);
}

Watch::~Watch() { feed_->Leave(); }

v1::WatchChangesResponse Watch::Any() {
  auto message = feed_->Read();
  if (!message) {
    ADD_FAILURE() << "the watch ended: " << feed_->Status();
    return {};
  }
  if (!message->resume_token().empty()) token_ = message->resume_token();
  return *std::move(message);
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
