// Lets calls in until it is closed, and knows when the last one has left. Thread-safe; never opens again.
#ifndef SERVICES_RPC_DRAIN_GATE_H_
#define SERVICES_RPC_DRAIN_GATE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/time/time.h"

namespace bulian::rpc {

class DrainGate {
 public:
  // Whether the caller is in; it must Leave() then.
  [[nodiscard]] bool Enter();
  void Leave();

  // From now on Enter() is false; who is in stays in.
  void Close();
  // Waits until nobody is in. False when `deadline` came first. Only after Close().
  bool WaitUntilEmpty(absl::Time deadline);

 private:
  std::atomic<bool> closed_ = false;
  std::atomic<std::int64_t> inside_ = 0;
  std::mutex mutex_;
  std::condition_variable empty_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_DRAIN_GATE_H_
