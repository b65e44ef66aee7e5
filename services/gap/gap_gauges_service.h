// How many gaps each cluster has, for a metrics page: the numbers of AnalyzeGaps at the cluster's own date, from the
// analysis that is kept for it.
#ifndef SERVICES_GAP_GAP_GAUGES_SERVICE_H_
#define SERVICES_GAP_GAP_GAUGES_SERVICE_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "bulian/v1/gap.pb.h"
#include "services/gap/gap_service.h"
#include "services/view/view.h"

namespace bulian::gap {

// Clusters, the first by name, that have numbers of their own. Those of the others, and of one that is named so, are
// added up under kOtherClusters: names are data, and a metrics page must not grow with them.
inline constexpr std::size_t kGaugedClusters = 100;
inline constexpr char kOtherClusters[] = "other";

struct GapGauge {
  std::string cluster;
  v1::GapKind kind = v1::GAP_KIND_UNSPECIFIED;
  v1::Certainty certainty = v1::CERTAINTY_UNSPECIFIED;
  std::int64_t gaps = 0;
  friend bool operator==(const GapGauge&, const GapGauge&) = default;
};

struct GapGaugeReading {
  std::vector<GapGauge> gauges;  // of every kind and certainty, zeros too; by cluster
  // Clusters of which a commit was made that the numbers do not tell of yet: these are the last known, or missing.
  std::int64_t pending_clusters = 0;
};

// Thread-safe.
class GapGauges {
 public:
  // Nothing is owned; both outlive it.
  GapGauges(const view::Views* views, const GapAnalyses* analyses) : views_(views), analyses_(analyses) {}

  // Analyses that are behind are brought up to date, those first that were so longest ago, as many as `budget` allows;
  // one that takes longer goes on for the next reading.
  GapGaugeReading Read(absl::Duration budget);

 private:
  using Counts = std::map<std::pair<v1::GapKind, v1::Certainty>, std::int64_t>;
  struct Known {
    Counts counts;
    std::string uid;             // of the cluster they are of; empty: nothing is known
    std::int64_t refreshed = 0;  // number of the reading that counted them
  };

  // False: not within the deadline.
  bool Refresh(const model::SnapshotPtr& current, absl::Time deadline, Known* known);

  const view::Views* const views_;
  const GapAnalyses* const analyses_;
  std::mutex mutex_;
  std::int64_t readings_ = 0;
  std::map<std::string, Known> known_;  // by cluster
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_GAUGES_SERVICE_H_
