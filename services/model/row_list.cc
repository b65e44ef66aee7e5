#include "services/model/row_list.h"

#include <algorithm>

namespace bulian::model {

std::vector<Row> RowList::ToVector() const {
  std::vector<Row> rows;
  rows.reserve(size());
  ForEach([&](Row row) { rows.push_back(row); });
  return rows;
}

std::size_t RowList::UnsharedBytes(const RowList& other) const {
  if (!rep_ || rep_.get() == other.rep_.get()) return 0;
  std::size_t bytes = Cow<Rep>::NodeBytes() + rep_->few.capacity() * sizeof(Row);
  if (!rep_->many) return bytes;
  const Blocks* theirs = other.rep_ ? other.rep_->many.get() : nullptr;
  if (rep_->many.get() == theirs) return bytes;
  bytes += Cow<Blocks>::NodeBytes() + rep_->many->capacity() * sizeof((*rep_->many)[0]);
  std::vector<const void*> shared;
  if (theirs != nullptr)
    for (const auto& block : *theirs) shared.push_back(block.get());
  std::sort(shared.begin(), shared.end());
  for (const auto& block : *rep_->many)
    if (!std::binary_search(shared.begin(), shared.end(), static_cast<const void*>(block.get())))
      bytes += Cow<std::vector<Row>>::NodeBytes() + block->capacity() * sizeof(Row);
  return bytes;
}

// The block whose range holds the row: the first whose last row is not smaller, else the last.
std::size_t RowListEditor::BlockOf(const RowList::Blocks& blocks, Row row) {
  if (blocks.back()->back() <= row) return blocks.size() - 1;
  const auto found =
      std::lower_bound(blocks.begin(), blocks.end(), row, [](const auto& block, Row r) { return block->back() < r; });
  return static_cast<std::size_t>(found == blocks.end() ? blocks.size() - 1 : found - blocks.begin());
}

void RowListEditor::Insert(RowList& list, Row row) {
  if (!list.rep_ || !list.rep_->many) {
    const std::vector<Row>* few = list.rep_ ? &list.rep_->few : nullptr;
    if (few != nullptr && std::binary_search(few->begin(), few->end(), row)) return;
    RowList::Rep& rep = list.rep_.Mutable();
    ++rep.size;
    rep.few.insert(std::upper_bound(rep.few.begin(), rep.few.end(), row), row);
    if (rep.few.size() > kMaxFew) {
      rep.many.Mutable().emplace_back(std::move(rep.few));
      rep.few = {};
    }
    return;
  }
  const RowList::Blocks& blocks = *list.rep_->many;
  if (blocks.back()->back() < row) return InsertMany(list.rep_.Mutable(), row);
  const std::vector<Row>& block = *blocks[BlockOf(blocks, row)];
  if (!std::binary_search(block.begin(), block.end(), row)) InsertMany(list.rep_.Mutable(), row);
}

void RowListEditor::InsertMany(RowList::Rep& rep, Row row) {
  RowList::Blocks& blocks = rep.many.Mutable();
  const std::size_t at = BlockOf(blocks, row);
  ++rep.size;
  if (at + 1 == blocks.size() && row > blocks[at]->back() && blocks[at]->size() >= kMaxBlock) {
    blocks.emplace_back(std::vector<Row>{row});
    return;
  }
  std::vector<Row>& block = blocks[at].Mutable();
  block.insert(std::upper_bound(block.begin(), block.end(), row), row);
  if (block.size() <= kMaxBlock) return;
  const auto half = block.begin() + kMaxBlock / 2;
  Cow<std::vector<Row>> right{std::vector<Row>(half, block.end())};
  block.erase(half, block.end());
  block.shrink_to_fit();
  blocks.insert(blocks.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(right));
}

void RowListEditor::Erase(RowList& list, Row row) {
  if (!list.rep_) return;
  if (!list.rep_->many) {
    const auto& few = list.rep_->few;
    if (!std::binary_search(few.begin(), few.end(), row)) return;
    if (few.size() == 1) {
      list.rep_ = {};
      return;
    }
    RowList::Rep& rep = list.rep_.Mutable();
    --rep.size;
    rep.few.erase(std::lower_bound(rep.few.begin(), rep.few.end(), row));
    return;
  }
  const RowList::Blocks& old_blocks = *list.rep_->many;
  const std::size_t at = BlockOf(old_blocks, row);
  if (!std::binary_search(old_blocks[at]->begin(), old_blocks[at]->end(), row)) return;
  if (list.rep_->size == 1) {
    list.rep_ = {};
    return;
  }
  RowList::Rep& rep = list.rep_.Mutable();
  --rep.size;
  RowList::Blocks& blocks = rep.many.Mutable();
  if (blocks[at]->size() == 1) {
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(at));
    return;
  }
  std::vector<Row>& block = blocks[at].Mutable();
  block.erase(std::lower_bound(block.begin(), block.end(), row));
}

}  // namespace bulian::model
