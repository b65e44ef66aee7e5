// Goes through several lists of texts as if they were one. The lists outlive it. Not thread-safe.
#ifndef SERVICES_SEARCH_UNION_CURSOR_H_
#define SERVICES_SEARCH_UNION_CURSOR_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "services/search/postings.h"

namespace bulian::search {

class UnionCursor {
 public:
  static constexpr std::uint64_t kEnd = PostingCursor::kEnd;

  explicit UnionCursor(std::span<const Postings* const> lists) {
    cursors_.reserve(lists.size());
    for (const Postings* list : lists)
      if (list->size() > 0) cursors_.emplace_back(*list);
    std::make_heap(cursors_.begin(), cursors_.end(), Later);
  }
  std::uint64_t doc() const { return cursors_.empty() ? kEnd : cursors_.front().doc(); }
  void Next() {
    if (const std::uint64_t here = doc(); here != kEnd) Seek(static_cast<std::uint64_t>(here) + 1);
  }
  // Goes on to the first that is not below `doc`; never back.
  void Seek(std::uint64_t doc) {
    while (!cursors_.empty() && cursors_.front().doc() < doc) {
      if (cursors_.size() > 1) std::pop_heap(cursors_.begin(), cursors_.end(), Later);
      PostingCursor& last = cursors_.back();
      if (doc <= ~Doc{0}) last.Seek(static_cast<Doc>(doc));
      if (doc > ~Doc{0} || last.doc() == kEnd) {
        cursors_.pop_back();
      } else if (cursors_.size() > 1) {
        std::push_heap(cursors_.begin(), cursors_.end(), Later);
      }
    }
  }

 private:
  static bool Later(const PostingCursor& a, const PostingCursor& b) { return a.doc() > b.doc(); }
  std::vector<PostingCursor> cursors_;  // a heap, the first number on top
};

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_UNION_CURSOR_H_
