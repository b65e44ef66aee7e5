#include "services/gap/segment_graph.h"

#include <algorithm>
#include <limits>
#include <map>

#include "services/model/resource_name.h"
#include "services/model/units.h"

namespace bulian::gap {
namespace {

// The rate in force on a day; null if none is stated.
const v1::Rate* FinalDemandAt(const v1::Segment& segment, model::Day day) {
  const v1::Rate* rate = segment.has_final_demand() ? &segment.final_demand() : nullptr;
  for (const v1::PlannedDemand& planned : segment.demand_plan()) {
    if (const auto from = model::ToDay(planned.valid_from()); from && *from <= day) rate = &planned.final_demand();
  }
  return rate;
}

}  // namespace

SegmentGraph::SegmentGraph(const model::Snapshot& snapshot, model::Day as_of) {
  snapshot.VisitByName(model::ResourceType::kChain, "", "", [&](model::Row row) {
    AddChain(snapshot, row);
    return true;
  });
  for (int i = 0; i < size(); ++i) by_name_.emplace_back(nodes_[i].name, i);
  std::sort(by_name_.begin(), by_name_.end());
  AddNeeds();
  for (int i = 0; i < size(); ++i) AddInputs(i);
  edges_of_.resize(nodes_.size());
  for (int e = 0; e < static_cast<int>(demand_.edges.size()); ++e) {
    edges_of_[demand_.edges[e].from].push_back(e);
    if (demand_.edges[e].to != demand_.edges[e].from) edges_of_[demand_.edges[e].to].push_back(e);
  }
  for (int i = 0; i < size(); ++i) demand_.final_demand.push_back(FinalDemandOf(snapshot, i, as_of));
}

int SegmentGraph::Find(std::string_view name) const {
  const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                   [](const auto& entry, std::string_view key) { return entry.first < key; });
  return at != by_name_.end() && at->first == name ? at->second : -1;
}

int SegmentGraph::FindInput(const SegmentNode& node, const v1::Input& input) const {
  const bool is_full = model::ParseSegmentName(input.segment()).has_value();
  return Find(is_full ? input.segment() : node.chain->name() + "/segments/" + input.segment());
}

std::span<const int> SegmentGraph::NeedsOf(model::Row type) const {
  const auto at = needs_of_type_.find(type);
  return at == needs_of_type_.end() ? std::span<const int>() : std::span<const int>(at->second);
}

int SegmentGraph::FindNeed(const SupplyNeed& need) const {
  for (const int candidate : NeedsOf(need.type)) {
    if (needs_[candidate].requirement == need.requirement) return candidate;
  }
  return -1;
}

void SegmentGraph::AddNeeds() {
  absl::flat_hash_map<std::string, int> known;
  for (int i = 0; i < size(); ++i) {
    SegmentNode& node = nodes_[i];
    std::string requirement = node.segment().requirement().SerializeAsString();
    const auto [at, added] = known.try_emplace(requirement, static_cast<int>(needs_.size()));
    node.need = at->second;
    if (added) {
      needs_of_type_[node.type].push_back(node.need);
      needs_.push_back({.type = node.type, .requirement = std::move(requirement)});
    }
    needs_[node.need].segments.push_back(i);
  }
}

void SegmentGraph::AddChain(const model::Snapshot& snapshot, model::Row row) {
  const std::shared_ptr<const v1::Chain> chain = snapshot.chain(row);
  for (int i = 0; i < chain->segments_size(); ++i) {
    const v1::Segment& segment = chain->segments(i);
    SegmentNode node{.chain = chain, .index = i, .chain_row = row};
    node.name = chain->name() + "/segments/" + segment.segment_id();
    node.type = snapshot.Find(model::ResourceType::kCapabilityType, segment.requirement().capability_type());
    nodes_.push_back(std::move(node));
  }
}

void SegmentGraph::AddInputs(int fed) {
  const SegmentNode& node = nodes_[fed];
  std::map<std::string_view, bool> planned;  // group: whether a member states a split
  for (const v1::Input& input : node.segment().inputs()) {
    if (!input.alternatives_group().empty()) planned[input.alternatives_group()] |= input.has_split();
  }
  std::map<std::string_view, bool> first_seen;
  for (const v1::Input& input : node.segment().inputs()) {
    double split = 1;
    if (!input.alternatives_group().empty()) {
      const bool first = !std::exchange(first_seen[input.alternatives_group()], true);
      split = planned[input.alternatives_group()] ? input.split() : (first ? 1 : 0);
    }
    const int from = FindInput(node, input);
    if (from < 0) continue;
    DemandEdge edge{.from = from, .to = fed};
    if (input.has_coefficient()) {
      edge.enabling = input.coefficient() == 0;
      edge.coefficient = input.coefficient() * split;
    } else {
      edge.coefficient = split == 0 ? 0 : std::numeric_limits<double>::quiet_NaN();
    }
    demand_.edges.push_back(edge);
  }
}

FinalDemand SegmentGraph::FinalDemandOf(const model::Snapshot& snapshot, int index, model::Day as_of) const {
  const v1::Rate* const rate = FinalDemandAt(nodes_[index].segment(), as_of);
  const bool stated = rate != nullptr;
  const model::TypeNode* type = nodes_[index].type == model::kNoRow ? nullptr : &snapshot.type(nodes_[index].type);
  if (type == nullptr || type->unit.empty()) {
    // Only presence counts of a segment that nothing draws a quantity from; it needs no unit.
    bool enabling = false, draws = stated;
    for (const int e : edges_of_[index]) {
      if (demand_.edges[e].from == index) (demand_.edges[e].enabling ? enabling : draws) = true;
    }
    return {enabling && !draws ? FinalDemand::State::kAbsent : FinalDemand::State::kNoUnit, 0};
  }
  if (!stated) return {};
  const model::Unit* unit = model::FindUnit(rate->unit());
  if (unit == nullptr || unit->dimension != type->dimension ||
      (rate->period() == v1::PERIOD_UNSPECIFIED) != type->stock) {
    return {FinalDemand::State::kNoUnit, 0};
  }
  return {FinalDemand::State::kStated,
          rate->value() * unit->factor / type->unit_factor * model::PeriodsPerYear(rate->period())};
}

std::vector<int> SegmentGraph::UpstreamOf(const std::vector<int>& segments) const {
  std::vector<char> needed(nodes_.size(), 0);
  std::vector<int> open = segments;
  for (const int segment : segments) needed[segment] = 1;
  while (!open.empty()) {
    const int to = open.back();
    open.pop_back();
    for (const int edge : edges_of_[to]) {
      const DemandEdge& input = demand_.edges[edge];
      if (input.to == to && std::exchange(needed[input.from], 1) == 0) open.push_back(input.from);
    }
  }
  std::vector<int> upstream;
  for (int i = 0; i < size(); ++i) {
    if (needed[i] != 0) upstream.push_back(i);
  }
  return upstream;
}

}  // namespace bulian::gap
