// Loads a snapshot's records in the order of their names, on two threads: the caller's packs them into tables, another
// derives their facts and enters them in the indexes.
//
// The caller's thread owns what is packed until it hands a batch over; the state belongs to the other thread from the
// first batch until Finish. What is made equals what SnapshotWriter::Put makes of the same records one by one.
#ifndef SERVICES_MODEL_SNAPSHOT_LOADER_H_
#define SERVICES_MODEL_SNAPSHOT_LOADER_H_

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/model/compiled_capability.h"
#include "services/model/hash_index.h"
#include "services/model/resource_name.h"
#include "services/model/snapshot_state.h"
#include "services/model/snapshot_writer.h"
#include "services/model/table_filler.h"

namespace bulian::model {

// All calls belong to one thread.
class SnapshotLoader {
 public:
  // An empty state and its writer; not owned, and not to be touched before Finish.
  SnapshotLoader(SnapshotState* state, SnapshotWriter* writer);
  // Finishes.
  ~SnapshotLoader();
  SnapshotLoader(const SnapshotLoader&) = delete;
  SnapshotLoader& operator=(const SnapshotLoader&) = delete;

  // Takes a record, as SnapshotWriter::Put. False, and nothing is taken, if the name is not after all before it: then
  // Finish, and let the writer put it.
  bool Add(std::string_view name, std::string_view bytes, std::int64_t revision);
  // Returns when all records are in the state. Nothing may be added after it.
  void Finish();

 private:
  struct Record {
    ResourceType type;
    Row row;
    std::uint32_t name_hash;
  };
  // Records in order with the chunks that hold them.
  struct Batch {
    std::vector<Record> records;
    std::vector<std::pair<ResourceType, PackedChunk>> chunks;
    CompiledCapabilities capabilities;  // in the order of their records
    std::size_t bytes = 0;
  };

  void Compile(std::string_view capability);
  void FillBatch();
  void HandOver();
  void Run();
  void Enter(Batch& batch);

  SnapshotState& state_;
  SnapshotWriter& writer_;
  // Of the caller's thread.
  const std::string cluster_;
  std::array<TableFiller, kResourceTypeCount> fillers_;
  std::array<std::vector<HashIndex::Entry>, kResourceTypeCount> names_;  // of types that nothing refers to by name
  std::vector<PackedChunk> chunks_;
  CapabilityCompiler compiler_;
  absl::flat_hash_map<std::uint32_t, Row> type_rows_;  // by the hash of the name; a guess, for hashes collide
  std::unique_ptr<Batch> batch_;
  std::string last_name_;  // relative
  bool any_ = false, finished_ = false;

  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Batch>> waiting_;  // by mutex_
  std::vector<std::unique_ptr<Batch>> spare_;   // by mutex_
  bool last_ = false;                           // by mutex_: no batch follows
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SNAPSHOT_LOADER_H_
