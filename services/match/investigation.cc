#include "services/match/investigation.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace bulian::match {
namespace {

double IndexOf(const InvestigationProspect& prospect) {
  if (prospect.probability == 0) return -std::numeric_limits<double>::infinity();
  return prospect.value - prospect.effort / prospect.probability;
}

// How many came true so far, as probabilities of 0, 1, ... below `wanted`; what reaches `wanted` has left.
class Successes {
 public:
  explicit Successes(std::size_t wanted) : probability_(wanted) { probability_[0] = 1; }

  double fewer() const { return std::min(1.0, std::accumulate(probability_.begin(), probability_.end(), 0.0)); }
  void Add(double probability) {
    for (std::size_t count = probability_.size(); count-- > 0;) {
      const double before = count == 0 ? 0 : probability_[count - 1];
      probability_[count] = probability_[count] * (1 - probability) + before * probability;
    }
  }

 private:
  std::vector<double> probability_;
};

}  // namespace

InvestigationOrder OrderOfInvestigation(const std::vector<InvestigationProspect>& prospects, int wanted) {
  InvestigationOrder order;
  order.steps.resize(prospects.size());
  for (std::size_t i = 0; i < prospects.size(); ++i) {
    order.steps[i].prospect = static_cast<int>(i);
    order.steps[i].index = IndexOf(prospects[i]);
  }
  std::sort(order.steps.begin(), order.steps.end(), [&](const InvestigationStep& a, const InvestigationStep& b) {
    if (a.index != b.index) return a.index > b.index;
    return prospects[a.prospect].label < prospects[b.prospect].label;
  });
  Successes successes(std::min<std::size_t>(wanted, prospects.size() + 1));
  for (InvestigationStep& step : order.steps) {
    if (!(step.index > 0)) break;
    const InvestigationProspect& prospect = prospects[step.prospect];
    step.called = true;
    step.reach_probability = successes.fewer();
    step.expected_gain = step.reach_probability * (prospect.probability * prospect.value - prospect.effort);
    order.expected_value += step.expected_gain;
    order.expected_effort += step.reach_probability * prospect.effort;
    order.expected_successes += step.reach_probability * prospect.probability;
    successes.Add(prospect.probability);
  }
  order.full_probability = wanted > static_cast<int>(prospects.size()) ? 0 : std::max(0.0, 1 - successes.fewer());
  return order;
}

}  // namespace bulian::match
