// A segment's requirement made ready to be compared with many offers. Thread-safe after construction.
#ifndef SERVICES_GAP_REQUIREMENT_FIT_H_
#define SERVICES_GAP_REQUIREMENT_FIT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// The fit of an offer, taken apart.
struct FitParts {
  v1::Fit place = v1::UNKNOWN, level = v1::UNKNOWN;
  v1::Fit details = v1::UNKNOWN;  // attributes and certificates
  int levels_short = 0;           // levels below the minimum
};

// Whether an offer of a fitting type meets level, attributes and certificates at its place.
class RequirementFit {
 public:
  // Refers to `snapshot`, which must outlive it.
  RequirementFit(const model::Snapshot& snapshot, const v1::Requirement& requirement, model::Day as_of);
  ~RequirementFit();

  // Of a stored capability; VIOLATED when its site is not local, UNKNOWN at best when it has no known place.
  v1::Fit Of(const model::OfferRef& offer) const;
  // The same in parts: their conjunction is the fit.
  FitParts PartsOf(const model::OfferRef& offer) const;
  // What makes it UNKNOWN, in words of the requirement: attribute keys, certificate schemes, `level`, `site`.
  std::vector<std::string> UnknownOf(model::Row capability) const;
  // Of a planned capability at a place (GB/T 2260; 0: not known).
  v1::Fit OfPlanned(const v1::Capability& planned, std::uint32_t region) const;

 private:
  class Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_REQUIREMENT_FIT_H_
