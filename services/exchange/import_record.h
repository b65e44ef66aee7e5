// One record of an import on its way: taken out of its message, brought to its stored form, and named.
#ifndef SERVICES_EXCHANGE_IMPORT_RECORD_H_
#define SERVICES_EXCHANGE_IMPORT_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "bulian/v1/exchange.pb.h"
#include "services/resource/field_path.h"
#include "services/resource/overlay.h"
#include "services/resource/resource.h"

namespace bulian::exchange {

// On the arena of the message it came with, which must outlive it, or by itself.
struct ResourceDeleter {
  void operator()(google::protobuf::Message* message) const {
    if (message->GetArena() == nullptr) delete message;
  }
};
using ResourcePtr = std::unique_ptr<google::protobuf::Message, ResourceDeleter>;

// Where records stand in a request: the repeated field, and the field of its elements that holds the record, if that is
// not the element itself.
struct RecordList {
  std::string_view list = "records", member = "";
};

struct Record {
  enum class State { kOpen, kCreated, kUpdated, kUnchanged, kRejected, kWaiting };

  std::int64_t sequence = 0;
  std::int32_t index = 0;
  RecordList list;
  model::ResourceType type = model::ResourceType::kCluster;
  ResourcePtr resource;
  // As it came, kept when it addresses enterprises by identifier: these are looked up anew for each snapshot.
  ResourcePtr pristine;
  resource::Overlay::NameId name_id = 0;  // once staged in a commit
  Record* earlier = nullptr;              // of the same name, staged before it in the same commit

  State state = State::kOpen;
  absl::Status status;               // of a rejected one
  std::vector<std::string> missing;  // of a waiting one: names it waits for
  bool wrong = false;                // rejected by itself, whatever is stored
  // While it waits, and to let it wait again: the names, and the memory it takes.
  std::vector<std::string> waits_for;
  std::size_t waiting_bytes = 0;
};

// Where violations of a record are, for example `records[3].enterprise`. Refers to itself: stays where it was made.
class RecordPath {
 public:
  explicit RecordPath(const Record& record);
  RecordPath(const RecordPath&) = delete;
  RecordPath& operator=(const RecordPath&) = delete;
  const resource::FieldPath& field() const { return field_; }

 private:
  const resource::FieldPath message_, element_, record_, field_;
};

// Moves what a record holds off the arena of its message, so that it can outlive it.
void StandAlone(Record* record);

// Takes the resource out of a record of an import into `parent`; it stays on the record's arena, if that has one,
// unless its content is used by other records. Rejected when it has none, or a name of another cluster or pattern, or
// breaks a rule by itself.
std::unique_ptr<Record> TakeRecord(std::int64_t sequence, std::int32_t index, const std::string& parent,
                                   const resource::Families& families, v1::ImportRecord* record,
                                   const RecordList& list = {});

// Names under which others may wait for a record: its name, and for an enterprise those by USCC and LEI.
std::vector<std::string> KeysOf(const Record& record, const std::string& parent);

// Whether a name addresses an enterprise by identifier: `{parent}/enterprises/uscc:...`.
bool HasIdentifierName(const std::string& name);

// Resolves what a record addresses by identifier, and an enterprise's own name, after the staged writes. Names that
// stand for nothing are added to `record->missing`; a record that breaks a rule is rejected.
void ResolveNames(const std::string& parent, const resource::Families& families, resource::Overlay& overlay,
                  Record* record);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_IMPORT_RECORD_H_
