// Threads for work that may block: started when needed up to a limit, kept until the end. Thread-safe.
#ifndef SERVICES_RPC_WORKER_POOL_H_
#define SERVICES_RPC_WORKER_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bulian::rpc {

class WorkerPool {
 public:
  // At most `threads` run at once and `waiting` more jobs wait.
  WorkerPool(std::size_t threads, std::size_t waiting);
  // Runs what waits, then ends.
  ~WorkerPool();

  // False: full, the job was not taken. A job must not throw.
  bool Submit(std::function<void()> job);

 private:
  void Work();

  const std::size_t max_threads_, max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool ending_ = false;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_WORKER_POOL_H_
