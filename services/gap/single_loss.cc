#include "services/gap/single_loss.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "services/gap/analysis.h"
#include "services/gap/production.h"
#include "services/gap/production_share.h"
#include "services/gap/production_sweep.h"
#include "services/gap/structure_report.h"
#include "services/gap/supplier_outage.h"

namespace bulian::gap {
namespace {

using model::Row;

// The solver's last digits depend on the order of rows; what is told must not.
constexpr double kDigits = 1e9;
double Rounded(double share) { return std::round(share * kDigits) / kDigits; }

SingleLoss Greater(const SingleLoss& a, const SingleLoss& b) {
  return {{std::max(a.share.lower, b.share.lower), std::max(a.share.upper, b.share.upper)},
          std::max(a.stated_upper, b.stated_upper)};
}

// Whose loss is the greater, told of the claimed set first.
std::array<double, 6> Rank(const SegmentLoss& loss) {
  std::array<double, 6> rank{};
  std::size_t at = 0;
  for (const int set : {kClaimedSet, kPossibleSet, kVerifiedSet}) {
    const SingleLoss some = loss.on_set[set].value_or(SingleLoss{});
    rank[at++] = some.share.lower;
    rank[at++] = some.share.upper;
  }
  return rank;
}

void Merge(const SegmentLoss& with, SegmentLoss* into) {
  if (with.supplier != model::kNoRow && (into->supplier == model::kNoRow || Rank(with) > Rank(*into))) {
    into->supplier = with.supplier;
    into->product = with.product;
  }
  for (int set = 0; set < kSetCount; ++set) {
    if (!with.on_set[set]) continue;
    into->on_set[set] = into->on_set[set] ? Greater(*into->on_set[set], *with.on_set[set]) : *with.on_set[set];
  }
}

}  // namespace

// The losses of one end product, and all that they were found from.
struct SingleLosses::Product {
  struct Fact {
    std::shared_ptr<const SupplyFacts> supply;
    bool shared = false;
    double limit = 0;
    friend bool operator==(const Fact&, const Fact&) = default;
  };

  int node = 0;
  std::vector<int> upstream;  // segments it needs in any way and itself, ascending
  std::vector<Fact> facts;    // of each
  std::vector<Bounds> pools;
  std::map<int, SegmentLoss> losses;  // of those where somebody's share is over the limit
};

class SingleLosses::Finder {
 public:
  Finder(const ClusterAnalysis& analysis, const SingleLosses* old, const StopSignal& stop)
      : analysis_(analysis), snapshot_(*analysis.snapshot()), old_(old), stop_(stop) {}

  std::shared_ptr<SingleLosses> Find() {
    auto losses = std::make_shared<SingleLosses>();
    losses->graph_ = analysis_.graph_;
    for (const int product : EndProductsOf(analysis_)) {
      losses->products_.push_back(FindProduct(product));
      if (stopped_) return nullptr;
    }
    Combine(losses.get());
    return losses;
  }

 private:
  // One supplier of a segment, and what its stop takes from the model.
  struct Candidate {
    int node = 0;
    Row supplier = model::kNoRow;
    std::array<double, kSetCount> greatest{};  // share that can be lost
  };

  // Whether somebody's share of the capacity may be over the limit. Shares of what several needs draw on are told by
  // the model only. Of a product without a stated demand only who has all matters.
  bool MayBeFragile(int node, bool stated) const {
    const SegmentResult& result = analysis_.segment(node);
    if (result.supply->held.empty()) return false;
    const std::array<bool, kSetCount>& all = result.supply->greatest.can_be_all;
    if (!stated) return std::find(all.begin(), all.end(), true) != all.end();
    if (result.shared || !result.supply->pooled.empty()) return true;
    const std::array<double, kSetCount>& share = result.supply->greatest.share;
    const double greatest = *std::max_element(share.begin(), share.end());
    return greatest > result.inputs.policy.max_single_loss + kTolerance;
  }

  std::shared_ptr<const Product> FindProduct(int node) {
    auto product = std::make_shared<Product>();
    product->node = node;
    product->upstream = analysis_.graph().UpstreamOf({node});
    for (const int one : product->upstream) {
      const SegmentResult& result = analysis_.segment(one);
      product->facts.push_back({result.supply, result.shared, result.inputs.policy.max_single_loss});
    }
    std::shared_ptr<const Product> before = Before(node);
    if (before != nullptr && before->facts != product->facts) before = nullptr;
    if (before != nullptr && before->pools.empty()) return before;
    const bool stated = IsStated(node);
    std::vector<int> open;
    for (const int one : product->upstream) {
      if (MayBeFragile(one, stated)) open.push_back(one);
    }
    if (open.empty()) return product;
    const ProductionModel model = ModelProduction(analysis_, {node}, Sourcing::kOutsideForMissing, {},
                                                  [&](int need) { return HasHoldings(FirstOf(need), stated); });
    for (const ProductionPool& pool : model.pools) product->pools.push_back(pool.capacity);
    if (before != nullptr && before->pools == product->pools) return before;
    Solve(model, open, stated, product.get());
    return product;
  }

  // As ModelProduction needs it.
  bool HasHoldings(int node, bool stated) const {
    const SegmentResult& result = analysis_.segment(node);
    return result.shared || !result.supply->pooled.empty() || MayBeFragile(node, stated);
  }

  bool IsStated(int node) const {
    return analysis_.graph().demand().final_demand[node].state == FinalDemand::State::kStated;
  }

  int FirstOf(int need) const { return analysis_.graph().need(need).segments.front(); }

