#include "services/gap/analysis.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "services/gap/contention.h"
#include "services/gap/requirement_fit.h"
#include "services/gap/segment_need.h"

namespace bulian::gap {
namespace {

constexpr v1::GapKind kListedKinds[] = {v1::MISSING,        v1::SINGLE_SOURCE, v1::CONCENTRATED,
                                        v1::UNDER_CAPACITY, v1::EXTERNAL,      v1::UNVERIFIED};

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

AnalysisBuilder::AnalysisBuilder(model::SnapshotPtr snapshot, model::Day as_of,
                                 std::shared_ptr<const ClusterAnalysis> old, bool graph_changed)
    : next_(std::make_shared<ClusterAnalysis>()), old_(std::move(old)) {
  next_->snapshot_ = std::move(snapshot);
  next_->as_of_ = as_of;
  if (old_ != nullptr && !graph_changed) {
    next_->graph_ = old_->graph_;
    next_->demand_ = old_->demand_;
  } else {
    next_->graph_ = std::make_shared<SegmentGraph>(*next_->snapshot_);
    next_->demand_ = std::make_shared<DemandSolution>(SolveDemand(next_->graph_->demand()));
    ++next_->work_.demand_solves;
  }
  drafts_.resize(graph().nodes().size());
  recomputed_.resize(drafts_.size(), 0);
  old_index_.resize(drafts_.size(), -1);
  if (old_ != nullptr) MatchOldSegments();
}

void AnalysisBuilder::MatchOldSegments() {
  for (int i = 0; i < graph().size(); ++i) {
    if (next_->graph_ == old_->graph_) {
      old_index_[i] = i;
      continue;
    }
    const SegmentNode& node = graph().nodes()[i];
    const int at = old_->graph_->Find(node.name);
    if (at < 0) continue;
    const SegmentNode& before = old_->graph_->nodes()[at];
    if (before.type == node.type && before.requirement_key == node.requirement_key) old_index_[i] = at;
  }
}

bool AnalysisBuilder::HasUnit(int segment) const {
  const model::Row type = graph().nodes()[segment].type;
  return type != model::kNoRow && next_->snapshot_->type(type).dimension != model::Dimension::kNone;
}

void AnalysisBuilder::TakeOver(int segment) { drafts_[segment] = old_->segment(old_index_[segment]); }

void AnalysisBuilder::ReadSupply(int segment) {
  const SegmentNode& node = graph().nodes()[segment];
  const model::Snapshot& snapshot = *next_->snapshot_;
  const RequirementFit requirement(snapshot, node.segment().requirement(), next_->as_of_);
  std::vector<CountedOffer> offers =
      CountOffers(snapshot, node.type, requirement, next_->as_of_, &next_->work_.offers_read);
  drafts_[segment].projects = std::make_shared<std::vector<ProjectCandidate>>(
      FindClosingProjects(snapshot, node.type, requirement, next_->as_of_, offers, HasUnit(segment)));
  drafts_[segment].supply =
      std::make_shared<SupplyFacts>(SummariseSupply(snapshot, next_->as_of_, std::move(offers), HasUnit(segment)));
  recomputed_[segment] = 1;
}

void AnalysisBuilder::ReadExternal(int segment) {
  auto facts =
      std::make_shared<ExternalFacts>(FindExternal(*next_->snapshot_, graph().nodes()[segment].type, next_->as_of_));
  next_->work_.links_read += facts->links_read;
  drafts_[segment].external = std::move(facts);
  recomputed_[segment] = 1;
}

void AnalysisBuilder::FindContention(int segment) {
  const SupplyOf supply_of = [this](int other) -> const SupplyFacts& { return supply(other); };
  drafts_[segment].contended = IsContended(*next_->snapshot_, graph(), supply_of, segment);
}

std::shared_ptr<const SegmentResult> AnalysisBuilder::Judged(int segment) {
  SegmentResult& draft = drafts_[segment];
  VerdictInputs inputs;
  inputs.policy = PolicyOf(next_->snapshot_->cluster(), graph().nodes()[segment].segment());
  inputs.demand = next_->demand_->segments[segment];
  inputs.demand.cause = -1;
  inputs.has_unit = HasUnit(segment);
  if (old_index_[segment] >= 0) {
    const std::shared_ptr<const SegmentResult>& before = old_->segments_[old_index_[segment]];
    if (before->supply == draft.supply && before->external == draft.external && before->projects == draft.projects &&
        before->contended == draft.contended && SameInputs(before->inputs, inputs)) {
      return before;
    }
  }
  ++next_->work_.segments_rejudged;
  draft.inputs = inputs;
  draft.metrics = draft.supply->metrics;
  for (int set = 0; set < kSetCount; ++set) draft.metrics[set].external_share = draft.external->share[set];
  draft.verdicts = Judge(draft.metrics, draft.inputs);
  return std::make_shared<const SegmentResult>(std::move(draft));
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

std::shared_ptr<const ClusterAnalysis> AnalysisBuilder::Finish() {
  if (old_ == nullptr) next_->work_.from_scratch = 1;
  bool same = old_ != nullptr && next_->graph_ == old_->graph_;
  next_->segments_.reserve(drafts_.size());
  for (int i = 0; i < graph().size(); ++i) {
    next_->segments_.push_back(Judged(i));
    next_->work_.segments_recomputed += recomputed_[i];
    same = same && next_->segments_[i] == old_->segments_[i];
  }
  if (same) {
    next_->gaps_ = old_->gaps_;
  } else {
    OrderGaps();
  }
  return std::move(next_);
}

std::shared_ptr<const ClusterAnalysis> AnalyzeFromScratch(const model::SnapshotPtr& snapshot, model::Day as_of) {
  AnalysisBuilder builder(snapshot, as_of, nullptr, true);
  builder.SetProjectOwners(std::make_shared<ProjectOwners>(*snapshot));
  const int count = builder.graph().size();
  for (int i = 0; i < count; ++i) {
    builder.ReadSupply(i);
    builder.ReadExternal(i);
  }
  for (int i = 0; i < count; ++i) builder.FindContention(i);
  return builder.Finish();
}

}  // namespace bulian::gap
