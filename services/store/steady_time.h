// The time of a clock that nobody sets, for what is to happen after a while: whoever waits by the time of day waits for
// an hour more when that is put back by one. It begins anywhere, so that only differences mean something. Thread-safe.
#ifndef SERVICES_STORE_STEADY_TIME_H_
#define SERVICES_STORE_STEADY_TIME_H_

#include <chrono>

#include "absl/time/time.h"

namespace bulian::store {

inline absl::Time SteadyNow() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace bulian::store

#endif  // SERVICES_STORE_STEADY_TIME_H_
