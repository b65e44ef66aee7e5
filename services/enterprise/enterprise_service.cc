#include "services/enterprise/enterprise_service.h"

#include <memory>

#include "bulian/v1/enterprise.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/enterprise/enterprise_family.h"
#include "services/enterprise/enterprise_filter.h"
#include "services/enterprise/search_service.h"
#include "services/model/record_fields.h"
#include "services/model/text_folding.h"
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

resource::RowFilter Filter(const google::protobuf::Message& message, const model::SnapshotPtr& snapshot,
                           model::Violations* violations) {
  const auto& request = static_cast<const v1::ListEnterprisesRequest&>(message);
  const v1::EnterpriseFilter& filter = request.filter();
  resource::RowFilter rows;
  rows.rows = RowsOf(filter, *snapshot, violations);
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
  RegisterSearch(table, context);
}

}  // namespace bulian::enterprise
