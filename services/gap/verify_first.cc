#include "services/gap/verify_first.h"

#include <algorithm>
#include <tuple>

#include "services/gap/analysis.h"
#include "services/gap/listed.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/supplier_sets.h"
#include "services/gap/supply_meter.h"

namespace bulian::gap {

std::vector<Verification> VerifyFirst(const ClusterAnalysis& analysis, int segment) {
  const model::Snapshot& snapshot = *analysis.snapshot();
  const SegmentNode& node = analysis.graph().nodes()[segment];
  const SegmentResult& result = analysis.segment(segment);
  const RequirementFit requirement(snapshot, node.segment().requirement(), analysis.as_of());
  const CountedSupply supply = CountOffers(snapshot, node.type, requirement, analysis.as_of(), {});
  SupplyMeter meter(snapshot, analysis.as_of(), supply.offers, result.inputs.has_unit);
  const SetMetrics verified = meter.Measure(kVerifiedSet);

  // The greatest first, so that each one measured is one of those listed.
  std::vector<CountedOffer> unverified;
  for (const CountedOffer& offer : supply.offers) {
    if (offer.set == kClaimedSet) unverified.push_back(offer);
  }
  const auto by_size = [&](const CountedOffer& a, const CountedOffer& b) {
    if (a.capacity.lower != b.capacity.lower) return a.capacity.lower > b.capacity.lower;
    return snapshot.CompareNames(model::ResourceType::kCapability, a.capability, b.capability) < 0;
  };
  std::sort(unverified.begin(), unverified.end(), by_size);
  if (unverified.size() > kListedLimit) unverified.resize(kListedLimit);

  std::vector<Verification> verifications;
  for (const CountedOffer& offer : unverified) {
    SetMetrics with = meter.MeasureWith(offer.enterprise, offer.capacity);
    with.external_share = result.metrics[kVerifiedSet].external_share;
    Verification verification{
        offer.enterprise, offer.capability, {}, offer.capacity.lower, with.independent - verified.independent};
    for (const v1::GapKind kind : result.verdicts.hanging) {
      if (VerdictOn(kind, with, result.inputs) == result.verdicts.of_kind[kind][kClaimedSet])
        verification.settles.push_back(kind);
    }
    verifications.push_back(std::move(verification));
  }
  std::stable_sort(verifications.begin(), verifications.end(), [](const Verification& a, const Verification& b) {
    return std::tuple(b.settles.size(), b.capacity, b.suppliers) <
           std::tuple(a.settles.size(), a.capacity, a.suppliers);
  });
  return verifications;
}

}  // namespace bulian::gap
