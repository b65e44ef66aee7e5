// How long the end products of a cluster can be delivered in full without those that stop (time to survive, TTS),
// against how long these take to come back (time to recover, TTR), and the margin lost meanwhile.
//
// Source: Simchi-Levi et al., Interfaces 45(5), 2015, on the linear program of gap/production_program.h with stocks:
//   TTS = the greatest t for which all that is needed in t is met from stocks and from what still runs,
//   impact C = the margin of what is delivered in TTR with everything running, less that without.
// Needed of each end product with a stated demand is what the best plan delivers a year with everything running, so
// that a shortage that is there anyway shortens no time: the plan of the greatest margin, or, without margins in one
// currency, of the greatest sum of shares of demands; of equal plans that of more of the first products. Where all
// demands can be met, they are what is needed, as in the source. Both on the claimed set. The impact is at the lower
// end of capacities and stocks; TTS at both. What stops keeps its stock: it makes nothing more, but what it has made is
// delivered.
#ifndef SERVICES_RISK_RECOVERY_H_
#define SERVICES_RISK_RECOVERY_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "services/risk/disruption.h"

namespace bulian::risk {

struct RecoveryResult {
  std::optional<double> recovery_days;       // nullopt: something that stops does not state it
  std::optional<gap::Bounds> survival_days;  // nullopt: nothing is needed
  std::optional<double> impact;              // in the currency of the study; nullopt: TTR or margins are not known
};

// Belongs to one thread.
class RecoveryStudy {
 public:
  // Refers to `study`, which must outlive it. Errors are those of ProductionProgram.
  static absl::StatusOr<std::unique_ptr<RecoveryStudy>> Make(const DisruptionStudy& study, const gap::StopSignal& stop);

  absl::StatusOr<RecoveryResult> Assess(const Stoppage& stoppage, const gap::StopSignal& stop);

 private:
  explicit RecoveryStudy(const DisruptionStudy& study) : study_(study) {}

  // Sets `needed_`, `by_share_` and `count_`.
  absl::Status FindNeeded(const gap::StopSignal& stop);
  void ReadCapabilities();
  absl::StatusOr<double> SurvivalYears(const gap::Outage& outage, bool upper, const gap::StopSignal& stop);
  absl::StatusOr<double> Impact(const gap::Outage& outage, double years, const gap::StopSignal& stop);

  const DisruptionStudy& study_;
  std::vector<double> least_stock_, most_stock_;  // by holding of the joint model, in the unit of its class
  std::vector<std::optional<double>> recovery_;   // days, by holding
  gap::ProductionModel needed_;                   // the joint model, with what is needed of each product for its demand
  double count_ = 0;                              // products of which any is needed
  std::unique_ptr<gap::ProductionProgram> by_share_, by_margin_;  // null: nothing is needed; no margins
};

}  // namespace bulian::risk

#endif  // SERVICES_RISK_RECOVERY_H_
