// Watches of a registry without a connection: a feed whose reader is the test.
#ifndef SERVICES_EXCHANGE_WATCH_FIXTURE_H_
#define SERVICES_EXCHANGE_WATCH_FIXTURE_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bulian/v1/exchange.pb.h"
#include "services/exchange/registry_fixture.h"
#include "services/rpc/feed.h"

namespace bulian::exchange {

// Thread-safe. A reader that reads nothing lets `capacity` messages queue up.
class TestFeed final : public rpc::Feed {
 public:
  explicit TestFeed(std::size_t capacity) : capacity_(capacity) {}

  void Listen(std::shared_ptr<rpc::FeedListener> listener) override;
  bool Send(std::shared_ptr<const std::string> message, std::int64_t mark) override;
  bool Full() override;
  std::uint64_t Taken() override;
  std::optional<std::int64_t> DropQueued() override;
  void End(absl::Status status) override;

  // Waits for the next message; nullopt at the end of the stream.
  std::optional<v1::WatchChangesResponse> Read();
  // What is queued and not read.
  std::size_t Waiting();
  // Waits for the end, dropping messages.
  absl::Status Status();
  // The caller goes away.
  void Leave();

 private:
  struct Message {
    std::shared_ptr<const std::string> bytes;
    std::int64_t mark;
  };
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<rpc::FeedListener> listener_;
  std::deque<Message> queue_;
  std::uint64_t taken_ = 0;
  std::optional<std::int64_t> last_mark_;
  std::optional<absl::Status> end_;
  bool gone_ = false, wants_room_ = false;
};

// A watch as a caller has it.
class Watch {
 public:
  // `request` in text format; the parent is `clusters/c`.
  Watch(Registry& registry, const std::string& request, std::size_t capacity = 64);
  Watch(Registry& registry, const v1::WatchChangesRequest& request, std::size_t capacity = 64);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The next message that is no heartbeat.
  v1::WatchChangesResponse Next();
  // The next message, whatever it is.
  v1::WatchChangesResponse Any();
  // The token of the last message that had one.
  const std::string& token() const { return token_; }
  TestFeed& feed() { return *feed_; }
  // The error it ends with.
  absl::Status Status() { return feed_->Status(); }

 private:
  std::shared_ptr<TestFeed> feed_;
  std::string token_;
};

// Creates `clusters/c`, then an enterprise a commit.
void MakeCluster(Registry& registry);
void MakeEnterprise(Registry& registry, const std::string& id);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WATCH_FIXTURE_H_
