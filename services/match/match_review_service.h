// ReviewMatches of bulian.v1.MatchService.
#ifndef SERVICES_MATCH_MATCH_REVIEW_SERVICE_H_
#define SERVICES_MATCH_MATCH_REVIEW_SERVICE_H_

#include "services/match/match_service.h"
#include "services/rpc/method_table.h"

namespace bulian::match {

void RegisterMatchReview(rpc::MethodTable& methods, const MatchServiceDeps& deps);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_MATCH_REVIEW_SERVICE_H_
