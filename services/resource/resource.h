// Standard methods written once over any resource type: create, get, list, update, delete, batch get, and the
// transactional write behind them and behind Import.
//
// A resource family gives its rules as a Family; everything else is here. Rules are pure functions over a Lookup, which
// shows the snapshot with the writes of the same commit on top, so that records of one commit may name each other.
//
// Why two writers cannot each break half of a rule: whatever a validation looks up becomes part of the commit's read
// set, which the store checks. Three guards stand for what no name stands for:
//   refs:{name}                the set of resources that name {name}: touched by a write that adds such a reference,
//                              depended on by whoever needs that there is none (a deletion, a removed site or segment)
//   identifier:{system}:{v}    who holds an identifier: touched when it is added, depended on when it is looked up
//   guard:taxonomy             the parent edges of types: touched and depended on when one is added
#ifndef SERVICES_RESOURCE_RESOURCE_H_
#define SERVICES_RESOURCE_RESOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/model/snapshot.h"
#include "services/resource/field_path.h"

namespace bulian::resource {

// The state a write is validated against: a snapshot with staged writes on top. What it was asked for is recorded as
// the commit's read set. Belongs to one thread. `name` is always a full name of a resource of the type.
class Lookup {
 public:
  virtual ~Lookup() = default;
  virtual const model::Snapshot& base() const = 0;
  // Whether a resource exists after the staged writes.
  virtual bool Exists(model::ResourceType type, std::string_view name) = 0;
  // The resource after the staged writes; null if there is none. Valid until the next staged write of that name.
  virtual const google::protobuf::Message* Get(model::ResourceType type, std::string_view name) = 0;
  // The staged resource of that name; null if none is written (see Changed for deletions).
  virtual const google::protobuf::Message* Staged(std::string_view name) = 0;
  // Whether a staged write changes or deletes the resource.
  virtual bool Changed(std::string_view name) = 0;
  // The row in the snapshot, whatever is staged; kNoRow if there is none.
  virtual model::Row BaseRow(model::ResourceType type, std::string_view name) = 0;
  // The enterprise that holds an identifier after the staged writes; empty if none does.
  virtual std::string IdentifierHolder(std::string_view system, std::string_view value) = 0;
  // Depend on a guard: the commit is refused if another commit touched it since.
  virtual void DependOn(std::string_view guard) = 0;
};

// A name a resource holds that no resource has.
struct MissingReference {
  std::string field, name;
};

// Everything a validation found.
struct Findings {
  model::Violations violations;           // wrong by itself: INVALID_ARGUMENT
  std::vector<MissingReference> missing;  // a violation too, but an import may wait for them
  absl::Status refusal;  // the first other reason (IDENTIFIER_TAKEN, RESOURCE_IN_USE, a missing parent)

  bool clean() const { return violations.empty() && missing.empty() && refusal.ok(); }
  void Refuse(absl::Status status) {
    if (refusal.ok()) refusal = std::move(status);
  }
  // Violations and missing names first, all together; then the refusal.
  absl::Status ToStatus() const;
};

// What new resources are stamped with.
struct Stamper {
  absl::Time now;
  const std::function<std::string()>* new_uid;
  std::string actor;  // who writes; empty for a what-if
};

// An identifier that is unique in a cluster.
struct Identifier {
  std::string_view system, value;
};

std::string RefsGuard(std::string_view name);
std::string IdentifierGuard(std::string_view system, std::string_view value);
inline constexpr std::string_view kTaxonomyGuard = "guard:taxonomy";

// The rules of one resource type. `resource` is always of the prototype's class. All functions may be empty. Rules meet
// resources in any state: `check` failing does not keep the others from running.
struct Family {
  model::ResourceType type = model::ResourceType::kCluster;
  const google::protobuf::Message* prototype = nullptr;
  // Whether rules look into resources of this type that others of the same commit or the same import name (Lookup::Get,
  // Staged). False saves the memory of an import; any look at one that it wrote before then costs it a new snapshot.
  // Must be true of a type with identifiers.
  bool content_used = true;

  // Brings a resource to its stored form (trimmed, upper-case codes, full names); never fails.
  std::function<void(google::protobuf::Message* resource)> normalise;
  // Carries what the server keeps in a resource (the history of a match) from `before`, null on create, to `after`.
  // Never fails; may run several times on the same `after`; runs before the two are compared or checked.
  std::function<void(const google::protobuf::Message* before, const Stamper& stamper, google::protobuf::Message* after)>
      carry;
  // Everything wrong with the resource by itself. `field` is the path to it (`enterprise`).
  std::function<void(const google::protobuf::Message& resource, const FieldPath& field, model::Violations*)> check;
  // Everything wrong with what it names, and with what names it. The resource is staged in the lookup.
  std::function<void(const google::protobuf::Message& resource, const FieldPath& field, Lookup&, Findings*)>
      check_references;
  // Full names of the resources it names and must not outlive; its parent among them unless that is the cluster.
  std::function<void(const google::protobuf::Message& resource, std::vector<std::string_view>* names)> references;
  // Its unique identifiers.
  std::function<void(const google::protobuf::Message& resource, std::vector<Identifier>* identifiers)> identifiers;
  // Further guards a write touches; `before` is null on create, `after` on delete.
  std::function<void(const google::protobuf::Message* before, const google::protobuf::Message* after,
                     std::vector<std::string>* guards)>
      touches;
  // Further writes that belong into the same commit (a project in production brings its capabilities), with names.
  std::function<void(const google::protobuf::Message* before, const google::protobuf::Message& after, Lookup&,
                     std::vector<std::unique_ptr<google::protobuf::Message>>* more)>
      follow_up;
  // The name of a resource, not itself deleted by the same call, that names this one and so forbids its deletion; empty
  // if none.
  std::function<std::string(std::string_view name, Lookup&)> referrer;
  // Names of children that `force` deletes too.
  std::function<std::vector<std::string>(std::string_view name, const model::Snapshot&)> children;
  // Calls `visit` with each field that names an enterprise; for Import, which resolves `uscc:` and `lei:` there.
  std::function<void(google::protobuf::Message* resource, const std::function<void(std::string*)>& visit)>
      enterprise_names;
};

// The families of all stored types, by model::ResourceType.
class Families {
 public:
  void Add(Family family);
  const Family& Of(model::ResourceType type) const;
  bool Has(model::ResourceType type) const { return families_[static_cast<std::size_t>(type)].prototype != nullptr; }

 private:
  Family families_[model::kResourceTypeCount];
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_RESOURCE_H_
