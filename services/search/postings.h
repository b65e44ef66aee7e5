// Which texts have a piece: their numbers in ascending order, in blocks shared between versions of an index. A list of
// few is one allocation. Thread-safety as model::Cow.
#ifndef SERVICES_SEARCH_POSTINGS_H_
#define SERVICES_SEARCH_POSTINGS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "services/model/cow.h"

namespace bulian::search {

// The number of a text; see search_index.h for what it is made of.
using Doc = std::uint32_t;

class Postings {
 public:
  std::size_t size() const { return rep_ ? rep_->size : 0; }

  // Ascending, each once, into an empty list.
  void Assign(std::span<const Doc> docs);
  // Adds a number unless it is there; removes one if it is.
  void Insert(Doc doc);
  void Erase(Doc doc);

  // Memory held, shared or not.
  std::size_t Bytes() const;

 private:
  friend class PostingCursor;
  static constexpr std::size_t kBlock = 2048;
  using Block = std::vector<Doc>;
  struct Rep {
    std::uint32_t size = 0;
    Block few;                // all of a short list
    std::vector<Doc> firsts;  // of the blocks of a long one
    std::vector<model::Cow<Block>> blocks;
  };
  static std::size_t BlockOf(const Rep& rep, Doc doc);
  static void Split(Rep* rep, std::size_t block);
  model::Cow<Rep> rep_;
};

// Goes through a list that outlives it.
class PostingCursor {
 public:
  static constexpr std::uint64_t kEnd = ~std::uint64_t{0};

  explicit PostingCursor(const Postings& list);
  // Where it stands; kEnd behind the last.
  std::uint64_t doc() const { return at_ < here_.size() ? here_[at_] : kEnd; }
  void Next() {
    if (++at_ >= here_.size()) EnterBlock(block_ + 1);
  }
  // Goes on to the first that is not below `doc`; never back.
  void Seek(Doc doc);

 private:
  void EnterBlock(std::size_t block);
  const Postings::Rep* rep_;
  std::span<const Doc> here_;
  std::size_t at_ = 0, block_ = 0;
};

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_POSTINGS_H_
