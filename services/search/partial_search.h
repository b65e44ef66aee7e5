// Finds the texts that have pieces covering half of a query or more. Only the rarest pieces' lists are gone through:
// as many as leave less than is asked for to the rest. What is asked for grows with what was found. Not thread-safe.
#ifndef SERVICES_SEARCH_PARTIAL_SEARCH_H_
#define SERVICES_SEARCH_PARTIAL_SEARCH_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "services/search/postings.h"
#include "services/search/search_query.h"
#include "services/search/text_match.h"

namespace bulian::search {

struct PartialSearch {
  const Query* query = nullptr;
  const Coverage* coverage = nullptr;
  std::vector<const Postings*> lists;  // one for each gram of the query
  std::size_t steps = 0;               // how many numbers to look at, about
  // The score that a text must reach to count; may grow with each text read.
  std::function<double()> threshold;
  // A text that may reach it, and its coverage. False: read no more.
  std::function<bool(Doc, double covered)> read;

  std::size_t taken = 0;  // steps, after Run()

  // False: cut off before all that count were read.
  bool Run();

 private:
  struct Place;
  // How many of the lists, rarest first, have to be gone through.
  std::size_t ListsToVisit() const;
  std::vector<Place> PlacesByRarity();
  bool Try(Doc doc, std::vector<Place>* places, std::size_t visited);

  std::vector<double> rest_;  // coverage that the lists from one on have together, at most
};

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_PARTIAL_SEARCH_H_
