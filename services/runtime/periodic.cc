#include "services/runtime/periodic.h"

#include <utility>

namespace bulian::runtime {

Periodic::Periodic(absl::Duration interval, std::function<bool()> work)
    : interval_(interval), work_(std::move(work)), thread_([this] { Run(); }) {}

Periodic::~Periodic() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Periodic::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    const bool more = work_();
    lock.lock();
    if (!more) wake_.wait_for(lock, absl::ToChronoNanoseconds(interval_), [this] { return ending_; });
  }
}

}  // namespace bulian::runtime
