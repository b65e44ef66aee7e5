// Posting lists: rows in ascending order, in blocks shared between versions.
#ifndef SERVICES_MODEL_ROW_LIST_H_
#define SERVICES_MODEL_ROW_LIST_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "services/model/cow.h"

namespace bulian::model {

// A dense number of a resource among those of its type.
using Row = std::uint32_t;
inline constexpr Row kNoRow = ~Row{0};

// Immutable but for RowListEditor. One pointer wide: most lists of a cluster are empty or short.
class RowList {
 public:
  std::size_t size() const { return rep_ ? rep_->size : 0; }
  bool empty() const { return size() == 0; }
  // Calls visit(std::span<const Row>) for each block, in order.
  template <class Visit>
  void ForEachBlock(Visit&& visit) const {
    if (!rep_) return;
    if (!rep_->few.empty()) visit(std::span<const Row>(rep_->few));
    if (!rep_->many) return;
    for (const auto& block : *rep_->many) visit(std::span<const Row>(*block));
  }
  template <class Visit>
  void ForEach(Visit&& visit) const {
    ForEachBlock([&](std::span<const Row> block) {
      for (Row row : block) visit(row);
    });
  }
  std::vector<Row> ToVector() const;
  // Bytes that `other` does not share.
  std::size_t UnsharedBytes(const RowList& other) const;

 private:
  friend class RowListEditor;
  using Blocks = std::vector<Cow<std::vector<Row>>>;
  // A short list is in `few`; a longer one in `many`, where no block is empty.
  struct Rep {
    std::size_t size = 0;
    std::vector<Row> few;
    Cow<Blocks> many;
  };
  Cow<Rep> rep_;
};

// Writes lists; belongs to the thread that owns the list.
class RowListEditor {
 public:
  // Adds a row if it is not there; removes it if it is.
  static void Insert(RowList& list, Row row);
  static void Erase(RowList& list, Row row);

 private:
  static constexpr std::size_t kMaxFew = 256, kMaxBlock = 1024;
  static std::size_t BlockOf(const RowList::Blocks& blocks, Row row);
  static void InsertMany(RowList::Rep& rep, Row row);
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ROW_LIST_H_
