#include "services/enterprise/enterprise_service.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bulian/v1/enterprise.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/enterprise/enterprise_family.h"
#include "services/model/industry.h"
#include "services/model/text_folding.h"
#include "services/resource/field_rules.h"
#include "services/resource/filters.h"
#include "services/resource/standard_methods.h"

namespace bulian::enterprise {
namespace {

using model::ResourceType;
using Methods =
    resource::MethodTypes<v1::Enterprise, v1::CreateEnterpriseRequest, v1::GetEnterpriseRequest,
                          v1::ListEnterprisesRequest, v1::ListEnterprisesResponse, v1::UpdateEnterpriseRequest,
                          v1::DeleteEnterpriseRequest, v1::BatchGetEnterprisesRequest, v1::BatchGetEnterprisesResponse>;

bool HasText(const v1::Enterprise& enterprise, std::string_view folded) {
  const auto has = [&](std::string_view text) { return model::ContainsFolded(text, folded); };
  return has(enterprise.display_name().zh()) || has(enterprise.display_name().en()) || has(enterprise.uscc()) ||
         has(enterprise.lei()) || std::any_of(enterprise.aliases().begin(), enterprise.aliases().end(), has) ||
         std::any_of(enterprise.former_names().begin(), enterprise.former_names().end(), has);
}

// Whether an industry is `wanted` or lies within it.
bool WithinIndustry(const std::string& code, const std::string& wanted) {
  return model::IndustryContains(wanted, code);
}

template <class Held, class Wanted, class Matches>
bool AnyOf(const Held& held, const Wanted& wanted, Matches matches) {
  if (wanted.empty()) return true;
  return std::any_of(held.begin(), held.end(), [&](const auto& one) {
    return std::any_of(wanted.begin(), wanted.end(), [&](const auto& other) { return matches(one, other); });
  });
}

bool Passes(const v1::EnterpriseFilter& filter, const resource::RegionSet& regions, const std::string& folded,
            const v1::Enterprise& enterprise) {
  if (!regions.empty()) {
    const auto in_region = [&](const v1::Site& site) {
      return !site.region_code().empty() && regions.Holds(static_cast<std::uint32_t>(std::stoul(site.region_code())));
    };
    if (std::none_of(enterprise.sites().begin(), enterprise.sites().end(), in_region)) return false;
  }
  const auto equal = [](const auto& one, const auto& other) { return one == other; };
  return AnyOf(enterprise.industry_codes(), filter.industry_codes(), WithinIndustry) &&
         AnyOf(enterprise.qualifications(), filter.qualifications(), equal) &&
         (folded.empty() || HasText(enterprise, folded));
}

resource::RowFilter Filter(const google::protobuf::Message& message, const model::SnapshotPtr& snapshot,
                           model::Violations* violations) {
  const auto& request = static_cast<const v1::ListEnterprisesRequest&>(message);
  if (!request.has_filter()) return {};
  const auto filter = std::make_shared<const v1::EnterpriseFilter>(request.filter());
  const auto regions =
      std::make_shared<const resource::RegionSet>(filter->region_codes(), "filter.region_codes", violations);
  for (int i = 0; i < filter->industry_codes_size(); ++i) {
    resource::CheckIndustryCode(filter->industry_codes(i), absl::StrCat("filter.industry_codes[", i, "]"), violations);
  }
  for (int i = 0; i < filter->kinds_size(); ++i) {
    resource::CheckEnum(v1::Enterprise::Kind_IsValid(filter->kinds(i)), absl::StrCat("filter.kinds[", i, "]"),
                        violations);
  }
  const std::string folded = model::FoldText(filter->text());
  const bool columns_only =
      regions->empty() && filter->industry_codes().empty() && filter->qualifications().empty() && folded.empty();
  return [=](model::Row row) {
    const auto& kinds = filter->kinds();
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), snapshot->EnterpriseKind(row)) == kinds.end())
      return false;
    if (columns_only) return true;
    v1::Enterprise enterprise;
    snapshot->Read(ResourceType::kEnterprise, row, &enterprise);
    return Passes(*filter, *regions, folded, enterprise);
  };
}

}  // namespace

void RegisterEnterpriseService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(EnterpriseFamily());
  resource::RegisterStandardMethods<Methods, google::protobuf::Empty>(
      table, "bulian.v1.EnterpriseService", "Enterprise", "Enterprises",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kEnterprise, Filter));
}

}  // namespace bulian::enterprise
