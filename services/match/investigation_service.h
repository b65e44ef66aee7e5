// OrderInvestigations of bulian.v1.MatchService.
#ifndef SERVICES_MATCH_INVESTIGATION_SERVICE_H_
#define SERVICES_MATCH_INVESTIGATION_SERVICE_H_

#include <functional>

#include "absl/status/status.h"
#include "bulian/v1/match.pb.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/view/view.h"

namespace bulian::match {

// Answers FindCandidates for the same caller.
using CandidateFinder =
    std::function<absl::Status(rpc::CallContext&, const v1::FindCandidatesRequest&, v1::FindCandidatesResponse*)>;

// `views` is not owned and outlives the table's use.
void RegisterInvestigation(rpc::MethodTable& methods, const view::Views* views, CandidateFinder find);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_INVESTIGATION_SERVICE_H_
