#include "services/risk/recovery.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "services/model/units.h"

namespace bulian::risk {
namespace {

using gap::kUnbounded;
using model::ResourceType;

constexpr double kDaysAYear = 365;
constexpr double kMet = 1e-7;         // a share unmet that is rounding
constexpr double kPreference = 1e-4;  // for the first product over the last, of plans that are as good
constexpr int kMostSteps = 200;
constexpr gap::SupplyCase kAtLeast{.set = gap::kClaimedSet, .upper = false};

// The part of a value that stocks make, by prices.
double FromStocks(const gap::ProductionModel& model, const gap::Delivery& delivery, const std::vector<double>& stock) {
  std::vector<double> of_class(model.classes.size(), 0);
  for (std::size_t h = 0; h < stock.size(); ++h) of_class[model.holdings[h].capacity_class] += stock[h];
  double sum = 0;
  for (std::size_t c = 0; c < of_class.size(); ++c) {
    if (delivery.prices.stocks[c] > 0 && std::isfinite(of_class[c])) sum += delivery.prices.stocks[c] * of_class[c];
  }
  return sum;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecoveryStudy>> RecoveryStudy::Make(const DisruptionStudy& study,
                                                                   const gap::StopSignal& stop) {
  std::unique_ptr<RecoveryStudy> made(new RecoveryStudy(study));
  made->ReadCapabilities();
  if (absl::Status status = made->FindNeeded(stop); !status.ok()) return status;
  if (!study.currency().empty()) {
    auto program = gap::ProductionProgram::Make(study.joint(), study.margins(), true);
    if (!program.ok()) return program.status();
    made->by_margin_ = *std::move(program);
  }
  return made;
}

absl::Status RecoveryStudy::FindNeeded(const gap::StopSignal& stop) {
  needed_ = study_.joint();
  const std::size_t products = needed_.products.size();
  std::vector<double> worth(products, 0);
  for (std::size_t p = 0; p < products; ++p) {
    const double demand = needed_.segments[needed_.products[p]].demand;
    if (demand <= 0 || !std::isfinite(demand)) continue;
    const double first = 1 + kPreference * static_cast<double>(products - p) / static_cast<double>(products);
    worth[p] = (study_.margins().empty() ? 1 / demand : study_.margins()[p]) * first;
  }
  auto best = gap::ProductionProgram::Make(needed_, worth);
  if (!best.ok()) return best.status();
  (*best)->Choose(kAtLeast);
  const auto plan = (*best)->Deliver(stop);
  if (!plan.ok()) return plan.status();
  std::vector<double> share(products, 0);
  for (std::size_t p = 0; p < products; ++p) {
    double& needed = needed_.segments[needed_.products[p]].demand;
    if (worth[p] == 0 || plan->delivered[p] <= kMet * needed) continue;
    needed = std::min(needed, plan->delivered[p]);
    share[p] = 1 / needed;
    ++count_;
  }
  if (count_ == 0) return absl::OkStatus();
  auto program = gap::ProductionProgram::Make(needed_, std::move(share), true);
  if (!program.ok()) return program.status();
  by_share_ = *std::move(program);
  return absl::OkStatus();
}

// A capability that is in several classes has its stock once: for sure in the first, perhaps in any.
void RecoveryStudy::ReadCapabilities() {
  const model::Snapshot& snapshot = *study_.analysis().snapshot();
  std::set<model::Row> seen;
  for (const gap::Holding& holding : study_.joint().holdings) {
    v1::Capability record;
    snapshot.Read(ResourceType::kCapability, holding.capability, &record);
    const model::Unit* unit = model::FindUnit(record.stock().unit());
    const bool known = record.has_stock() && unit != nullptr;
    const double stock =
        known ? record.stock().value() * unit->factor / study_.joint().classes[holding.capacity_class].unit_factor : 0;
    least_stock_.push_back(seen.insert(holding.capability).second ? stock : 0);
    most_stock_.push_back(known ? stock : kUnbounded);
    recovery_.push_back(record.has_recovery_time_days() ? std::optional(record.recovery_time_days()) : std::nullopt);
  }
}

absl::StatusOr<RecoveryResult> RecoveryStudy::Assess(const Stoppage& stoppage, const gap::StopSignal& stop) {
  const gap::Outage outage = study_.OutageOf(study_.joint(), stoppage);
  RecoveryResult result;
  result.recovery_days = 0;
  const auto add = [&](int holding) {
    const std::optional<double>& days = recovery_[holding];
    if (!days || !result.recovery_days) {
      result.recovery_days.reset();
    } else {
      result.recovery_days = std::max(*result.recovery_days, *days);
    }
  };
  for (const int holding : outage.holdings) add(holding);
  for (const auto& [holding, segment] : outage.at_segment) add(holding);
  if (by_share_ != nullptr) {
    const auto least = SurvivalYears(outage, false, stop);
    if (!least.ok()) return least.status();
    const auto most = SurvivalYears(outage, true, stop);
    if (!most.ok()) return most.status();
    result.survival_days = {*least * kDaysAYear, std::max(*least, *most) * kDaysAYear};
  }
  if (by_margin_ != nullptr && result.recovery_days) {
    const auto impact = Impact(outage, *result.recovery_days / kDaysAYear, stop);
    if (!impact.ok()) return impact.status();
    result.impact = *impact;
  }
  return result;
}

// The unmet share of what is needed in t years is convex in t: the prices at a t give a line under it, whose zero is
// nearer and never short of the answer (Newton on the cuts).
absl::StatusOr<double> RecoveryStudy::SurvivalYears(const gap::Outage& outage, bool upper,
                                                    const gap::StopSignal& stop) {
  const gap::SupplyCase of{.set = gap::kClaimedSet, .upper = upper};
  const std::vector<double>& stock = upper ? most_stock_ : least_stock_;
  const auto deliver = [&](double years, bool with_stock, gap::Delivery* delivery) {
    by_share_->Choose(of, {.years = years, .stock = with_stock ? stock : std::vector<double>()});
    auto all = by_share_->Deliver(stop);
    if (!all.ok()) return all.status();
    return by_share_->DeliverWithout(outage, delivery, stop).status();
  };
  gap::Delivery delivery;
  if (absl::Status status = deliver(1, false, &delivery); !status.ok()) return status;
  if (delivery.value >= count_ * (1 - kMet)) return kUnbounded;
  double years = 1;
  for (int step = 0; step < kMostSteps; ++step) {
    if (absl::Status status = deliver(years, true, &delivery); !status.ok()) return status;
    if (delivery.value < count_ * years * (1 - kMet)) break;
    // Stocks without end may last for ever.
    if (years > 1e6) return kUnbounded;
    years *= 2;
  }
  for (int step = 0; step < kMostSteps; ++step) {
    const double from_stocks = FromStocks(study_.joint(), delivery, stock);
    const double rate = (delivery.value - from_stocks) / years;
    const double zero = count_ > rate ? from_stocks / (count_ - rate) : years;
    if (zero >= years || zero <= 0) return std::max(0.0, std::min(zero, years));
    years = zero;
    if (absl::Status status = deliver(years, true, &delivery); !status.ok()) return status;
    if (delivery.value >= count_ * years * (1 - kMet)) return years;
  }
  return years;
}

absl::StatusOr<double> RecoveryStudy::Impact(const gap::Outage& outage, double years, const gap::StopSignal& stop) {
  by_margin_->Choose(kAtLeast, {.years = years, .stock = least_stock_});
  const auto all = by_margin_->Deliver(stop);
  if (!all.ok()) return all.status();
  const auto without = by_margin_->DeliverWithout(outage, nullptr, stop);
  if (!without.ok()) return without.status();
  return all->value - *without <= kMet * all->value ? 0 : all->value - *without;
}

}  // namespace bulian::risk
