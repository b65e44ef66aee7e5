#include "services/gap/closure_options.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/gap/closure_search.h"
#include "services/gap/evidence_age.h"

namespace bulian::gap {
namespace {

using model::ResourceType;

constexpr std::int64_t kOffersBetweenPolls = 4096;

ClosureDemand DemandOf(const SegmentResult& result, const model::Snapshot& snapshot, model::Row type, int set) {
  ClosureDemand demand;
  const SetMetrics& metrics = result.metrics[static_cast<std::size_t>(set)];
  demand.missing = metrics.independent == 0;
  const SegmentDemand& wanted = result.inputs.demand;
  if (wanted.state != v1::Demand::KNOWN || wanted.per_year <= 0 || type == model::kNoRow) return demand;
  if (metrics.capacity.lower >= wanted.per_year * (1 - kTolerance)) return demand;
  const double factor = snapshot.type(type).unit_factor;
  demand.unmet = (wanted.per_year - metrics.capacity.lower) * factor;
  demand.weight = 1 / (wanted.per_year * factor);
  return demand;
}

class Finder {
 public:
  Finder(const ClusterAnalysis& analysis, const ClosureQuery& query, const StopSignal& stop)
      : analysis_(analysis), snapshot_(*analysis.snapshot()), query_(query), stop_(stop) {}

  std::optional<Closures> Find() {
    FindDemands();
    for (const auto& [need, demands] : demands_of_need_) {
      if (AsksForOffers()) ReadOffers(need, demands);
      if (query_.subjects[v1::CLOSE_BY_PROJECT] && query_.changes[v1::COME_INTO_PRODUCTION])
        ReadProjects(need, demands);
      if (stopped_ || (stop_ && stop_())) return std::nullopt;
    }
    OrderSources();
    MakeOptions();
    if (!RankOptions()) return std::nullopt;
    return std::move(closures_);
  }

 private:
  bool AsksForOffers() const {
    return query_.subjects[v1::CLOSE_BY_ENTERPRISE] || query_.subjects[v1::CLOSE_BY_CAPABILITY];
  }

  void FindDemands() {
    for (const int segment : query_.segments) {
      const SegmentNode& node = analysis_.graph().nodes()[static_cast<std::size_t>(segment)];
      const ClosureDemand demand = DemandOf(analysis_.segment(segment), snapshot_, node.type, query_.set);
      if (demand.unmet <= 0 && !demand.missing) continue;
      demands_of_need_[node.need].push_back(static_cast<int>(closures_.segments.size()));
      closures_.segments.push_back(segment);
      closures_.problem.demands.push_back(demand);
    }
  }

  const SegmentNode& NodeOf(int need) const {
    return analysis_.graph().nodes()[static_cast<std::size_t>(analysis_.graph().need(need).segments.front())];
  }

  void ReadOffers(int need, const std::vector<int>& demands) {
    const model::Row type = NodeOf(need).type;
    if (type == model::kNoRow) return;
    const RequirementFit requirement(snapshot_, NodeOf(need).segment().requirement(), analysis_.as_of());
    const model::TypeNode& node = snapshot_.type(type);
    const auto read = [&](const model::OfferRef& offer) {
      if (++read_ % kOffersBetweenPolls == 0) stopped_ = stopped_ || (stop_ && stop_());
      if (stopped_ || !IsValid(offer->valid_from, offer->valid_until, analysis_.as_of())) return;
      if (offer->enterprise == model::kNoRow || snapshot_.EnterpriseKind(offer->enterprise) == v1::Enterprise::ALLIANCE)
        return;
      const bool sure = IsSureOffer(snapshot_, offer, analysis_.as_of());
      const v1::ClosureChange change = ClosureChangeOf(requirement.PartsOf(offer), sure, query_.set);
      if (!query_.changes[change]) return;
      ClosureSource source{.capability = offer.row(), .enterprise = offer->enterprise, .change = change};
      const Bounds counted = GapCapacity(*offer, node);
      double adds = counted.lower;
      source.capacity_unknown = counted.upper > counted.lower;
      if (change == v1::ALLOT_TO_CLUSTER) {
        const Bounds all = GapCapacity(WhollyForCluster(*offer), node);
        adds = all.lower - counted.lower;
        source.capacity_unknown = all.unbounded();
      }
      AddSource(source, adds * node.unit_factor, demands);
    };
    for (const model::Row subtype : snapshot_.Subtree(type)) snapshot_.OffersOfType(subtype).ForEach(read);
  }

