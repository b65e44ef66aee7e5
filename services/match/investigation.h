// Whom to call first when finding out costs something: Weitzman's index rule for prospects that come true or do not.
// Pure, thread-safe.
//
// Pandora's problem (Weitzman 1979): prospect i is worth v_i with probability p_i, else nothing, independently; finding
// out costs c_i. Its index is z_i = v_i - c_i / p_i, the sure value that would make it all the same whether one finds
// out. Calling in falling order of the index while it is above 0, and stopping once `wanted` came true, is the best of
// all ways of going about it, adaptive ones among them; for wanted > 1 this is the uniform matroid case (Singla 2018,
// The price of information in combinatorial optimization). Since v_i >= z_i, whoever comes true is used at once, so the
// expected value is the sum of p_i z_i times the probability that fewer than `wanted` came true before.
#ifndef SERVICES_MATCH_INVESTIGATION_H_
#define SERVICES_MATCH_INVESTIGATION_H_

#include <string>
#include <vector>

namespace bulian::match {

inline constexpr char kInvestigationVersion[] = "weitzman-1";

struct InvestigationProspect {
  std::string label;  // unique
  double probability = 0, value = 0, effort = 0;
};

struct InvestigationStep {
  int prospect = 0;  // its place in the input
  double index = 0;  // minus infinity when the probability is 0
  bool called = false;
  double reach_probability = 0, expected_gain = 0;
};

struct InvestigationOrder {
  std::vector<InvestigationStep> steps;  // those to call, in order; then the rest by index. Ties by label
  double expected_value = 0, expected_effort = 0, expected_successes = 0, full_probability = 0;
};

// `wanted` is at least 1; probabilities are from 0 to 1, values and efforts finite and not negative. Takes time and
// memory of prospects x min(wanted, prospects) at most.
InvestigationOrder OrderOfInvestigation(const std::vector<InvestigationProspect>& prospects, int wanted);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_INVESTIGATION_H_
