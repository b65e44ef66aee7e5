#include "services/match/explanation.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "services/match/embedding.h"
#include "services/match/nearest_change.h"
#include "services/match/recruits.h"
#include "services/match/report.h"
#include "services/match/same_types.h"

namespace bulian::match {
namespace {

using model::Offer;
using model::ResourceType;
using model::Row;

struct Bearing {
  Entry entry;
  bool counts = true;  // it can make the enterprise a candidate: valid at the date
};

class Explainer {
 public:
  Explainer(const FindQuery& query, std::uint16_t source, Row enterprise)
      : query_(query),
        target_(*query.target),
        source_(source),
        enterprise_(enterprise),
        records_(source == 0 ? *query.snapshot : *query.others[source - 1u]),
        names_(&query, &found_.planned),
        places_(*query.snapshot),
        embedding_(*query.snapshot, target_.neighbour_types, target_.as_of) {
    if (source == 0) {
      types_ = target_.types;
      found_.planned = FindPlanned(query.snapshot, target_.types, enterprise);
      found_.near = FindNearTypes(records_, target_.type);
    } else {
      types_ = FindSameTypes(*query.snapshot, target_.types, records_);
    }
  }

  std::vector<Bearing> Bearings() {
    std::vector<Bearing> all;
    records_.OffersOfEnterprise(enterprise_).ForEach([&](Row row) { AddOffer(row, &all); });
    AddPlanned(&all);
    std::sort(all.begin(), all.end(), [&](const Bearing& a, const Bearing& b) {
      return a.counts != b.counts ? a.counts : RanksBefore(a.entry, b.entry, names_);
    });
    return all;
  }

  // Whether the enterprise itself may be a candidate, whatever it offers.
  bool Eligible() const {
    if (records_.EnterpriseKind(enterprise_) == v1::Enterprise::ALLIANCE) return false;
    if (source_ == 0) return true;
    const Row here = Here();
    if (here == model::kNoRow) return true;
    if (IsLocalEnterprise(*query_.snapshot, here)) return false;
    Explainer own(query_, 0, here);
    const std::vector<Bearing> bearings = own.Bearings();
    return std::none_of(bearings.begin(), bearings.end(), [](const Bearing& bearing) { return bearing.counts; });
  }

  const Found& found() const { return found_; }

 private:
  Row Here() const {
    return FindByIds(*query_.snapshot, ReadEnterpriseIds(records_.RecordBytes(ResourceType::kEnterprise, enterprise_)));
  }

  double EmbeddingValue() const {
    if (!embedding_.asked()) return 1;
    const Row row = source_ == 0 ? enterprise_ : Here();
    return row == model::kNoRow ? 0 : embedding_.Of(row);
  }

  Entry MakeEntry(Row number, v1::CandidateBasis basis, v1::Fit fit, const OfferFit& details,
                  const model::OfferRef& offer, double similarity) {
    const Parts parts = ScoreOffer(target_, details, *offer, places_.Of(offer->region), similarity);
    const Range score = AddEmbedding(WithoutEmbedding(parts, target_.weights), EmbeddingValue(), target_.weights);
    return {score, enterprise_, number, source_, StandingOf(basis, fit), offer};
  }

  void AddOffer(Row row, std::vector<Bearing>* all) {
    const model::OfferRef ref = records_.offer(row);
    const Offer& offer = *ref;
    const OfferFit fit = FitOfOffer(target_, ref);
    const bool valid = ValidAt(offer, target_.as_of);
    if (std::binary_search(types_.begin(), types_.end(), offer.type)) {
      const v1::Fit whole = valid ? fit.fit : v1::VIOLATED;
      const v1::CandidateBasis basis = whole == v1::VIOLATED ? v1::BELOW_REQUIREMENT : v1::HELD;
      all->push_back({MakeEntry(row, basis, whole, fit, ref, 1), valid});
      return;
    }
    for (const NearType& near : found_.near) {
      if (near.type != offer.type) continue;
      all->push_back({MakeEntry(row, v1::NEAR_TYPE, v1::VIOLATED, fit, ref, near.similarity), valid});
    }
  }

  void AddPlanned(std::vector<Bearing>* all) {
    for (std::size_t i = 0; i < found_.planned.offers.size(); ++i) {
      const model::Snapshot& branch = *found_.planned.branch;
      const Row row = found_.planned.offers[i].capability;
      const model::OfferRef ref = branch.offer(row);
      const Offer& offer = *ref;
      // The branch interns words of its own: compile the requirement after it.
      const OfferFit fit = FitOfOffer(Recompiled(target_), ref);
      const bool lasting = target_.as_of <= offer.valid_until;
      const v1::Fit whole = lasting ? fit.fit : v1::VIOLATED;
      all->push_back({MakeEntry(static_cast<Row>(i), v1::PLANNED, whole, fit, ref, 1), lasting});
    }
  }

  const FindQuery& query_;
  const Target& target_;
  std::uint16_t source_;
  Row enterprise_;
  const model::Snapshot& records_;
  Found found_;
  FoundNames names_;
  PlaceTable places_;
  Embedding embedding_;
  std::vector<Row> types_;  // of the enterprise's cluster
};

void FillOffer(const Target& target, const Reporter& reporter, const Entry& entry, const v1::Candidate& as_candidate,
               v1::OfferExplanation* offer, std::vector<ChangeStep>* steps) {
  const OfferRecord record = reporter.Record(entry);
  const std::vector<v1::RequirementCheck> checks = CheckOffer(target, record);
  *steps = NearestChangeOf(target, record, checks);
  offer->set_capability(as_candidate.capability());
  offer->set_capability_type(record.record.capability_type());
  offer->set_basis(as_candidate.basis());
  offer->set_fit(FitOfChecks(checks));
  for (const v1::RequirementCheck& check : checks) *offer->add_checks() = check;
  for (const ChangeStep& step : *steps) *offer->add_nearest_change() = step.text;
  if (as_candidate.has_evidence()) *offer->mutable_evidence() = as_candidate.evidence();
  offer->set_stale(as_candidate.stale());
}

}  // namespace

void Explain(const FindQuery& query, std::uint16_t source, Row enterprise, v1::ExplainCandidateResponse* response) {
  Explainer explainer(query, source, enterprise);
  const std::vector<Bearing> bearings = explainer.Bearings();
  Reporter reporter(&query, &explainer.found());
  std::optional<std::vector<ChangeStep>> nearest;
  for (const Bearing& bearing : bearings) {
    v1::Candidate candidate;
    reporter.Fill(bearing.entry, &candidate);
    std::vector<ChangeStep> steps;
    FillOffer(reporter.target(), reporter, bearing.entry, candidate, response->add_offers(), &steps);
    if (!nearest || CostOf(steps) < CostOf(*nearest)) nearest = std::move(steps);
    const bool first = &bearing == &bearings.front();
    if (first && bearing.counts && explainer.Eligible()) *response->mutable_candidate() = std::move(candidate);
  }
  if (source == 0 && query.ranking && !response->has_candidate() && explainer.Eligible()) {
    const double probability = query.Ranked(enterprise) ? query.ranking->ProbabilityOf(*query.model, enterprise) : 0;
    reporter.Fill(LikelyEntry(enterprise, probability), response->mutable_candidate());
  }
  if (!nearest) nearest = {NewCapability(*query.target)};
  for (const ChangeStep& step : *nearest) *response->add_nearest_change() = step.text;
}

}  // namespace bulian::match
