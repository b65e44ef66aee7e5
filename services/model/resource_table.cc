#include "services/model/resource_table.h"

#include <algorithm>
#include <array>
#include <string>

namespace bulian::model {

Row ResourceTable::Insert(std::string_view name, std::string_view bytes, std::int64_t revision) {
  const Row row = free_count_ > 0 ? free_[--free_count_] : limit_++;
  Chunk& chunk = chunks_.Mutable(row / kRows);
  const std::size_t at = row % kRows;
  chunk.text.Set(at, name, bytes);
  chunk.name_size[at] = static_cast<std::uint16_t>(name.size());
  chunk.revision[at] = revision;
  chunk.used = static_cast<std::uint16_t>(chunk.used | 1u << at);
  names_.Insert(HashIndex::Hash(name), row);
  order_.Insert(row, name, [this](Row r) { return RelativeName(r); });
  ++count_;
  NoteOrder(row, name);
  return row;
}

void ResourceTable::NoteOrder(Row row, std::string_view name) {
  if (row > in_order_) return;
  const bool follows = row == 0 || (Exists(row - 1) && RelativeName(row - 1) < name);
  in_order_ = follows ? row + 1 : row;
}

void ResourceTable::Prefetch(std::span<const Row> rows) const {
  rows = rows.first(std::min(rows.size(), kMostFetched));
  std::array<const Cow<Chunk>*, kMostFetched> slots;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    slots[i] = chunks_.SlotOf(rows[i] / kRows);
    __builtin_prefetch(slots[i]);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto* chunk = reinterpret_cast<const char*>(slots[i]->get());
    for (std::size_t at = 0; at < sizeof(Chunk); at += 64) __builtin_prefetch(chunk + at);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const char> text = (*slots[i])->text.Get(rows[i] % kRows);
    for (std::size_t at = 0; at < text.size(); at += 64) __builtin_prefetch(text.data() + at);
  }
}

void ResourceTable::Update(Row row, std::string_view bytes, std::int64_t revision) {
  Chunk& chunk = chunks_.Mutable(row / kRows);
  const std::size_t at = row % kRows;
  chunk.text.SetTail(at, chunk.name_size[at], bytes);
  chunk.revision[at] = revision;
}

void ResourceTable::Erase(Row row) {
  const std::string name(RelativeName(row));
  names_.Erase(HashIndex::Hash(name), row);
  order_.Erase(row, name, [this](Row r) { return RelativeName(r); });
  Chunk& chunk = chunks_.Mutable(row / kRows);
  const std::size_t at = row % kRows;
  chunk.text.Set(at, {});
  chunk.name_size[at] = 0;
  chunk.revision[at] = 0;
  chunk.used = static_cast<std::uint16_t>(chunk.used & ~(1u << at));
  free_.Mutable(free_count_++) = row;
  --count_;
}

void ResourceTable::Place(std::size_t index, Cow<Chunk> chunk, Row limit) {
  chunks_.Put(index, std::move(chunk));
  for (; limit_ < limit; ++limit_, ++count_) order_.Append(limit_);
  in_order_ = limit_;
}

std::size_t ResourceTable::UnsharedBytes(const ResourceTable& other) const {
  std::size_t bytes = names_.UnsharedBytes(other.names_) + order_.UnsharedBytes(other.order_);
  bytes += chunks_.VisitUnshared(other.chunks_, [&](std::size_t, const Chunk& chunk, const Chunk*) {
    bytes += Cow<Chunk>::NodeBytes() + chunk.text.HeapBytes();
  });
  bytes += free_.UnsharedBytes(other.free_, [](Row, Row) { return std::size_t{0}; });
  return bytes;
}

}  // namespace bulian::model
