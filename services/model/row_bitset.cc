#include "services/model/row_bitset.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace bulian::model {
namespace {

// A list of 32-bit rows is as large as a bit for every row when one row in 32 is there. The forms change at different
// fill, so that a set between them does not change back and forth; small sets stay lists.
constexpr std::size_t kMinDense = 257, kRowsPerEntry = 32, kRowsPerEntryBack = 128;

std::uint64_t BitOf(Row row) { return std::uint64_t{1} << (row % 64); }

}  // namespace

bool RowBitset::Test(Row row) const {
  if (dense_) {
    const Chunk* chunk = chunks_.Find(row / kRows);
    return chunk != nullptr && ((*chunk)[row % kRows / 64] & BitOf(row)) != 0;
  }
  bool found = false;
  list_.ForEachBlock([&](std::span<const Row> block) {
    if (!found && block.back() >= row) found = std::binary_search(block.begin(), block.end(), row);
  });
  return found;
}

void RowBitset::AddTo(RowMask* mask) const {
  if (!dense_) return mask->Set(list_);
  chunks_.VisitUnshared(CowArray<Chunk>(), [&](std::size_t index, const Chunk& chunk, const Chunk*) {
    for (std::size_t i = 0; i < kWords; ++i) mask->SetWord(index * kWords + i, chunk[i]);
  });
}

void RowBitset::Insert(Row row) {
  ++size_;
  span_ = std::max(span_, row + 1);
  if (dense_) {
    chunks_.Mutable(row / kRows)[row % kRows / 64] |= BitOf(row);
    if (size_ * kRowsPerEntryBack < span_) MakeSparse();
  } else {
    RowListEditor::Insert(list_, row);
    if (size_ >= kMinDense && size_ * kRowsPerEntry >= span_) MakeDense();
  }
}

void RowBitset::Erase(Row row) {
  --size_;
  if (!dense_) return RowListEditor::Erase(list_, row);
  chunks_.Mutable(row / kRows)[row % kRows / 64] &= ~BitOf(row);
  if (size_ * kRowsPerEntryBack < span_ || size_ < kMinDense / 2) MakeSparse();
}

void RowBitset::MakeDense() {
  list_.ForEach([this](Row row) { chunks_.Mutable(row / kRows)[row % kRows / 64] |= BitOf(row); });
  list_ = RowList();
  dense_ = true;
}

void RowBitset::MakeSparse() {
  chunks_.VisitUnshared(CowArray<Chunk>(), [&](std::size_t index, const Chunk& chunk, const Chunk*) {
    for (std::size_t i = 0; i < kWords; ++i)
      for (std::uint64_t left = chunk[i]; left != 0; left &= left - 1)
        RowListEditor::Insert(
            list_, static_cast<Row>(index * kRows + i * 64 + static_cast<std::size_t>(std::countr_zero(left))));
  });
  chunks_ = CowArray<Chunk>();
  dense_ = false;
}

std::size_t RowBitset::UnsharedBytes(const RowBitset& other) const {
  std::size_t bytes = list_.UnsharedBytes(other.list_);
  bytes += chunks_.VisitUnshared(other.chunks_,
                                 [&](std::size_t, const Chunk&, const Chunk*) { bytes += Cow<Chunk>::NodeBytes(); });
  return bytes;
}

}  // namespace bulian::model
