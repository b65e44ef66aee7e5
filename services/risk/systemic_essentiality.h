// How much industries depend on each other's goods, as the cluster states it, and the industries that firms are counted
// in. Codes are normal GB/T 4754 codes (model::NormalizeIndustryCode). Pure, immutable, thread-safe.
#ifndef SERVICES_RISK_SYSTEMIC_ESSENTIALITY_H_
#define SERVICES_RISK_SYSTEMIC_ESSENTIALITY_H_

#include <map>
#include <string>
#include <string_view>

#include "bulian/v1/cluster.pb.h"
#include "services/risk/esri_network.h"

namespace bulian::risk {

class SystemicEssentiality {
 public:
  // Pairs with codes that are not valid or without an essentiality are passed over; of equal pairs the last counts.
  explicit SystemicEssentiality(const v1::Cluster& cluster);

  // Of the stated pairs that hold for the two the one with the narrower supplier industry, then the narrower buyer
  // industry; where none holds the default: goods of GB/T 4754 divisions 06 to 46 are essential for 13 to 43, all else
  // is non-essential, also what has no code (empty).
  InputClass Of(std::string_view supplier, std::string_view buyer) const;

  // To how many digits the pairs tell industries apart: 2 to 4, and 2 without any.
  int digits() const { return digits_; }

 private:
  std::map<std::string, std::map<std::string, InputClass, std::less<>>, std::less<>> pairs_;
  int digits_ = 2;
};

// A valid code to at most this many digits; shorter ones and letters stay. Empty if it is not valid.
std::string IndustryToDigits(std::string_view code, int digits);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_SYSTEMIC_ESSENTIALITY_H_
