// What a watch of gaps asks for: the request as read, and which gaps it is of. Pure, thread-safe.
#ifndef SERVICES_GAP_GAP_WATCH_REQUEST_SERVICE_H_
#define SERVICES_GAP_GAP_WATCH_REQUEST_SERVICE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "bulian/v1/gap.pb.h"
#include "services/gap/gap_difference.h"
#include "services/gap/gap_step.h"
#include "services/rpc/page_token.h"
#include "services/watch/topic.h"

namespace bulian::gap {

struct GapWatchQuery : watch::Query {
  GapFilter filter;  // of chain and kinds
  // The same for watches of the same parent and kinds, in whatever order these were given, by one version of the
  // method: what another version made of the same data does not go on with this one's.
  std::string hash;

  // As the filter passes gaps of an analysis.
  bool Passes(const GapStep::Change& change) const;
};

// INVALID_ARGUMENT/INVALID_FIELDS with every violation, or RESUME_TOKEN_INVALID.
absl::StatusOr<GapWatchQuery> ReadGapWatch(const v1::WatchGapsRequest& request, const rpc::PageTokens& tokens);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_WATCH_REQUEST_SERVICE_H_
