// How segments develop over the coming periods: capacities, certificates, evidence and demand at each period's first
// day, with the planned capabilities of projects from their production dates on. A pure function of (snapshot, days).
// Thread-safe.
//
// Planned capabilities count as claimed once building has started; of projects that are only signed they count on the
// possible set alone (the upper end). Projects without a production date count in no period.
#ifndef SERVICES_GAP_LOOK_AHEAD_H_
#define SERVICES_GAP_LOOK_AHEAD_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/gap.pb.h"
#include "services/gap/demand.h"
#include "services/gap/segment_need.h"
#include "services/gap/verdicts.h"
#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// The first days of the periods from `as_of` up to `horizon`: months and years keep the day of the month where the
// month has it. Empty if they are more than `limit` or the horizon is before `as_of`.
std::vector<model::Day> PeriodStarts(model::Day as_of, model::Day horizon, v1::Period period, std::size_t limit);

// A segment from one day until the next step's.
struct LookStep {
  model::Day from = 0;
  std::array<SetMetrics, kSetCount> metrics;
  SegmentDemand demand;
  SegmentVerdicts verdicts;
};

// A kind that ends because of one planned capability.
struct LookEffect {
  model::Row project = model::kNoRow;
  int planned = 0;
  v1::GapKind kind = v1::GAP_KIND_UNSPECIFIED;
  model::Day closes = 0;
  std::optional<model::Day> closes_without{};  // within the horizon
  bool only_possible = false;                  // it ends on the possible set alone
};

struct LookAhead {
  int segment = 0;  // index in the analysis' graph
  std::vector<LookStep> steps;
  std::optional<model::Day> first_shortage;  // MISSING or UNDER_CAPACITY holds on the claimed set
  std::vector<LookEffect> effects;           // by day, project name, planned capability, kind
  std::vector<std::string> undated_projects;
};

// The segments of a chain (full name; empty: of all chains) that have a gap in some period, in the order of the graph
// of `analysis`, which is of `days.front()`. nullopt if `stop` ended it.
std::optional<std::vector<LookAhead>> LookAheadOf(const ClusterAnalysis& analysis, std::string_view chain,
                                                  const std::vector<model::Day>& days, const StopSignal& stop);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_LOOK_AHEAD_H_
