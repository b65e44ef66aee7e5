#include "services/chain/chain_service.h"

#include <memory>

#include "bulian/v1/chain.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/chain/chain_family.h"
#include "services/chain/supply_link_family.h"
#include "services/resource/filters.h"
#include "services/resource/standard_methods.h"

namespace bulian::chain {
namespace {

using model::ResourceType;
using ChainMethods =
    resource::MethodTypes<v1::Chain, v1::CreateChainRequest, v1::GetChainRequest, v1::ListChainsRequest,
                          v1::ListChainsResponse, v1::UpdateChainRequest, v1::DeleteChainRequest,
                          v1::BatchGetChainsRequest, v1::BatchGetChainsResponse>;
using LinkMethods =
    resource::MethodTypes<v1::SupplyLink, v1::CreateSupplyLinkRequest, v1::GetSupplyLinkRequest,
                          v1::ListSupplyLinksRequest, v1::ListSupplyLinksResponse, v1::UpdateSupplyLinkRequest,
                          v1::DeleteSupplyLinkRequest, v1::BatchGetSupplyLinksRequest, v1::BatchGetSupplyLinksResponse>;

resource::RowFilter LinkFilter(const google::protobuf::Message& message, const model::SnapshotPtr& snapshot,
                               model::Violations* violations) {
  const auto& request = static_cast<const v1::ListSupplyLinksRequest&>(message);
  if (!request.has_filter()) return {};
  const v1::SupplyLinkFilter& filter = request.filter();
  const auto rows = [&](const auto& names, const char* field) {
    return std::make_shared<const resource::RowSet>(
        resource::RowsNamed(names, ResourceType::kEnterprise, *snapshot, field, violations));
  };
  const auto suppliers = rows(filter.suppliers(), "filter.suppliers");
  const auto buyers = rows(filter.buyers(), "filter.buyers");
  const auto types = std::make_shared<const resource::RowSet>(
      resource::TypesWithin(filter.product_types(), request.parent(), *snapshot, "filter.product_types", violations));
  const bool any_supplier = filter.suppliers().empty(), any_buyer = filter.buyers().empty(),
             any_type = filter.product_types().empty();
  return [=](model::Row row) {
    const model::Link& link = snapshot->link(row);
    return (any_supplier || suppliers->Holds(link.supplier)) && (any_buyer || buyers->Holds(link.buyer)) &&
           (any_type || types->Holds(link.type));
  };
}

}  // namespace

void RegisterChainService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(ChainFamily());
  context->families.Add(SupplyLinkFamily());
  constexpr std::string_view kService = "bulian.v1.ChainService";
  using google::protobuf::Empty;
  resource::RegisterStandardMethods<ChainMethods, Empty>(
      table, kService, "Chain", "Chains",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kChain));
  resource::RegisterStandardMethods<LinkMethods, Empty>(
      table, kService, "SupplyLink", "SupplyLinks",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kSupplyLink, LinkFilter));
}

}  // namespace bulian::chain
