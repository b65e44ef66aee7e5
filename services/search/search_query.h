// What somebody typed, as the patterns a text can match. Pure, thread-safe.
#ifndef SERVICES_SEARCH_SEARCH_QUERY_H_
#define SERVICES_SEARCH_SEARCH_QUERY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/search/grams.h"
#include "services/search/han_readings.h"
#include "services/search/search_key.h"

namespace bulian::search {

// Han characters by sound: at each place any of some syllables.
using SoundPattern = std::vector<std::vector<Syllable>>;

// A piece of the query that any text containing the query has, and which of the query's units it covers.
struct QueryGram {
  Term term = 0;
  std::size_t begin = 0, end = 0;
};

// From the first term to the last: the pieces that begin with something less than a piece.
using TermRange = std::pair<Term, Term>;

struct Query {
  SearchKey key;
  std::vector<QueryGram> grams;  // in the order of the text; empty: it is too short for one
  // Of a query without grams: pieces it begins, one of which any text that contains it has. Empty if it is a single
  // letter or digit, which is looked for at the beginning of texts only.
  std::vector<TermRange> pieces;
  // Of a query without grams: pieces one of which any text beginning with it begins with.
  std::vector<TermRange> beginnings;
  // The pieces that an identifier containing it has; none if it is shorter than a piece. And that of one beginning with
  // it, or, if it is shorter, of one that is it.
  std::vector<Term> code_grams;
  Term code_beginning = 0;
  // How it may sound: Latin letters read as pinyin, in each way they fall into syllables (at most kMostSounds), the
  // last of which may be unfinished; two or more Han characters, of which a wrong one may sound right.
  std::vector<SoundPattern> sounds;
  std::u16string initials;  // two or more letters that may be initials of pinyin syllables
  // Not all that it may mean is in here, as there are too many ways to read it.
  bool limited = false;
};
inline constexpr std::size_t kMostSounds = 8;

Query ParseQuery(std::string_view text);

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_SEARCH_QUERY_H_