  std::shared_ptr<const Product> Before(int node) const {
    if (old_ == nullptr || old_->graph_ != analysis_.graph_) return nullptr;
    const auto at =
        std::lower_bound(old_->products_.begin(), old_->products_.end(), node,
                         [](const std::shared_ptr<const Product>& product, int key) { return product->node < key; });
    return at != old_->products_.end() && (*at)->node == node ? *at : nullptr;
  }

  void Solve(const ProductionModel& model, const std::vector<int>& open, bool stated, Product* product) {
    std::vector<Candidate> candidates;
    std::vector<Outage> outages;
    for (const int node : open) AddCandidates(model, node, stated, product, &candidates, &outages);
    if (candidates.empty()) return;
    absl::StatusOr<ProductionSweep> sweep = absl::InternalError("");
    if (auto program = ProductionProgram::Make(model, {1}); program.ok())
      sweep = SweepProduction(program->get(), outages, false, stop_);
    stopped_ = absl::IsCancelled(sweep.status());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      SegmentLoss loss{.supplier = candidates[i].supplier, .product = product->node};
      for (int set = 0; set < kSetCount; ++set) {
        if (!Counts(candidates[i].node, set)) continue;
        // Where the solver fails, what the shares say is left.
        Bounds share{0, candidates[i].greatest[set]};
        if (sweep.ok()) {
          const DeliveredEnds ends{sweep->all[set], sweep->without[i][set]};
          share = ShareLost(ends, candidates[i].greatest[set]).value_or(Bounds{});
          if (!stated && share.upper > 0)
            share = ends.without.upper == 0 ? Bounds{1, 1} : Bounds{0, candidates[i].greatest[set]};
        }
        share = {Rounded(share.lower), Rounded(share.upper)};
        loss.on_set[set] = SingleLoss{share, stated ? share.upper : 0};
      }
      Merge(loss, &product->losses[candidates[i].node]);
    }
  }

  bool Counts(int node, int set) const { return analysis_.segment(node).supply->metrics[set].independent > 0; }

  // Those whose share is within the limit are told by it at once. Suppliers that hold the same lose the same: the first
  // by name stands for them.
  void AddCandidates(const ProductionModel& model, int node, bool stated, Product* product,
                     std::vector<Candidate>* candidates, std::vector<Outage>* outages) {
    using Held = std::tuple<int, double, double>;
    std::map<std::vector<Held>, char> seen;
    const SegmentResult& result = analysis_.segment(node);
    for (const std::vector<Row>& members : GroupsOf(node)) {
      Outage outage = OutageAtSegment(model, node, members);
      if (outage.holdings.empty() && outage.at_segment.empty()) continue;
      std::vector<Held> held;
      const auto hold = [&](int number) {
        const Holding& one = model.holdings[number];
        held.emplace_back(one.capacity_class, one.capacity.lower, one.capacity.upper);
      };
      std::for_each(outage.holdings.begin(), outage.holdings.end(), hold);
      for (const std::pair<int, int>& one : outage.at_segment) hold(one.first);
      std::sort(held.begin(), held.end());
      if (!seen.try_emplace(std::move(held), 1).second) continue;
      Candidate candidate{.node = node, .supplier = members.front()};
      SegmentLoss within;
      bool over = false;
      for (int set = 0; set < kSetCount; ++set) {
        const double greatest = Rounded(GreatestShareLost(model, outage, set));
        candidate.greatest[set] = greatest;
        over = over || greatest > result.inputs.policy.max_single_loss + kTolerance;
        if (Counts(node, set)) within.on_set[set] = SingleLoss{{0, greatest}, stated ? greatest : 0};
      }
      if (over) {
        candidates->push_back(candidate);
        outages->push_back(std::move(outage));
      } else {
        Merge(within, &product->losses[node]);
      }
    }
  }

  const std::vector<std::vector<Row>>& GroupsOf(int node) {
    const auto [at, added] = groups_.try_emplace(analysis_.graph().nodes()[node].need);
    if (added) at->second = SupplierGroups(snapshot_, analysis_.as_of(), *analysis_.segment(node).supply);
    return at->second;
  }

  void Combine(SingleLosses* losses) const {
    losses->of_segment_.resize(analysis_.graph().nodes().size());
    for (const std::shared_ptr<const Product>& product : losses->products_) {
      const bool stated = IsStated(product->node);
      for (std::size_t i = 0; i < product->upstream.size(); ++i) {
        const int node = product->upstream[i];
        if (const auto at = product->losses.find(node); at != product->losses.end()) {
          Merge(at->second, &losses->of_segment_[node]);
        } else if (const SupplyFacts& supply = *product->facts[i].supply; !supply.held.empty()) {
          const bool shared = product->facts[i].shared || !supply.pooled.empty();
          SegmentLoss within;
          for (int set = 0; set < kSetCount; ++set) {
            const double greatest = shared ? 1 : Rounded(supply.greatest.share[set]);
            if (Counts(node, set)) within.on_set[set] = SingleLoss{{0, greatest}, stated ? greatest : 0};
          }
          Merge(within, &losses->of_segment_[node]);
        }
      }
    }
  }

  const ClusterAnalysis& analysis_;
  const model::Snapshot& snapshot_;
  const SingleLosses* old_;
  const StopSignal& stop_;
  std::map<int, std::vector<std::vector<Row>>> groups_;  // by need
  bool stopped_ = false;
};

std::shared_ptr<const SingleLosses> SingleLosses::Find(const ClusterAnalysis& analysis, const SingleLosses* old,
                                                       const StopSignal& stop) {
  return Finder(analysis, old, stop).Find();
}

}  // namespace bulian::gap
