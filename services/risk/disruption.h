// What end products lose when enterprises, suppliers of a segment or regions stop: every product by itself, by the
// linear program of gap/production_program.h, on the three supplier sets and at both ends of what is unknown. Also the
// value of all products together where each has a margin in one currency.
#ifndef SERVICES_RISK_DISRUPTION_H_
#define SERVICES_RISK_DISRUPTION_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/analysis.h"
#include "services/gap/bounds.h"
#include "services/gap/production.h"
#include "services/gap/production_program.h"
#include "services/gap/production_sweep.h"
#include "services/gap/segment_need.h"

namespace bulian::risk {

// Raised when the same input gives another answer.
inline constexpr char kDisruptionVersion[] = "disruption-2";

// What stops together. Rows of enterprises each once.
struct Stoppage {
  std::vector<model::Row> enterprises{};
  std::vector<std::pair<int, std::vector<model::Row>>> segment_suppliers{};  // segment of the graph, its enterprises
  std::vector<std::string> regions{};                                        // GB/T 2260, six digits
};

using gap::Proof;
using gap::ThreeBounds;
using ThreeShares = std::array<std::optional<gap::Bounds>, gap::kSetCount>;

// What one end product, or all together, can deliver with everything running.
struct Baseline {
  int node = -1;  // segment of the graph; -1: all products by their margin
  ThreeBounds delivered;
  std::vector<Proof> proofs;  // on the claimed set, at each end that is finite and differs
};

// What one of them loses.
struct Loss {
  int baseline = 0;  // index
  ThreeBounds loss;
  ThreeShares share;
  std::vector<Proof> proofs;  // as those of the baseline; on request
};

struct StoppageResult {
  int capabilities = 0;      // that stop
  std::vector<Loss> losses;  // of products that may lose something, in the order of the baselines
  std::optional<Loss> value;
};

// Belongs to one thread.
class DisruptionStudy {
 public:
  // Of the end products of a chain (full name; empty: of all chains).
  DisruptionStudy(gap::AnalysisPtr analysis, std::string_view chain, gap::Sourcing sourcing,
                  const gap::MayBuy& may_buy = {});

  // All single failures of a kind, by name: every enterprise, independent supplier of a segment, or region that has a
  // capability for what an end product needs.
  std::vector<Stoppage> EveryEnterprise() const;
  std::vector<Stoppage> EverySegmentSupplier() const;
  std::vector<Stoppage> EveryRegion() const;

  // Computes the baselines and a result for each stoppage, in order. Errors are those of ProductionProgram.
  absl::StatusOr<std::vector<StoppageResult>> Assess(const std::vector<Stoppage>& stoppages, bool proofs,
                                                     const gap::StopSignal& stop);

  // Products in the order of the graph. Filled by Assess().
  const std::vector<Baseline>& baselines() const { return baselines_; }
  const std::optional<Baseline>& value_baseline() const { return value_; }
  // Of each baseline; ProductionPrices are by its positions.
  const gap::ProductionModel& ModelOf(int baseline) const { return models_[static_cast<std::size_t>(baseline)]; }
  // Of all products together.
  const gap::ProductionModel& joint() const { return joint_; }
  // The currency of all margins; empty: a product has none, or they differ.
  const std::string& currency() const { return currency_; }
  // By product of the joint model, in the currency per unit; empty as the currency is.
  const std::vector<double>& margins() const { return margins_; }
  const gap::ClusterAnalysis& analysis() const { return *analysis_; }

  // What stops, as the program takes it.
  gap::Outage OutageOf(const gap::ProductionModel& model, const Stoppage& stoppage) const;

 private:
  void ReadMargins();
  // With both ends of each set for which it makes a difference.
  absl::Status Study(const gap::ProductionModel& model, std::vector<double> worth,
                     const std::vector<Stoppage>& stoppages, bool proofs, const gap::StopSignal& stop,
                     Baseline* baseline, std::vector<std::optional<Loss>>* losses) const;

  const gap::AnalysisPtr analysis_;
  std::vector<gap::ProductionModel> models_;
  gap::ProductionModel joint_;
  std::string currency_;
  std::vector<double> margins_;
  std::vector<Baseline> baselines_;
  std::optional<Baseline> value_;
};

}  // namespace bulian::risk

#endif  // SERVICES_RISK_DISRUPTION_H_
