// The best answers of an index to a query. Pure, thread-safe.
//
// Texts are looked for in the order of the scores their way to match can reach: those that begin with the query, that
// contain it (names, then identifiers), that sound like it, whose initials it may be, that have a part of its pieces.
// Each list of texts is in the order of their length, so that a bound of the scores still to come falls and ends the
// search when enough better ones are known. A query that means too many texts is cut off after a fixed amount of work,
// which the answer tells; where it is cut off does not hang on the history of the index.
#ifndef SERVICES_SEARCH_SEARCH_H_
#define SERVICES_SEARCH_SEARCH_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "services/model/row_mask.h"
#include "services/model/snapshot.h"
#include "services/search/ranking.h"
#include "services/search/search_index.h"
#include "services/search/search_query.h"

namespace bulian::search {

inline constexpr char kAlgorithmVersion[] = "search-1";

// Work of a search. Each way to match takes at most half of what those before it left.
struct SearchLimits {
  std::size_t steps = 40'000;          // numbers looked at in lists, with seeking
  std::size_t partial_steps = 60'000;  // the same for parts, which goes through lists number by number
  std::size_t texts = 600;             // texts read; besides two for each answer wanted
};

struct SearchRequest {
  const SearchIndex* index = nullptr;          // of `snapshot`
  const model::Snapshot* snapshot = nullptr;   // outlives the answer
  std::size_t size = 0;                        // how many enterprises at most
  std::shared_ptr<const model::RowMask> rows;  // enterprises that may be answers; null: all
  SearchLimits limits;
};

struct SearchAnswer {
  std::vector<Hit> hits;     // best first
  bool complete = true;      // these are the best there are
  std::size_t steps = 0;     // numbers looked at
  std::size_t examined = 0;  // texts read
};

// An empty query (nothing in it but punctuation) has no answers.
SearchAnswer Search(const SearchRequest& request, const Query& query);

// Texts with each gram of a query, for its coverage.
std::vector<std::size_t> CountsOf(const SearchIndex& index, const Query& query);

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_SEARCH_H_
