#include "services/enterprise/enterprise_service.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "bulian/v1/enterprise.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/enterprise/enterprise_family.h"
#include "services/model/record_fields.h"
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

// Whether a text to be searched contains `folded`; of a record's bytes, for a search looks at many.
bool HasText(std::string_view enterprise, std::string_view folded) {
  bool found = false;
  const auto look = [&](std::string_view text) { found = found || model::ContainsFolded(text, folded); };
  model::VisitField(enterprise, v1::Enterprise::kDisplayNameFieldNumber, [&](std::string_view name) {
    look(model::StringField(name, v1::LocalizedText::kZhFieldNumber));
    look(model::StringField(name, v1::LocalizedText::kEnFieldNumber));
  });
  for (const int field : {v1::Enterprise::kUsccFieldNumber, v1::Enterprise::kLeiFieldNumber,
                          v1::Enterprise::kAliasesFieldNumber, v1::Enterprise::kFormerNamesFieldNumber}) {
    if (!found) model::VisitField(enterprise, field, look);
  }
  return found;
}

// The rows with a value of each field that is set; null: all.
std::shared_ptr<const model::RowMask> RowsWith(const v1::EnterpriseFilter& filter, const resource::RegionSet& regions,
                                               const model::Snapshot& snapshot) {
  const model::EnterpriseIndex& index = snapshot.enterprise_index();
  std::shared_ptr<const model::RowMask> rows;
  const auto keep = [&](const auto& values, const auto& add) {
    if (values.empty()) return;
    resource::Keep(&rows, snapshot.RowLimit(ResourceType::kEnterprise), [&](model::RowMask* mask) {
      for (const auto& value : values) add(value, mask);
    });
  };
  keep(filter.kinds(), [&](int kind, auto* mask) { index.AddKind(static_cast<v1::Enterprise::Kind>(kind), mask); });
  keep(regions.codes(), [&](std::uint32_t region, auto* mask) { index.AddRegion(region, mask); });
  keep(filter.industry_codes(), [&](const std::string& code, auto* mask) { index.AddIndustry(code, mask); });
  keep(filter.qualifications(), [&](const std::string& one, auto* mask) { index.AddQualification(one, mask); });
  return rows;
}

resource::RowFilter Filter(const google::protobuf::Message& message, const model::SnapshotPtr& snapshot,
                           model::Violations* violations) {
  const auto& request = static_cast<const v1::ListEnterprisesRequest&>(message);
  const v1::EnterpriseFilter& filter = request.filter();
  const resource::RegionSet regions(filter.region_codes(), "filter.region_codes", violations);
  for (int i = 0; i < filter.industry_codes_size(); ++i) {
    resource::CheckIndustryCode(filter.industry_codes(i), absl::StrCat("filter.industry_codes[", i, "]"), violations);
  }
  for (int i = 0; i < filter.kinds_size(); ++i) {
    resource::CheckEnum(v1::Enterprise::Kind_IsValid(filter.kinds(i)), absl::StrCat("filter.kinds[", i, "]"),
                        violations);
  }
  resource::RowFilter rows;
  rows.rows = RowsWith(filter, regions, *snapshot);
  if (const std::string folded = model::FoldText(filter.text()); !folded.empty()) {
    rows.passes = [snapshot, folded](model::Row row) {
      return HasText(snapshot->RecordBytes(ResourceType::kEnterprise, row), folded);
    };
  }
  return rows;
}

}  // namespace

void RegisterEnterpriseService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(EnterpriseFamily());
  resource::RegisterStandardMethods<Methods, google::protobuf::Empty>(
      table, "bulian.v1.EnterpriseService", "Enterprise", "Enterprises",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kEnterprise, Filter));
}

}  // namespace bulian::enterprise
