#include "services/model/table_filler.h"

#include <algorithm>
#include <iterator>

namespace bulian::model {

Row TableFiller::Add(std::string_view name, std::string_view bytes, std::int64_t revision) {
  const std::size_t at = limit_ % ResourceTable::kChunkRows;
  if (at == 0) {
    chunk_ = {};
    text_.clear();
  }
  text_.append(name).append(bytes);
  std::fill(ends_.begin() + static_cast<std::ptrdiff_t>(at), ends_.end(), static_cast<std::uint32_t>(text_.size()));
  chunk_.name_size[at] = static_cast<std::uint16_t>(name.size());
  chunk_.revision[at] = revision;
  chunk_.used = static_cast<std::uint16_t>(chunk_.used | 1u << at);
  packed_ = false;
  const Row row = limit_++;
  if (at + 1 == ResourceTable::kChunkRows) Pack();
  return row;
}

void TableFiller::TakeChunks(std::vector<PackedChunk>* chunks) {
  if (!packed_) Pack();
  chunks->insert(chunks->end(), std::move_iterator(chunks_.begin()), std::move_iterator(chunks_.end()));
  chunks_.clear();
}

void TableFiller::Pack() {
  PackedChunk& packed = chunks_.emplace_back();
  packed.index = (limit_ - 1) / ResourceTable::kChunkRows;
  packed.limit = limit_;
  packed.chunk = Cow<Chunk>(chunk_);
  packed.chunk.Mutable().text.Fill(text_, ends_);
  packed_ = true;
}

}  // namespace bulian::model
