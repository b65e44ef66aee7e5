// What a watch asks for: the request as read, and which changes pass its filters. Pure, thread-safe.
#ifndef SERVICES_EXCHANGE_WATCH_FILTER_H_
#define SERVICES_EXCHANGE_WATCH_FILTER_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bulian/v1/exchange.pb.h"
#include "services/model/resource_name.h"
#include "services/rpc/page_token.h"
#include "services/watch/topic.h"

namespace bulian::exchange {

inline constexpr int kMaxWatchedNames = 100;

class WatchFilter {
 public:
  // Everything in `clusters/c`, of no types and names in particular.
  WatchFilter() = default;
  // `request` is valid.
  explicit WatchFilter(const v1::WatchChangesRequest& request);

  bool Passes(model::ResourceType type, std::string_view name) const;

  // The same for watches of the same cluster and filters, in whatever order these were given.
  const std::string& hash() const { return hash_; }

 private:
  std::bitset<model::kResourceTypeCount> types_;  // none: all
  std::vector<std::string> names_;                // ascending; none: all
  std::string hash_;
};

struct WatchQuery : watch::Query {
  WatchFilter filter;
};

// INVALID_ARGUMENT/INVALID_FIELDS with every violation, or RESUME_TOKEN_INVALID.
absl::StatusOr<WatchQuery> ReadWatchRequest(const v1::WatchChangesRequest& request, const rpc::PageTokens& tokens);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WATCH_FILTER_H_
