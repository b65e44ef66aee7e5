// Many cascades on several threads with results in order: what a stream sends. Pure; blocks the caller's thread, which
// gets the results.
#ifndef SERVICES_RISK_SYSTEMIC_RUN_H_
#define SERVICES_RISK_SYSTEMIC_RUN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "services/risk/esri.h"
#include "services/risk/esri_network.h"

namespace bulian::risk {

// What one firm loses in a cascade.
struct FirmLoss {
  std::int32_t firm = 0;
  double down = 0, up = 0;
  double share = 0;  // its part of the index: its weight times the worse of its losses
};

struct SystemicResult {
  double esri = 0, down = 0, up = 0;
  std::int32_t steps = 0;
  bool converged = true;
  std::vector<FirmLoss> losers;  // those with the greatest parts of the index, then by number
};

struct SystemicRun {
  EsriOptions options;     // want_losses is set by `losers`
  std::size_t losers = 0;  // of each result
  int threads = 1;         // that compute, at least 1
  std::size_t batch = 1;   // results handed over at once, at least 1: the same whatever the threads do
  std::size_t count = 0;
  std::function<EsriShock(std::size_t)> shock;  // below count; called by all threads; checked before
  // Asked some times a second: why to end; OK to go on.
  std::function<absl::Status()> alive;
  // Results from `first` on; in order, each once. An error ends the run. While it blocks only a bounded number of
  // results is computed ahead.
  std::function<absl::Status(std::size_t first, std::span<SystemicResult> results)> deliver;
};

// OK when all results were delivered; else what `alive` or `deliver` said.
absl::Status RunInOrder(const EsriNetwork& network, const SystemicRun& run);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_SYSTEMIC_RUN_H_
