// What a capability's record states, compiled for analysis, apart from what depends on other records.
#ifndef SERVICES_MODEL_COMPILED_CAPABILITY_H_
#define SERVICES_MODEL_COMPILED_CAPABILITY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "services/model/snapshot_facts.h"

namespace bulian::model {

// Views into what made it.
struct CompiledCapability {
  Offer offer;  // without enterprise, type and region
  std::string_view type_name, site;
  std::span<const OfferAttribute> attributes;  // sorted by key, each key once
  std::span<const Symbol> words;               // of the attributes
  std::span<const OfferCertificate> certificates;
  Row type_guess = kNoRow;  // a row that may be of the type
};

// Compiles one record after the other into the same memory. Belongs to one thread.
class CapabilityCompiler {
 public:
  // Of a serialised Capability; of malformed bytes, what could be read. Lives until the next call.
  const CompiledCapability& Compile(std::string_view bytes);

 private:
  v1::Capability capability_;  // kept to be parsed into again: its strings and repeated fields keep their memory
  std::vector<OfferAttribute> attributes_;
  std::vector<Symbol> words_;
  std::vector<OfferCertificate> certificates_;
  CompiledCapability compiled_;
};

// Compiled capabilities handed from one thread to another. Not thread-safe itself.
class CompiledCapabilities {
 public:
  void Add(const CompiledCapability& compiled);
  // Lives until the next call of Add or Clear.
  CompiledCapability operator[](std::size_t index) const;
  std::size_t size() const { return items_.size(); }
  void Clear();

 private:
  struct Ends {
    std::size_t attributes = 0, words = 0, certificates = 0, text = 0;
  };
  struct Item {
    Offer offer;
    Row type_guess;
    std::size_t type_name_size;
    Ends ends;
  };
  std::vector<Item> items_;
  std::vector<OfferAttribute> attributes_;
  std::vector<Symbol> words_;
  std::vector<OfferCertificate> certificates_;
  std::string text_;  // type names and sites
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_COMPILED_CAPABILITY_H_
