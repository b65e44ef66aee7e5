#include "services/risk/esri.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "services/risk/esri_lanes.h"
#include "services/risk/esri_sparse.h"

namespace bulian::risk {
namespace {

// A cascade moves to a lane when its next step would visit more than one in this many of the links: from there on a
// share of a step of eight lanes costs less. Measured (esri_bench).
constexpr std::int64_t kSparseShare = 20;

// Eight doubles a firm.
class LaneArray {
 public:
  explicit LaneArray(std::size_t firms)
      : values_(new (std::align_val_t{64}) double[std::max<std::size_t>(firms, 1) * kLanes]()) {}
  double* get() const { return values_.get(); }
  double& at(std::int32_t firm, int lane) const { return values_[static_cast<std::size_t>(firm) * kLanes + lane]; }
  void swap(LaneArray& other) { values_.swap(other.values_); }

 private:
  struct Delete {
    void operator()(double* values) const { ::operator delete[](values, std::align_val_t{64}); }
  };
  std::unique_ptr<double[], Delete> values_;
};

// Runs cascades alone while they are small and in lanes from then on.
class Engine {
 public:
  Engine(const EsriNetwork& network, const EsriOptions& options, const EsriWork& work)
      : net_(network),
        options_(options),
        work_(work),
        links_(static_cast<std::int64_t>(network.inputs.source.size() + network.outputs.source.size())),
        kernel_(*LaneKernels().front()),
        sparse_(&network, options) {}

  void Run() {
    while (!work_.stop()) {
      FillLanes();
      if (busy_ == 0) return;
      StepLanes();
    }
  }

 private:
  struct Lane {
    bool busy = false;
    std::size_t shock = 0;
    std::int32_t steps = 0;
    double index = 0;
    std::vector<EsriCap> caps;
  };

  // The next cascade that has grown too large to run alone is loaded into each free lane. Small ones end on the way.
  void FillLanes() {
    for (int lane = 0; lane < kLanes; ++lane) {
      while (!lanes_[lane].busy) {
        const std::optional<std::size_t> shock = work_.take(busy_ == 0);
        if (!shock) return;
        sparse_.Start(work_.shock(*shock));
        bool ended = false;
        while (!ended && sparse_.LinksAhead() * kSparseShare <= links_) {
          if (work_.stop()) return;
          ended = StepAlone();
        }
        if (ended)
          work_.done(*shock, AloneResult());
        else
          LoadLane(lane, *shock);
      }
    }
  }

  bool StepAlone() { return sparse_.Step() || sparse_.steps() >= options_.most_steps; }

  EsriResult AloneResult() const {
    EsriResult result = sparse_.Result();
    result.converged = result.steps < options_.most_steps;
    return result;
  }

  void LoadLane(int number, std::size_t shock) {
    if (!down_) {
      const auto firms = static_cast<std::size_t>(net_.firms());
      for (auto* array : {&down_, &up_, &next_up_, &lost_}) array->emplace(firms);
    }
    Lane& lane = lanes_[number];
    lane = {true, shock, sparse_.steps(), sparse_.index(), sparse_.caps()};
    for (const std::int32_t firm : sparse_.down_hit()) down_->at(firm, number) = sparse_.down_losses()[firm];
    for (const std::int32_t firm : sparse_.up_hit()) up_->at(firm, number) = sparse_.up_losses()[firm];
    ++busy_;
  }

  void StepLanes() {
    alignas(64) double fell_down[kLanes], fell_up[kLanes];
    kernel_.lost_inputs(net_, down_->get(), lost_->get());
    kernel_.buyers(net_, lost_->get(), down_->get(), fell_down);
    kernel_.suppliers(net_, up_->get(), next_up_->get(), fell_up);
    up_->swap(*next_up_);
    for (int i = 0; i < kLanes; ++i) {
      ++lanes_[i].steps;
      for (const EsriCap& cap : lanes_[i].caps) {
        double& down = down_->at(cap.firm, i);
        double& up = up_->at(cap.firm, i);
        down = std::max(down, cap.down);
        up = std::max(up, cap.up);
      }
    }
    EndLanes(fell_down, fell_up);
  }

