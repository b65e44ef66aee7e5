// Which projects an enterprise runs, so that a change of the enterprise finds them. Immutable, thread-safe.
#ifndef SERVICES_GAP_PROJECT_OWNERS_H_
#define SERVICES_GAP_PROJECT_OWNERS_H_

#include <utility>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::gap {

class ProjectOwners {
 public:
  explicit ProjectOwners(const model::Snapshot& snapshot);
  // The same index after the changes.
  ProjectOwners(const ProjectOwners& old, const model::Snapshot& snapshot, const model::Delta& changes);

  // Rows of the projects of an owner, ascending. kNoRow: of projects whose owner does not exist.
  std::vector<model::Row> Of(model::Row owner) const;

  friend bool operator==(const ProjectOwners&, const ProjectOwners&) = default;

 private:
  std::vector<std::pair<model::Row, model::Row>> entries_;  // owner, project; ascending
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_PROJECT_OWNERS_H_
