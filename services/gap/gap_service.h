// GapService: decode, analyse, encode; and the analyses kept for it and for other rooms.
#ifndef SERVICES_GAP_GAP_SERVICE_H_
#define SERVICES_GAP_GAP_SERVICE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/gap/analysis.h"
#include "services/gap/segment_need.h"
#include "services/view/view.h"

namespace bulian::rpc {
class MethodTable;
class PageTokens;
}  // namespace bulian::rpc

namespace bulian::gap {

// An AnalysisSource for callers of different patience.
using PatientAnalysisSource =
    std::function<absl::StatusOr<AnalysisPtr>(const model::SnapshotPtr&, model::Day as_of, const view::Patience&)>;

// Work since start, for metrics.
struct GapStats {
  std::int64_t advanced = 0;     // analyses brought up to date from an older one
  std::int64_t other_dates = 0;  // analyses of another date than the cluster's
  AnalysisWork work;             // of all analyses
};

// The analyses of all clusters: kept and advanced at the cluster's own date, a few kept at other dates. Thread-safe.
class GapAnalyses {
 public:
  // `views` is not owned and outlives this.
  explicit GapAnalyses(const view::Views* views);
  ~GapAnalyses();
  GapAnalyses(const GapAnalyses&) = delete;
  GapAnalyses& operator=(const GapAnalyses&) = delete;

  // At the cluster's own date one computation a cluster runs at a time, and goes on when callers stop waiting
  // (view::DerivedView). One of another date runs on the caller's thread and ends with its patience: DEADLINE_EXCEEDED
  // or CANCELLED.
  absl::StatusOr<AnalysisPtr> Get(const model::SnapshotPtr& snapshot, model::Day as_of,
                                  const view::Patience& patience) const;
  // Whether Get() of a cluster's current snapshot at its own date answers at once.
  bool Ready(std::string_view cluster) const;
  // Get() as a function, for rooms that know nothing of this one's service. Outlived by this.
  PatientAnalysisSource Source() const;
  GapStats Stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What the service needs; nothing is owned, all outlives the table's use.
struct GapServiceDeps {
  const view::Views* views = nullptr;
  const rpc::PageTokens* page_tokens = nullptr;
  GapAnalyses* analyses = nullptr;
};

// Adds AnalyzeGaps, GetGap and AssessSegments.
void RegisterGapService(rpc::MethodTable& table, const GapServiceDeps& deps);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_SERVICE_H_
