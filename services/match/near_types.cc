#include "services/match/near_types.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace bulian::match {
namespace {

using model::Row;

constexpr int kMostSteps = 3;
constexpr double kLeastSimilarity = 0.1;

// Rows reached by whole steps of `next` from `start`, each with its least number of steps.
template <class Next>
std::map<Row, int> Reach(Row start, int most, Next&& next) {
  std::map<Row, int> steps = {{start, 0}};
  std::vector<Row> front = {start};
  for (int step = 1; step <= most; ++step) {
    std::vector<Row> reached;
    for (const Row row : front) {
      for (const Row other : next(row)) {
        if (other != model::kNoRow && steps.emplace(other, step).second) reached.push_back(other);
      }
    }
    front = std::move(reached);
  }
  return steps;
}

}  // namespace

std::vector<NearType> FindNearTypes(const model::Snapshot& snapshot, Row type) {
  const auto count = static_cast<double>(snapshot.Count(model::ResourceType::kCapabilityType));
  std::map<Row, double> known;
  const auto information = [&](Row row) {
    const auto [at, fresh] = known.emplace(row, 0.0);
    if (fresh) at->second = -std::log(static_cast<double>(snapshot.Subtree(row).size()) / count);
    return at->second;
  };
  const std::vector<Row> own = snapshot.Subtree(type);
  std::map<Row, double> similarity;
  for (const auto& [ancestor, up] :
       Reach(type, kMostSteps, [&](Row row) -> const std::vector<Row>& { return snapshot.type(row).parents; })) {
    if (up == 0 || information(ancestor) <= 0) continue;
    for (const auto& [other, down] : Reach(ancestor, kMostSteps - up, [&](Row row) -> const std::vector<Row>& {
           return snapshot.type(row).children;
         })) {
      if (std::binary_search(own.begin(), own.end(), other)) continue;
      const double likeness = 2 * information(ancestor) / (information(type) + information(other));
      double& best = similarity[other];
      best = std::max(best, std::min(likeness, 1.0));
    }
  }
  std::vector<NearType> near;
  for (const auto& [row, likeness] : similarity) {
    if (likeness >= kLeastSimilarity) near.push_back({row, likeness});
  }
  return near;
}

}  // namespace bulian::match
