#include "services/gap/look_ahead.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "bulian/v1/capability.pb.h"
#include "bulian/v1/project.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/closing_projects.h"
#include "services/gap/external_share.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/supplier_sets.h"
#include "services/gap/supply_meter.h"

namespace bulian::gap {
namespace {

using model::Day;
using model::ResourceType;
using model::Row;
using Metrics = std::array<SetMetrics, kSetCount>;

// Kinds that a planned capability can end.
constexpr v1::GapKind kEndedByCapability[] = {v1::MISSING, v1::SINGLE_SOURCE, v1::CONCENTRATED, v1::UNDER_CAPACITY};

struct Planned {
  Row project = model::kNoRow;
  int index = 0;
  bool only_signed = false;
  int set = kClaimedSet;  // the smallest it counts in, once it was counted
};

// kDistantPast if there is none.
Day DayOf(bool has, const google::type::Date& date) {
  return has ? model::ToDay(date).value_or(model::kDistantPast) : model::kDistantPast;
}

// The snapshot with all planned capabilities as records that are valid from their production dates.
class Future {
 public:
  explicit Future(const model::SnapshotPtr& now) : now_(*now) {
    now->VisitByName(ResourceType::kProject, "", "", [&](Row row) {
      AddProject(row);
      return true;
    });
    std::vector<model::RecordChange> changes;
    for (std::size_t i = 0; i < names_.size(); ++i) changes.push_back({names_[i], values_[i]});
    model::SnapshotBuilder builder(now);
    builder.Apply(now->position(), changes);
    snapshot_ = builder.Build();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      by_row_.emplace(snapshot_->Find(ResourceType::kCapability, names_[i]), planned_[i]);
    }
  }

  const model::Snapshot& snapshot() const { return *snapshot_; }
  const Planned* Find(Row capability) const {
    const auto at = by_row_.find(capability);
    return at == by_row_.end() ? nullptr : &at->second;
  }

 private:
  void AddProject(Row row) {
    const std::shared_ptr<const v1::Project> project = now_.project(row);
    const Day day = DayOf(project->has_production_date(), project->production_date());
    if (!IsOnItsWay(*project) || day == model::kDistantPast) return;
    for (int i = 0; i < project->planned_capabilities_size(); ++i) {
      const std::string name =
          absl::StrCat(project->owner(), "/capabilities/", project->planned_capabilities(i).capability_id());
      // As when it goes into production: what exists already stays.
      if (now_.Find(ResourceType::kCapability, name) != model::kNoRow || !seen_.insert(name).second) continue;
      v1::Capability capability = project->planned_capabilities(i).capability();
      capability.clear_name();
      capability.clear_etag();
      capability.clear_evidence();
      const Day from = DayOf(capability.has_valid_from(), capability.valid_from());
      *capability.mutable_valid_from() = model::ToDate(std::max(day, from));
      names_.push_back(name);
      values_.push_back(capability.SerializeAsString());
      planned_.push_back({row, i, project->state() == v1::Project::SIGNED});
    }
  }

  const model::Snapshot& now_;
  absl::flat_hash_set<std::string> seen_;
  std::vector<std::string> names_, values_;
  std::vector<Planned> planned_;
  model::SnapshotPtr snapshot_;
  absl::flat_hash_map<Row, Planned> by_row_;
};

// What one need has on each day, with all projects and without each of those that count in it.
struct WithoutOne {
  Planned planned;
  std::vector<Metrics> metrics;  // by day
};
struct NeedAhead {
  std::vector<Metrics> with;        // by day
  std::vector<WithoutOne> without;  // by project name and planned capability
};

class Looker {
 public:
  Looker(const ClusterAnalysis& analysis, const std::vector<Day>& days, const StopSignal& stop)
      : analysis_(analysis), days_(days), stop_(stop), future_(analysis.snapshot()) {
    SolveDemands();
  }

  bool stopped() const { return stopped_; }
  LookAhead Of(int segment);

 private:
  void SolveDemands();
  const NeedAhead& AheadOf(int need);
  std::vector<CountedOffer> OffersOn(int need, Day day);
  Metrics Measured(std::vector<CountedOffer> offers, Row type, Day day) const;
  bool HasUnit(Row type) const {
    return type != model::kNoRow && analysis_.snapshot()->type(type).dimension != model::Dimension::kNone;
  }
  VerdictInputs InputsOn(int segment, std::size_t day) const;
  void AddEffects(int segment, const NeedAhead& ahead, LookAhead* look) const;

