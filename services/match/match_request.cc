#include "services/match/match_request.h"

#include <algorithm>
#include <set>

#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

std::string SegmentOf(const v1::MatchTarget& target) {
  if (target.has_segment()) return target.segment();
  const std::optional<model::GapName> gap = model::ParseGapName(target.gap());
  return gap ? std::string(gap->segment_name) : "";
}

void CheckTarget(std::string_view cluster, const v1::MatchTarget& target, model::Violations* violations) {
  if (target.target_case() == v1::MatchTarget::TARGET_NOT_SET) {
    violations->Add("target", "one of segment, gap and requirement is required");
    return;
  }
  if (target.has_requirement()) return;
  const std::string field = target.has_segment() ? "target.segment" : "target.gap";
  const std::string name = SegmentOf(target);  // the parsed name is views into it
  const std::optional<model::SegmentName> segment = model::ParseSegmentName(name);
  if (!segment) {
    violations->Add(field, target.has_segment()
                               ? "must be clusters/{cluster}/chains/{chain}/segments/{segment}"
                               : "must be clusters/{cluster}/chains/{chain}/segments/{segment}/gaps/{kind}");
  } else if (segment->cluster != cluster) {
    violations->Add(field, "must be of the parent cluster");
  }
}

void TakeNeed(const gap::SegmentNeed& need, ResolvedTarget* resolved) {
  Target& target = resolved->target;
  if (!target.need_known && need.unmet) {
    target.need = {need.unmet->lower, need.unmet->upper};
    target.need_known = true;
  }
  std::set<model::Row> types;
  for (const auto* neighbours : {&need.fed_by, &need.feeds}) {
    for (const gap::NeighbourSegment& neighbour : *neighbours) {
      if (neighbour.type != model::kNoRow && neighbour.name != need.segment.name) types.insert(neighbour.type);
    }
  }
  target.neighbour_types.assign(types.begin(), types.end());
  for (const gap::SegmentSupplier& supplier : need.suppliers) {
    if (supplier.set < 2) resolved->suppliers.push_back(supplier.enterprise);
  }
}

}  // namespace

void CheckCommon(std::string_view parent, const v1::MatchTarget& target, const v1::RankingWeights* weights,
                 const google::type::Date* as_of, model::Violations* violations) {
  const std::optional<model::ResourceName> name = model::ParseResourceName(parent);
  if (!name || name->type != model::ResourceType::kCluster) {
    violations->Add("parent", parent.empty() ? "is required: clusters/{cluster}" : "must be clusters/{cluster}");
  } else {
    CheckTarget(name->id, target, violations);
  }
  if (weights != nullptr) NormaliseWeights(weights, v1::RankingWeights(), "weights", violations);
  if (as_of != nullptr && !model::ToDay(*as_of)) violations->Add("as_of", "must be a full date");
}

absl::StatusOr<ResolvedTarget> ResolveTarget(const model::SnapshotPtr& snapshot, const v1::MatchTarget& target,
                                             const v1::RankingWeights* weights, model::Day as_of,
                                             const gap::AnalysisSource& analysis) {
  ResolvedTarget resolved;
  model::Violations violations;
  std::shared_ptr<const gap::ClusterAnalysis> analysed;
  std::optional<gap::SegmentNeed> need;
  if (target.has_requirement()) {
    resolved.target = MakeTarget(*snapshot, target.requirement(), "target.requirement", &violations);
  } else {
    resolved.segment = SegmentOf(target);
    auto answer = analysis(snapshot, as_of);
    if (!answer.ok()) return answer.status();
    analysed = *std::move(answer);
    need = gap::FindSegmentNeed(*analysed, resolved.segment);
    if (!need) return model::NotFound(resolved.segment);
    resolved.target = MakeTarget(*snapshot, need->segment.segment->requirement(), "target.segment", &violations);
  }
  if (target.has_need() && resolved.target.type != model::kNoRow) {
    if (const auto asked = ConvertNeed(resolved.target, target.need(), "target.need", &violations)) {
      resolved.target.need = {*asked, *asked};
      resolved.target.need_known = true;
    }
  }
  resolved.target.weights = NormaliseWeights(weights, snapshot->cluster().weights, "weights", &violations);
  if (!violations.empty()) return violations.ToStatus();
  resolved.target.as_of = as_of;
  if (need) TakeNeed(*need, &resolved);
  return resolved;
}

}  // namespace bulian::match
