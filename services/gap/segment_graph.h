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
#include "services/model/snapshot.h"

namespace bulian::gap {

struct SegmentNode {
  std::shared_ptr<const v1::Chain> chain;
  int index = 0;  // within the chain
  model::Row chain_row = model::kNoRow;
  std::string name{};               // full
  model::Row type = model::kNoRow;  // the required type; kNoRow if there is none of the name
  std::string requirement_key{};    // equal keys (and equal types) have equal suppliers

  const v1::Segment& segment() const { return chain->segments(index); }
};

class SegmentGraph {
 public:
  explicit SegmentGraph(const model::Snapshot& snapshot);

  // By chain name, in chain order.
  const std::vector<SegmentNode>& nodes() const { return nodes_; }
  int size() const { return static_cast<int>(nodes_.size()); }
  // The index of a segment by full name; -1 if there is none.
  int Find(std::string_view name) const;
  // Segments that require exactly a type, ascending.
  std::span<const int> RequiringExactly(model::Row type) const;
  // Inputs and final demands in canonical units. An edge leads from the feeding to the fed segment; inputs that name no
  // segment have none.
  const DemandProblem& demand() const { return demand_; }
  // Indexes of the inputs a segment feeds or is fed by, ascending.
  const std::vector<int>& EdgesOf(int segment) const { return edges_of_[segment]; }

 private:
  void AddChain(const model::Snapshot& snapshot, model::Row row);
  void AddInputs(int fed);
  FinalDemand FinalDemandOf(const model::Snapshot& snapshot, int index) const;

  std::vector<SegmentNode> nodes_;
  std::vector<std::pair<std::string_view, int>> by_name_;  // into nodes_
  absl::flat_hash_map<model::Row, std::vector<int>> by_type_;
  DemandProblem demand_;
  std::vector<std::vector<int>> edges_of_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SEGMENT_GRAPH_H_