  const ClusterAnalysis& analysis_;
  const std::vector<Day>& days_;
  const StopSignal& stop_;
  const Future future_;
  std::vector<std::shared_ptr<const DemandSolution>> demands_;  // by day
  absl::flat_hash_map<int, NeedAhead> needs_;
  bool stopped_ = false;
};

void Looker::SolveDemands() {
  std::vector<Day> turns;
  for (const SegmentNode& node : analysis_.graph().nodes()) {
    for (const v1::PlannedDemand& planned : node.segment().demand_plan()) {
      if (const auto day = model::ToDay(planned.valid_from())) turns.push_back(*day);
    }
  }
  for (std::size_t i = 0; i < days_.size(); ++i) {
    const bool turned = i > 0 && std::any_of(turns.begin(), turns.end(),
                                             [&](Day day) { return day > days_[i - 1] && day <= days_[i]; });
    if (i > 0 && !turned) {
      demands_.push_back(demands_.back());
    } else {
      const SegmentGraph graph(*analysis_.snapshot(), days_[i]);
      demands_.push_back(std::make_shared<DemandSolution>(SolveDemand(graph.demand())));
    }
  }
}

std::vector<CountedOffer> Looker::OffersOn(int need, Day day) {
  const SegmentGraph& graph = analysis_.graph();
  const SegmentNode& node = graph.nodes()[graph.need(need).segments.front()];
  const RequirementFit requirement(future_.snapshot(), node.segment().requirement(), day);
  std::vector<CountedOffer> offers = CountOffers(future_.snapshot(), node.type, requirement, day, stop_).offers;
  for (CountedOffer& offer : offers) {
    const Planned* planned = future_.Find(offer.capability);
    if (planned == nullptr || !planned->only_signed) continue;
    offer.set = kPossibleSet;
    offer.capacity.lower = 0;
  }
  return offers;
}

Metrics Looker::Measured(std::vector<CountedOffer> offers, Row type, Day day) const {
  std::sort(offers.begin(), offers.end(), [](const CountedOffer& a, const CountedOffer& b) {
    return std::pair(a.capacity.lower, a.capacity.upper) < std::pair(b.capacity.lower, b.capacity.upper);
  });
  SupplyMeter meter(future_.snapshot(), day, offers, HasUnit(type));
  Metrics metrics;
  for (int set = 0; set < kSetCount; ++set) metrics[static_cast<std::size_t>(set)] = meter.Measure(set);
  return metrics;
}

const NeedAhead& Looker::AheadOf(int need) {
  const auto [at, is_new] = needs_.try_emplace(need);
  NeedAhead& ahead = at->second;
  if (!is_new) return ahead;
  const Row type = analysis_.graph().need(need).type;
  std::vector<std::vector<CountedOffer>> offers;
  std::vector<Row> planned_rows;
  absl::flat_hash_map<Row, int> first_set;
  for (const Day day : days_) {
    stopped_ = stopped_ || (stop_ && stop_());
    if (stopped_) return ahead;
    offers.push_back(OffersOn(need, day));
    for (const CountedOffer& offer : offers.back()) {
      if (future_.Find(offer.capability) != nullptr && first_set.try_emplace(offer.capability, offer.set).second)
        planned_rows.push_back(offer.capability);
    }
  }
  const auto measure = [&](Row without) {
    std::vector<Metrics> by_day;
    for (std::size_t i = 0; i < days_.size(); ++i) {
      std::vector<CountedOffer> counted = offers[i];
      std::erase_if(counted, [&](const CountedOffer& offer) { return offer.capability == without; });
      // A day on which the one left out does not count is as with all.
      if (without != model::kNoRow && counted.size() == offers[i].size()) {
        by_day.push_back(ahead.with[i]);
        continue;
      }
      by_day.push_back(Measured(std::move(counted), type, days_[i]));
      const ExternalFacts external = FindExternal(future_.snapshot(), type, days_[i]);
      for (std::size_t set = 0; set < kSetCount; ++set) by_day.back()[set].external_share = external.share[set];
    }
    return by_day;
  };
  ahead.with = measure(model::kNoRow);
  const model::Snapshot& now = *analysis_.snapshot();
  std::sort(planned_rows.begin(), planned_rows.end(), [&](Row a, Row b) {
    const Planned &x = *future_.Find(a), &y = *future_.Find(b);
    return std::pair(now.RelativeName(ResourceType::kProject, x.project), x.index) <
           std::pair(now.RelativeName(ResourceType::kProject, y.project), y.index);
  });
  for (const Row row : planned_rows) {
    Planned planned = *future_.Find(row);
    planned.set = std::max(kClaimedSet, first_set[row]);
    ahead.without.push_back({planned, measure(row)});
  }
  return ahead;
}

VerdictInputs Looker::InputsOn(int segment, std::size_t day) const {
  const SegmentNode& node = analysis_.graph().nodes()[segment];
  VerdictInputs inputs;
  inputs.policy = PolicyOf(analysis_.snapshot()->cluster(), node.segment());
  inputs.demand = demands_[day]->segments[static_cast<std::size_t>(segment)];
  inputs.has_unit = HasUnit(node.type);
  return inputs;
}

bool IsOpen(Truth truth) { return truth == Truth::kHolds || truth == Truth::kUndecided; }

void Looker::AddEffects(int segment, const NeedAhead& ahead, LookAhead* look) const {
  for (const WithoutOne& one : ahead.without) {
    const Planned& planned = one.planned;
    for (const v1::GapKind kind : kEndedByCapability) {
      const auto truth = [&](const std::vector<Metrics>& metrics, std::size_t day) {
        return VerdictOn(kind, metrics[day][static_cast<std::size_t>(planned.set)], InputsOn(segment, day));
      };
      std::size_t closes = 1;
      while (closes < days_.size() &&
             !(IsOpen(truth(ahead.with, closes - 1)) && truth(ahead.with, closes) == Truth::kAbsent &&
               IsOpen(truth(one.metrics, closes)))) {
        ++closes;
      }
      if (closes >= days_.size()) continue;
      LookEffect effect{planned.project, planned.index, kind, days_[closes], std::nullopt, planned.set == kPossibleSet};
      for (std::size_t day = closes + 1; day < days_.size() && !effect.closes_without; ++day) {
        if (truth(one.metrics, day) == Truth::kAbsent) effect.closes_without = days_[day];
      }
      look->effects.push_back(effect);
    }
  }
  // Stable: on one day they stay in the order of names.
  std::stable_sort(look->effects.begin(), look->effects.end(),
                   [](const LookEffect& a, const LookEffect& b) { return a.closes < b.closes; });
}

LookAhead Looker::Of(int segment) {
  LookAhead look{.segment = segment, .steps = {}, .first_shortage = {}, .effects = {}, .undated_projects = {}};
  const NeedAhead& ahead = AheadOf(analysis_.graph().nodes()[segment].need);
  if (stopped_) return look;
  for (std::size_t day = 0; day < days_.size(); ++day) {
    const VerdictInputs inputs = InputsOn(segment, day);
    LookStep step{days_[day], ahead.with[day], inputs.demand, Judge(ahead.with[day], inputs)};
    const auto holds = [&](v1::GapKind kind) { return step.verdicts.of_kind[kind][kClaimedSet] == Truth::kHolds; };
    if (!look.first_shortage && (holds(v1::MISSING) || holds(v1::UNDER_CAPACITY))) look.first_shortage = days_[day];
    if (look.steps.empty() || look.steps.back().metrics != step.metrics || look.steps.back().demand != step.demand)
      look.steps.push_back(std::move(step));
  }
  AddEffects(segment, ahead, &look);
  for (const ProjectCandidate& candidate : *analysis_.segment(segment).projects) {
    const auto project = analysis_.snapshot()->project(candidate.project);
    if (!project->has_production_date()) look.undated_projects.push_back(project->name());
  }
  std::sort(look.undated_projects.begin(), look.undated_projects.end());
  look.undated_projects.erase(std::unique(look.undated_projects.begin(), look.undated_projects.end()),
                              look.undated_projects.end());
  return look;
}

bool HasGap(const LookAhead& look) {
  return std::any_of(look.steps.begin(), look.steps.end(), [](const LookStep& step) {
    for (int kind = v1::MISSING; kind <= v1::UNVERIFIED; ++kind) {
      if (IsListed(step.verdicts.of_kind[static_cast<std::size_t>(kind)])) return true;
    }
    return false;
  });
}

Day MonthsLater(Day day, int months) {
  const absl::CivilDay from = absl::CivilDay(1970, 1, 1) + day;
  const absl::CivilMonth month = absl::CivilMonth(from) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  const absl::CivilDay to = absl::CivilDay(month) + std::min(from.day(), last.day()) - 1;
  return static_cast<Day>(to - absl::CivilDay(1970, 1, 1));
}

}  // namespace

