// The rows that have one value of a field, shared between versions: a bitset in chunks of 4 096 rows where it is dense,
// a list where it is rare. A set takes at most four bytes a row or one bit for each row up to its last, whichever is
// less, so thousands of rare values cost little. Which form it has depends on its history; what it holds does not.
// Thread-safety as Cow.
#ifndef SERVICES_MODEL_ROW_BITSET_H_
#define SERVICES_MODEL_ROW_BITSET_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "services/model/cow_array.h"
#include "services/model/row_list.h"
#include "services/model/row_mask.h"

namespace bulian::model {

class RowBitset {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool dense() const { return dense_; }
  bool Test(Row row) const;
  void AddTo(RowMask* mask) const;

  // Adds a row that is not there; removes one that is.
  void Insert(Row row);
  void Erase(Row row);

  // Bytes that `other` does not share.
  std::size_t UnsharedBytes(const RowBitset& other) const;

 private:
  static constexpr std::size_t kWords = 64, kRows = kWords * 64;
  using Chunk = std::array<std::uint64_t, kWords>;

  void MakeDense();
  void MakeSparse();

  RowList list_;            // of a rare set
  CowArray<Chunk> chunks_;  // of a dense one; no chunk: no rows
  std::uint32_t size_ = 0;
  Row span_ = 0;  // one more than the greatest row ever held
  bool dense_ = false;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ROW_BITSET_H_
