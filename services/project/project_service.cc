#include "services/project/project_service.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bulian/v1/project.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/project/project_family.h"
#include "services/resource/field_rules.h"
#include "services/resource/filters.h"
#include "services/resource/standard_methods.h"

namespace bulian::project {
namespace {

using model::ResourceType;
using Methods =
    resource::MethodTypes<v1::Project, v1::CreateProjectRequest, v1::GetProjectRequest, v1::ListProjectsRequest,
                          v1::ListProjectsResponse, v1::UpdateProjectRequest, v1::DeleteProjectRequest,
                          v1::BatchGetProjectsRequest, v1::BatchGetProjectsResponse>;

resource::RowFilter Filter(const google::protobuf::Message& message, const model::SnapshotPtr& snapshot,
                           model::Violations* violations) {
  const auto& request = static_cast<const v1::ListProjectsRequest&>(message);
  if (!request.has_filter()) return {};
  const auto filter = std::make_shared<const v1::ProjectFilter>(request.filter());
  const auto types = std::make_shared<const resource::RowSet>(resource::TypesWithin(
      filter->capability_types(), request.parent(), *snapshot, "filter.capability_types", violations));
  resource::RowsNamed(filter->owners(), ResourceType::kEnterprise, *snapshot, "filter.owners", violations);
  for (int i = 0; i < filter->states_size(); ++i) {
    resource::CheckEnum(v1::Project::State_IsValid(filter->states(i)), absl::StrCat("filter.states[", i, "]"),
                        violations);
  }
  resource::RowFilter rows;
  rows.passes = [=](model::Row row) {
    const auto project = snapshot->project(row);
    const auto& states = filter->states();
    const auto& owners = filter->owners();
    if (!states.empty() && std::find(states.begin(), states.end(), project->state()) == states.end()) return false;
    if (!owners.empty() && std::find(owners.begin(), owners.end(), project->owner()) == owners.end()) return false;
    if (filter->capability_types().empty()) return true;
    const auto& planned = project->planned_capabilities();
    return std::any_of(planned.begin(), planned.end(), [&](const v1::PlannedCapability& one) {
      return types->Holds(snapshot->Find(ResourceType::kCapabilityType, one.capability().capability_type()));
    });
  };
  return rows;
}

}  // namespace

void RegisterProjectService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(ProjectFamily());
  resource::RegisterStandardMethods<Methods, google::protobuf::Empty>(
      table, "bulian.v1.ProjectService", "Project", "Projects",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kProject, Filter));
}

}  // namespace bulian::project
