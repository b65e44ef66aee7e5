// The best enterprises of a search, as they come in. Not thread-safe.
#ifndef SERVICES_SEARCH_RANKING_H_
#define SERVICES_SEARCH_RANKING_H_

#include <cstddef>
#include <vector>

#include "services/model/snapshot.h"
#include "services/search/text_match.h"

namespace bulian::search {

// An enterprise and its best text.
struct Hit {
  model::Row enterprise = model::kNoRow;
  Text text;
  TextMatch match;
};

// Keeps the best `size`: the greater score first, then by resource name; of one enterprise the best text, of equal ones
// the first by field and ordinal.
class Ranking {
 public:
  // `snapshot` outlives this.
  Ranking(const model::Snapshot* snapshot, std::size_t size) : snapshot_(snapshot), size_(size) {}

  void Offer(const Text& text, const TextMatch& match);
  // A text of a lower score than this changes nothing.
  double Threshold() const { return hits_.size() < size_ ? 0 : hits_.back().match.score; }
  const std::vector<Hit>& hits() const { return hits_; }

 private:
  bool Before(const Text& text, double score, const Hit& other) const;
  const model::Snapshot* snapshot_;
  const std::size_t size_;
  std::vector<Hit> hits_;  // best first
};

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_RANKING_H_
