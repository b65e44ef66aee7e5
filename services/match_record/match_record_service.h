// MatchRecordService: the standard methods of matches.
#ifndef SERVICES_MATCH_RECORD_MATCH_RECORD_SERVICE_H_
#define SERVICES_MATCH_RECORD_MATCH_RECORD_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::match_record {

void RegisterMatchRecordService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::match_record

#endif  // SERVICES_MATCH_RECORD_MATCH_RECORD_SERVICE_H_
