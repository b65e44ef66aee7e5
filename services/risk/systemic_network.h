// The supply network of a snapshot as ESRI needs it: the enterprises in supply links that are valid at a date and state
// a value, with what is sold between each two a year. Pure, thread-safe.
#ifndef SERVICES_RISK_SYSTEMIC_NETWORK_H_
#define SERVICES_RISK_SYSTEMIC_NETWORK_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/model/day.h"
#include "services/model/snapshot.h"
#include "services/risk/esri_network.h"

namespace bulian::risk {

struct SystemicQuery {
  model::Day as_of = 0;
  std::string currency{};  // ISO 4217; empty: stated by most of the valid links, the first by code among equals
  int year = 0;            // of the values; 0: of each two enterprises the newest that is stated
  // Enterprises are counted in industries of so many digits of their first GB/T 4754 code, 2 to 4; 0: as many as the
  // cluster's essentiality tells apart.
  int industry_digits = 0;
  bool replaceability = true;
};

// Supply links that are not in the network, each counted for the first reason that holds.
struct LinksLeftOut {
  std::int64_t not_valid = 0;           // at the date
  std::int64_t enterprise_missing = 0;  // supplier or buyer does not exist
  std::int64_t no_value = 0;
  std::int64_t other_currency = 0;
  std::int64_t other_year = 0;
};

struct SystemicNetwork {
  EsriData data;                        // firms by name
  std::vector<model::Row> enterprises;  // of each firm
  std::string currency;                 // empty: no valid link states a value
  int industry_digits = 2;
  std::int64_t links = 0;  // that are in the network
  std::int64_t pairs = 0;  // of enterprises they join
  double value = 0;        // a year, of all
  LinksLeftOut left_out;
  // Firms without a valid code. Each is an industry of its own, so that nobody replaces it, and what is sold to or by
  // it is non-essential.
  std::int64_t without_industry = 0;

  // The firm of an enterprise; nullopt if it is in no counted link.
  std::optional<std::int32_t> FirmOf(const model::Snapshot& snapshot, model::Row enterprise) const;
};

// nullopt if `stop` (may be empty) ended it; asked every few thousand links.
std::optional<SystemicNetwork> BuildSystemicNetwork(const model::Snapshot& snapshot, const SystemicQuery& query,
                                                    const std::function<bool()>& stop = {});

}  // namespace bulian::risk

#endif  // SERVICES_RISK_SYSTEMIC_NETWORK_H_
