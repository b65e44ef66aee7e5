// Which part of what local buyers buy comes from outside. Pure, thread-safe.
#ifndef SERVICES_GAP_EXTERNAL_SHARE_H_
#define SERVICES_GAP_EXTERNAL_SHARE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bulian/v1/attribute.pb.h"
#include "services/gap/bounds.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// What a link adds to the share: its value, and whether it comes from outside (SATISFIED), not (VIOLATED) or perhaps.
struct SharePart {
  Bounds value;
  v1::Fit outside = v1::UNKNOWN;
};

// Bounds of outside value / all value, exact: the share grows with what comes from outside and falls with the rest.
// nullopt when there is no part or all values are certainly zero.
std::optional<Bounds> ShareBounds(std::span<const SharePart> parts);

struct CountedLink {
  model::Row link = model::kNoRow;
  std::uint8_t set = 0;  // the smallest set it belongs to
  v1::Fit outside = v1::UNKNOWN;
  friend bool operator==(const CountedLink&, const CountedLink&) = default;
};

// The links behind a segment's outside share.
struct ExternalFacts {
  std::array<std::optional<Bounds>, kSetCount> share;
  std::vector<CountedLink> listed;  // by name, at most kListedLimit
  bool complete = true;             // `listed` has all
  std::int64_t links_read = 0;
};

// Valid links at `as_of` to local buyers whose product is `type` or of a type it subsumes. Sets: verified evidence that
// is not stale; plus claimed and stale; plus links whose supplier or buyer has no known place (the value of one whose
// buyer has none counts from 0). On each set the currency most links state (the first by code if several do) is
// counted, values in others are unknown.
ExternalFacts FindExternal(const model::Snapshot& snapshot, model::Row type, model::Day as_of);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_EXTERNAL_SHARE_H_
