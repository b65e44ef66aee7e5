// An offer held against a target requirement by requirement, with texts for people. Pure.
#ifndef SERVICES_MATCH_CHECKS_H_
#define SERVICES_MATCH_CHECKS_H_

#include <string>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/match/ranking.h"
#include "services/match/target.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// An offer with its record.
struct OfferRecord {
  const model::Snapshot* records = nullptr;  // holds `capability`: a cluster's snapshot, or a branch for a planned one
  model::Row capability = model::kNoRow;
  v1::Capability record;
  v1::CandidateBasis basis = v1::HELD;
  std::string project_state;  // for PLANNED, for example `STARTED`
  model::OfferRef offer() const { return records->offer(capability); }
};

// Every requirement in a fixed order: capability_type, level, validity, attribute:{key} and certificate:{scheme} as the
// requirement lists them. Their AND is the offer's fit.
std::vector<v1::RequirementCheck> CheckOffer(const Target& target, const OfferRecord& offer);

// The AND of checks.
v1::Fit FitOfChecks(const std::vector<v1::RequirementCheck>& checks);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_CHECKS_H_
