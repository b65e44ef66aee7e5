// Gross demand of all segments of a cluster: the least solution of x = d + A x, where A holds canonical units of the
// feeding segment per canonical unit of the fed one (Leontief's open model). Parts that cannot be solved get no number
// and a reason, also those whose demand is beyond what a double holds (DIVERGENT without a part, its cause the segment
// where that starts); the rest is solved. Pure, thread-safe.
#ifndef SERVICES_GAP_DEMAND_H_
#define SERVICES_GAP_DEMAND_H_

#include <cstdint>
#include <vector>

#include "bulian/v1/gap.pb.h"

namespace bulian::gap {

// `from` feeds `to`. An edge draws nothing when `enabling` or when its planned share is 0.
struct DemandEdge {
  int from = 0, to = 0;
  double coefficient = 0;  // times the planned split; NaN: not stated
  bool enabling = false;   // only presence counts
};

// What a segment wants by itself.
struct FinalDemand {
  enum class State : std::uint8_t { kAbsent, kStated, kNoUnit };
  State state = State::kAbsent;
  double per_year = 0;  // canonical units, when kStated
};

struct DemandProblem {
  std::vector<FinalDemand> final_demand;  // by segment
  std::vector<DemandEdge> edges;
};

struct SegmentDemand {
  v1::Demand::State state = v1::Demand::KNOWN;
  double per_year = 0;        // when KNOWN
  double final_per_year = 0;  // when KNOWN
  int cause = -1;             // the segment where the unknown starts, when not KNOWN
  friend bool operator==(const SegmentDemand&, const SegmentDemand&) = default;
};

// A strongly connected part whose spectral radius is 1 or more.
struct DivergentSegments {
  std::vector<int> segments;  // ascending
  std::vector<int> cycle;     // of greatest mean log coefficient, each feeding the next; starts with the smallest
  double cycle_gain = 0;      // product of its coefficients
  friend bool operator==(const DivergentSegments&, const DivergentSegments&) = default;
};

struct DemandSolution {
  std::vector<SegmentDemand> segments;
  std::vector<DivergentSegments> divergent;  // by first segment
  friend bool operator==(const DemandSolution&, const DemandSolution&) = default;
};

DemandSolution SolveDemand(const DemandProblem& problem);

// The certificate: the greatest |x - d - A x| over segments with a number, relative to the greatest of 1 and the
// numbers.
double DemandResidual(const DemandProblem& problem, const DemandSolution& solution);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_DEMAND_H_
