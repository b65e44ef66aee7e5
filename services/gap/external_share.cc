#include "services/gap/external_share.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>

#include "services/gap/evidence_age.h"
#include "services/gap/listed.h"

namespace bulian::gap {
namespace {

constexpr model::ResourceType kLink = model::ResourceType::kSupplyLink;

// 1 local, 0 not, -1 not known.
int Locality(const model::Snapshot& snapshot, model::Row enterprise) {
  return enterprise == model::kNoRow ? -1 : snapshot.IsLocal(snapshot.SeatRegion(enterprise));
}

// The currency to count in: stated by most of the links, the first by code among equals. 0: none is stated.
model::Symbol MainCurrency(const model::Snapshot& snapshot, const std::vector<CountedLink>& links, int set) {
  std::map<std::string_view, std::pair<int, model::Symbol>> count;
  for (const CountedLink& counted : links) {
    const model::Link& link = snapshot.link(counted.link);
    if (counted.set > set || link.currency == 0 || std::isnan(link.value)) continue;
    auto& entry = count[model::SymbolText(link.currency)];
    entry = {entry.first + 1, link.currency};
  }
  std::pair<int, model::Symbol> best{0, 0};
  for (const auto& [code, entry] : count) {
    if (entry.first > best.first) best = entry;
  }
  return best.second;
}

std::optional<Bounds> ShareOn(const model::Snapshot& snapshot, const std::vector<CountedLink>& links, int set) {
  const model::Symbol currency = MainCurrency(snapshot, links, set);
  std::vector<SharePart> parts;
  for (const CountedLink& counted : links) {
    if (counted.set > set) continue;
    const model::Link& link = snapshot.link(counted.link);
    const bool known = link.currency != 0 && link.currency == currency && !std::isnan(link.value);
    SharePart part{known ? Bounds{link.value, link.value} : Bounds{0, kUnbounded}, counted.outside};
    if (Locality(snapshot, link.buyer) < 0) part.value.lower = 0;
    parts.push_back(part);
  }
  // Sums of floating point numbers depend on their order: add by value, never by row.
  std::sort(parts.begin(), parts.end(), [](const SharePart& a, const SharePart& b) {
    return std::tuple(a.value.lower, a.value.upper, a.outside) < std::tuple(b.value.lower, b.value.upper, b.outside);
  });
  return ShareBounds(parts);
}

}  // namespace

std::optional<Bounds> ShareBounds(std::span<const SharePart> parts) {
  // Ends of what comes from outside and from inside; a link of unknown origin is on the side that moves the end.
  double outside_least = 0, outside_most = 0, inside_least = 0, inside_most = 0;
  for (const SharePart& part : parts) {
    if (part.outside != v1::VIOLATED) outside_most += part.value.upper;
    if (part.outside != v1::SATISFIED) inside_most += part.value.upper;
    if (part.outside == v1::SATISFIED) outside_least += part.value.lower;
    if (part.outside == v1::VIOLATED) inside_least += part.value.lower;
  }
  if (outside_most == 0 && inside_most == 0) return std::nullopt;
  // The unknown ones all outside (upper end) or all inside (lower end): with values on the end that moves the share
  // most.
  Bounds share;
  if (outside_most == 0) {
    share.upper = 0;
  } else if (std::isinf(outside_most) || inside_least == 0) {
    share.upper = 1;
  } else {
    share.upper = outside_most / (outside_most + inside_least);
  }
  if (inside_most == 0) {
    share.lower = 1;
  } else if (std::isinf(inside_most) || outside_least == 0) {
    share.lower = 0;
  } else {
    share.lower = outside_least / (outside_least + inside_most);
  }
  return share;
}

ExternalFacts FindExternal(const model::Snapshot& snapshot, model::Row type, model::Day as_of) {
  ExternalFacts facts;
  if (type == model::kNoRow) return facts;
  const int max_age = snapshot.cluster().evidence_max_age_days;
  for (const model::Row subtype : snapshot.Subtree(type)) {
    snapshot.LinksOfType(subtype).ForEach([&](model::Row row) {
      ++facts.links_read;
      const model::Link& link = snapshot.link(row);
      const int buyer = Locality(snapshot, link.buyer), supplier = Locality(snapshot, link.supplier);
      if (!IsValid(link.valid_from, link.valid_until, as_of) || buyer == 0) return;
      CountedLink counted{.link = row};
      counted.outside = supplier < 0 ? v1::UNKNOWN : (supplier == 0 ? v1::SATISFIED : v1::VIOLATED);
      if (buyer < 0 || supplier < 0) {
        counted.set = kPossibleSet;
      } else {
        counted.set = link.verified && !IsStale(link.evidence_day, max_age, as_of) ? kVerifiedSet : kClaimedSet;
      }
      facts.listed.push_back(counted);
    });
  }
  for (int set = 0; set < kSetCount; ++set) facts.share[set] = ShareOn(snapshot, facts.listed, set);
  facts.complete =
      KeepFirstByName(snapshot, kLink, &facts.listed, [](const CountedLink& counted) { return counted.link; });
  return facts;
}

}  // namespace bulian::gap
