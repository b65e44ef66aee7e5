// The technical parameters of a capability as analysis reads them. Pure, thread-safe.
#ifndef SERVICES_MODEL_OFFER_ATTRIBUTES_H_
#define SERVICES_MODEL_OFFER_ATTRIBUTES_H_

#include <vector>

#include "bulian/v1/capability.pb.h"
#include "services/model/snapshot_facts.h"

namespace bulian::model {

// Fills `attributes`, sorted by key and each key once (the first), and the words they point into. Attributes that break
// the contract (attribute_algebra.h) count as not stated.
void CompileAttributes(const v1::Capability& capability, std::vector<OfferAttribute>* attributes,
                       std::vector<Symbol>* words);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_OFFER_ATTRIBUTES_H_
