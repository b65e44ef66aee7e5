// A thread that does a piece of work now and then until it is stopped.
#ifndef SERVICES_RUNTIME_PERIODIC_H_
#define SERVICES_RUNTIME_PERIODIC_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace bulian::runtime {

class Periodic {
 public:
  // Calls `work` at once and then `interval` after each call; while it returns true, without a pause.
  Periodic(absl::Duration interval, std::function<bool()> work);
  ~Periodic();  // waits for a running call

 private:
  void Run();

  const absl::Duration interval_;
  const std::function<bool()> work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_PERIODIC_H_
