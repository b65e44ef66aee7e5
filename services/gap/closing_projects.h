// Projects on their way that plan what a segment lacks. They never count today. Pure, thread-safe.
#ifndef SERVICES_GAP_CLOSING_PROJECTS_H_
#define SERVICES_GAP_CLOSING_PROJECTS_H_

#include <span>
#include <vector>

#include "bulian/v1/project.pb.h"
#include "services/gap/bounds.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/supplier_sets.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// Neither in production nor cancelled.
bool IsOnItsWay(const v1::Project& project);

struct ProjectCandidate {
  model::Row project = model::kNoRow;
  int planned = 0;         // index of the planned capability in the project
  bool satisfied = false;  // its fit is SATISFIED, not only UNKNOWN
  Bounds capacity{};       // canonical units per year
  SetMetrics with{};       // the claimed set with it
  friend bool operator==(const ProjectCandidate&, const ProjectCandidate&) = default;
};

// Planned capabilities of `type` or a type it subsumes whose fit is not VIOLATED, at a local site of the owner (or one
// of unknown place), of projects that are neither in production nor cancelled. Soonest production first, without a date
// last, then by project name and order. `offers` are those counted today,
// least capacity first.
std::vector<ProjectCandidate> FindClosingProjects(const model::Snapshot& snapshot, model::Row type,
                                                  const RequirementFit& requirement, model::Day as_of,
                                                  std::span<const CountedOffer> offers, bool has_unit);

// Whether the kind holds or is undecided on the claimed set today and would be absent there with the candidate: one
// that certainly fits, of a kind that capabilities decide.
bool Closes(const ProjectCandidate& candidate, v1::GapKind kind, Truth claimed_today, const VerdictInputs& inputs);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_CLOSING_PROJECTS_H_