  // Ends the cascades that have settled and clears their lanes.
  void EndLanes(const double* fell_down, const double* fell_up) {
    const bool by_index = options_.rule == StoppingRule::kIndexGrowth;
    alignas(64) double worse[kLanes], down[kLanes], up[kLanes], kept[kLanes];
    if (by_index) kernel_.totals(net_, down_->get(), up_->get(), worse, down, up);
    int ended = 0;
    for (int i = 0; i < kLanes; ++i) {
      Lane& lane = lanes_[i];
      kept[i] = 1;
      if (!lane.busy) continue;
      bool settled = false;
      if (by_index) {
        settled = !(worse[i] / lane.index > 1 + options_.threshold);
        lane.index = worse[i];
      } else {
        settled = !(std::max(fell_down[i], fell_up[i]) > options_.threshold);
      }
      if (!settled && lane.steps < options_.most_steps) continue;
      kept[i] = 0;
      ++ended;
    }
    if (ended == 0) return;
    if (!by_index) kernel_.totals(net_, down_->get(), up_->get(), worse, down, up);
    for (int i = 0; i < kLanes; ++i) {
      if (kept[i] != 0) continue;
      EsriResult result{worse[i], down[i], up[i], lanes_[i].steps, lanes_[i].steps < options_.most_steps, {}, {}};
      if (options_.want_losses) {
        result.down_losses = LossesOf(*down_, i);
        result.up_losses = LossesOf(*up_, i);
      }
      work_.done(lanes_[i].shock, std::move(result));
      lanes_[i] = {};
    }
    busy_ -= ended;
    kernel_.clear(net_, kept, down_->get(), up_->get());
  }

  std::vector<double> LossesOf(const LaneArray& array, int lane) const {
    std::vector<double> losses(static_cast<std::size_t>(net_.firms()));
    for (std::int32_t i = 0; i < net_.firms(); ++i) losses[net_.original_of[i]] = array.at(i, lane);
    return losses;
  }

  const EsriNetwork& net_;
  const EsriOptions options_;
  const EsriWork& work_;
  const std::int64_t links_;
  const LaneKernel& kernel_;
  SparseCascade sparse_;
  Lane lanes_[kLanes];
  int busy_ = 0;
  std::optional<LaneArray> down_, up_, next_up_, lost_;
};

}  // namespace

absl::Status CheckOptions(const EsriOptions& options) {
  if (!(options.threshold > 0) || !std::isfinite(options.threshold))
    return absl::InvalidArgumentError("the threshold must be above 0");
  if (options.most_steps < 1) return absl::InvalidArgumentError("there must be at least one step");
  return absl::OkStatus();
}

absl::Status CheckShock(const EsriNetwork& network, const EsriShock& shock) {
  std::vector<std::int32_t> firms;
  for (const EsriShock::Loss& loss : shock.losses) {
    if (loss.firm < 0 || loss.firm >= network.firms()) return absl::InvalidArgumentError("a firm is out of range");
    if (!(loss.down >= 0 && loss.down <= 1 && loss.up >= 0 && loss.up <= 1))
      return absl::InvalidArgumentError("a loss must be between 0 and 1");
    firms.push_back(loss.firm);
  }
  std::sort(firms.begin(), firms.end());
  if (std::adjacent_find(firms.begin(), firms.end()) != firms.end())
    return absl::InvalidArgumentError("a firm loses twice in one shock");
  return absl::OkStatus();
}

void RunEsri(const EsriNetwork& network, const EsriOptions& options, const EsriWork& work) {
  Engine(network, options, work).Run();
}

absl::StatusOr<std::vector<EsriResult>> RunShocks(const EsriNetwork& network, const EsriOptions& options,
                                                  std::span<const EsriShock> shocks, int threads,
                                                  const std::function<bool()>& stop) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  for (std::size_t i = 0; i < shocks.size(); ++i) {
    const absl::Status status = CheckShock(network, shocks[i]);
    if (!status.ok())
      return absl::InvalidArgumentError("shock " + std::to_string(i) + ": " + std::string(status.message()));
  }
  std::vector<EsriResult> results(shocks.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stopped = false;
  const EsriWork work{
      .take = [&](bool) -> std::optional<std::size_t> {
        const std::size_t shock = next.fetch_add(1);
        return shock < shocks.size() ? std::optional(shock) : std::nullopt;
      },
      .shock = [&](std::size_t i) { return shocks[i]; },
      .done = [&](std::size_t i, EsriResult result) { results[i] = std::move(result); },
      .stop =
          [&] {
            if (stop && stop()) stopped = true;
            return stopped.load();
          },
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back([&] { RunEsri(network, options, work); });
  RunEsri(network, options, work);
  for (std::thread& thread : others) thread.join();
  if (stopped) return absl::CancelledError("the cascades were stopped");
  return results;
}

std::vector<EsriShock> SingleFailures(const EsriNetwork& network) {
  std::vector<EsriShock> shocks;
  for (std::int32_t i = 0; i < network.firms(); ++i) shocks.push_back({{{.firm = i, .down = 1, .up = 1}}});
  return shocks;
}

}  // namespace bulian::risk