  static model::Offer WhollyForCluster(model::Offer offer) {
    offer.in_cluster_share = 1;
    offer.outside_share = offer.free_share = 0;
    return offer;
  }

  void ReadProjects(int need, const std::vector<int>& demands) {
    const SegmentResult& result = analysis_.segment(analysis_.graph().need(need).segments.front());
    for (const ProjectCandidate& candidate : *result.projects) {
      if (!candidate.satisfied && query_.set != kPossibleSet) continue;
      const std::shared_ptr<const v1::Project> project = snapshot_.project(candidate.project);
      const v1::Evidence& evidence = project->planned_capabilities(candidate.planned).capability().evidence();
      if (query_.set == kVerifiedSet && !IsSure(evidence)) continue;
      ClosureSource source{.project = candidate.project,
                           .planned = candidate.planned,
                           .enterprise = snapshot_.Find(ResourceType::kEnterprise, project->owner()),
                           .change = v1::COME_INTO_PRODUCTION,
                           .capacity_unknown = candidate.capacity.upper > candidate.capacity.lower};
      AddSource(source, candidate.capacity.lower * snapshot_.type(NodeOf(need).type).unit_factor, demands);
    }
  }

  bool IsSure(const v1::Evidence& evidence) const {
    const std::optional<model::Day> day = evidence.has_date() ? model::ToDay(evidence.date()) : std::nullopt;
    return evidence.state() == v1::Evidence::VERIFIED &&
           !IsStale(day.value_or(model::kDistantFuture), snapshot_.cluster().evidence_max_age_days, analysis_.as_of());
  }

  // One source may come by several needs: it counts once.
  void AddSource(const ClosureSource& source, double amount, const std::vector<int>& demands) {
    const std::vector<ClosureDemand>& all = closures_.problem.demands;
    const bool begins = source.change != v1::ALLOT_TO_CLUSTER;
    ClosureSupply found{.amount = amount};
    for (const int demand : demands) {
      if (amount > 0 && all[static_cast<std::size_t>(demand)].unmet > 0) found.feeds.push_back(demand);
      if (begins && all[static_cast<std::size_t>(demand)].missing) found.begins.push_back(demand);
    }
    if (found.feeds.empty() && found.begins.empty()) return;
    const Key key{source.capability, source.project, source.planned, source.change};
    const auto [at, is_new] = source_of_.try_emplace(key, closures_.sources.size());
    if (is_new) {
      closures_.sources.push_back(source);
      closures_.problem.supplies.emplace_back();
    }
    ClosureSupply& supply = closures_.problem.supplies[at->second];
    supply.amount = std::max(supply.amount, amount);
    supply.feeds.insert(supply.feeds.end(), found.feeds.begin(), found.feeds.end());
    supply.begins.insert(supply.begins.end(), found.begins.begin(), found.begins.end());
  }

  std::string_view NameOf(const ClosureSource& source) const {
    return source.project == model::kNoRow ? snapshot_.RelativeName(ResourceType::kCapability, source.capability)
                                           : snapshot_.RelativeName(ResourceType::kProject, source.project);
  }

