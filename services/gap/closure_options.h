// The options that could close unmet demand of some segments: who would count by one change, ranked by what each closes
// alone. What the changes mean is told at v1::ClosureChange. Pure, thread-safe.
#ifndef SERVICES_GAP_CLOSURE_OPTIONS_H_
#define SERVICES_GAP_CLOSURE_OPTIONS_H_

#include <array>
#include <optional>
#include <vector>

#include "bulian/v1/closure.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/closure_problem.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/segment_need.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// Raised when the same input gives another answer.
inline constexpr char kClosureVersion[] = "closure-1";

struct ClosureQuery {
  std::vector<int> segments{};                                // of the graph, ascending, each once
  int set = kClaimedSet;                                      // whose unmet demand is closed
  std::array<bool, v1::ClosureSubject_ARRAYSIZE> subjects{};  // those that are asked for
  std::array<bool, v1::ClosureChange_ARRAYSIZE> changes{};
};

// A capability, or one a project plans.
struct ClosureSource {
  model::Row capability = model::kNoRow;  // or
  model::Row project = model::kNoRow;
  int planned = 0;                        // index in the project
  model::Row enterprise = model::kNoRow;  // who has it or will have it
  v1::ClosureChange change = v1::CLOSURE_CHANGE_UNSPECIFIED;
  bool capacity_unknown = false;
};

struct ClosureOption {
  v1::ClosureSubject subject = v1::CLOSURE_SUBJECT_UNSPECIFIED;
  model::Row row = model::kNoRow;  // of the subject
  v1::ClosureChange change = v1::CLOSURE_CHANGE_UNSPECIFIED;
  ClosureValue value{};  // what it closes alone, over nothing
};

struct Closures {
  std::vector<int> segments;           // with unmet demand or without a supplier, ascending; by demand of the problem
  ClosureProblem problem;              // its choices are the options
  std::vector<ClosureSource> sources;  // by supply of the problem: by name
  std::vector<ClosureOption> options;  // best first: share, missing segments, name, change
  // Ascending: the options of which no two bring one source and that hold all others; the best set is one of these.
  std::vector<int> disjoint;
};

// The one thing that keeps an offer, valid at the date, from counting on a set. ALLOT_TO_CLUSTER: it counts.
// Unspecified: several things lack, or one that no change mends. `sure`: verified and not stale.
v1::ClosureChange ClosureChangeOf(const FitParts& parts, bool sure, int set);
bool IsSureOffer(const model::Snapshot& snapshot, const model::OfferRef& offer, model::Day as_of);

// nullopt if `stop` ended it. Costs the offers of the types that the segments require, in the region or not.
std::optional<Closures> FindClosures(const ClusterAnalysis& analysis, const ClosureQuery& query,
                                     const StopSignal& stop);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSURE_OPTIONS_H_
