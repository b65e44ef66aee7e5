#include "services/risk/systemic_essentiality.h"

#include <algorithm>
#include <vector>

#include "services/model/industry.h"

namespace bulian::risk {
namespace {

bool IsNumber(std::string_view code) { return !code.empty() && code.front() >= '0' && code.front() <= '9'; }

// The code and all that contain it, the narrowest first.
std::vector<std::string> Widening(std::string_view code) {
  std::vector<std::string> all;
  if (code.empty()) return all;
  if (IsNumber(code)) {
    for (std::size_t digits = code.size(); digits >= 2; --digits) all.emplace_back(code.substr(0, digits));
  }
  if (const char section = model::SectionOfIndustry(code); section != 0) all.emplace_back(1, section);
  return all;
}

InputClass Default(std::string_view supplier, std::string_view buyer) {
  const char from = model::SectionOfIndustry(supplier), to = model::SectionOfIndustry(buyer);
  // Mining, manufacturing and utilities are the sections B, C, D: the divisions 06 to 46.
  return from >= 'B' && from <= 'D' && to == 'C' ? InputClass::kEssential : InputClass::kNonEssential;
}

}  // namespace

SystemicEssentiality::SystemicEssentiality(const v1::Cluster& cluster) {
  for (const v1::IndustryEssentiality& pair : cluster.industry_essentiality()) {
    const std::string supplier = model::NormalizeIndustryCode(pair.supplier_industry());
    const std::string buyer = model::NormalizeIndustryCode(pair.buyer_industry());
    if (supplier.empty() || buyer.empty()) continue;
    switch (pair.essentiality()) {
      case v1::IndustryEssentiality::NEGLIGIBLE:
        pairs_[supplier][buyer] = InputClass::kNegligible;
        break;
      case v1::IndustryEssentiality::NON_ESSENTIAL:
        pairs_[supplier][buyer] = InputClass::kNonEssential;
        break;
      case v1::IndustryEssentiality::ESSENTIAL:
        pairs_[supplier][buyer] = InputClass::kEssential;
        break;
      default:
        continue;
    }
    for (const std::string& code : {supplier, buyer}) digits_ = std::max(digits_, static_cast<int>(code.size()));
  }
}

InputClass SystemicEssentiality::Of(std::string_view supplier, std::string_view buyer) const {
  if (!pairs_.empty()) {
    const std::vector<std::string> buyers = Widening(buyer);
    for (const std::string& from : Widening(supplier)) {
      const auto of_supplier = pairs_.find(from);
      if (of_supplier == pairs_.end()) continue;
      for (const std::string& to : buyers) {
        const auto found = of_supplier->second.find(to);
        if (found != of_supplier->second.end()) return found->second;
      }
    }
  }
  return Default(supplier, buyer);
}

std::string IndustryToDigits(std::string_view code, int digits) {
  std::string normal = model::NormalizeIndustryCode(code);
  if (IsNumber(normal) && static_cast<int>(normal.size()) > digits) normal.resize(static_cast<std::size_t>(digits));
  return normal;
}

}  // namespace bulian::risk
