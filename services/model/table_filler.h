// Packs records of one resource type that come in the order of their names into chunks of a ResourceTable.
//
// Knows nothing of the table, so that one thread may pack while another places what is packed. Belongs to one thread.
#ifndef SERVICES_MODEL_TABLE_FILLER_H_
#define SERVICES_MODEL_TABLE_FILLER_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/model/cow.h"
#include "services/model/resource_table.h"

namespace bulian::model {

// What ResourceTable::Place takes.
struct PackedChunk {
  std::size_t index = 0;
  Cow<ResourceTable::Chunk> chunk;
  Row limit = 0;
};

class TableFiller {
 public:
  // Takes a record, whose name (relative) is after all those before, and returns its row; rows are counted from 0.
  Row Add(std::string_view name, std::string_view bytes, std::int64_t revision);
  // Appends the chunks that hold the records taken since the last call. The last one may be returned again, with more.
  void TakeChunks(std::vector<PackedChunk>* chunks);

 private:
  using Chunk = ResourceTable::Chunk;
  void Pack();

  Row limit_ = 0;
  bool packed_ = true;  // all taken are in packed chunks
  // The chunk begun last.
  Chunk chunk_;
  std::string text_;
  std::array<std::uint32_t, ResourceTable::kChunkRows> ends_{};
  std::vector<PackedChunk> chunks_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_TABLE_FILLER_H_
