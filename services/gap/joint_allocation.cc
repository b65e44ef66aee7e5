#include "services/gap/joint_allocation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "services/gap/production.h"
#include "services/lp/linear_program.h"

namespace bulian::gap {
namespace {

constexpr double kRounding = 1e-7;
constexpr double kSame = 1e-6;  // ends that differ by no more are the same but for rounding

// The program of one analysis; bounds are set by case.
class Allocation {
 public:
  Allocation(const ClusterAnalysis& analysis, const std::vector<int>& contended)
      : model_(ModelProduction(analysis, contended, Sourcing::kClusterAlone)) {
    for (const int node : contended) {
      const int segment = model_.SegmentOf(node);
      wanting_.push_back(segment);
      demand_.push_back(analysis.segment(node).inputs.demand.per_year);
    }
  }

  absl::Status Prepare() {
    least_ = program_.AddColumn({0, 1}, 1);
    for (std::size_t i = 0; i < wanting_.size(); ++i) {
      share_.push_back(program_.AddColumn({0, 1}, 0));
      // share - least >= 0; the shares' output makes the share.
      const int over = program_.AddRow({});
      program_.entries.push_back({over, share_[i], 1});
      program_.entries.push_back({over, least_, -1});
      made_row_.push_back(program_.AddRow({0, 0}));
      program_.entries.push_back({made_row_[i], share_[i], -1});
    }
    for (const ProductionPool& pool : model_.pools) {
      pool_scale_.push_back(pool.capacity.upper > 0 && !pool.capacity.unbounded() ? pool.capacity.upper : 1);
      pool_row_.push_back(program_.AddRow({-lp::kInfinity, 0}));
    }
    for (const CapacityClass& some : model_.classes) AddClass(some);
    auto solver = lp::Solver::Make(program_);
    if (!solver.ok()) return solver.status();
    solver_ = *std::move(solver);
    return absl::OkStatus();
  }

  // By wanting segment: what it is allotted.
  absl::StatusOr<std::vector<double>> Solve(int set, bool upper, const StopSignal& stop) {
    SetBounds(set, upper);
    solver_->SetColumn(least_, {0, 1});
    solver_->SetObjective(least_, 1);
    for (const int share : share_) solver_->SetObjective(share, 0);
    const auto least = solver_->Maximize(stop);
    if (!least.ok()) return least.status();
    solver_->SetColumn(least_, {std::clamp(least->value - kRounding, 0.0, 1.0), 1});
    solver_->SetObjective(least_, 0);
    for (const int share : share_) solver_->SetObjective(share, 1);
    const auto all = solver_->Maximize(stop);
    if (!all.ok()) return all.status();
    std::vector<double> allotted;
    for (std::size_t i = 0; i < share_.size(); ++i) {
      const double share = std::clamp(all->columns[share_[i]], 0.0, 1.0);
      allotted.push_back((share > 1 - kRounding ? 1 : share) * demand_[i]);
    }
    return allotted;
  }

 private:
  void AddClass(const CapacityClass& some) {
    class_row_.push_back(program_.AddRow({-lp::kInfinity, 0}));
    output_.emplace_back(some.segments.size(), -1);
    class_scale_.push_back(0);
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      const auto at = std::find(wanting_.begin(), wanting_.end(), some.segments[place]);
      if (at == wanting_.end()) continue;
      const auto i = static_cast<std::size_t>(at - wanting_.begin());
      const int output = program_.AddColumn({}, 0);  // as a share of the demand
      output_.back()[place] = output;
      const double used = demand_[i] / some.yield[place];
      if (class_scale_.back() == 0) class_scale_.back() = used;
      program_.entries.push_back({made_row_[i], output, 1});
      program_.entries.push_back({class_row_.back(), output, used / class_scale_.back()});
      for (const auto& [pool, load] : some.pools)
        program_.entries.push_back({pool_row_[pool], output, used * load / pool_scale_[pool]});
    }
  }

  void SetBounds(int set, bool upper) {
    for (std::size_t c = 0; c < model_.classes.size(); ++c) {
      const CapacityClass& some = model_.classes[c];
      for (std::size_t place = 0; place < some.segments.size(); ++place) {
        if (output_[c][place] >= 0)
          solver_->SetColumn(output_[c][place], {0, some.sets[place] <= set ? lp::kInfinity : 0});
      }
      const double capacity = CapacityLeft(model_, static_cast<int>(c), {}, upper);
      solver_->SetRow(class_row_[c],
                      {-lp::kInfinity, class_scale_[c] > 0 ? capacity / class_scale_[c] : lp::kInfinity});
    }
    for (std::size_t i = 0; i < model_.pools.size(); ++i) {
      const Bounds& capacity = model_.pools[i].capacity;
      solver_->SetRow(pool_row_[i], {-lp::kInfinity, (upper ? capacity.upper : capacity.lower) / pool_scale_[i]});
    }
  }

  const ProductionModel model_;
  std::vector<int> wanting_;  // segments of the model
  std::vector<double> demand_;
  lp::LinearProgram program_;
  std::unique_ptr<lp::Solver> solver_;
  int least_ = 0;
  std::vector<int> share_, made_row_, pool_row_, class_row_;
  std::vector<std::vector<int>> output_;
  std::vector<double> class_scale_, pool_scale_;
};

}  // namespace

absl::StatusOr<std::vector<JointCapacity>> AllocateJointly(const ClusterAnalysis& analysis, const StopSignal& stop) {
  std::vector<int> contended;
  for (int i = 0; i < analysis.graph().size(); ++i) {
    const SegmentResult& result = analysis.segment(i);
    const SegmentDemand& demand = result.inputs.demand;
    if (result.contended && result.inputs.has_unit && demand.state == v1::Demand::KNOWN && demand.per_year > 0)
      contended.push_back(i);
  }
  std::vector<JointCapacity> joint;
  for (const int node : contended) joint.push_back({.segment = node, .capacity = {}});
  if (contended.empty()) return joint;
  Allocation allocation(analysis, contended);
  if (absl::Status status = allocation.Prepare(); !status.ok()) return status;
  for (int set = 0; set < kSetCount; ++set) {
    const auto lower = allocation.Solve(set, false, stop);
    if (!lower.ok()) return lower.status();
    const auto upper = allocation.Solve(set, true, stop);
    if (!upper.ok()) return upper.status();
    for (std::size_t i = 0; i < joint.size(); ++i) {
      const double least = std::min((*lower)[i], (*upper)[i]), most = std::max((*lower)[i], (*upper)[i]);
      joint[i].capacity[set] = {least, most - least <= kSame * most ? least : most};
    }
  }
  return joint;
}

absl::StatusOr<AnalysisPtr> WithJointAllocation(const AnalysisPtr& analysis, const StopSignal& stop) {
  const auto joint = AllocateJointly(*analysis, stop);
  if (!joint.ok()) return joint.status();
  AnalysisBuilder builder(analysis);
  for (const JointCapacity& one : *joint) builder.SetCapacity(one.segment, one.capacity);
  return builder.FinishWithCapacities();
}

}  // namespace bulian::gap
