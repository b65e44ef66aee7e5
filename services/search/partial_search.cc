#include "services/search/partial_search.h"

#include <algorithm>
#include <numeric>

namespace bulian::search {
namespace {
constexpr double kRounding = 1e-9;  // of sums of the same numbers in another order
}  // namespace

struct PartialSearch::Place {
  PostingCursor cursor;
  std::size_t gram;
  double most;  // coverage the gram adds at most
};

std::vector<PartialSearch::Place> PartialSearch::PlacesByRarity() {
  std::vector<std::size_t> order(lists.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lists[a]->size() < lists[b]->size(); });
  std::vector<Place> places;
  for (const std::size_t gram : order)
    if (lists[gram]->size() > 0) places.push_back({PostingCursor(*lists[gram]), gram, coverage->Most(gram)});
  // What the last ones cover together.
  rest_.assign(places.size() + 1, 0);
  std::vector<bool> has(lists.size(), false);
  for (std::size_t i = places.size(); i-- > 0;) {
    has[places[i].gram] = true;
    rest_[i] = coverage->Of(has);
  }
  return places;
}

std::size_t PartialSearch::ListsToVisit() const {
  const double needed = std::max(kLeastCoverage, threshold() / kMostPartly);
  std::size_t count = 0;
  while (rest_[count] + kRounding >= needed) ++count;
  return count;
}

bool PartialSearch::Try(Doc doc, std::vector<Place>* places, std::size_t visited) {
  const double needed = std::max(kLeastCoverage, threshold() / kMostPartly);
  std::vector<bool> has(lists.size(), false);
  double most = rest_[visited];
  for (std::size_t i = 0; i < visited; ++i) {
    Place& place = (*places)[i];
    if (place.cursor.doc() != doc) continue;
    has[place.gram] = true;
    most += place.most;
  }
  if (most + kRounding < needed) return true;
  for (std::size_t i = visited; i < places->size(); ++i) {
    Place& place = (*places)[i];
    place.cursor.Seek(doc);
    ++taken;
    if (place.cursor.doc() == doc) has[place.gram] = true;
  }
  const double covered = coverage->Of(has);
  if (covered < kLeastCoverage || PartlyScore(*query, covered, LengthOf(doc)) < threshold()) return true;
  return read(doc, covered);
}

bool PartialSearch::Run() {
  if (lists.size() < 2 || threshold() > kMostPartly) return true;
  std::vector<Place> places = PlacesByRarity();
  std::size_t visited = ListsToVisit();
  while (visited > 0) {
    std::uint64_t doc = PostingCursor::kEnd;
    for (std::size_t i = 0; i < visited; ++i) doc = std::min(doc, places[i].cursor.doc());
    if (doc == PostingCursor::kEnd) return true;
    taken += visited;
    if (taken > steps || !Try(static_cast<Doc>(doc), &places, visited)) return false;
    for (std::size_t i = 0; i < visited; ++i)
      if (places[i].cursor.doc() == doc) places[i].cursor.Next();
    visited = ListsToVisit();
  }
  return true;
}

}  // namespace bulian::search
