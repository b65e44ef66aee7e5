// Shock cascades over a supply network and the Economic Systemic Risk Index (ESRI). Pure; all functions may be called
// from any thread.
//
// State of a firm: h_down and h_up, its production relative to normal as far as suppliers and as customers let it. Per
// step, all at once: a buyer falls to the least of its own cap, its scarcest essential input and one minus its lost
// share of non-essential inputs; a supplier falls with its sales. See docs/science-parts/esri.md for the formulas.
//
// Results are the same to the last bit whatever else runs beside a shock, on how many threads, on which processor.
#ifndef SERVICES_RISK_ESRI_H_
#define SERVICES_RISK_ESRI_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/risk/esri_network.h"

namespace bulian::risk {

// When a cascade has ended.
enum class StoppingRule {
  kGreatestChange,  // no firm fell by more than the threshold in the last step
  kIndexGrowth,     // the index grew by no more than the threshold, as a share of itself
};

struct EsriOptions {
  double threshold = 0.01;  // above 0. A part of the definition, not a tolerance: a smaller one gives a greater index
  StoppingRule rule = StoppingRule::kGreatestChange;
  // Cascades that go on for longer end as not converged: markets whose remains come and go may never settle.
  std::int32_t most_steps = 100'000;
  bool want_losses = false;
};

// What is lost at once: shares of production of some firms, by number in EsriData, each firm once.
struct EsriShock {
  struct Loss {
    std::int32_t firm = 0;
    double down = 1, up = 1;  // to the buyers' and to the suppliers' side, 0 to 1
  };
  std::vector<Loss> losses;
};

struct EsriResult {
  // Weighted losses: of the worse side of each firm, by scarce inputs only, by missing sales only.
  double esri = 0, down = 0, up = 0;
  std::int32_t steps = 0;
  bool converged = true;
  std::vector<double> down_losses, up_losses;  // by firm; empty unless wanted
};

absl::Status CheckOptions(const EsriOptions& options);
absl::Status CheckShock(const EsriNetwork& network, const EsriShock& shock);

// Where an engine's shocks come from and go to. Called on the engine's thread.
struct EsriWork {
  // The next shock's number, each once over all engines; nullopt: none now. If not `wait`, it must not wait: the
  // engine has cascades under way. If `wait`, nullopt means the end.
  std::function<std::optional<std::size_t>(bool wait)> take;
  // The shock of a number; checked before.
  std::function<EsriShock(std::size_t)> shock;
  std::function<void(std::size_t, EsriResult)> done;
  // Asked every step: whether to end at once, leaving cascades undone.
  std::function<bool()> stop;
};

// Runs shocks one after the other or several at a time until there are no more. Options are checked before.
void RunEsri(const EsriNetwork& network, const EsriOptions& options, const EsriWork& work);

// All results of a list, by `threads` threads (at least 1). CANCELLED if `stop` (may be empty, is asked by all threads)
// ended it.
absl::StatusOr<std::vector<EsriResult>> RunShocks(const EsriNetwork& network, const EsriOptions& options,
                                                  std::span<const EsriShock> shocks, int threads = 1,
                                                  const std::function<bool()>& stop = {});

// The failure of each firm alone, by number.
std::vector<EsriShock> SingleFailures(const EsriNetwork& network);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_ESRI_H_
