// All segments of a cluster as one graph over all its chains. Immutable, thread-safe.
#ifndef SERVICES_GAP_SEGMENT_GRAPH_H_
#define SERVICES_GAP_SEGMENT_GRAPH_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bulian/v1/chain.pb.h"
#include "services/gap/demand.h"
#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

struct SegmentNode {
  std::shared_ptr<const v1::Chain> chain;
  int index = 0;  // within the chain
  model::Row chain_row = model::kNoRow;
  std::string name{};               // full
  model::Row type = model::kNoRow;  // the required type; kNoRow if there is none of the name
  int need = 0;                     // index in needs()

  const v1::Segment& segment() const { return chain->segments(index); }
};

// What one or several segments require: they have the same suppliers.
struct SupplyNeed {
  model::Row type = model::kNoRow;
  std::string requirement{};    // as bytes; unequal ones may mean the same
  std::vector<int> segments{};  // ascending, at least one
};

class SegmentGraph {
 public:
  // With the final demand of the day `as_of`.
  SegmentGraph(const model::Snapshot& snapshot, model::Day as_of);

  // By chain name, in chain order.
  const std::vector<SegmentNode>& nodes() const { return nodes_; }
  int size() const { return static_cast<int>(nodes_.size()); }
  // The index of a segment by full name; -1 if there is none.
  int Find(std::string_view name) const;
  // The segment an input of a node's segment names; -1 if there is none.
  int FindInput(const SegmentNode& node, const v1::Input& input) const;
  // The distinct requirements, by their first segment.
  const std::vector<SupplyNeed>& needs() const { return needs_; }
  const SupplyNeed& need(int index) const { return needs_[static_cast<std::size_t>(index)]; }
  // Indexes of the needs of exactly a type, ascending.
  std::span<const int> NeedsOf(model::Row type) const;
  // The index of an equal need; -1 if there is none.
  int FindNeed(const SupplyNeed& need) const;
  // The segments that some need in any way, and these themselves, ascending.
  std::vector<int> UpstreamOf(const std::vector<int>& segments) const;
  // Inputs and final demands in canonical units. An edge leads from the feeding to the fed segment; inputs that name no
  // segment have none.
  const DemandProblem& demand() const { return demand_; }
  // Indexes of the inputs a segment feeds or is fed by, ascending.
  const std::vector<int>& EdgesOf(int segment) const { return edges_of_[segment]; }

 private:
  void AddNeeds();
  void AddChain(const model::Snapshot& snapshot, model::Row row);
  void AddInputs(int fed);
  FinalDemand FinalDemandOf(const model::Snapshot& snapshot, int index, model::Day as_of) const;

  std::vector<SegmentNode> nodes_;
  std::vector<std::pair<std::string_view, int>> by_name_;  // into nodes_
  std::vector<SupplyNeed> needs_;
  absl::flat_hash_map<model::Row, std::vector<int>> needs_of_type_;
  DemandProblem demand_;
  std::vector<std::vector<int>> edges_of_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SEGMENT_GRAPH_H_
