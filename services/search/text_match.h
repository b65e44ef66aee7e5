// How well a text answers a query. Pure, thread-safe.
//
// score, by how the text matches, with share = length of what was typed / length of the text's core (at most 1; lengths
// over 63 count as 63):
//   exact            1; .97 if the legal forms differ
//   prefix           .85 + .10 share
//   contained        .70 + .14 share
//   full pinyin      .55 + .14 share, share times .8 unless at the beginning; lengths in syllables
//   initials         .50 + .14 share, likewise
//   partly           .54 coverage (.9 + .1 likeness of length)
// The greatest counts. Coverage is the part of the query's pieces (pairs of syllables, triples of letters) that the
// text has, by units of the query: a unit is covered if a piece over it is had, and weighs the least ln(1 + texts /
// texts with the piece) of the pieces over it that any text has; so what is rare counts, legal forms and trades do not.
// Below one half it is no match. A partial match within 1 typing error per four units, at most 3, is one with errors.
// Identifiers match exactly, or from four units on by prefix and contained.
#ifndef SERVICES_SEARCH_TEXT_MATCH_H_
#define SERVICES_SEARCH_TEXT_MATCH_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "services/search/search_index.h"
#include "services/search/search_query.h"

namespace bulian::search {

enum class MatchKind { kNone, kExact, kPrefix, kContained, kFullPinyin, kInitials, kPartly };

struct TextMatch {
  MatchKind kind = MatchKind::kNone;
  double score = 0;  // 0: no match
};

inline constexpr double kLeastCoverage = 0.5;

// What each unit of a query weighs, of texts and of lists of so many.
class Coverage {
 public:
  // `counts`: texts with each of query.grams.
  Coverage(const Query& query, std::span<const std::size_t> counts, std::size_t texts);
  // Of a text with some of the grams, in [0, 1].
  double Of(const std::vector<bool>& has) const;
  // What a gram adds at most.
  double Most(std::size_t gram) const;

 private:
  const Query* query_;
  std::vector<double> weights_;  // of units; sum 1, or all 0
};

TextMatch MatchText(const Query& query, const Coverage& coverage, const Text& text);
// The same without partly, and partly alone.
TextMatch MatchWhole(const Query& query, const Text& text);
TextMatch MatchPartly(const Query& query, const Coverage& coverage, const Text& text);

// Identifiers are matched by parts from so many units on.
inline constexpr std::size_t kLeastIdentifier = 4;

// Upper bounds of the scores of texts of a length (as LengthOf has it).
double BeginningBound(const Query& query, std::size_t length);  // exact and prefix
double ContainedBound(const Query& query, std::size_t length);
double SoundBound(std::size_t syllables, std::size_t length);
double InitialsBound(const Query& query, std::size_t length);
double PartlyScore(const Query& query, double coverage, std::size_t length);  // the score itself
inline constexpr double kMostPartly = 0.54;

// The least number of units left out, put in, exchanged or swapped with the next that turn the query into a part of the
// text; nullopt if there are more than it may have.
std::optional<int> TypingErrors(const Query& query, const SearchKey& text);

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_TEXT_MATCH_H_
