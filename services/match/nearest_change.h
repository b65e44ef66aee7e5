// The smallest change that would make an offer meet a target. Pure.
#ifndef SERVICES_MATCH_NEAREST_CHANGE_H_
#define SERVICES_MATCH_NEAREST_CHANGE_H_

#include <optional>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/match/checks.h"
#include "services/match/target.h"

namespace bulian::match {

struct ChangeStep {
  v1::NearestChange text;
  std::optional<v1::Attribute> attribute;  // for `attribute:{key}`: what the offer would state
};

// One step for each requirement that is not SATISFIED, in the order of `checks`, and for a planned capability first its
// project. All are needed, so no smaller change does; each moves its value no further than it has to. Applying all
// makes the offer SATISFIED.
std::vector<ChangeStep> NearestChangeOf(const Target& target, const OfferRecord& offer,
                                        const std::vector<v1::RequirementCheck>& checks);

// What a change costs, for choosing among offers: 2 for a step that has to be done, 1 for one that it is enough to
// state.
int CostOf(const std::vector<ChangeStep>& steps);

// For an enterprise without any offer that bears on the target: a capability of the type.
ChangeStep NewCapability(const Target& target);

// The capability as it would be after the steps.
v1::Capability Apply(const Target& target, v1::Capability capability, const std::vector<ChangeStep>& steps);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_NEAREST_CHANGE_H_
