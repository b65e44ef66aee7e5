// MatchService over the pure parts of this room: decode, find, encode.
#ifndef SERVICES_MATCH_MATCH_SERVICE_H_
#define SERVICES_MATCH_MATCH_SERVICE_H_

#include <functional>
#include <string_view>

#include "services/gap/segment_need.h"
#include "services/rpc/method_table.h"
#include "services/rpc/metrics.h"
#include "services/rpc/page_token.h"
#include "services/view/view.h"

namespace bulian::match {

// Not owned; outlives the method table's use. `metrics` may be null.
struct MatchServiceDeps {
  const view::Views* views = nullptr;
  const rpc::PageTokens* page_tokens = nullptr;
  // The analysis of a snapshot at a date for a caller of some patience; see gap::AnalysisSource.
  std::function<absl::StatusOr<gap::AnalysisPtr>(const model::SnapshotPtr&, model::Day, const view::Patience&)>
      analysis;
  rpc::Metrics* metrics = nullptr;
  // Whether `analysis` of a cluster's current snapshot at its own date answers at once; null: always.
  std::function<bool(std::string_view cluster)> analysis_ready = {};
};

// Adds all methods of the service.
void RegisterMatchService(rpc::MethodTable& methods, const MatchServiceDeps& deps);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_MATCH_SERVICE_H_
