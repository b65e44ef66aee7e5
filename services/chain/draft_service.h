// ChainService.DraftChain: decode, draft, encode.
#ifndef SERVICES_CHAIN_DRAFT_SERVICE_H_
#define SERVICES_CHAIN_DRAFT_SERVICE_H_

#include <memory>

#include "services/resource/context.h"
#include "services/rpc/method_table.h"

namespace bulian::chain {

// Adds the method to the table, which shares the context.
void RegisterDraft(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context);

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_DRAFT_SERVICE_H_
