#include "services/risk/disruption_report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "services/gap/report.h"

namespace bulian::risk {
namespace {

using gap::Bounds;
using gap::kClaimedSet;
using gap::kPossibleSet;
using gap::kVerifiedSet;
using model::ResourceType;

constexpr double kNothing = 1e-9;  // a price that is rounding
constexpr double kMostUnits = 9e18;

const std::string& SegmentName(const DisruptionStudy& study, const gap::ProductionModel& model, int segment) {
  return study.analysis().graph().nodes()[model.segments[segment].node].name;
}

// Holdings of a class that stop for a segment, wholly or for it only; below 0: those that stop wholly.
std::vector<int> StoppedOf(const gap::ProductionModel& model, const gap::Outage& outage, int number, int segment) {
  std::vector<int> stopped = outage.holdings;
  for (const auto& [holding, only] : outage.at_segment) {
    if (only == segment) stopped.push_back(holding);
  }
  std::erase_if(stopped, [&](int h) { return model.holdings[h].capacity_class != number; });
  return stopped;
}

void FillCapacity(const DisruptionStudy& study, const gap::ProductionModel& model, int number,
                  const std::vector<int>& stopped, bool upper, v1::DeliveryLimit* limit) {
  const gap::CapacityClass& some = model.classes[number];
  for (const int segment : some.segments) limit->add_segments(SegmentName(study, model, segment));
  if (some.capability != model::kNoRow)
    limit->set_holder(study.analysis().snapshot()->Name(ResourceType::kCapability, some.capability));
  limit->set_capabilities(some.count - static_cast<int>(stopped.size()));
  limit->set_amount(CapacityLeft(model, number, stopped, upper));
}

void FillCuts(const DisruptionStudy& study, const gap::ProductionModel& model, const Proof& proof,
              const gap::Outage& outage, std::vector<v1::DeliveryLimit>* limits) {
  for (const auto& [cut, worth] : proof.delivery.prices.cuts) {
    if (worth <= kNothing) continue;
    v1::DeliveryLimit& limit = limits->emplace_back();
    FillCapacity(study, model, cut.first, StoppedOf(model, outage, cut.first, cut.second), proof.of.upper, &limit);
    limit.set_only_segment(SegmentName(study, model, cut.second));
    limit.set_worth(worth);
  }
}

void FillLimits(const DisruptionStudy& study, const gap::ProductionModel& model, const Proof& proof,
                const gap::Outage& outage, v1::DeliveryCertificate* message) {
  const model::Snapshot& snapshot = *study.analysis().snapshot();
  const gap::ProductionPrices& prices = proof.delivery.prices;
  std::vector<v1::DeliveryLimit> limits;
  for (std::size_t c = 0; c < model.classes.size(); ++c) {
    if (prices.classes[c] <= kNothing) continue;
    FillCapacity(study, model, static_cast<int>(c), StoppedOf(model, outage, static_cast<int>(c), -1), proof.of.upper,
                 &limits.emplace_back());
    limits.back().set_worth(prices.classes[c]);
  }
  FillCuts(study, model, proof, outage, &limits);
  for (std::size_t i = 0; i < model.pools.size(); ++i) {
    if (prices.pools[i] <= kNothing) continue;
    v1::DeliveryLimit& limit = limits.emplace_back();
    limit.set_holder(snapshot.Name(ResourceType::kEnterprise, model.pools[i].enterprise));
    limit.set_pool(model.pools[i].pool);
    limit.set_amount(proof.of.upper ? model.pools[i].capacity.upper : model.pools[i].capacity.lower);
    limit.set_worth(prices.pools[i]);
  }
  for (std::size_t p = 0; p < model.products.size(); ++p) {
    if (prices.demands[p] <= kNothing) continue;
    v1::DeliveryLimit& limit = limits.emplace_back();
    limit.add_segments(SegmentName(study, model, model.products[p]));
    limit.set_demand(true);
    limit.set_amount(model.segments[model.products[p]].demand);
    limit.set_worth(prices.demands[p]);
  }
  std::stable_sort(limits.begin(), limits.end(), [](const v1::DeliveryLimit& a, const v1::DeliveryLimit& b) {
    return a.amount() * a.worth() > b.amount() * b.worth();
  });
  for (v1::DeliveryLimit& limit : limits) *message->add_limits() = std::move(limit);
}

void FillCertificate(const DisruptionStudy& study, const gap::ProductionModel& model, const Proof& proof,
                     const gap::Outage& outage, v1::DeliveryCertificate* message) {
  message->set_supplier_set(static_cast<v1::SupplierSet>(proof.of.set + 1));
  message->set_upper_end(proof.of.upper);
  message->set_value(proof.delivery.value);
  std::vector<std::pair<std::string, double>> prices;
  for (std::size_t i = 0; i < model.segments.size(); ++i) {
    if (proof.delivery.prices.segments[i] > kNothing)
      prices.emplace_back(SegmentName(study, model, static_cast<int>(i)), proof.delivery.prices.segments[i]);
  }
  std::sort(prices.begin(), prices.end());
  for (const auto& [name, price] : prices) {
    v1::SegmentPrice* one = message->add_prices();
    one->set_segment(name);
    one->set_price(price);
  }
  FillLimits(study, model, proof, outage, message);
  std::set<std::string> stopped;
  for (std::size_t i = 0; i < model.segments.size(); ++i) {
    if (proof.delivery.working[i] == 0) stopped.insert(SegmentName(study, model, static_cast<int>(i)));
  }
  for (const std::string& name : stopped) message->add_stopped_segments(name);
}

}  // namespace

void FillThree(const ThreeShares& values, v1::ThreeValues* message) {
  if (values[kVerifiedSet]) gap::FillBounds(*values[kVerifiedSet], message->mutable_verified());
  if (values[kClaimedSet]) gap::FillBounds(*values[kClaimedSet], message->mutable_claimed());
  if (values[kPossibleSet]) gap::FillBounds(*values[kPossibleSet], message->mutable_possible());
}

void FillThree(const ThreeBounds& values, v1::ThreeValues* message) {
  FillThree(ThreeShares{values[0], values[1], values[2]}, message);
}

void FillMoney(double amount, const std::string& currency, google::type::Money* message) {
  message->set_currency_code(currency);
  const double whole = std::floor(std::min(amount, kMostUnits));
  message->set_units(static_cast<std::int64_t>(whole));
  message->set_nanos(amount >= kMostUnits ? 0 : static_cast<std::int32_t>(std::floor((amount - whole) * 1e9)));
}

void FillFailure(const DisruptionStudy& study, const Stoppage& stoppage, v1::Failure* message) {
  const model::Snapshot& snapshot = *study.analysis().snapshot();
  for (const model::Row row : stoppage.enterprises)
    message->add_enterprises(snapshot.Name(ResourceType::kEnterprise, row));
  for (const auto& [node, enterprises] : stoppage.segment_suppliers) {
    v1::SegmentSupplierFailure* one = message->add_segment_suppliers();
    one->set_segment(study.analysis().graph().nodes()[node].name);
    for (const model::Row row : enterprises) one->add_enterprises(snapshot.Name(ResourceType::kEnterprise, row));
  }
  for (const std::string& region : stoppage.regions) message->add_region_codes(region);
}

void FillProducts(const DisruptionStudy& study, v1::AssessDisruptionResponse* response) {
  const model::Snapshot& snapshot = *study.analysis().snapshot();
  for (std::size_t i = 0; i < study.baselines().size(); ++i) {
    const Baseline& baseline = study.baselines()[i];
    const gap::SegmentNode& node = study.analysis().graph().nodes()[baseline.node];
    const gap::ProductionModel& model = study.ModelOf(static_cast<int>(i));
    v1::ProductBaseline* product = response->add_products();
    product->set_segment(node.name);
    const double demand = model.segments[model.products.front()].demand;
    if (std::isfinite(demand)) product->set_demand(demand);
    if (node.type != model::kNoRow) product->set_unit(snapshot.type(node.type).unit);
    FillThree(baseline.delivered, product->mutable_delivered());
    if (node.segment().has_unit_margin()) *product->mutable_unit_margin() = node.segment().unit_margin();
    for (const Proof& proof : baseline.proofs) FillCertificate(study, model, proof, {}, product->add_certificates());
  }
  std::set<std::string> bought, unknown;
  for (const gap::ProductionSegment& segment : study.joint().segments) {
    if (segment.bought) bought.insert(study.analysis().graph().nodes()[segment.node].name);
  }
  for (const gap::ProductionInput& input : study.joint().inputs) {
    if (std::isnan(input.coefficient)) unknown.insert(SegmentName(study, study.joint(), input.to));
  }
  for (const std::string& name : bought) response->add_bought_outside(name);
  for (const std::string& name : unknown) response->add_unknown_inputs(name);
}

bool CostsMore(const Loss& loss, const Loss& other) {
  const auto key = [](const Loss& one) {
    const Bounds share = one.share[kClaimedSet].value_or(Bounds{});
    return std::pair(share.lower, share.upper);
  };
  return key(loss) > key(other);
}

gap::Bounds GreatestShare(const StoppageResult& result) {
  Bounds greatest;
  for (const Loss& loss : result.losses) {
    if (!loss.share[kClaimedSet]) continue;
    greatest.lower = std::max(greatest.lower, loss.share[kClaimedSet]->lower);
    greatest.upper = std::max(greatest.upper, loss.share[kClaimedSet]->upper);
  }
  return greatest;
}

void FillResult(const DisruptionStudy& study, const Stoppage& stoppage, const StoppageResult& result,
                v1::FailureResult* message) {
  message->set_capabilities(result.capabilities);
  for (const Loss& loss : result.losses) {
    v1::ProductLoss* one = message->add_losses();
    const gap::ProductionModel& model = study.ModelOf(loss.baseline);
    one->set_segment(study.analysis().graph().nodes()[study.baselines()[loss.baseline].node].name);
    FillThree(loss.loss, one->mutable_loss());
    FillThree(loss.share, one->mutable_share());
    const gap::Outage outage = study.OutageOf(model, stoppage);
    for (const Proof& proof : loss.proofs) FillCertificate(study, model, proof, outage, one->add_certificates());
  }
  if (!study.currency().empty()) {
    message->mutable_value_loss()->set_currency(study.currency());
    FillThree(result.value ? result.value->loss : ThreeBounds{}, message->mutable_value_loss()->mutable_loss());
  }
  message->set_greatest_share(GreatestShare(result).lower);
}

void FillRecovery(const RecoveryResult& result, const std::string& currency, double greatest_impact,
                  v1::Recovery* message) {
  if (result.recovery_days) message->set_recovery_days(*result.recovery_days);
  if (result.survival_days) {
    gap::FillBounds(*result.survival_days, message->mutable_survival_days());
    message->set_exposed(result.recovery_days && result.survival_days->upper < *result.recovery_days);
  }
  if (!result.impact) return;
  FillMoney(*result.impact, currency, message->mutable_impact());
  message->set_exposure_index(greatest_impact > 0 ? *result.impact / greatest_impact : 0);
}

}  // namespace bulian::risk
