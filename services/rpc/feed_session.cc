#include "services/rpc/feed_session.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

// Bytes that stay where they are, for as long as the transport needs them.
grpc::ByteBuffer Share(const std::shared_ptr<const std::string>& bytes) {
  auto* kept = new std::shared_ptr<const std::string>(bytes);
  const grpc::Slice slice(
      const_cast<char*>(bytes->data()), bytes->size(),
      [](void* last) { delete static_cast<std::shared_ptr<const std::string>*>(last); }, kept);
  return {&slice, 1};
}

absl::Status Gone(const CallContext& call) {
  if (call.deadline != absl::InfiniteFuture() && absl::Now() >= call.deadline)
    return model::Error(absl::StatusCode::kDeadlineExceeded, v1::DEADLINE_PASSED, "the call's deadline passed");
  return model::Error(absl::StatusCode::kCancelled, v1::CALL_CANCELLED, "the caller went away");
}

}  // namespace

void FeedSession::Listen(std::shared_ptr<FeedListener> listener) {
  Then then;
  {
    const std::lock_guard lock(mutex_);
    if (Closed())
      then.closed = std::move(listener);
    else
      listener_ = std::move(listener);
  }
  Do(then);
}

bool FeedSession::Send(std::shared_ptr<const std::string> message, std::int64_t mark) {
  const std::lock_guard lock(mutex_);
  if (Closed()) return false;
  queued_bytes_ += message->size();
  queue_.push_back({std::move(message), mark});
  Then nothing;  // an open feed does not end by a message more
  Pump(&nothing);
  return true;
}

bool FeedSession::Full() {
  const std::lock_guard lock(mutex_);
  const bool full = queue_.size() >= kFeedQueueMessages || queued_bytes_ >= kFeedQueueBytes;
  if (full) wants_room_ = true;
  return full;
}

std::uint64_t FeedSession::Taken() {
  const std::lock_guard lock(mutex_);
  return taken_;
}

std::optional<std::int64_t> FeedSession::DropQueued() {
  std::deque<Message> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(queue_);
  queued_bytes_ = 0;
  return last_mark_;
}

void FeedSession::End(absl::Status status) {
  Then then;
  {
    const std::lock_guard lock(mutex_);
    if (Closed()) return;
    end_ = std::move(status);
    Close(&then);
  }
  Do(then);
}

void FeedSession::Open() {
  Then then;
  {
    const std::lock_guard lock(mutex_);
    open_ = true;
    Pump(&then);
  }
  Do(then);
}

void FeedSession::OnWrite(bool ok) {
  Then then;
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok) {
      ++taken_;
    } else {
      gone_ = true;
    }
    if (gone_)
      Close(&then);
    else
      Pump(&then);
    const bool room = queue_.size() <= kFeedQueueMessages / 2 && queued_bytes_ <= kFeedQueueBytes / 2;
    if (wants_room_ && room && listener_ != nullptr) {
      wants_room_ = false;
      then.room = listener_;
    }
  }
  Do(then);
}

void FeedSession::OnGone() {
  Then then;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    Close(&then);
  }
  Do(then);
}

void FeedSession::OnShutdown() {
  Then then;
  {
    const std::lock_guard lock(mutex_);
    if (gone_) return;
    if (!end_) end_ = model::Error(absl::StatusCode::kUnavailable, v1::SHUTTING_DOWN, "the server is going down");
    queue_.clear();
    queued_bytes_ = 0;
    Close(&then);
  }
  Do(then);
}

void FeedSession::Cancel() {
  const std::lock_guard lock(mutex_);
  if (open_ && !finished_) port_->TryCancel();
}

void FeedSession::Close(Then* then) {
  if (gone_) {
    queue_.clear();
    queued_bytes_ = 0;
  }
  then->closed = std::exchange(listener_, nullptr);
  Pump(then);
}

void FeedSession::Pump(Then* then) {
  if (!open_ || writing_ || finished_) return;
  if (!queue_.empty()) {
    const Message message = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= message.bytes->size();
    last_mark_ = message.mark;
    writing_ = true;
    ++call_->sent;
    port_->StartWrite(Share(message.bytes));
    return;
  }
  if (!Closed()) return;
  finished_ = true;
  then->finish = gone_ ? Gone(call_->context) : *end_;
}

void FeedSession::Do(const Then& then) {
  if (then.room != nullptr) then.room->OnRoom();
  if (then.closed != nullptr) then.closed->OnClosed();
  if (then.finish) port_->FinishFeed(*then.finish);
}

}  // namespace bulian::rpc
