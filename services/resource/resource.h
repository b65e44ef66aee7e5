// Standard methods written once over any resource type: create, get, list, update, delete, batch get, and the
// transactional write behind them and behind Import.
//
// A resource family gives its rules as a Family; everything else is here. Rules are pure functions over a Lookup, which
// shows the snapshot with the writes of the same commit on top, so that records of one commit may name each other.
#ifndef SERVICES_RESOURCE_RESOURCE_H_
#define SERVICES_RESOURCE_RESOURCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/model/snapshot.h"

namespace bulian::resource {

// The state a write is validated against: a snapshot with staged writes on top. What it was asked for is recorded as the
// commit's read set. Belongs to one thread.
class Lookup {
 public:
  virtual ~Lookup() = default;
  virtual const model::Snapshot& base() const = 0;
  // Whether a resource exists after the staged writes.
  virtual bool Exists(std::string_view name) = 0;
  // The resource after the staged writes; null if there is none. Valid until the next staged write of that name.
  virtual const google::protobuf::Message* Get(std::string_view name) = 0;
  // The enterprise that holds an identifier after the staged writes; empty if none does.
  virtual std::string IdentifierHolder(std::string_view system, std::string_view value) = 0;
  // Depend on a guard (`guard:taxonomy`): the commit is refused if another commit touched it since.
  virtual void DependOn(std::string_view guard) = 0;
};

// The rules of one resource type.
struct Family {
  model::ResourceType type;
  const google::protobuf::Message* prototype = nullptr;

  // Brings a resource to its stored form (trimmed, upper-case codes, full names); never fails.
  std::function<void(google::protobuf::Message* resource)> normalise;
  // Everything wrong with the resource by itself. `field` prefixes paths (`enterprise.`).
  std::function<void(const google::protobuf::Message& resource, std::string_view field, model::Violations*)> check;
  // Everything wrong with what it names; `missing` gets names that do not exist (an import may wait for them), other
  // violations go to `violations`. An identifier conflict names the holder.
  std::function<void(const google::protobuf::Message& resource, std::string_view field, Lookup&, std::vector<std::string>* missing,
                     model::Violations* violations)> check_references;
  // Guards a write of the resource touches; `before` and `after` may be null (create, delete).
  std::function<std::vector<std::string>(const google::protobuf::Message* before, const google::protobuf::Message* after)> touches;
  // Further writes that belong into the same commit (a project in production brings its capabilities). May be empty.
  std::function<void(const google::protobuf::Message& resource, Lookup&, std::vector<std::unique_ptr<google::protobuf::Message>>* more)> follow_up;
  // The name of a resource that names this one and so forbids its deletion; empty if none. May be empty.
  std::function<std::string(std::string_view name, Lookup&)> referrer;
  // Names of children that `force` deletes too. May be empty.
  std::function<std::vector<std::string>(std::string_view name, const model::Snapshot&)> children;
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_RESOURCE_H_