std::vector<Day> PeriodStarts(Day as_of, Day horizon, v1::Period period, std::size_t limit) {
  std::vector<Day> days;
  for (int i = 0;; ++i) {
    Day day = as_of;
    if (period == v1::DAY) day = as_of + i;
    if (period == v1::WEEK) day = as_of + 7 * i;
    if (period == v1::MONTH || period == v1::PERIOD_UNSPECIFIED) day = MonthsLater(as_of, i);
    if (period == v1::YEAR) day = MonthsLater(as_of, 12 * i);
    if (day > horizon) return days;
    if (days.size() == limit) return {};
    days.push_back(day);
  }
}

std::optional<std::vector<LookAhead>> LookAheadOf(const ClusterAnalysis& analysis, std::string_view chain,
                                                  const std::vector<Day>& days, const StopSignal& stop) {
  std::vector<LookAhead> looks;
  if (days.empty()) return looks;
  Looker looker(analysis, days, stop);
  for (int i = 0; i < analysis.graph().size(); ++i) {
    if (!chain.empty() && analysis.graph().nodes()[i].chain->name() != chain) continue;
    LookAhead look = looker.Of(i);
    if (looker.stopped()) return std::nullopt;
    if (HasGap(look)) looks.push_back(std::move(look));
  }
  return looks;
}

}  // namespace bulian::gap
