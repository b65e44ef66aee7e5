#include "services/rpc/worker_pool.h"

#include <utility>

namespace bulian::rpc {

WorkerPool::WorkerPool(std::size_t threads, std::size_t waiting) : max_threads_(threads), max_waiting_(waiting) {}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkerPool::Submit(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return false;
    // Jobs that an idle thread will take do not count as waiting.
    if (jobs_.size() >= idle_) {
      if (threads_.size() < max_threads_) {
        threads_.emplace_back([this] { Work(); });
      } else if (jobs_.size() >= idle_ + max_waiting_) {
        return false;
      }
    }
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

}  // namespace bulian::rpc
