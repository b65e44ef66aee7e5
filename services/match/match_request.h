// The common part of match requests: what is asked, checked and resolved against a cluster's analysis. Pure.
#ifndef SERVICES_MATCH_MATCH_REQUEST_H_
#define SERVICES_MATCH_MATCH_REQUEST_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bulian/v1/match.pb.h"
#include "google/type/date.pb.h"
#include "services/gap/segment_need.h"
#include "services/match/target.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// Everything wrong with the fields that need no state: parent, target, weights and date.
void CheckCommon(std::string_view parent, const v1::MatchTarget& target, const v1::RankingWeights* weights,
                 const google::type::Date* as_of, model::Violations* violations);

// A target with what its segment says. `suppliers` are rows of enterprises that supply the segment today: local,
// fitting.
struct ResolvedTarget {
  Target target;
  std::string segment;  // full name; empty for a free requirement
  std::vector<model::Row> suppliers;
};

// Resolves a checked target at a date. NOT_FOUND for a segment the cluster does not have; INVALID_ARGUMENT for a
// requirement or need that makes no sense there. `analysis` is asked only for a segment.
absl::StatusOr<ResolvedTarget> ResolveTarget(const model::SnapshotPtr& snapshot, const v1::MatchTarget& target,
                                             const v1::RankingWeights* weights, model::Day as_of,
                                             const gap::AnalysisSource& analysis);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_MATCH_REQUEST_H_
