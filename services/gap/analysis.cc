#include "services/gap/analysis.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "services/gap/contention.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/segment_need.h"

namespace bulian::gap {
namespace {

constexpr v1::GapKind kListedKinds[] = {v1::MISSING,  v1::SINGLE_SOURCE, v1::CONCENTRATED, v1::UNDER_CAPACITY,
                                        v1::EXTERNAL, v1::UNVERIFIED,    v1::FRAGILE};

std::optional<Bounds> UnmetShareOf(v1::GapKind kind, const SegmentResult& result) {
  if (kind == v1::MISSING) return Bounds{1, 1};
  const SegmentDemand& demand = result.inputs.demand;
  if (kind != v1::UNDER_CAPACITY || demand.state != v1::Demand::KNOWN || demand.per_year <= 0) return std::nullopt;
  return UnmetShare(result.metrics[kClaimedSet].capacity, demand.per_year);
}

bool SameInputs(const VerdictInputs& a, const VerdictInputs& b) {
  return a.policy == b.policy && a.demand == b.demand && a.has_unit == b.has_unit;
}

}  // namespace

AnalysisWork& AnalysisWork::operator+=(const AnalysisWork& other) {
  from_scratch += other.from_scratch;
  segments_recomputed += other.segments_recomputed;
  segments_rejudged += other.segments_rejudged;
  offers_read += other.offers_read;
  links_read += other.links_read;
  demand_solves += other.demand_solves;
  return *this;
}

AnalysisBuilder::AnalysisBuilder(model::SnapshotPtr snapshot, model::Day as_of, AnalysisPtr old, bool graph_changed)
    : next_(std::make_shared<ClusterAnalysis>()), old_(std::move(old)) {
  next_->snapshot_ = std::move(snapshot);
  next_->as_of_ = as_of;
  if (old_ != nullptr && !graph_changed) {
    next_->graph_ = old_->graph_;
    next_->demand_ = old_->demand_;
  } else {
    next_->graph_ = std::make_shared<SegmentGraph>(*next_->snapshot_, as_of);
    next_->demand_ = std::make_shared<DemandSolution>(SolveDemand(next_->graph_->demand()));
    ++next_->work_.demand_solves;
  }
  drafts_.resize(graph().needs().size());
  old_need_.resize(drafts_.size(), -1);
  old_segment_.resize(graph().nodes().size(), -1);
  if (old_ != nullptr) MatchOld();
}

void AnalysisBuilder::MatchOld() {
  if (next_->graph_ == old_->graph_) {
    std::iota(old_need_.begin(), old_need_.end(), 0);
    std::iota(old_segment_.begin(), old_segment_.end(), 0);
    return;
  }
  for (std::size_t i = 0; i < old_need_.size(); ++i) old_need_[i] = old_->graph_->FindNeed(graph().needs()[i]);
  for (std::size_t i = 0; i < old_segment_.size(); ++i) old_segment_[i] = old_->graph_->Find(graph().nodes()[i].name);
}

bool AnalysisBuilder::HasUnit(model::Row type) const {
  return type != model::kNoRow && next_->snapshot_->type(type).dimension != model::Dimension::kNone;
}

void AnalysisBuilder::TakeOver(int need) {
  const SegmentResult& before = old_->segment(old_->graph_->need(old_need_[need]).segments.front());
  Draft& draft = drafts_[need];
  draft.supply = before.supply;
  draft.projects = before.projects;
  draft.contended = before.contended;
  draft.shared = before.shared;
}

bool AnalysisBuilder::TakeOverExternal(int need) {
  const std::span<const int> of_type = old_->graph_->NeedsOf(graph().need(need).type);
  if (of_type.empty()) return false;
  drafts_[need].external = old_->segment(old_->graph_->need(of_type.front()).segments.front()).external;
  return true;
}

void AnalysisBuilder::ReadSupply(int need, const StopSignal& stop) {
  const model::Row type = graph().need(need).type;
  const model::Snapshot& snapshot = *next_->snapshot_;
  const SegmentNode& node = graph().nodes()[graph().need(need).segments.front()];
  const RequirementFit requirement(snapshot, node.segment().requirement(), next_->as_of_);
  CountedSupply counted = CountOffers(snapshot, type, requirement, next_->as_of_, stop);
  next_->work_.offers_read += counted.offers_read;
  Draft& draft = drafts_[need];
  draft.projects = std::make_shared<std::vector<ProjectCandidate>>(
      FindClosingProjects(snapshot, type, requirement, next_->as_of_, counted.offers, HasUnit(type)));
  draft.supply =
      std::make_shared<SupplyFacts>(SummariseSupply(snapshot, next_->as_of_, std::move(counted), HasUnit(type)));
  draft.recomputed = true;
}

void AnalysisBuilder::ReadExternal(int need) {
  const model::Row type = graph().need(need).type;
  std::shared_ptr<const ExternalFacts>& facts = external_read_[type];
  if (facts == nullptr) {
    facts = std::make_shared<ExternalFacts>(FindExternal(*next_->snapshot_, type, next_->as_of_));
    next_->work_.links_read += facts->links_read;
  }
  drafts_[need].external = facts;
  drafts_[need].recomputed = true;
}

void AnalysisBuilder::FindContention(int need) {
  const SupplyOf supply_of = [this](int other) -> const SupplyFacts& { return supply(other); };
  drafts_[need].shared = ServesOtherNeeds(*next_->snapshot_, graph(), supply_of, need);
  drafts_[need].contended =
      drafts_[need].shared || (graph().need(need).segments.size() > 1 && !supply(need).capabilities.empty());
}

std::shared_ptr<const SegmentResult> AnalysisBuilder::Judged(int segment) {
  const SegmentNode& node = graph().nodes()[segment];
  const Draft& draft = drafts_[node.need];
  VerdictInputs inputs;
  inputs.policy = PolicyOf(next_->snapshot_->cluster(), node.segment());
  inputs.demand = next_->demand_->segments[segment];
  inputs.demand.cause = -1;
  inputs.has_unit = HasUnit(node.type);
  if (old_segment_[segment] >= 0) {
    const std::shared_ptr<const SegmentResult>& before = old_->segments_[old_segment_[segment]];
    if (before->supply == draft.supply && before->external == draft.external && before->projects == draft.projects &&
        before->contended == draft.contended && before->shared == draft.shared && SameInputs(before->inputs, inputs)) {
      return before;
    }
  }
  ++next_->work_.segments_rejudged;
  auto result = std::make_shared<SegmentResult>();
  result->supply = draft.supply;
  result->projects = draft.projects;
  result->external = draft.external;
  result->contended = draft.contended;
  result->shared = draft.shared;
  result->inputs = inputs;
  result->metrics = draft.supply->metrics;
  for (int set = 0; set < kSetCount; ++set) result->metrics[set].external_share = draft.external->share[set];
  result->verdicts = Judge(result->metrics, inputs);
  return result;
}

void AnalysisBuilder::OrderGaps() {
  const std::vector<SegmentNode>& nodes = graph().nodes();
  auto gaps = std::make_shared<std::vector<GapRef>>();
  for (int i = 0; i < graph().size(); ++i) {
    const SegmentResult& result = *next_->segments_[i];
    for (const v1::GapKind kind : kListedKinds) {
      const ThreeTruths& truths = result.verdicts.of_kind[kind];
      if (IsListed(truths)) gaps->push_back({i, kind, CertaintyOf(truths), UnmetShareOf(kind, result)});
    }
  }
  const auto key = [&](const GapRef& gap) {
    const int priority = nodes[gap.segment].segment().priority();
    const Bounds unmet = gap.unmet_share.value_or(Bounds{-1, -1});
    return std::tuple<int, int, int, double, double, const std::string&>(
        priority == 0 ? 101 : priority, gap.certainty, gap.kind, -unmet.lower, -unmet.upper, nodes[gap.segment].name);
  };
  std::sort(gaps->begin(), gaps->end(), [&](const GapRef& a, const GapRef& b) { return key(a) < key(b); });
  next_->gaps_ = std::move(gaps);
}

void AnalysisBuilder::SetLoss(int segment, const SegmentLoss& loss) {
  const SegmentResult& before = *next_->segments_[segment];
  bool same = before.fragile_by == loss.supplier && before.fragile_product == loss.product;
  for (int set = 0; set < kSetCount; ++set) same = same && before.metrics[set].single_loss == loss.on_set[set];
  if (same) return;
  auto result = std::make_shared<SegmentResult>(before);
  for (int set = 0; set < kSetCount; ++set) result->metrics[set].single_loss = loss.on_set[set];
  result->fragile_by = loss.supplier;
  result->fragile_product = loss.product;
  result->verdicts = Judge(result->metrics, result->inputs);
  next_->segments_[segment] = std::move(result);
}

AnalysisPtr AnalysisBuilder::Finish(const StopSignal& stop) {
  if (old_ == nullptr) next_->work_.from_scratch = 1;
  bool same = old_ != nullptr && next_->graph_ == old_->graph_;
  next_->segments_.reserve(graph().nodes().size());
  for (int i = 0; i < graph().size(); ++i) {
    next_->segments_.push_back(Judged(i));
    next_->work_.segments_recomputed += drafts_[graph().nodes()[i].need].recomputed ? 1 : 0;
  }
  next_->single_losses_ = SingleLosses::Find(*next_, old_ == nullptr ? nullptr : old_->single_losses_.get(), stop);
  if (next_->single_losses_ == nullptr) return nullptr;
  for (int i = 0; i < graph().size(); ++i) {
    SetLoss(i, next_->single_losses_->of(i));
    same = same && next_->segments_[i] == old_->segments_[i];
  }
  if (same) {
    next_->gaps_ = old_->gaps_;
  } else {
    OrderGaps();
  }
  return std::move(next_);
}

AnalysisBuilder::AnalysisBuilder(AnalysisPtr same)
    : next_(std::make_shared<ClusterAnalysis>(*same)), old_(std::move(same)) {}

void AnalysisBuilder::SetCapacity(int segment, const std::array<Bounds, kSetCount>& capacity) {
  auto result = std::make_shared<SegmentResult>(*next_->segments_[segment]);
  for (int set = 0; set < kSetCount; ++set) result->metrics[set].capacity = capacity[set];
  result->verdicts = Judge(result->metrics, result->inputs);
  next_->segments_[segment] = std::move(result);
}

AnalysisPtr AnalysisBuilder::FinishWithCapacities() {
  OrderGaps();
  return std::move(next_);
}

AnalysisPtr AnalyzeFromScratch(const model::SnapshotPtr& snapshot, model::Day as_of, const StopSignal& stop) {
  AnalysisBuilder builder(snapshot, as_of, nullptr, true);
  builder.SetProjectOwners(std::make_shared<ProjectOwners>(*snapshot));
  const int count = static_cast<int>(builder.graph().needs().size());
  for (int need = 0; need < count; ++need) {
    builder.ReadSupply(need, stop);
    builder.ReadExternal(need);
    if (stop && stop()) return nullptr;
  }
  for (int need = 0; need < count; ++need) builder.FindContention(need);
  return builder.Finish(stop);
}

}  // namespace bulian::gap
