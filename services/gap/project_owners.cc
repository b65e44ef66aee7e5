#include "services/gap/project_owners.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"

namespace bulian::gap {
namespace {

using model::ResourceType;

std::pair<model::Row, model::Row> EntryOf(const model::Snapshot& snapshot, model::Row project) {
  return {snapshot.Find(ResourceType::kEnterprise, snapshot.project(project)->owner()), project};
}

}  // namespace

ProjectOwners::ProjectOwners(const model::Snapshot& snapshot) {
  for (model::Row row = 0; row < snapshot.RowLimit(ResourceType::kProject); ++row) {
    if (snapshot.Exists(ResourceType::kProject, row)) entries_.push_back(EntryOf(snapshot, row));
  }
  std::sort(entries_.begin(), entries_.end());
}

ProjectOwners::ProjectOwners(const ProjectOwners& old, const model::Snapshot& snapshot, const model::Delta& changes) {
  absl::flat_hash_set<model::Row> stale;
  bool enterprises_came_or_went = false;
  for (const model::TouchedRow& touched : changes) {
    if (touched.type == ResourceType::kProject) stale.insert(touched.row);
    if (touched.type == ResourceType::kEnterprise && !(touched.existed_before && touched.exists_after)) {
      enterprises_came_or_went = true;
    }
  }
  if (stale.empty() && !enterprises_came_or_went) {
    entries_ = old.entries_;
    return;
  }
  if (enterprises_came_or_went) {
    absl::flat_hash_set<model::Row> touched_owners = {model::kNoRow};
    for (const model::TouchedRow& touched : changes) {
      if (touched.type == ResourceType::kEnterprise) touched_owners.insert(touched.row);
    }
    for (const auto& [owner, project] : old.entries_) {
      if (touched_owners.contains(owner)) stale.insert(project);
    }
  }
  for (const auto& entry : old.entries_) {
    if (!stale.contains(entry.second)) entries_.push_back(entry);
  }
  for (const model::Row row : stale) {
    if (snapshot.Exists(ResourceType::kProject, row)) entries_.push_back(EntryOf(snapshot, row));
  }
  std::sort(entries_.begin(), entries_.end());
}

std::vector<model::Row> ProjectOwners::Of(model::Row owner) const {
  std::vector<model::Row> projects;
  for (auto at = std::lower_bound(entries_.begin(), entries_.end(), std::pair(owner, model::Row{0}));
       at != entries_.end() && at->first == owner; ++at) {
    projects.push_back(at->second);
  }
  return projects;
}

}  // namespace bulian::gap
