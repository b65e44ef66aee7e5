#include "services/rpc/drain_gate.h"

#include "absl/time/clock.h"

namespace bulian::rpc {

bool DrainGate::Enter() {
  if (closed_.load()) return false;
  // Count first, look again after: who closes the gate and then sees nobody inside must not miss us.
  inside_.fetch_add(1);
  if (!closed_.load()) return true;
  Leave();
  return false;
}

void DrainGate::Leave() {
  if (inside_.fetch_sub(1) != 1 || !closed_.load()) return;
  const std::lock_guard lock(mutex_);
  empty_.notify_all();
}

void DrainGate::Close() { closed_.store(true); }

bool DrainGate::WaitUntilEmpty(absl::Time deadline) {
  std::unique_lock lock(mutex_);
  return empty_.wait_until(lock, absl::ToChronoTime(deadline), [this] { return inside_.load() == 0; });
}

}  // namespace bulian::rpc
