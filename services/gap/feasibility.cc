#include "services/gap/feasibility.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

namespace bulian::gap {
namespace {

// The segments that `segment` needs in any way, itself included, ascending.
std::vector<int> Upstream(const NeedGraph& needs, int segment) {
  std::vector<char> seen(needs.clauses.size(), 0);
  std::vector<int> reached{segment};
  seen[segment] = 1;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const std::vector<int>& clause : needs.clauses[reached[i]]) {
      for (const int member : clause) {
        if (std::exchange(seen[member], 1) == 0) reached.push_back(member);
      }
    }
  }
  std::sort(reached.begin(), reached.end());
  return reached;
}

// The part of the graph over `kept` (ascending, closed under needs), renumbered.
NeedGraph Part(const NeedGraph& needs, const std::vector<int>& kept) {
  const auto number = [&](int segment) {
    return static_cast<int>(std::lower_bound(kept.begin(), kept.end(), segment) - kept.begin());
  };
  NeedGraph part;
  for (const int segment : kept) {
    part.clauses.push_back(needs.clauses[segment]);
    for (std::vector<int>& clause : part.clauses.back()) {
      for (int& member : clause) member = number(member);
    }
  }
  return part;
}

// Of each clause the first member that works.
std::vector<int> RouteTo(const NeedGraph& needs, const std::vector<char>& working, int segment) {
  std::vector<char> seen(needs.clauses.size(), 0);
  std::vector<int> route{segment};
  seen[segment] = 1;
  for (std::size_t i = 0; i < route.size(); ++i) {
    for (const std::vector<int>& clause : needs.clauses[route[i]]) {
      const int member =
          *std::find_if(clause.begin(), clause.end(), [&](int candidate) { return working[candidate] != 0; });
      if (std::exchange(seen[member], 1) == 0) route.push_back(member);
    }
  }
  std::sort(route.begin(), route.end());
  return route;
}

// What works, kept up to date while suppliers are taken away; the last step can be taken back. Its cost is that of what
// the step stops.
class Working {
 public:
  Working(const NeedGraph& needs, const std::vector<char>& has_supplier)
      : uses_(needs.clauses.size()), left_(needs.clauses.size()), works_(needs.clauses.size(), 1) {
    for (int i = 0; i < needs.size(); ++i) {
      for (std::size_t c = 0; c < needs.clauses[i].size(); ++c) {
        left_[i].push_back(static_cast<int>(needs.clauses[i][c].size()));
        for (const int member : needs.clauses[i][c]) uses_[member].push_back({i, c});
      }
    }
    for (int i = 0; i < needs.size(); ++i) {
      if (has_supplier[i] == 0) TakeSupplier(i);
    }
  }

  void TakeSupplier(int segment) {
    stopped_.clear();
    Stop(segment);
    for (std::size_t i = 0; i < stopped_.size(); ++i) {
      for (const Use& use : uses_[stopped_[i]]) {
        if (--left_[use.segment][use.clause] == 0) Stop(use.segment);
      }
    }
  }
  void TakeBack() {
    for (const int segment : stopped_) {
      works_[segment] = 1;
      for (const Use& use : uses_[segment]) ++left_[use.segment][use.clause];
    }
    stopped_.clear();
  }
  const std::vector<char>& works() const { return works_; }

 private:
  struct Use {
    int segment;
    std::size_t clause;
  };
  void Stop(int segment) {
    if (std::exchange(works_[segment], 0) != 0) stopped_.push_back(segment);
  }

  std::vector<std::vector<Use>> uses_;
  std::vector<std::vector<int>> left_;  // members of each clause that still work
  std::vector<char> works_;
  std::vector<int> stopped_;  // by the last step
};

std::vector<int> MissingFor(const NeedGraph& needs, const std::vector<char>& has_supplier, int segment) {
  const std::vector<int> upstream = Upstream(needs, segment);
  const auto target = std::lower_bound(upstream.begin(), upstream.end(), segment) - upstream.begin();
  // With a supplier everywhere all works; what can be taken away again without harm is not missing.
  Working working(Part(needs, upstream), std::vector<char>(upstream.size(), 1));
  std::vector<int> missing;
  for (std::size_t i = upstream.size(); i-- > 0;) {
    if (has_supplier[upstream[i]] != 0) continue;
    working.TakeSupplier(static_cast<int>(i));
    if (working.works()[target] != 0) continue;
    working.TakeBack();
    missing.push_back(upstream[i]);
  }
  std::reverse(missing.begin(), missing.end());
  return missing;
}

}  // namespace

NeedGraph NeedsOfSegments(const SegmentGraph& graph) {
  NeedGraph needs;
  needs.clauses.resize(graph.nodes().size());
  for (int i = 0; i < graph.size(); ++i) {
    const SegmentNode& node = graph.nodes()[i];
    std::map<std::string_view, std::vector<int>> groups;
    for (const v1::Input& input : node.segment().inputs()) {
      const int from = graph.FindInput(node, input);
      if (from < 0) continue;
      if (input.alternatives_group().empty()) {
        needs.clauses[i].push_back({from});
      } else {
        groups[input.alternatives_group()].push_back(from);
      }
    }
    for (auto& [name, members] : groups) needs.clauses[i].push_back(std::move(members));
  }
  return needs;
}

std::vector<char> WorkingSegments(const NeedGraph& needs, const std::vector<char>& has_supplier) {
  return Working(needs, has_supplier).works();
}

Feasibility CheckFeasibility(const NeedGraph& needs, const std::vector<char>& has_supplier,
                             const std::vector<char>& working, int segment) {
  Feasibility answer;
  answer.feasible = working[segment] != 0;
  if (answer.feasible) {
    answer.route = RouteTo(needs, working, segment);
  } else {
    answer.missing = MissingFor(needs, has_supplier, segment);
  }
  return answer;
}

}  // namespace bulian::gap
