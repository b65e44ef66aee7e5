#include "services/gap/demand.h"

#include <Eigen/Dense>
#include <Eigen/Sparse>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "services/gap/strong_components.h"
#include "services/gap/worst_cycle.h"

namespace bulian::gap {
namespace {

constexpr int kDenseLimit = 200;  // parts up to this size are solved with a dense factorisation

bool Draws(const DemandEdge& edge) { return !edge.enabling && edge.coefficient > 0; }
bool Unstated(const DemandEdge& edge) { return !edge.enabling && std::isnan(edge.coefficient); }

// One strongly connected part: I - A, factorised once, for the divergence test and for the demand.
class Part {
 public:
  Part(const std::vector<int>& nodes, const std::vector<const DemandEdge*>& inner, std::vector<int>* place)
      : size_(static_cast<int>(nodes.size())) {
    for (int i = 0; i < size_; ++i) (*place)[nodes[i]] = i;
    std::vector<Eigen::Triplet<double>> entries;
    for (const DemandEdge* edge : inner) {
      entries.emplace_back((*place)[edge->from], (*place)[edge->to], edge->coefficient);
    }
    a_.resize(size_, size_);
    a_.setFromTriplets(entries.begin(), entries.end());
    Eigen::SparseMatrix<double> system(size_, size_);
    system.setIdentity();
    system = system - a_;
    if (size_ <= kDenseLimit) {
      dense_.emplace(Eigen::MatrixXd(system));
    } else {
      system.makeCompressed();
      sparse_.compute(system);
    }
  }

  // x with (I - A) x = b, refined once. Not finite if the matrix is singular.
  Eigen::VectorXd Solve(const Eigen::VectorXd& b) const {
    if (!dense_ && sparse_.info() != Eigen::Success) {
      return Eigen::VectorXd::Constant(size_, std::numeric_limits<double>::quiet_NaN());
    }
    Eigen::VectorXd x = Factor(b);
    if (x.allFinite()) x += Factor(b - (x - a_ * x));
    return x;
  }

  // Collatz-Wielandt: a y > 0 with A y < y exists exactly if the spectral radius is below 1, and then y = (I - A)^-1 1
  // is one. The margin covers the rounding of A y.
  bool Converges() const {
    const Eigen::VectorXd y = Solve(Eigen::VectorXd::Ones(size_));
    if (!y.allFinite() || y.minCoeff() <= 0) return false;
    const Eigen::VectorXd image = a_ * y;
    const double margin = 1 + 4 * std::numeric_limits<double>::epsilon() * (size_ + 1);
    return ((image.array() * margin) < y.array()).all();
  }

 private:
  Eigen::VectorXd Factor(const Eigen::VectorXd& b) const {
    if (dense_) return dense_->solve(b);
    return sparse_.solve(b);
  }

  int size_;
  Eigen::SparseMatrix<double> a_;
  std::optional<Eigen::PartialPivLU<Eigen::MatrixXd>> dense_;
  Eigen::SparseLU<Eigen::SparseMatrix<double>> sparse_;
};

// The reasons in the order in which they win over each other.
int Rank(v1::Demand::State state) {
  switch (state) {
    case v1::Demand::DIVERGENT:
      return 0;
    case v1::Demand::NO_UNIT:
      return 1;
    case v1::Demand::UNKNOWN_COEFFICIENT:
      return 2;
    default:
      return 3;
  }
}

class Solver {
 public:
  explicit Solver(const DemandProblem& problem)
      : problem_(problem), n_(static_cast<int>(problem.final_demand.size())), out_(n_), successors_(n_), place_(n_, 0) {
    solution_.segments.resize(n_);
    for (const DemandEdge& edge : problem.edges) {
      out_[edge.from].push_back(&edge);
      if (Draws(edge)) successors_[edge.from].push_back(edge.to);
    }
    components_ = StrongComponents(successors_);
  }

  DemandSolution Run() {
    FindDivergent();
    FindUnknown();
    for (const std::vector<int>& component : components_) {
      if (solution_.segments[component.front()].state == v1::Demand::KNOWN) SolveComponent(component);
    }
    return std::move(solution_);
  }

 private:
  bool IsCyclic(const std::vector<int>& component) const {
    const std::vector<int>& next = successors_[component.front()];
    return component.size() > 1 || std::find(next.begin(), next.end(), component.front()) != next.end();
  }

  std::vector<const DemandEdge*> Inner(const std::vector<int>& component) const {
    std::vector<const DemandEdge*> inner;
    for (int node : component) {
      for (const DemandEdge* edge : out_[node]) {
        if (Draws(*edge) && std::binary_search(component.begin(), component.end(), edge->to)) inner.push_back(edge);
      }
    }
    return inner;
  }

  void FindDivergent() {
    for (const std::vector<int>& component : components_) {
      if (!IsCyclic(component)) continue;
      const std::vector<const DemandEdge*> inner = Inner(component);
      if (Part(component, inner, &place_).Converges()) continue;
      // Edges between the same two segments add up.
      std::vector<WeightedEdge> edges;
      for (const DemandEdge* edge : inner) edges.push_back({place_[edge->from], place_[edge->to], edge->coefficient});
      std::sort(edges.begin(), edges.end(), [](const WeightedEdge& a, const WeightedEdge& b) {
        return std::pair(a.from, a.to) < std::pair(b.from, b.to);
      });
      std::vector<WeightedEdge> merged;
      for (const WeightedEdge& edge : edges) {
        if (!merged.empty() && merged.back().from == edge.from && merged.back().to == edge.to) {
          merged.back().weight += edge.weight;
        } else {
          merged.push_back(edge);
        }
      }
      std::vector<WeightedEdge> logs = merged;
      for (WeightedEdge& edge : logs) edge.weight = std::log(edge.weight);
      DivergentSegments part{.segments = component,
                             .cycle = CycleOfGreatestMean(static_cast<int>(component.size()), logs),
                             .cycle_gain = 1};
      for (std::size_t i = 0; i < part.cycle.size(); ++i) {
        const int from = part.cycle[i], to = part.cycle[(i + 1) % part.cycle.size()];
        for (const WeightedEdge& edge : merged) {
          if (edge.from == from && edge.to == to) part.cycle_gain *= edge.weight;
        }
      }
      for (int& node : part.cycle) node = component[node];
      for (int node : component) seeds_.push_back({v1::Demand::DIVERGENT, node});
      solution_.divergent.push_back(std::move(part));
    }
    std::sort(solution_.divergent.begin(), solution_.divergent.end(),
              [](const auto& a, const auto& b) { return a.segments.front() < b.segments.front(); });
  }