  void OrderSources() {
    std::vector<std::size_t> order(closures_.sources.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto key = [&](std::size_t at) {
      const ClosureSource& source = closures_.sources[at];
      return std::tuple(NameOf(source), source.planned, source.change);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<ClosureSource> sources;
    std::vector<ClosureSupply> supplies;
    for (const std::size_t at : order) {
      sources.push_back(closures_.sources[at]);
      ClosureSupply& supply = closures_.problem.supplies[at];
      std::sort(supply.feeds.begin(), supply.feeds.end());
      std::sort(supply.begins.begin(), supply.begins.end());
      supplies.push_back(std::move(supply));
    }
    closures_.sources = std::move(sources);
    closures_.problem.supplies = std::move(supplies);
  }

  void AddOption(v1::ClosureSubject subject, model::Row row, v1::ClosureChange change, std::vector<int> supplies) {
    closures_.options.push_back({subject, row, change});
    closures_.problem.choices.push_back({std::move(supplies)});
  }

  void MakeOptions() {
    std::map<std::pair<model::Row, v1::ClosureChange>, std::vector<int>> of_enterprise;
    std::map<model::Row, std::vector<int>> of_project;
    for (std::size_t i = 0; i < closures_.sources.size(); ++i) {
      const ClosureSource& source = closures_.sources[i];
      if (source.project == model::kNoRow) {
        of_enterprise[{source.enterprise, source.change}].push_back(static_cast<int>(i));
      } else {
        of_project[source.project].push_back(static_cast<int>(i));
      }
    }
    for (const auto& [key, supplies] : of_enterprise) {
      if (query_.subjects[v1::CLOSE_BY_ENTERPRISE]) AddOption(v1::CLOSE_BY_ENTERPRISE, key.first, key.second, supplies);
      if (!query_.subjects[v1::CLOSE_BY_CAPABILITY]) continue;
      if (query_.subjects[v1::CLOSE_BY_ENTERPRISE] && supplies.size() == 1) continue;
      for (const int supply : supplies) {
        const model::Row capability = closures_.sources[static_cast<std::size_t>(supply)].capability;
        AddOption(v1::CLOSE_BY_CAPABILITY, capability, key.second, {supply});
      }
    }
    for (const auto& [project, supplies] : of_project) {
      AddOption(v1::CLOSE_BY_PROJECT, project, v1::COME_INTO_PRODUCTION, supplies);
    }
  }

  std::string_view NameOf(const ClosureOption& option) const {
    const ResourceType type = option.subject == v1::CLOSE_BY_ENTERPRISE   ? ResourceType::kEnterprise
                              : option.subject == v1::CLOSE_BY_CAPABILITY ? ResourceType::kCapability
                                                                          : ResourceType::kProject;
    return snapshot_.RelativeName(type, option.row);
  }

  // False if it was stopped.
  bool RankOptions() {
    std::vector<std::size_t> order;
    const std::optional<std::vector<ClosureValue>> values = ValuesAlone(closures_.problem, stop_);
    if (!values) return false;
    for (std::size_t i = 0; i < closures_.options.size(); ++i) {
      closures_.options[i].value = (*values)[i];
      if (closures_.options[i].value.IsOver({})) order.push_back(i);
    }
    const auto key = [&](std::size_t at) {
      const ClosureOption& option = closures_.options[at];
      return std::tuple(-option.value.share, -option.value.missing, NameOf(option), option.change);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<ClosureOption> options;
    std::vector<ClosureChoice> choices;
    for (const std::size_t at : order) {
      const bool held_by_another =
          closures_.options[at].subject == v1::CLOSE_BY_CAPABILITY && query_.subjects[v1::CLOSE_BY_ENTERPRISE];
      if (!held_by_another) closures_.disjoint.push_back(static_cast<int>(options.size()));
      options.push_back(closures_.options[at]);
      choices.push_back(std::move(closures_.problem.choices[at]));
    }
    closures_.options = std::move(options);
    closures_.problem.choices = std::move(choices);
    return true;
  }

  using Key = std::tuple<model::Row, model::Row, int, int>;

  const ClusterAnalysis& analysis_;
  const model::Snapshot& snapshot_;
  const ClosureQuery& query_;
  const StopSignal& stop_;
  Closures closures_{};
  std::map<int, std::vector<int>> demands_of_need_{};
  absl::flat_hash_map<Key, std::size_t> source_of_{};
  std::int64_t read_ = 0;
  bool stopped_ = false;
};

}  // namespace

v1::ClosureChange ClosureChangeOf(const FitParts& parts, bool sure, int set) {
  const int violated = (parts.place == v1::VIOLATED ? 1 : 0) + (parts.level == v1::VIOLATED ? 1 : 0);
  if (parts.details == v1::VIOLATED || violated > 1) return v1::CLOSURE_CHANGE_UNSPECIFIED;
  const bool unknown = parts.place == v1::UNKNOWN || parts.level == v1::UNKNOWN || parts.details == v1::UNKNOWN;
  const int lacks = violated + (unknown && set != kPossibleSet ? 1 : 0) + (!sure && set == kVerifiedSet ? 1 : 0);
  if (lacks > 1) return v1::CLOSURE_CHANGE_UNSPECIFIED;
  if (lacks == 0) return v1::ALLOT_TO_CLUSTER;
  if (parts.place == v1::VIOLATED) return v1::MOVE_IN;
  if (parts.level == v1::VIOLATED) return parts.levels_short == 1 ? v1::RAISE_LEVEL : v1::CLOSURE_CHANGE_UNSPECIFIED;
  return unknown && set != kPossibleSet ? v1::STATE_FIT : v1::VERIFY;
}

bool IsSureOffer(const model::Snapshot& snapshot, const model::OfferRef& offer, model::Day as_of) {
  return offer->verified && !IsStale(offer->evidence_day, snapshot.cluster().evidence_max_age_days, as_of);
}

std::optional<Closures> FindClosures(const ClusterAnalysis& analysis, const ClosureQuery& query,
                                     const StopSignal& stop) {
  return Finder(analysis, query, stop).Find();
}

}  // namespace bulian::gap
