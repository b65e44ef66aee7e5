// A set of enterprises by row for the length of one call: counts the distinct ones among millions of offers at a bit
// each.
#ifndef SERVICES_MATCH_ENTERPRISE_MARKS_H_
#define SERVICES_MATCH_ENTERPRISE_MARKS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::match {

// Memory is kept per thread and reused; clearing costs what was touched. An object belongs to one thread.
class EnterpriseMarks {
 public:
  // Rows below `limit` may be marked.
  explicit EnterpriseMarks(model::Row limit);
  ~EnterpriseMarks();
  EnterpriseMarks(const EnterpriseMarks&) = delete;
  EnterpriseMarks& operator=(const EnterpriseMarks&) = delete;

  // Marks a row; true if it was not marked before.
  bool Mark(model::Row row) {
    std::uint64_t& word = bits_->words[row / 64];
    const std::uint64_t bit = std::uint64_t{1} << (row % 64);
    if (word == 0) bits_->touched.push_back(row / 64);
    const bool fresh = (word & bit) == 0;
    word |= bit;
    count_ += fresh;
    return fresh;
  }
  bool Has(model::Row row) const { return (bits_->words[row / 64] >> (row % 64) & 1) != 0; }
  std::size_t count() const { return count_; }
  // Marks all of `other`, which has the same limit.
  void MarkAll(const EnterpriseMarks& other);
  void Clear();
  // Shows every marked row, in no order that says anything.
  template <class Show>
  void Visit(const Show& visit) const {
    for (const std::uint32_t index : bits_->touched) {
      for (std::uint64_t left = bits_->words[index]; left != 0; left &= left - 1) {
        visit(index * 64 + static_cast<model::Row>(std::countr_zero(left)));
      }
    }
  }

 private:
  struct Bits {
    std::vector<std::uint64_t> words;    // all zero between uses
    std::vector<std::uint32_t> touched;  // words that are not zero
  };
  static std::vector<std::unique_ptr<Bits>>& Spare();

  std::unique_ptr<Bits> bits_;
  std::size_t count_ = 0;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_ENTERPRISE_MARKS_H_
