#include "services/match/plan_inputs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "services/gap/ownership_groups.h"
#include "services/match/find.h"
#include "services/match/match_request.h"
#include "services/match/place.h"
#include "services/match/plan_capacity.h"
#include "services/match/recruits.h"
#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

using model::Row;

constexpr int kDefaultCandidates = 50;
constexpr double kDefaultLeast = 0.05;
constexpr double kNothing = 1e-9;  // of a demand: rounding

using Member = std::pair<std::uint16_t, Row>;  // cluster (as PlannedPair's) and enterprise

// What holds for one segment.
struct Terms {
  double weight = 1, supplier_share = 1, least_share = kDefaultLeast, lot_share = 0, lot = 0;
  int min_suppliers = 0;
  int number = -1;  // of its own constraints
};

class Collector {
 public:
  Collector(gap::AnalysisPtr analysis, const std::vector<model::SnapshotPtr>& others,
            const v1::PlanMatchesRequest& request, const gap::StopSignal& stop)
      : analysis_(std::move(analysis)),
        snapshot_(*analysis_->snapshot()),
        others_(others),
        request_(request),
        stop_(stop),
        places_(snapshot_),
        census_(TakeCensus(snapshot_)),
        capacities_(analysis_->as_of(), request.constraints().count_unknown_capacity(), &inputs_) {
    inputs_.clusters.push_back(analysis_->snapshot());
    inputs_.clusters.insert(inputs_.clusters.end(), others.begin(), others.end());
    if (request.has_score_weight()) inputs_.score_weight = request.score_weight();
    inputs_.weights = NormaliseWeights(request.has_weights() ? &request.weights() : nullptr,
                                       snapshot_.cluster().weights, "weights", &violations_);
  }

  absl::StatusOr<PlanInputs> Run() {
    std::vector<int> segments;
    if (absl::Status status = Choose(&segments); !status.ok()) return status;
    CheckNamed();
    if (!violations_.empty()) return violations_.ToStatus();
    for (const int segment : segments) {
      if (stop_ && stop_()) return absl::CancelledError("stopped");
      if (absl::Status status = AddSegment(segment); !status.ok()) return status;
    }
    for (int i = 0; i < request_.fixed_choices_size(); ++i) {
      if (request_.fixed_choices(i).min_amount() > 0 && !kept_choices_.contains(i))
        violations_.Add(Choice(i), "the enterprise is no candidate of a segment that is planned");
    }
    if (!violations_.empty()) return violations_.ToStatus();
    return std::move(inputs_);
  }

 private:
  static std::string Choice(int i) { return "fixed_choices[" + std::to_string(i) + "]"; }

  absl::Status Choose(std::vector<int>* segments) const {
    const gap::SegmentGraph& graph = analysis_->graph();
    std::set<int> chosen;
    for (const std::string& target : request_.targets()) {
      const auto chain = model::ParseResourceName(target);
      if (chain && chain->type == model::ResourceType::kChain) {
        if (snapshot_.Find(model::ResourceType::kChain, target) == model::kNoRow) return model::NotFound(target);
        for (int i = 0; i < graph.size(); ++i) {
          if (graph.nodes()[i].chain->name() == target) chosen.insert(i);
        }
        continue;
      }
      const auto gap = model::ParseGapName(target);
      const int segment = graph.Find(gap ? gap->segment_name : std::string_view(target));
      if (segment < 0) return model::NotFound(target);
      chosen.insert(segment);
    }
    for (int i = 0; request_.targets().empty() && i < graph.size(); ++i) chosen.insert(i);
    segments->assign(chosen.begin(), chosen.end());
    return absl::OkStatus();
  }

  void CheckNamed() {
    const auto check = [&](const std::string& segment, const std::string& field) {
      if (analysis_->graph().Find(segment) < 0) violations_.Add(field + ".segment", "the cluster has no such segment");
    };
    for (int i = 0; i < request_.segment_constraints_size(); ++i)
      check(request_.segment_constraints(i).segment(), "segment_constraints[" + std::to_string(i) + "]");
    for (int i = 0; i < request_.fixed_choices_size(); ++i) {
      check(request_.fixed_choices(i).segment(), Choice(i));
      if (!FindEnterprise(request_.fixed_choices(i).enterprise()))
        violations_.Add(Choice(i) + ".enterprise", "no cluster that takes part has such an enterprise");
    }
  }

  // Whose record it is and its row; nullopt if no cluster that takes part has it.
  std::optional<Member> FindEnterprise(const std::string& name) const {
    for (std::size_t i = 0; i < inputs_.clusters.size(); ++i) {
      if (inputs_.clusters[i]->position().cluster != model::ClusterIdOf(name)) continue;
      const Row row = inputs_.clusters[i]->Find(model::ResourceType::kEnterprise, name);
      if (row != model::kNoRow) return Member{static_cast<std::uint16_t>(i), row};
    }
    return std::nullopt;
  }