  // Segments without a number by themselves; then everything that feeds them.
  void FindUnknown() {
    std::vector<std::vector<int>> feeders(n_);
    for (int node = 0; node < n_; ++node) {
      bool draws = false, enabling = false;
      for (const DemandEdge* edge : out_[node]) {
        (edge->enabling ? enabling : draws) = true;
        if (Unstated(*edge)) seeds_.push_back({v1::Demand::UNKNOWN_COEFFICIENT, node});
        if (Draws(*edge) || Unstated(*edge)) feeders[edge->to].push_back(node);
      }
      const FinalDemand& final_demand = problem_.final_demand[node];
      if (final_demand.state == FinalDemand::State::kNoUnit) seeds_.push_back({v1::Demand::NO_UNIT, node});
      if (final_demand.state == FinalDemand::State::kAbsent && !draws) {
        seeds_.push_back({enabling ? v1::Demand::ENABLING : v1::Demand::NO_FINAL_DEMAND, node});
      }
    }
    std::sort(seeds_.begin(), seeds_.end(), [](const Seed& a, const Seed& b) {
      return std::pair(Rank(a.state), a.node) < std::pair(Rank(b.state), b.node);
    });
    for (const Seed& seed : seeds_) {
      if (solution_.segments[seed.node].state != v1::Demand::KNOWN) continue;
      solution_.segments[seed.node] = {seed.state, 0, 0, seed.node};
      // What feeds an enabling segment by a coefficient has no final demand to be computed from.
      const v1::Demand::State passed_on = seed.state == v1::Demand::ENABLING ? v1::Demand::NO_FINAL_DEMAND : seed.state;
      std::vector<int> queue = {seed.node};
      while (!queue.empty()) {
        const int node = queue.back();
        queue.pop_back();
        for (int feeder : feeders[node]) {
          if (solution_.segments[feeder].state != v1::Demand::KNOWN) continue;
          solution_.segments[feeder] = {passed_on, 0, 0, seed.node};
          queue.push_back(feeder);
        }
      }
    }
  }

  // What feeds a segment whose demand outgrew all numbers has none either.
  bool FeedsOverflown(const std::vector<int>& component) {
    for (const int node : component) {
      for (const DemandEdge* edge : out_[node]) {
        if (!Draws(*edge) || solution_.segments[edge->to].state == v1::Demand::KNOWN) continue;
        const SegmentDemand unknown = solution_.segments[edge->to];
        for (const int member : component) solution_.segments[member] = unknown;
        return true;
      }
    }
    return false;
  }

  void SolveComponent(const std::vector<int>& component) {
    if (FeedsOverflown(component)) return;
    Eigen::VectorXd b(static_cast<int>(component.size()));
    for (std::size_t i = 0; i < component.size(); ++i) {
      const int node = component[i];
      const double own = problem_.final_demand[node].per_year;
      solution_.segments[node].final_per_year = own;
      double sum = own;
      for (const DemandEdge* edge : out_[node]) {
        if (Draws(*edge) && !std::binary_search(component.begin(), component.end(), edge->to)) {
          sum += edge->coefficient * solution_.segments[edge->to].per_year;
        }
      }
      b[static_cast<int>(i)] = sum;
    }
    const Eigen::VectorXd x = IsCyclic(component) ? Part(component, Inner(component), &place_).Solve(b) : b;
    if (!x.allFinite()) {
      const int cause = *std::min_element(component.begin(), component.end());
      for (const int node : component) solution_.segments[node] = {v1::Demand::DIVERGENT, 0, 0, cause};
      return;
    }
    for (std::size_t i = 0; i < component.size(); ++i) {
      solution_.segments[component[i]].per_year = std::max(0.0, x[static_cast<int>(i)]);
    }
  }

  struct Seed {
    v1::Demand::State state;
    int node;
  };
  const DemandProblem& problem_;
  int n_;
  std::vector<std::vector<const DemandEdge*>> out_;
  std::vector<std::vector<int>> successors_;
  std::vector<int> place_;
  std::vector<std::vector<int>> components_;
  std::vector<Seed> seeds_;
  DemandSolution solution_;
};

}  // namespace

DemandSolution SolveDemand(const DemandProblem& problem) { return Solver(problem).Run(); }

double DemandResidual(const DemandProblem& problem, const DemandSolution& solution) {
  std::vector<double> rest(solution.segments.size(), 0);
  double scale = 1;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    rest[i] = solution.segments[i].per_year - solution.segments[i].final_per_year;
    scale = std::max(scale, solution.segments[i].per_year);
  }
  for (const DemandEdge& edge : problem.edges) {
    if (Draws(edge)) rest[edge.from] -= edge.coefficient * solution.segments[edge.to].per_year;
  }
  double worst = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (solution.segments[i].state == v1::Demand::KNOWN) worst = std::max(worst, std::abs(rest[i]));
  }
  return worst / scale;
}

}  // namespace bulian::gap
