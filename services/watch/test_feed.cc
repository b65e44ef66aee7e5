#include "services/watch/test_feed.h"

#include <utility>

namespace bulian::watch {

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

std::shared_ptr<const std::string> TestFeed::Read() {
  std::shared_ptr<rpc::FeedListener> room;
  Message message;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !queue_.empty() || end_; });
    if (queue_.empty()) return nullptr;
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
  return message.bytes;
}

std::size_t TestFeed::Waiting() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

absl::Status TestFeed::Status() {
  while (Read() != nullptr) {
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

}  // namespace bulian::watch
