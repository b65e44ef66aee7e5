// A branch of a snapshot to which hypothetical changes are made, each under the rules of a real write and on top of
// those before it, as if each were a commit. The snapshot it began with stays as it is. Belongs to one thread.
#ifndef SERVICES_SCENARIO_BRANCH_SERVICE_H_
#define SERVICES_SCENARIO_BRANCH_SERVICE_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "bulian/v1/scenario.pb.h"
#include "services/exchange/import_record.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"
#include "services/resource/overlay.h"
#include "services/resource/resource.h"
#include "services/resource/validation.h"

namespace bulian::scenario {

class Branch {
 public:
  // `base` holds its cluster's own record. `families` is not owned.
  Branch(model::SnapshotPtr base, const resource::Families* families);

  // Makes the change `changes[index]`, or adds everything wrong with it. What names a resource whose own change was
  // refused is not told as wrong again.
  void Make(const v1::ScenarioChange& change, int index, model::Violations* violations);

  // With all changes made so far. Its revision is that of the base, and its commit time too: a scenario takes no time.
  const model::SnapshotPtr& snapshot() const { return now_; }
  // What the changes touched since the base or the last call.
  model::Delta TakeDelta() { return builder_.TakeDelta(); }

  // Resources created, replaced and deleted.
  struct Counts {
    std::int32_t created = 0, updated = 0, deleted = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  void Put(const v1::ImportRecord& put, int index, model::Violations* violations);
  void Remove(const std::string& name, const resource::FieldPath& field, model::Violations* violations);
  void Stop(const std::string& name, const resource::FieldPath& field, model::Violations* violations);
  void Scale(const v1::ScaleDemand& scale, const resource::FieldPath& field, model::Violations* violations);

  // What a record addresses by identifier becomes names. False: the record is refused, which was told.
  bool Resolve(exchange::Record* record, resource::Overlay& overlay, model::Violations* violations);
  // Stages a resource in its stored form, with what it brings along. False: it is refused, which was told.
  bool Stage(model::ResourceType type, google::protobuf::Message* resource, const resource::FieldPath& field,
             resource::Overlay& overlay, model::Violations* violations);
  // Whether a name is of this cluster, of an existing resource of a type that `allowed` takes; else it is told, unless
  // it was refused before.
  bool Exists(const std::string& name, const std::function<bool(model::ResourceType)>& allowed, std::string_view what,
              std::string_view field, model::Violations* violations);
  void Commit(resource::Overlay& overlay);

  const model::SnapshotPtr base_;
  const resource::Families* const families_;
  const std::string parent_;
  const std::function<std::string()> new_uid_;
  const resource::Stamper stamper_;
  model::SnapshotBuilder builder_;
  model::SnapshotPtr now_;
  std::set<std::string, std::less<>> refused_;  // names of resources whose change was refused
  Counts counts_;
};

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_BRANCH_SERVICE_H_
