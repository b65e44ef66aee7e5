#include "services/gap/structure_linkages.h"

#include <Eigen/SparseCore>
#include <Eigen/SparseLU>
#include <cmath>
#include <cstddef>

namespace bulian::gap {
namespace {

using State = v1::LinkageValue::State;

// v_of = 1 + weight * v_on + ...
struct Term {
  int of = 0, on = 0;
  double weight = 0;  // NaN: not known
};

// A segment whose terms are not all known has no sum, nor has one that depends on it.
void SpreadUnknowns(const std::vector<Term>& terms, std::vector<LinkageSum>* sums) {
  std::vector<std::vector<int>> dependents(sums->size());
  for (const Term& term : terms) {
    dependents[term.on].push_back(term.of);
    LinkageSum& sum = (*sums)[term.of];
    if (std::isnan(term.weight) && sum.state == v1::LinkageValue::KNOWN) sum.state = v1::LinkageValue::UNKNOWN;
  }
  // What depends on both a divergent and an unknown segment is DIVERGENT.
  for (const State state : {v1::LinkageValue::DIVERGENT, v1::LinkageValue::UNKNOWN}) {
    std::vector<int> open;
    for (std::size_t i = 0; i < sums->size(); ++i) {
      if ((*sums)[i].state == state) open.push_back(static_cast<int>(i));
    }
    while (!open.empty()) {
      const int from = open.back();
      open.pop_back();
      for (const int to : dependents[from]) {
        State& reached = (*sums)[to].state;
        if (reached == state || reached == v1::LinkageValue::DIVERGENT) continue;
        reached = state;
        open.push_back(to);
      }
    }
  }
}

// Solves for the segments that stay KNOWN.
void SolveSums(const std::vector<Term>& terms, std::vector<LinkageSum>* sums) {
  std::vector<int> number(sums->size(), -1);
  std::vector<LinkageSum*> known;
  for (std::size_t i = 0; i < sums->size(); ++i) {
    if ((*sums)[i].state != v1::LinkageValue::KNOWN) continue;
    number[i] = static_cast<int>(known.size());
    known.push_back(&(*sums)[i]);
  }
  if (known.empty()) return;
  const auto n = static_cast<Eigen::Index>(known.size());
  std::vector<Eigen::Triplet<double>> entries;
  for (int i = 0; i < static_cast<int>(n); ++i) entries.emplace_back(i, i, 1.0);
  for (const Term& term : terms) {
    if (number[term.of] >= 0) entries.emplace_back(number[term.of], number[term.on], -term.weight);
  }
  Eigen::SparseMatrix<double> matrix(n, n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  Eigen::SparseLU<Eigen::SparseMatrix<double>> solver(matrix);
  const bool solved = solver.info() == Eigen::Success;
  const Eigen::VectorXd values = solved ? solver.solve(Eigen::VectorXd::Ones(n)).eval() : Eigen::VectorXd::Zero(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    // Sums are at least 1; where the arithmetic breaks down none is claimed.
    if (std::isfinite(values[i]) && values[i] >= 1 - 1e-9) {
      known[static_cast<std::size_t>(i)]->sum = values[i];
    } else {
      known[static_cast<std::size_t>(i)]->state = v1::LinkageValue::UNKNOWN;
    }
  }
}

void Average(const std::vector<LinkageSum>& sums, int* count, double* mean) {
  double total = 0;
  for (const LinkageSum& sum : sums) {
    if (sum.state != v1::LinkageValue::KNOWN) continue;
    ++*count;
    total += sum.sum;
  }
  if (*count > 0) *mean = total / *count;
}

std::vector<LinkageSum> AllKnown(std::size_t size) {
  return std::vector<LinkageSum>(size, {.state = v1::LinkageValue::KNOWN, .sum = 0});
}

std::vector<LinkageSum> Forward(const DemandProblem& problem, const DemandSolution& solution) {
  std::vector<LinkageSum> sums = AllKnown(solution.segments.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const SegmentDemand& demand = solution.segments[i];
    if (demand.state == v1::Demand::DIVERGENT) {
      sums[i].state = v1::LinkageValue::DIVERGENT;
    } else if (demand.state != v1::Demand::KNOWN || demand.per_year <= 0) {
      sums[i].state = v1::LinkageValue::UNKNOWN;
    }
  }
  std::vector<Term> terms;
  for (const DemandEdge& edge : problem.edges) {
    const SegmentDemand &from = solution.segments[edge.from], &to = solution.segments[edge.to];
    const bool draws = !edge.enabling && edge.coefficient != 0 && to.state == v1::Demand::KNOWN && to.per_year > 0;
    if (!draws || sums[edge.from].state != v1::LinkageValue::KNOWN) continue;
    terms.push_back({edge.from, edge.to, edge.coefficient * (to.per_year / from.per_year)});
  }
  SpreadUnknowns(terms, &sums);
  SolveSums(terms, &sums);
  return sums;
}

std::vector<LinkageSum> Backward(const DemandProblem& problem, const DemandSolution& solution) {
  std::vector<LinkageSum> sums = AllKnown(solution.segments.size());
  for (const DivergentSegments& part : solution.divergent) {
    for (const int segment : part.segments) sums[segment].state = v1::LinkageValue::DIVERGENT;
  }
  std::vector<Term> terms;
  for (const DemandEdge& edge : problem.edges) {
    if (!edge.enabling && edge.coefficient != 0) terms.push_back({edge.to, edge.from, edge.coefficient});
  }
  SpreadUnknowns(terms, &sums);
  SolveSums(terms, &sums);
  return sums;
}

}  // namespace

Linkages FindLinkages(const DemandProblem& problem, const DemandSolution& solution) {
  Linkages linkages;
  linkages.backward = Backward(problem, solution);
  linkages.forward = Forward(problem, solution);
  Average(linkages.backward, &linkages.backward_count, &linkages.backward_mean);
  Average(linkages.forward, &linkages.forward_count, &linkages.forward_mean);
  return linkages;
}

}  // namespace bulian::gap
