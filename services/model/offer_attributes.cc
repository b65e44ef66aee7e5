#include "services/model/offer_attributes.h"

#include <algorithm>

#include "services/model/attribute_algebra.h"

namespace bulian::model {

void CompileAttributes(const v1::Capability& capability, std::vector<OfferAttribute>* attributes,
                       std::vector<Symbol>* words) {
  attributes->clear();
  words->clear();
  for (const auto& attribute : capability.attributes()) {
    OfferAttribute compiled;
    if (CompileAttribute(attribute, &compiled, words)) attributes->push_back(compiled);
  }
  const auto by_key = [](const OfferAttribute& a, const OfferAttribute& b) { return a.key < b.key; };
  std::stable_sort(attributes->begin(), attributes->end(), by_key);
  const auto same_key = [](const OfferAttribute& a, const OfferAttribute& b) { return a.key == b.key; };
  attributes->erase(std::unique(attributes->begin(), attributes->end(), same_key), attributes->end());
}

}  // namespace bulian::model
