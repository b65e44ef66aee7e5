#include "services/match/planned.h"

#include <algorithm>
#include <string_view>

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

bool OnItsWay(v1::Project::State state) {
  return state == v1::Project::SIGNED || state == v1::Project::STARTED || state == v1::Project::TRIAL;
}

std::vector<Row> ProjectsByName(const model::Snapshot& snapshot, std::span<const Row> types) {
  std::vector<Row> projects;
  for (const Row type : types) snapshot.ProjectsPlanning(type).ForEach([&](Row row) { projects.push_back(row); });
  std::sort(projects.begin(), projects.end());
  projects.erase(std::unique(projects.begin(), projects.end()), projects.end());
  std::sort(projects.begin(), projects.end(), [&](Row a, Row b) {
    return snapshot.RelativeName(ResourceType::kProject, a) < snapshot.RelativeName(ResourceType::kProject, b);
  });
  return projects;
}

// An id no capability of the enterprise has, so that the branch replaces nothing.
std::string FreeName(const model::Snapshot& snapshot, const std::string& owner, std::size_t* number) {
  while (true) {
    std::string name = owner + "/capabilities/planned-" + std::to_string((*number)++);
    if (snapshot.Find(ResourceType::kCapability, name) == model::kNoRow) return name;
  }
}

}  // namespace

PlannedOffers FindPlanned(const model::SnapshotPtr& snapshot, std::span<const Row> types, Row owner) {
  PlannedOffers planned;
  std::vector<std::string> names, values;
  std::size_t number = 0;
  for (const Row project_row : ProjectsByName(*snapshot, types)) {
    const std::shared_ptr<const v1::Project> project = snapshot->project(project_row);
    if (!OnItsWay(project->state())) continue;
    const Row project_owner = snapshot->Find(ResourceType::kEnterprise, project->owner());
    if (project_owner == model::kNoRow || (owner != model::kNoRow && owner != project_owner)) continue;
    for (int i = 0; i < project->planned_capabilities_size(); ++i) {
      const v1::Capability& capability = project->planned_capabilities(i).capability();
      const Row type = snapshot->Find(ResourceType::kCapabilityType, capability.capability_type());
      if (!std::binary_search(types.begin(), types.end(), type)) continue;
      v1::Capability stored = capability;
      stored.clear_name();
      stored.clear_etag();
      names.push_back(FreeName(*snapshot, project->owner(), &number));
      values.push_back(stored.SerializeAsString());
      planned.offers.push_back({project_row, project_owner, i, model::kNoRow});
    }
  }
  if (names.empty()) return planned;
  std::vector<model::RecordChange> changes;
  for (std::size_t i = 0; i < names.size(); ++i) changes.push_back({names[i], values[i]});
  model::SnapshotBuilder builder(snapshot);
  builder.Apply(snapshot->position(), changes);
  planned.branch = builder.Build();
  for (std::size_t i = 0; i < names.size(); ++i) {
    planned.offers[i].capability = planned.branch->Find(ResourceType::kCapability, names[i]);
  }
  return planned;
}

}  // namespace bulian::match
