// A plain bitmap over the rows of one resource type: what a filter is worked out in. One bit a row, so that a million
// rows are 125 kB and combining two masks is a pass over words. A value of its own; thread-safe for reading.
#ifndef SERVICES_MODEL_ROW_MASK_H_
#define SERVICES_MODEL_ROW_MASK_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/model/row_list.h"

namespace bulian::model {

class RowMask {
 public:
  // No rows of those below `limit`.
  explicit RowMask(Row limit) : words_((limit + kBits - 1) / kBits), limit_(limit) {}

  Row limit() const { return limit_; }
  bool Test(Row row) const { return row < limit_ && (words_[row / kBits] >> (row % kBits) & 1) != 0; }
  // Rows at or beyond the limit are left out.
  void Set(Row row) {
    if (row < limit_) words_[row / kBits] |= std::uint64_t{1} << (row % kBits);
  }
  void Set(const RowList& rows) {
    rows.ForEach([this](Row row) { Set(row); });
  }
  // Adds the rows of 64 at once: bit i of `bits` is row 64 * word + i.
  void SetWord(std::size_t word, std::uint64_t bits) {
    if (word < words_.size()) words_[word] |= bits;
  }
  // Keeps only rows that `other`, of the same limit, has too.
  void And(const RowMask& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }

  std::size_t Count() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) count += static_cast<std::size_t>(std::popcount(word));
    return count;
  }
  // Calls visit(row) for each row, ascending.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (std::uint64_t left = words_[i]; left != 0; left &= left - 1)
        visit(static_cast<Row>(i * kBits + static_cast<std::size_t>(std::countr_zero(left))));
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::vector<std::uint64_t> words_;
  Row limit_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ROW_MASK_H_
