#include "services/gap/production_share.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace bulian::gap {
namespace {

constexpr double kRounding = 1e-7;

// Capacity of which a part stops, at the ends that make the stopped share greatest.
struct Part {
  double stopped = 0, rest = 0;
  int rest_count = 0;

  double Share() const {
    if (rest_count == 0 || std::isinf(stopped)) return 1;
    return stopped == 0 ? 0 : stopped / (stopped + std::max(0.0, rest));
  }
};

// Class and segment; the class is -1 for all together that serve the segment alone and draw on no pool, the segment is
// -1 for all of the class.
using PartKey = std::pair<int, int>;

PartKey KeyOf(const ProductionModel& model, int number, int segment) {
  const CapacityClass& some = model.classes[number];
  if (some.segments.size() == 1 && some.pools.empty()) return {-1, some.segments.front()};
  return {number, segment};
}

// What an outage takes on one set.
class Stopped {
 public:
  Stopped(const ProductionModel& model, const Outage& outage, int set) : model_(model), set_(set) {
    for (const int holding : outage.holdings) Stop(holding, -1);
    for (const auto& [holding, segment] : outage.at_segment) Stop(holding, segment);
    AddWholeToSegments();
    std::set<int> classes;
    for (const auto& [segment, left] : suppliers_left_)
      classes.insert(model.classes_of[segment].begin(), model.classes_of[segment].end());
    for (const int number : classes) AddClass(number);
  }

  double GreatestShare() const {
    for (const auto& [segment, left] : suppliers_left_) {
      if (left == 0) return 1;
    }
    double share = 0;
    for (const auto& [key, part] : parts_) share = std::max(share, part.Share());
    return share;
  }

 private:
  // Visits each segment the class counts for, or one of them; whether there is any.
  template <class Visit>
  bool ForEachCounted(const CapacityClass& some, int segment, Visit visit) const {
    bool counts = false;
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      if (some.sets[place] > set_ || (segment >= 0 && some.segments[place] != segment)) continue;
      visit(some.segments[place]);
      counts = true;
    }
    return counts;
  }

  void Stop(int holding, int segment) {
    const Holding& held = model_.holdings[holding];
    const CapacityClass& some = model_.classes[held.capacity_class];
    if (!ForEachCounted(some, segment, [this](int one) { --suppliers_left_[one]; })) return;
    Part& part = parts_[KeyOf(model_, held.capacity_class, segment)];
    part.stopped += held.capacity.upper;
    part.rest -= held.capacity.lower;
    --part.rest_count;
  }

  // For a segment also that stops which stops wholly.
  void AddWholeToSegments() {
    for (auto& [key, part] : parts_) {
      if (key.first < 0 || key.second < 0) continue;
      const auto whole = parts_.find({key.first, -1});
      if (whole == parts_.end()) continue;
      part.stopped += whole->second.stopped;
      part.rest += whole->second.rest;
      part.rest_count += whole->second.rest_count;
    }
  }

  void AddClass(int number) {
    const CapacityClass& some = model_.classes[number];
    const bool counts = ForEachCounted(some, -1, [&](int one) {
      if (const auto at = suppliers_left_.find(one); at != suppliers_left_.end()) at->second += some.count;
    });
    if (!counts) return;
    const PartKey from = KeyOf(model_, number, -1);
    for (auto at = parts_.lower_bound(from); at != parts_.end() && at->first.first == from.first; ++at) {
      if (from.first < 0 && at->first.second != from.second) continue;
      at->second.rest += some.lower;
      at->second.rest_count += some.count;
    }
  }

  const ProductionModel& model_;
  const int set_;
  std::map<int, int> suppliers_left_;  // of segments that lose some
  std::map<PartKey, Part> parts_;
};

}  // namespace

double GreatestShareLost(const ProductionModel& model, const Outage& outage, int set) {
  return Stopped(model, outage, set).GreatestShare();
}

Bounds LossOf(const DeliveredEnds& delivered, double share) {
  const Bounds& all = delivered.all;
  Bounds loss{std::max(0.0, all.lower - delivered.without.upper), all.upper - delivered.without.lower};
  if (all.unbounded()) loss.upper = share == 0 ? 0 : kUnbounded;
  if (!all.unbounded()) loss.upper = std::min(loss.upper, share * all.upper);
  if (loss.lower <= kRounding * all.lower) loss.lower = 0;
  if (!all.unbounded() && loss.upper <= kRounding * all.upper) loss.upper = 0;
  if (!all.unbounded() && loss.upper - loss.lower <= kRounding * all.upper) loss.upper = loss.lower;
  loss.upper = std::max(loss.lower, loss.upper);
  return loss;
}

std::optional<Bounds> ShareLost(const DeliveredEnds& delivered, double share) {
  const Bounds& all = delivered.all;
  if (all.upper == 0) return std::nullopt;
  Bounds lost{0, share};
  if (delivered.without.upper == 0) {
    lost.lower = 1;
  } else if (all.lower > 0 && std::isfinite(delivered.without.upper)) {
    lost.lower = std::max(0.0, 1 - delivered.without.upper / all.lower);
  }
  if (!all.unbounded()) lost.upper = std::min(share, 1 - delivered.without.lower / all.upper);
  if (lost.lower <= kRounding) lost.lower = 0;
  if (lost.upper <= kRounding) lost.upper = 0;
  if (lost.upper - lost.lower <= kRounding) lost.upper = lost.lower;
  lost.upper = std::max(lost.lower, lost.upper);
  return lost;
}

}  // namespace bulian::gap
