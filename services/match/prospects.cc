#include "services/match/prospects.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

namespace bulian::match {
namespace {

using LeftOut = v1::LeftOutProspect;

bool IsShare(double number) { return number >= 0 && number <= 1; }

double AssumedOf(v1::ProspectGround ground) {
  switch (ground) {
    case v1::GROUND_HELD_VERIFIED:
      return 0.95;
    case v1::GROUND_HELD_CLAIMED:
      return 0.8;
    case v1::GROUND_HELD_UNKNOWN:
    case v1::GROUND_PLANNED:
      return 0.5;
    default:
      return 0.2;
  }
}

bool IsLearned(v1::ProspectGround ground) { return ground == v1::GROUND_NEAR_TYPE || ground == v1::GROUND_LIKELY; }

const v1::GroundTerms& TermsOf(const v1::ProspectTerms& terms, v1::ProspectGround ground) {
  for (const v1::GroundTerms& one : terms.grounds())
    if (one.ground() == ground) return one;
  return v1::GroundTerms::default_instance();
}

LeftOut::Reason WhyNot(const v1::Candidate& candidate, v1::ProspectGround ground, const v1::GroundTerms& own) {
  if (candidate.has_standing_match()) {
    const v1::StandingMatch& match = candidate.standing_match();
    if (match.state() != v1::Match::PROPOSED && match.state() != v1::Match::REJECTED) return LeftOut::IN_TALKS;
    if (match.rejection_reason() == v1::Match::CANNOT_MAKE) return LeftOut::CANNOT_MAKE;
  }
  const v1::Bounds& free = candidate.free_capacity();
  if (!IsLearned(ground) && candidate.has_free_capacity() && !free.unbounded() && free.upper() <= 0)
    return LeftOut::SOLD_OUT;
  // Whoever the model ranks has reasons.
  if (IsLearned(ground) && candidate.reasons().empty() && !own.has_probability()) return LeftOut::UNRANKED;
  return LeftOut::REASON_UNSPECIFIED;
}

template <class Message>
void TakeNames(v1::Candidate* candidate, Message* message) {
  message->set_enterprise(std::move(*candidate->mutable_enterprise()));
  message->mutable_display_name()->Swap(candidate->mutable_display_name());
  if (candidate->has_standing_match()) message->mutable_standing_match()->Swap(candidate->mutable_standing_match());
}

}  // namespace

void CheckProspectTerms(const v1::ProspectTerms& terms, std::string_view field, model::Violations* violations) {
  const std::string at(field);
  if (!(terms.value() > 0 && terms.value() <= kMostAmount))
    violations->Add(at + ".value", "is required: over 0, at most 1e18");
  if (!(terms.effort() >= 0 && terms.effort() <= kMostAmount))
    violations->Add(at + ".effort", "must be from 0 to 1e18");
  if (!IsShare(terms.willingness())) violations->Add(at + ".willingness", "must be from 0 to 1");
  std::set<int> seen;
  for (int i = 0; i < terms.grounds_size(); ++i) {
    const v1::GroundTerms& one = terms.grounds(i);
    const std::string here = at + ".grounds[" + std::to_string(i) + "]";
    if (!v1::ProspectGround_IsValid(one.ground()) || one.ground() == v1::PROSPECT_GROUND_UNSPECIFIED)
      violations->Add(here + ".ground", "is not a known value");
    if (!seen.insert(one.ground()).second) violations->Add(here + ".ground", "stands twice");
    if (!IsShare(one.probability())) violations->Add(here + ".probability", "must be from 0 to 1");
    if (!(one.effort() >= 0 && one.effort() <= kMostAmount))
      violations->Add(here + ".effort", "must be from 0 to 1e18");
  }
}

Willingness CountWillingness(const model::Snapshot& snapshot) {
  Willingness counted;
  const auto type = model::ResourceType::kMatch;
  for (model::Row row = 0; row < snapshot.RowLimit(type); ++row) {
    if (!snapshot.Exists(type, row)) continue;
    const auto match = snapshot.match(row);
    const v1::Match::RejectionReason why = match->rejection_reason();
    if (match->state() == v1::Match::AGREED || match->state() == v1::Match::CONTRACTED) ++counted.willing;
    if (why == v1::Match::NO_CAPACITY || why == v1::Match::NO_INTEREST || why == v1::Match::TERMS) ++counted.unwilling;
  }
  return counted;
}

v1::ProspectGround GroundOf(const v1::Candidate& candidate) {
  switch (candidate.basis()) {
    case v1::HELD:
      if (candidate.fit() != v1::SATISFIED) return v1::GROUND_HELD_UNKNOWN;
      return candidate.evidence().state() == v1::Evidence::VERIFIED && !candidate.stale() ? v1::GROUND_HELD_VERIFIED
                                                                                          : v1::GROUND_HELD_CLAIMED;
    case v1::PLANNED:
      return v1::GROUND_PLANNED;
    case v1::BELOW_REQUIREMENT:
      return v1::GROUND_BELOW_REQUIREMENT;
    case v1::NEAR_TYPE:
      return v1::GROUND_NEAR_TYPE;
    default:
      return v1::GROUND_LIKELY;
  }
}

std::vector<v1::OrderedProspect> ProspectsOf(const v1::ProspectTerms& terms, double willingness,
                                             v1::FindCandidatesResponse* found,
                                             google::protobuf::RepeatedPtrField<LeftOut>* left_out) {
  std::vector<v1::OrderedProspect> prospects;
  for (v1::Candidate& candidate : *found->mutable_candidates()) {
    const v1::ProspectGround ground = GroundOf(candidate);
    const v1::GroundTerms& own = TermsOf(terms, ground);
    if (const LeftOut::Reason why = WhyNot(candidate, ground, own); why != LeftOut::REASON_UNSPECIFIED) {
      LeftOut* const told = left_out->Add();
      told->set_reason(why);
      TakeNames(&candidate, told);
      continue;
    }
    v1::OrderedProspect& prospect = prospects.emplace_back();
    prospect.set_ground(ground);
    prospect.set_value(terms.value());
    prospect.set_effort(own.has_effort() ? own.effort() : terms.effort());
    if (own.has_probability()) {
      prospect.set_able_probability(own.probability());
      prospect.set_probability_source(v1::PROBABILITY_GIVEN);
    } else if (IsLearned(ground)) {
      prospect.set_able_probability(candidate.probability());
      prospect.set_probability_source(v1::PROBABILITY_LEARNED);
    } else {
      prospect.set_able_probability(AssumedOf(ground));
      prospect.set_probability_source(v1::PROBABILITY_ASSUMED);
    }
    prospect.set_probability(prospect.able_probability() * willingness);
    TakeNames(&candidate, &prospect);
  }
  return prospects;
}

}  // namespace bulian::match