  Terms TermsOf(const std::string& segment) const {
    const v1::PlanConstraints& all = request_.constraints();
    Terms terms{.lot_share = all.lot_share(), .min_suppliers = all.min_suppliers()};
    if (all.has_max_supplier_share()) terms.supplier_share = all.max_supplier_share();
    if (all.has_least_share()) terms.least_share = all.least_share();
    for (int i = 0; i < request_.segment_constraints_size(); ++i) {
      const v1::SegmentPlanConstraints& one = request_.segment_constraints(i);
      if (one.segment() != segment) continue;
      terms.number = i;
      if (one.has_weight()) terms.weight = one.weight();
      if (one.has_min_suppliers()) terms.min_suppliers = one.min_suppliers();
      if (one.has_max_supplier_share()) terms.supplier_share = one.max_supplier_share();
      if (one.has_lot()) terms.lot = one.lot();
    }
    return terms;
  }

  absl::Status AddSegment(int segment) {
    const std::string& name = analysis_->graph().nodes()[segment].name;
    const gap::SegmentResult& result = analysis_->segment(segment);
    if (analysis_->graph().nodes()[segment].type == model::kNoRow) return absl::OkStatus();
    const auto need = gap::FindSegmentNeed(*analysis_, name);
    const Terms terms = TermsOf(name);
    const int today = result.metrics[gap::kClaimedSet].independent;
    const int wanted = terms.min_suppliers > 0 ? terms.min_suppliers : result.inputs.policy.min_suppliers;
    PlannedGap told{.segment = segment, .weight = terms.weight};
    PlanNeed asked;
    const bool amount = result.inputs.has_unit && need->unmet && need->unmet->upper > kNothing * *need->demand;
    if (!amount && today >= wanted) return absl::OkStatus();
    v1::MatchTarget message;
    message.set_segment(name);
    const auto resolved =
        ResolveTarget(analysis_->snapshot(), message, request_.has_weights() ? &request_.weights() : nullptr,
                      analysis_->as_of(), [this](const auto&, model::Day) { return analysis_; });
    if (!resolved.ok()) return resolved.status();
    if (amount) {
      told.unit_factor = resolved->target.unit_factor;
      told.unit = resolved->target.unit;
      told.stock = resolved->target.stock;
      asked.need = need->unmet->upper * told.unit_factor;
      asked.supplier_limit = terms.supplier_share * asked.need;
      asked.lot = terms.lot > 0 ? terms.lot * told.unit_factor : terms.lot_share * asked.need;
      if (asked.lot > 0 && asked.need > kMostLots * asked.lot * (1 + kPlanRounding))
        violations_.Add("segment_constraints[" + std::to_string(terms.number) + "].lot",
                        "is under a millionth of what lacks");
      asked.min_suppliers = std::max(0, terms.min_suppliers - today);
      asked.least = asked.min_suppliers > 0 ? terms.least_share * asked.need : 0;
    } else {
      told.counts_suppliers = true;
      asked.need = wanted - today;
      asked.supplier_limit = 1;
    }
    inputs_.problem.gaps.push_back(asked);
    inputs_.gaps.push_back(std::move(told));
    return AddCandidates(*resolved);
  }

