// A feed whose reader is the test.
#ifndef SERVICES_WATCH_TEST_FEED_H_
#define SERVICES_WATCH_TEST_FEED_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "services/rpc/feed.h"

namespace bulian::watch {

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

  // Waits for the next message, as sent; nullptr at the end of the stream.
  std::shared_ptr<const std::string> Read();
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

}  // namespace bulian::watch

#endif  // SERVICES_WATCH_TEST_FEED_H_
