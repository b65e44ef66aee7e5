// Advancing an analysis: which segments can a change have touched? Offers, links and planned capabilities reach the
// segments that require their type or one above it; an enterprise reaches them through its own and, downwards, through
// those it owns; a type reaches all above it, before and after.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/project.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/contention.h"
#include "services/gap/segment_need.h"
#include "services/gap/type_reach.h"

namespace bulian::gap {
namespace {

using model::ResourceType;
using model::Row;
using TypeSet = absl::flat_hash_set<Row>;

bool SameFacts(const model::ClusterFacts& a, const model::ClusterFacts& b) {
  return a.regions == b.regions && a.min_suppliers == b.min_suppliers && a.max_hhi == b.max_hhi &&
         a.max_external_share == b.max_external_share && a.max_single_loss == b.max_single_loss &&
         a.evidence_max_age_days == b.evidence_max_age_days;
}

// What the changes reach, as seen in one of the two snapshots.
class Reached {
 public:
  Reached(const model::Snapshot& snapshot, const ProjectOwners& projects) : snapshot_(snapshot), projects_(projects) {}

  void Touch(const model::TouchedRow& touched) {
    if (!snapshot_.Exists(touched.type, touched.row)) return;
    switch (touched.type) {
      case ResourceType::kCapability:
        Add(&supply_, snapshot_.offer(touched.row)->type);
        break;
      case ResourceType::kSupplyLink:
        Add(&external_, snapshot_.link(touched.row).type);
        break;
      case ResourceType::kProject:
        TouchProject(touched.row);
        break;
      case ResourceType::kCapabilityType:
        Add(&supply_, touched.row);
        Add(&external_, touched.row);
        break;
      case ResourceType::kEnterprise:
        TouchEnterprise(touched.row);
        break;
      case ResourceType::kCluster:
      case ResourceType::kChain:
      case ResourceType::kMatch:
        break;
    }
  }

  // Adds the types and all above them to those whose segments must be read again.
  void Collect(TypeSet* supply, TypeSet* external) const {
    for (const Row row : WithAncestors(snapshot_, {supply_.begin(), supply_.end()})) supply->insert(row);
    for (const Row row : WithAncestors(snapshot_, {external_.begin(), external_.end()})) external->insert(row);
  }

 private:
  static void Add(TypeSet* types, Row type) {
    if (type != model::kNoRow) types->insert(type);
  }

  void TouchProject(Row row) {
    const std::shared_ptr<const v1::Project> project = snapshot_.project(row);
    for (const v1::PlannedCapability& planned : project->planned_capabilities()) {
      Add(&supply_, snapshot_.Find(ResourceType::kCapabilityType, planned.capability().capability_type()));
    }
  }

  void TouchEnterprise(Row touched) {
    snapshot_.LinksOfSupplier(touched).ForEach([&](Row link) { Add(&external_, snapshot_.link(link).type); });
    snapshot_.LinksOfBuyer(touched).ForEach([&](Row link) { Add(&external_, snapshot_.link(link).type); });
    std::vector<Row> open = {touched};
    while (!open.empty()) {
      const Row row = open.back();
      open.pop_back();
      if (!groups_touched_.insert(row).second) continue;
      snapshot_.OffersOfEnterprise(row).ForEach([&](Row offer) { Add(&supply_, snapshot_.offer(offer)->type); });
      for (const Row project : projects_.Of(row)) TouchProject(project);
      // What a government body owns it does not merge.
      if (snapshot_.EnterpriseKind(row) == v1::Enterprise::GOVERNMENT) continue;
      const std::span<const Row> owned = snapshot_.Owned(row);
      open.insert(open.end(), owned.begin(), owned.end());
    }
  }

  const model::Snapshot& snapshot_;
  const ProjectOwners& projects_;
  TypeSet supply_, external_;
  absl::flat_hash_set<Row> groups_touched_;
};

// Contention depends on the suppliers of several needs: those of the ones read again, before and now; and on how many
// segments have the need.
void RefreshContention(AnalysisBuilder* builder, const ClusterAnalysis& old, const model::Snapshot& snapshot,
                       const std::vector<int>& supply_read) {
  const SegmentGraph& graph = builder->graph();
  const SegmentGraph& old_graph = old.graph();
  absl::flat_hash_set<int> open(supply_read.begin(), supply_read.end());
  const auto add_old = [&](const SupplyNeed& old_need) {
    const SupplyFacts& supply = *old.segment(old_need.segments.front()).supply;
    for (const int neighbour : ContentionNeighbours(*old.snapshot(), old_graph, supply)) {
      const int now = &graph == &old_graph ? neighbour : graph.FindNeed(old_graph.need(neighbour));
      if (now >= 0) open.insert(now);
    }
  };
  for (const int need : supply_read) {
    if (builder->OldNeed(need) >= 0) add_old(old_graph.need(builder->OldNeed(need)));
    for (const int neighbour : ContentionNeighbours(snapshot, graph, builder->supply(need))) open.insert(neighbour);
  }
  if (&graph != &old_graph) {
    for (const SupplyNeed& need : old_graph.needs()) {
      const int now = graph.FindNeed(need);
      if (now < 0) {
        add_old(need);
      } else if (graph.need(now).segments.size() != need.segments.size()) {
        open.insert(now);
      }
    }
  }
  for (const int need : open) builder->FindContention(need);
}

}  // namespace

AnalysisPtr AdvanceAnalysis(const AnalysisPtr& old, const model::SnapshotPtr& snapshot, const model::Delta& changes,
                            const StopSignal& stop) {
  if (old->snapshot()->history() != snapshot->history())
    return AnalyzeFromScratch(snapshot, snapshot->cluster().as_of, stop);
  return AdvanceToBranch(old, snapshot, snapshot->cluster().as_of, changes, stop);
}

AnalysisPtr AdvanceToBranch(const AnalysisPtr& old, const model::SnapshotPtr& branch, model::Day as_of,
                            const model::Delta& changes, const StopSignal& stop) {
  const model::Snapshot& before = *old->snapshot();
  if (old->as_of() != as_of || !SameFacts(before.cluster(), branch->cluster()))
    return AnalyzeFromScratch(branch, as_of, stop);
  const bool graph_changed = std::any_of(changes.begin(), changes.end(), [](const model::TouchedRow& touched) {
    return touched.type == ResourceType::kChain || touched.type == ResourceType::kCapabilityType;
  });
  AnalysisBuilder builder(branch, as_of, old, graph_changed);
  auto owners = std::make_shared<ProjectOwners>(builder.old_project_owners(), *branch, changes);
  Reached then(before, builder.old_project_owners()), now(*branch, *owners);
  for (const model::TouchedRow& touched : changes) {
    then.Touch(touched);
    now.Touch(touched);
  }
  builder.SetProjectOwners(std::move(owners));
  TypeSet supply_types, external_types;
  then.Collect(&supply_types, &external_types);
  now.Collect(&supply_types, &external_types);
  std::vector<int> supply_read;
  const int count = static_cast<int>(builder.graph().needs().size());
  for (int need = 0; need < count; ++need) {
    const Row type = builder.graph().need(need).type;
    const bool known = builder.OldNeed(need) >= 0;
    if (known) builder.TakeOver(need);
    if (!known || supply_types.contains(type)) {
      builder.ReadSupply(need, stop);
      supply_read.push_back(need);
    }
    if (external_types.contains(type) || !builder.TakeOverExternal(need)) builder.ReadExternal(need);
    if (stop && stop()) return nullptr;
  }
  RefreshContention(&builder, *old, *branch, supply_read);
  return builder.Finish(stop);
}

}  // namespace bulian::gap
