// The records of one resource type: rows, names, revisions and compact bytes, in chunks shared between versions.
#ifndef SERVICES_MODEL_RESOURCE_TABLE_H_
#define SERVICES_MODEL_RESOURCE_TABLE_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "services/model/cow_array.h"
#include "services/model/hash_index.h"
#include "services/model/name_order.h"
#include "services/model/packed_rows.h"
#include "services/model/row_list.h"

namespace bulian::model {

// Names are relative (`enterprises/e1`). Thread-safety as Cow; views live as long as the table is not written.
class ResourceTable {
 public:
  Row Find(std::string_view name) const {
    return names_.Find(HashIndex::Hash(name), [&](Row row) { return RelativeName(row) == name; });
  }
  // As Find; quick for a name after all others, which is what a load in order asks for.
  Row FindOrAfterLast(std::string_view name) const {
    const Row last = order_.Last();
    return last == kNoRow || RelativeName(last) < name ? kNoRow : Find(name);
  }
  // As Find; quick if `guess` (any row or kNoRow) is the one.
  Row Find(std::string_view name, Row guess) const {
    return guess != kNoRow && Exists(guess) && RelativeName(guess) == name ? guess : Find(name);
  }
  bool Exists(Row row) const {
    const Chunk* chunk = row < limit_ ? chunks_.Find(row / kRows) : nullptr;
    return chunk != nullptr && (chunk->used >> (row % kRows) & 1) != 0;
  }
  std::string_view RelativeName(Row row) const {
    const Chunk& chunk = chunks_[row / kRows];
    return {chunk.text.Get(row % kRows).data(), chunk.name_size[row % kRows]};
  }
  std::string_view Bytes(Row row) const {
    const Chunk& chunk = chunks_[row / kRows];
    const auto text = chunk.text.Get(row % kRows).subspan(chunk.name_size[row % kRows]);
    return {text.data(), text.size()};
  }
  // Below 0: a's name is before b's; 0: they are one row. Quick, without reading names, while rows came in their order.
  int CompareNames(Row a, Row b) const {
    if (a < in_order_ && b < in_order_) return a < b ? -1 : a > b;
    return RelativeName(a).compare(RelativeName(b));
  }
  // Whether CompareNames is quick for all.
  bool NamesFollowRows() const { return in_order_ == limit_; }
  // Asks for the memory of up to kMostFetched records, level by level, so that the waits overlap.
  static constexpr std::size_t kMostFetched = 64;
  void Prefetch(std::span<const Row> rows) const;
  std::int64_t Revision(Row row) const { return chunks_[row / kRows].revision[row % kRows]; }
  std::size_t Count() const { return count_; }
  Row Limit() const { return limit_; }

  // Adds a name that is not there. The row may be one that was freed.
  Row Insert(std::string_view name, std::string_view bytes, std::int64_t revision);
  void Update(Row row, std::string_view bytes, std::int64_t revision);
  void Erase(Row row);

  // Eight records side by side.
  static constexpr std::size_t kChunkRows = 8;
  struct Chunk {
    std::array<std::int64_t, kChunkRows> revision{};
    std::array<std::uint16_t, kChunkRows> name_size{};
    std::uint16_t used = 0;             // a bit a row
    PackedRows<char, kChunkRows> text;  // name, then bytes
  };
  // For a load in the order of names into an empty table: puts the rows of chunk `index` in place up to `limit`, which
  // are all that there are so far. A chunk may be placed again with more rows. Its rows are found by name only when
  // AddName or SetNames has told of them.
  void Place(std::size_t index, Cow<Chunk> chunk, Row limit);
  void AddName(std::uint32_t hash, Row row) { names_.Insert(hash, row); }
  void SetNames(HashIndex names) { names_ = std::move(names); }

  // Calls visit(row) for each name that is not before `from`, in order, until it returns false.
  template <class Visit>
  void VisitFrom(std::string_view from, const Visit& visit) const {
    order_.VisitFrom(
        from, [this](Row row) { return RelativeName(row); }, visit);
  }

  std::size_t UnsharedBytes(const ResourceTable& other) const;

 private:
  static constexpr std::size_t kRows = kChunkRows;
  void NoteOrder(Row row, std::string_view name);

  CowArray<Chunk> chunks_;
  HashIndex names_;
  NameOrder order_;
  ChunkedVector<Row, 256> free_;  // a stack of freed rows
  Row free_count_ = 0;
  Row limit_ = 0;
  Row in_order_ = 0;  // the names of the rows below ascend with them
  std::size_t count_ = 0;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_RESOURCE_TABLE_H_
