#include "services/rpc/stream_session.h"

#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/model/error.h"
#include "services/rpc/byte_codec.h"

namespace bulian::rpc {
namespace {

// How long a caller has to take the last message once its stream is ended.
constexpr auto kLastWrite = std::chrono::seconds(1);

}  // namespace

absl::Status StreamSession::Fate() const {
  const absl::Time deadline = call_->context.deadline;
  if (deadline != absl::InfiniteFuture() && absl::Now() >= deadline) {
    return model::Error(absl::StatusCode::kDeadlineExceeded, v1::DEADLINE_PASSED, "the call's deadline passed");
  }
  if (gone_ || write_failed_)
    return model::Error(absl::StatusCode::kCancelled, v1::CALL_CANCELLED, "the caller went away");
  if (streams_end_->load(std::memory_order_acquire)) {
    return model::Error(absl::StatusCode::kUnavailable, v1::SHUTTING_DOWN, "the server is going down");
  }
  return absl::OkStatus();
}

template <class Done>
bool StreamSession::WaitFor(std::unique_lock<std::mutex>& lock, Done done) {
  const auto enough = [&] { return done() || !Fate().ok(); };
  if (call_->context.deadline == absl::InfiniteFuture()) {
    changed_.wait(lock, enough);
  } else {
    changed_.wait_until(lock, absl::ToChronoTime(call_->context.deadline), enough);
  }
  return done();
}

absl::StatusOr<bool> StreamSession::Read(google::protobuf::Message* message) {
  grpc::ByteBuffer bytes;
  {
    std::unique_lock lock(mutex_);
    if (!reading_ && !read_done_) {
      reading_ = true;
      port_->StartRead(&incoming_);
    }
    const bool ready = WaitFor(lock, [this] { return read_done_; });
    const absl::Status fate = Fate();
    if (!fate.ok() && (!ready || !read_ok_)) return cut_ = fate;
    if (!read_ok_) return false;
    bytes.Swap(&incoming_);
    read_done_ = false;
    reading_ = true;
    port_->StartRead(&incoming_);
  }
  ++call_->received;
  const absl::Status parsed = Parse(&bytes, limits_.receive_bytes, call_->context.method, message);
  if (!parsed.ok()) return parsed;
  return true;
}

bool StreamSession::Ready() {
  const std::lock_guard lock(mutex_);
  if (!reading_ && !read_done_) {
    reading_ = true;
    port_->StartRead(&incoming_);
  }
  return read_done_ || !Fate().ok();
}

bool StreamSession::Write(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  absl::Status status = Serialise(message, limits_.send_bytes, &bytes);
  std::unique_lock lock(mutex_);
  if (!status.ok()) {
    cut_ = std::move(status);
    return false;
  }
  WaitFor(lock, [this] { return !writing_; });
  status = Fate();
  if (!status.ok() || writing_) {
    cut_ = std::move(status);
    return false;
  }
  writing_ = true;
  ++call_->sent;
  port_->StartWrite(bytes);
  return true;
}

absl::Status StreamSession::Close(absl::Status status) {
  std::unique_lock lock(mutex_);
  WaitFor(lock, [this] { return !writing_; });
  if (writing_ && !changed_.wait_for(lock, kLastWrite, [this] { return !writing_; })) {
    port_->TryCancel();
    changed_.wait(lock, [this] { return !writing_; });
  }
  if (status.ok()) return cut_;
  // A handler tells a cut as the caller's going; say which it was.
  const bool generic = model::ReasonOf(status) == v1::CALL_CANCELLED;
  const absl::Status fate = Fate();
  return generic && !fate.ok() ? fate : status;
}

void StreamSession::OnRead(bool ok) {
  const std::lock_guard lock(mutex_);
  reading_ = false;
  read_done_ = true;
  read_ok_ = ok;
  changed_.notify_all();
}

void StreamSession::OnWrite(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  write_failed_ = write_failed_ || !ok;
  changed_.notify_all();
}

void StreamSession::OnGone() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  changed_.notify_all();
}

void StreamSession::Wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

}  // namespace bulian::rpc