  absl::Status AddCandidates(const ResolvedTarget& resolved) {
    PlannedGap& told = inputs_.gaps.back();
    std::map<Member, int> choices;  // number of its choice
    for (int i = 0; i < request_.fixed_choices_size(); ++i) {
      if (request_.fixed_choices(i).segment() == resolved.segment)
        choices[*FindEnterprise(request_.fixed_choices(i).enterprise())] = i;
    }
    const int asked = request_.constraints().candidates_per_gap();
    const auto most = static_cast<std::size_t>(asked == 0 ? kDefaultCandidates : asked);
    FindQuery query;
    query.target = &resolved.target;
    query.snapshot = analysis_->snapshot();
    query.others = others_;
    query.held = request_.scope() != v1::FindCandidatesRequest::POTENTIAL_ONLY;
    query.potential = request_.scope() >= v1::FindCandidatesRequest::POTENTIAL_ONLY;
    query.outside = !request_.local_only();
    query.excluded = resolved.suppliers;
    query.census = &census_;
    // A fixed choice is looked for among all.
    query.size = most;
    for (const model::SnapshotPtr& records : inputs_.clusters)
      query.size += choices.empty() ? 0 : records->Count(model::ResourceType::kEnterprise);
    query.stop = stop_;
    const Found found = Find(query);
    if (found.stopped) return absl::CancelledError("stopped");
    std::vector<const Entry*> entries;
    for (std::size_t i = 0; i < found.page.size(); ++i) {
      if (i < most || choices.contains(RecordOf(found.page[i]))) entries.push_back(&found.page[i]);
    }
    told.candidates_left_out = static_cast<int>(found.count - entries.size());
    const std::vector<int> suppliers = SuppliersOf(entries, resolved.suppliers, &told);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto choice = choices.find(RecordOf(*entries[i]));
      AddPair(*entries[i], found, resolved.target, suppliers[i], choice == choices.end() ? -1 : choice->second);
    }
    return absl::OkStatus();
  }

  static Member RecordOf(const Entry& entry) { return {entry.source, entry.enterprise}; }

  // The record whose owners count: that of the asked cluster where there is one.
  Member OwnedOf(const Entry& entry) const {
    if (entry.source == 0) return RecordOf(entry);
    const model::Snapshot& records = *inputs_.clusters[entry.source];
    const Row here = FindByIds(
        snapshot_, ReadEnterpriseIds(records.RecordBytes(model::ResourceType::kEnterprise, entry.enterprise)));
    return here == model::kNoRow ? RecordOf(entry) : Member{0, here};
  }

  // Groups of common owners within each cluster's records: a number for each member.
  std::map<Member, std::pair<int, int>> RootsOf(const std::set<Member>& members) const {
    std::map<Member, std::pair<int, int>> roots;
    for (int cluster = 0; cluster < static_cast<int>(inputs_.clusters.size()); ++cluster) {
      std::vector<Row> rows;
      for (const auto& [of, row] : members)
        if (of == cluster) rows.push_back(row);
      gap::OwnershipGroups groups(*inputs_.clusters[static_cast<std::size_t>(cluster)], analysis_->as_of(), rows);
      for (int i = 0; i < static_cast<int>(rows.size()); ++i) groups.AddSupplier(i);
      for (int i = 0; i < static_cast<int>(rows.size()); ++i)
        roots[{static_cast<std::uint16_t>(cluster), rows[static_cast<std::size_t>(i)]}] = {cluster, groups.Root(i)};
    }
    return roots;
  }

  // Numbers of independent suppliers, by rank; `told->today` becomes which of them are today's.
  std::vector<int> SuppliersOf(const std::vector<const Entry*>& entries, const std::vector<Row>& today,
                               PlannedGap* told) const {
    std::vector<Member> owned;
    for (const Entry* entry : entries) owned.push_back(OwnedOf(*entry));
    std::set<Member> members(owned.begin(), owned.end());
    for (const Row row : today) members.insert({0, row});
    const auto roots = RootsOf(members);
    std::set<std::pair<int, int>> held;
    for (const Row row : today) held.insert(roots.at({0, row}));
    std::map<std::pair<int, int>, int> number;  // of a root
    std::vector<int> suppliers;
    for (const Member& member : owned) {
      const std::pair<int, int>& root = roots.at(member);
      const auto [at, fresh] = number.try_emplace(root, static_cast<int>(number.size()));
      if (fresh) told->today.push_back(held.contains(root) ? 1 : 0);
      suppliers.push_back(at->second);
    }
    return suppliers;
  }

  void AddPair(const Entry& entry, const Found& found, const Target& target, int supplier, int choice) {
    PlannedGap& told = inputs_.gaps.back();
    const PlanNeed& gap = inputs_.problem.gaps.back();
    PlanPair pair{.gap = static_cast<int>(inputs_.gaps.size()) - 1, .supplier = supplier};
    pair.counts = told.today[static_cast<std::size_t>(supplier)] == 0;
    pair.value = told.weight * (1 - inputs_.score_weight + inputs_.score_weight * entry.score.lower) / gap.need;
    pair.limit = told.counts_suppliers ? (pair.counts ? 1 : 0) : capacities_.Draw(entry, found, target, &pair.source);
    if (pair.limit <= 0) ++told.without_capacity;
    if (choice >= 0) {
      const v1::FixedPlanChoice& fixed = request_.fixed_choices(choice);
      kept_choices_.insert(choice);
      pair.floor = fixed.min_amount() * told.unit_factor;
      if (gap.lot > 0) pair.floor = std::ceil(pair.floor / gap.lot * (1 - kPlanRounding)) * gap.lot;
      if (fixed.has_max_amount()) pair.limit = std::min(pair.limit, fixed.max_amount() * told.unit_factor);
    }
    PlannedPair named{.cluster = entry.source,
                      .enterprise = entry.enterprise,
                      .record = entry.offer,
                      .basis = BasisOf(entry.standing)};
    if (named.basis == v1::PLANNED) named.record = found.planned.offers[entry.offer].project;
    named.fit = FitOf(entry.standing);
    named.score = entry.score.lower;
    named.recruit = entry.source != 0 || places_.Of(entry.ref->region).local == 0;
    inputs_.problem.pairs.push_back(pair);
    inputs_.pairs.push_back(named);
  }

  const gap::AnalysisPtr analysis_;
  const model::Snapshot& snapshot_;
  const std::vector<model::SnapshotPtr>& others_;
  const v1::PlanMatchesRequest& request_;
  const gap::StopSignal& stop_;
  PlaceTable places_;
  const EnterpriseCensus census_;
  PlanInputs inputs_;
  PlanCapacities capacities_;
  std::set<int> kept_choices_;
  model::Violations violations_;
};

}  // namespace

absl::StatusOr<PlanInputs> CollectPlanInputs(const gap::AnalysisPtr& analysis,
                                             const std::vector<model::SnapshotPtr>& others,
                                             const v1::PlanMatchesRequest& request, const gap::StopSignal& stop) {
  return Collector(analysis, others, request, stop).Run();
}

}  // namespace bulian::match
