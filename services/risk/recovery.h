// How long the end products of a cluster can be delivered in full without those that stop (time to survive, TTS),
// against how long these take to come back (time to recover, TTR), and the margin lost meanwhile.
//
// Source: Simchi-Levi et al., Interfaces 45(5), 2015, on the linear program of gap/production_program.h with stocks:
//   TTS = the greatest t for which all final demands of t are met from stocks and from what still runs,
//   impact C = the margin of what is delivered in TTR with everything running, less that without.
// Both on the claimed set. The impact is at the lower end of capacities and stocks; TTS at both. What stops keeps its
// stock: it makes nothing more, but what it has made is delivered.
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
  std::optional<gap::Bounds> survival_days;  // nullopt: no end product has a stated demand
  std::optional<double> impact;              // in the currency of the study; nullopt: TTR or margins are not known
};

// Belongs to one thread.
class RecoveryStudy {
 public:
  // Refers to `study`, which must outlive it. Errors are those of ProductionProgram.
  static absl::StatusOr<std::unique_ptr<RecoveryStudy>> Make(const DisruptionStudy& study);

  absl::StatusOr<RecoveryResult> Assess(const Stoppage& stoppage, const gap::StopSignal& stop);

 private:
  explicit RecoveryStudy(const DisruptionStudy& study) : study_(study) {}

  void ReadCapabilities();
  absl::StatusOr<double> SurvivalYears(const gap::Outage& outage, bool upper, const gap::StopSignal& stop);
  absl::StatusOr<double> Impact(const gap::Outage& outage, double years, const gap::StopSignal& stop);

  const DisruptionStudy& study_;
  std::vector<double> least_stock_, most_stock_;  // by holding of the joint model, in the unit of its class
  std::vector<std::optional<double>> recovery_;   // days, by holding
  double demands_ = 0;                            // how many products state one
  std::unique_ptr<gap::ProductionProgram> by_share_, by_margin_;  // null: no demand is stated; no margins
};

}  // namespace bulian::risk

#endif  // SERVICES_RISK_RECOVERY_H_
