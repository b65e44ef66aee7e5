#include "services/gap/gap_gauges_service.h"

#include <algorithm>
#include <tuple>

#include "absl/time/clock.h"

namespace bulian::gap {
namespace {

// What AnalyzeGaps can answer.
constexpr v1::GapKind kKinds[] = {v1::MISSING,  v1::SINGLE_SOURCE, v1::CONCENTRATED, v1::UNDER_CAPACITY,
                                  v1::EXTERNAL, v1::UNVERIFIED,    v1::FRAGILE};
constexpr v1::Certainty kCertainties[] = {v1::CERTAIN, v1::POSSIBLE};

}  // namespace

bool GapGauges::Refresh(const model::SnapshotPtr& current, absl::Time deadline, Known* known) {
  const auto analysis = analyses_->Get(current, current->cluster().as_of, {.deadline = deadline});
  if (!analysis.ok()) return false;
  known->uid = current->position().cluster_uid;
  known->refreshed = readings_;
  known->counts.clear();
  for (const GapRef& gap : (*analysis)->gaps()) ++known->counts[{gap.kind, gap.certainty}];
  return true;
}

GapGaugeReading GapGauges::Read(absl::Duration budget) {
  const std::lock_guard lock(mutex_);
  ++readings_;
  std::map<std::string, Known> known;
  std::vector<std::tuple<bool, std::int64_t, model::SnapshotPtr>>
      order;  // whether it takes an analysis, refreshed when
  for (const std::string& cluster : views_->Clusters()) {
    const auto current = views_->Current(cluster);
    if (!current.ok()) continue;  // it was dropped just now
    const auto old = known_.find(cluster);
    const bool same = old != known_.end() && old->second.uid == (*current)->position().cluster_uid;
    if (same) known[cluster] = std::move(old->second);
    order.emplace_back(!analyses_->Ready(cluster), known[cluster].refreshed, *current);
  }
  known_ = std::move(known);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  GapGaugeReading reading;
  const absl::Time deadline = absl::Now() + budget;
  for (const auto& [behind, refreshed, current] : order) {
    // An analysis that nobody can wait for is not even begun.
    const bool in_time =
        (!behind || absl::Now() < deadline) && Refresh(current, deadline, &known_[current->position().cluster]);
    if (!in_time) ++reading.pending_clusters;
  }
  std::map<std::string, Counts> shown;
  std::size_t own = 0;
  for (const auto& [cluster, numbers] : known_) {
    const bool other = cluster == kOtherClusters || own == kGaugedClusters;
    if (!other) ++own;
    if (numbers.uid.empty()) continue;
    Counts& counts = shown[other ? kOtherClusters : cluster];
    for (const auto& [what, gaps] : numbers.counts) counts[what] += gaps;
  }
  for (auto& [cluster, counts] : shown) {
    for (const v1::GapKind kind : kKinds)
      for (const v1::Certainty certainty : kCertainties)
        reading.gauges.push_back({cluster, kind, certainty, counts[{kind, certainty}]});
  }
  return reading;
}

}  // namespace bulian::gap
