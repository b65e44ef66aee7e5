#include "services/project/project_family.h"

#include <utility>

#include "bulian/v1/project.pb.h"
#include "services/capability/planned_capability.h"
#include "services/resource/field_rules.h"
#include "services/resource/resource_message.h"
#include "services/resource/type_facts.h"

namespace bulian::project {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;
using resource::Findings;
using resource::Lookup;

const v1::Project& ProjectOf(const Message& message) { return static_cast<const v1::Project&>(message); }

void Normalise(Message* message) {
  auto& project = static_cast<v1::Project&>(*message);
  if (project.has_display_name()) resource::Trim(project.mutable_display_name());
  if (project.has_description()) resource::Trim(project.mutable_description());
  capability::NormalisePlanned(project.mutable_planned_capabilities());
}

void CheckStages(const v1::Project& project, const FieldPath& field, Violations* violations) {
  // The stages follow one another; what is not stated is skipped.
  struct Stage {
    bool has;
    const google::type::Date& date;
    const char* name;
  };
  const Stage stages[] = {{project.has_signed_date(), project.signed_date(), "signed_date"},
                          {project.has_start_date(), project.start_date(), "start_date"},
                          {project.has_trial_date(), project.trial_date(), "trial_date"},
                          {project.has_production_date(), project.production_date(), "production_date"}};
  for (const Stage& stage : stages) {
    if (stage.has) resource::CheckDate(stage.date, field / stage.name, violations);
  }
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::Project& project = ProjectOf(message);
  resource::CheckLocalized(project.display_name(), true, resource::kMaxNameChars, field / "display_name", violations);
  if (project.state() == v1::Project::STATE_UNSPECIFIED) {
    violations->Add((field / "state").str(), "is required");
  } else {
    resource::CheckEnum(v1::Project::State_IsValid(project.state()), field / "state", violations);
  }
  resource::CheckReference(project.owner(), ResourceType::kEnterprise, project.name(), field / "owner", violations);
  if (project.has_amount()) resource::CheckMoney(project.amount(), field / "amount", violations);
  CheckStages(project, field, violations);
  capability::CheckPlanned(project.planned_capabilities(), "planned_capabilities", project.name(), field, violations);
  resource::CheckLocalized(project.description(), false, resource::kMaxDescriptionChars, field / "description",
                           violations);
  resource::CheckAnnotations(project.annotations(), field, violations);
}

void CheckReferences(const Message& message, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const v1::Project& project = ProjectOf(message);
  const bool owned = resource::CheckExists(lookup, ResourceType::kEnterprise, project.owner(), project.name(),
                                           field / "owner", findings);
  capability::CheckPlannedReferences(project.planned_capabilities(), "planned_capabilities", project.owner(), owned,
                                     project.name(), field, lookup, findings);
}

void References(const Message& message, std::vector<std::string_view>* names) {
  const v1::Project& project = ProjectOf(message);
  names->push_back(project.owner());
  for (const v1::PlannedCapability& planned : project.planned_capabilities())
    names->push_back(planned.capability().capability_type());
}

void FollowUp(const Message* before, const Message& after, Lookup& lookup,
              std::vector<std::unique_ptr<Message>>* more) {
  const v1::Project& project = ProjectOf(after);
  if (project.state() != v1::Project::IN_PRODUCTION) return;
  if (before != nullptr && ProjectOf(*before).state() == v1::Project::IN_PRODUCTION) return;
  capability::AddPlanned(project.planned_capabilities(), project.owner(), lookup, more);
}

}  // namespace

resource::Family ProjectFamily() {
  resource::Family family;
  family.type = ResourceType::kProject;
  family.prototype = &v1::Project::default_instance();
  family.content_used = false;
  family.normalise = Normalise;
  family.check = Check;
  family.check_references = CheckReferences;
  family.references = References;
  family.follow_up = FollowUp;
  family.enterprise_names = [](Message* message, const std::function<void(std::string*)>& visit) {
    visit(static_cast<v1::Project*>(message)->mutable_owner());
  };
  return family;
}

}  // namespace bulian::project
