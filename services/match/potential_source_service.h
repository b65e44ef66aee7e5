// Which potential model a call is answered with: the newest there is, without waiting for what a commit makes
// necessary.
#ifndef SERVICES_MATCH_POTENTIAL_SOURCE_SERVICE_H_
#define SERVICES_MATCH_POTENTIAL_SOURCE_SERVICE_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bulian/v1/match.pb.h"
#include "services/match/find.h"
#include "services/match/page_position.h"
#include "services/match/potential_model.h"
#include "services/view/view.h"

namespace bulian::match {

// The models of all clusters, made in the background. Thread-safe.
class PotentialSource {
 public:
  using Models = view::DerivedView<PotentialModel>;

  // `views` is not owned and outlives this.
  explicit PotentialSource(const view::Views* views);

  // Sets the query's model, ranking and whom they do not know; its target and snapshot are set. With `revisions` of an
  // earlier page the model of that page, OUT_OF_RANGE if it is no longer kept; else they are filled in. Waits while the
  // cluster has no model at all, for the model of a small cluster, and for a type that is newer than the model; never
  // past the caller's patience.
  absl::Status AddRanking(const view::Patience& patience, PotentialRevisions* revisions, FindQuery* query);

 private:
  absl::StatusOr<Models::Version> ModelFor(const view::Patience& patience, const PotentialRevisions& wanted,
                                           const FindQuery& query);
  // Rows of enterprises that came, went or changed kind between the model's records and a snapshot, ascending; nullopt
  // if that is no longer known.
  std::optional<std::vector<model::Row>> UnrankedIn(const Models::Version& version,
                                                    const model::Snapshot& snapshot) const;

  const view::Views* const views_;
  Models models_;
};

// What the query is ranked with, for the answer.
void FillState(const FindQuery& query, v1::PotentialModelState* state);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_SOURCE_SERVICE_H_
