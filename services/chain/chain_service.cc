#include "services/chain/chain_service.h"

#include <memory>

#include "bulian/v1/chain.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/chain/chain_family.h"
#include "services/chain/draft_service.h"
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
  const v1::SupplyLinkFilter& filter = request.filter();
  const auto enterprises = [&](const auto& names, const char* field) {
    return resource::RowsNamed(names, ResourceType::kEnterprise, *snapshot, field, violations);
  };
  const resource::RowSet suppliers = enterprises(filter.suppliers(), "filter.suppliers");
  const resource::RowSet buyers = enterprises(filter.buyers(), "filter.buyers");
  const resource::RowSet types =
      resource::TypesWithin(filter.product_types(), request.parent(), *snapshot, "filter.product_types", violations);
  resource::RowFilter rows;
  const auto keep = [&](const resource::RowSet& of, const model::RowList& (model::Snapshot::*links)(model::Row) const) {
    resource::Keep(&rows.rows, snapshot->RowLimit(ResourceType::kSupplyLink), [&](model::RowMask* mask) {
      for (const model::Row row : of.rows()) mask->Set(((*snapshot).*links)(row));
    });
  };
  if (!filter.suppliers().empty()) keep(suppliers, &model::Snapshot::LinksOfSupplier);
  if (!filter.buyers().empty()) keep(buyers, &model::Snapshot::LinksOfBuyer);
  if (!filter.product_types().empty()) keep(types, &model::Snapshot::LinksOfType);
  return rows;
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
  RegisterDraft(table, context);
}

}  // namespace bulian::chain
