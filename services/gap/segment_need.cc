#include "services/gap/segment_need.h"

#include <algorithm>

#include "services/gap/analysis.h"
#include "services/model/resource_name.h"

namespace bulian::gap {
namespace {

SegmentRef RefOf(const SegmentNode& node) {
  return {node.chain, &node.segment(), node.name, node.type, node.segment().priority()};
}

std::vector<NeighbourSegment> Named(const SegmentGraph& graph, const std::vector<int>& segments) {
  std::vector<NeighbourSegment> neighbours;
  for (const int segment : segments) neighbours.push_back({graph.nodes()[segment].name, graph.nodes()[segment].type});
  std::sort(neighbours.begin(), neighbours.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const auto same = [](const auto& a, const auto& b) { return a.name == b.name; };
  neighbours.erase(std::unique(neighbours.begin(), neighbours.end(), same), neighbours.end());
  return neighbours;
}

}  // namespace

std::optional<SegmentRef> FindSegment(const model::Snapshot& snapshot, std::string_view name) {
  const auto parsed = model::ParseSegmentName(name);
  if (!parsed || parsed->cluster != snapshot.position().cluster) return std::nullopt;
  const model::Row row = snapshot.Find(model::ResourceType::kChain, parsed->chain_name);
  if (row == model::kNoRow) return std::nullopt;
  SegmentRef ref{.chain = snapshot.chain(row), .name = std::string(name)};
  for (const v1::Segment& segment : ref.chain->segments()) {
    if (segment.segment_id() == parsed->segment) ref.segment = &segment;
  }
  if (ref.segment == nullptr) return std::nullopt;
  ref.type = snapshot.Find(model::ResourceType::kCapabilityType, ref.segment->requirement().capability_type());
  ref.priority = ref.segment->priority();
  return ref;
}

std::optional<SegmentNeed> FindSegmentNeed(const ClusterAnalysis& analysis, std::string_view name) {
  const SegmentGraph& graph = analysis.graph();
  const int index = graph.Find(name);
  if (index < 0) return std::nullopt;
  const SegmentResult& result = analysis.segment(index);
  SegmentNeed need{.segment = RefOf(graph.nodes()[index]), .suppliers = result.supply->suppliers};
  const SegmentDemand& demand = result.inputs.demand;
  if (demand.state == v1::Demand::KNOWN) {
    const Bounds& capacity = result.metrics[kClaimedSet].capacity;
    need.demand = demand.per_year;
    need.unmet =
        Bounds{std::max(0.0, demand.per_year - capacity.upper), std::max(0.0, demand.per_year - capacity.lower)};
  }
  std::vector<int> fed_by, feeds;
  for (const int edge : graph.EdgesOf(index)) {
    const DemandEdge& input = graph.demand().edges[edge];
    if (input.to == index && input.from != index) fed_by.push_back(input.from);
    if (input.from == index && input.to != index) feeds.push_back(input.to);
  }
  need.fed_by = Named(graph, fed_by);
  need.feeds = Named(graph, feeds);
  return need;
}

}  // namespace bulian::gap
