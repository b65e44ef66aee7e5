// Synthetic clusters of any size: every record is a pure function of the options and its index, so that a run can be
// repeated and a part of it made alone.
//
// Types come in three groups: `broad-N` with 100 000 offers each (as far as the offers reach), `narrow-N` with 1 000
// each, and `type-N` that share the rest. Each segment requires a narrow or (every tenth) a broad type.
#ifndef TOOLS_LOADGEN_SYNTHETIC_H_
#define TOOLS_LOADGEN_SYNTHETIC_H_

#include <cstdint>
#include <functional>
#include <string>

#include "bulian/v1/exchange.pb.h"

namespace bulian::loadgen {

struct SyntheticOptions {
  std::string cluster = "load";  // id
  std::int64_t enterprises = 1000;
  std::int64_t capabilities_each = 5;
  std::int64_t types = 1000;
  std::int64_t segments = 100;
  std::int64_t links = 1000;
  std::uint64_t seed = 1;
};

class Synthetic {
 public:
  explicit Synthetic(SyntheticOptions options);

  std::int64_t record_count() const;
  // Record `index` of record_count(): the cluster, types, enterprises with their capabilities, chains, links, in an
  // order that Import accepts.
  void Record(std::int64_t index, v1::ImportRecord* record) const;

  std::int64_t broad_types() const { return broad_; }
  std::int64_t narrow_types() const { return narrow_; }
  std::string TypeName(std::int64_t type) const;        // 0 <= type < types
  std::string SegmentName(std::int64_t segment) const;  // 0 <= segment < segments
  std::int64_t SegmentType(std::int64_t segment) const;
  std::string EnterpriseName(std::int64_t enterprise) const;
  const SyntheticOptions& options() const { return options_; }

 private:
  std::int64_t chain_count() const;
  void Type(std::int64_t index, v1::CapabilityType* type) const;
  void Enterprise(std::int64_t index, v1::Enterprise* enterprise) const;
  void Capability(std::int64_t enterprise, std::int64_t index, v1::Capability* capability) const;
  void Chain(std::int64_t index, v1::Chain* chain) const;
  void SupplyLink(std::int64_t index, v1::SupplyLink* link) const;
  std::int64_t OfferType(std::int64_t offer) const;
  std::uint64_t Random(std::uint64_t stream, std::uint64_t index) const;

  SyntheticOptions options_;
  std::int64_t offers_, broad_, narrow_;
};

}  // namespace bulian::loadgen

#endif  // TOOLS_LOADGEN_SYNTHETIC_H_
