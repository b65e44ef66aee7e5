#include "services/capability/capability_service.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bulian/v1/capability.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/capability/capability_family.h"
#include "services/capability/capability_type_family.h"
#include "services/model/text_folding.h"
#include "services/resource/field_rules.h"
#include "services/resource/filters.h"
#include "services/resource/standard_methods.h"

namespace bulian::capability {
namespace {

using model::ResourceType;
using model::Row;
using model::SnapshotPtr;
using TypeMethods =
    resource::MethodTypes<v1::CapabilityType, v1::CreateCapabilityTypeRequest, v1::GetCapabilityTypeRequest,
                          v1::ListCapabilityTypesRequest, v1::ListCapabilityTypesResponse,
                          v1::UpdateCapabilityTypeRequest, v1::DeleteCapabilityTypeRequest,
                          v1::BatchGetCapabilityTypesRequest, v1::BatchGetCapabilityTypesResponse>;
using CapabilityMethods = resource::MethodTypes<v1::Capability, v1::CreateCapabilityRequest, v1::GetCapabilityRequest,
                                                v1::ListCapabilitiesRequest, v1::ListCapabilitiesResponse,
                                                v1::UpdateCapabilityRequest, v1::DeleteCapabilityRequest,
                                                v1::BatchGetCapabilitiesRequest, v1::BatchGetCapabilitiesResponse>;

bool HasText(const v1::CapabilityType& type, std::string_view folded) {
  if (model::ContainsFolded(type.display_name().zh(), folded) ||
      model::ContainsFolded(type.display_name().en(), folded))
    return true;
  for (const std::string& alias : type.aliases()) {
    if (model::ContainsFolded(alias, folded)) return true;
  }
  return false;
}

resource::RowFilter TypeFilter(const google::protobuf::Message& message, const SnapshotPtr& snapshot,
                               model::Violations* violations) {
  const auto& request = static_cast<const v1::ListCapabilityTypesRequest&>(message);
  if (!request.has_filter()) return {};
  const auto filter = std::make_shared<const v1::CapabilityTypeFilter>(request.filter());
  const resource::RowSet within =
      resource::TypesWithin(filter->within(), request.parent(), *snapshot, "filter.within", violations);
  for (int i = 0; i < filter->kinds_size(); ++i) {
    resource::CheckEnum(v1::CapabilityType::Kind_IsValid(filter->kinds(i)), absl::StrCat("filter.kinds[", i, "]"),
                        violations);
  }
  resource::RowFilter rows;
  if (!filter->within().empty()) {
    resource::Keep(&rows.rows, snapshot->RowLimit(ResourceType::kCapabilityType), [&](model::RowMask* mask) {
      for (const Row row : within.rows()) mask->Set(row);
    });
  }
  const std::string text = model::FoldText(filter->text());
  if (filter->kinds().empty() && text.empty()) return rows;
  rows.passes = [=](Row row) {
    const auto& kinds = filter->kinds();
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), snapshot->type(row).kind) == kinds.end()) return false;
    if (text.empty()) return true;
    v1::CapabilityType type;
    snapshot->Read(ResourceType::kCapabilityType, row, &type);
    return HasText(type, text);
  };
  return rows;
}

void AddOffersOfType(const model::Snapshot& snapshot, Row type, model::RowMask* mask) {
  snapshot.OffersOfType(type).ForEach([mask](const model::OfferRef& offer) { mask->Set(offer.row()); });
}

resource::RowFilter OfferFilter(const google::protobuf::Message& message, const SnapshotPtr& snapshot,
                                model::Violations* violations) {
  const auto& request = static_cast<const v1::ListCapabilitiesRequest&>(message);
  const v1::CapabilityFilter& filter = request.filter();
  const auto types = std::make_shared<const resource::RowSet>(resource::TypesWithin(
      filter.capability_types(), request.parent(), *snapshot, "filter.capability_types", violations));
  const auto regions =
      std::make_shared<const resource::RegionSet>(filter.region_codes(), "filter.region_codes", violations);
  resource::CheckEnum(v1::Level_IsValid(filter.min_level()), "filter.min_level", violations);
  const auto min_level = static_cast<int>(filter.min_level());
  const bool any_type = filter.capability_types().empty();
  resource::RowFilter rows;
  // Those of one enterprise are few: each is looked at.
  const bool by_type = !any_type && model::RelativeName(request.parent()) == "enterprises/-";
  if (by_type) {
    resource::Keep(&rows.rows, snapshot->RowLimit(ResourceType::kCapability), [&](model::RowMask* mask) {
      for (const Row type : types->rows()) AddOffersOfType(*snapshot, type, mask);
    });
  }
  if ((any_type || by_type) && min_level <= 0 && regions->empty()) return rows;
  rows.passes = [=](Row row) {
    const model::Offer& offer = *snapshot->offer(row);
    return (any_type || by_type || types->Holds(offer.type)) && static_cast<int>(offer.level) >= min_level &&
           (regions->empty() || regions->Holds(offer.region));
  };
  return rows;
}

}  // namespace

void RegisterCapabilityService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(CapabilityTypeFamily());
  context->families.Add(CapabilityFamily());
  constexpr std::string_view kService = "bulian.v1.CapabilityService";
  using google::protobuf::Empty;
  resource::RegisterStandardMethods<TypeMethods, Empty>(
      table, kService, "CapabilityType", "CapabilityTypes",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kCapabilityType, TypeFilter));
  resource::RegisterStandardMethods<CapabilityMethods, Empty>(
      table, kService, "Capability", "Capabilities",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kCapability, OfferFilter));
}

}  // namespace bulian::capability
