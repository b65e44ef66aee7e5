// What the potential model reads of a snapshot: who makes what, and everything said of both, as sparse numbers.
#ifndef SERVICES_MATCH_POTENTIAL_DATA_H_
#define SERVICES_MATCH_POTENTIAL_DATA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "services/match/potential_outcomes.h"
#include "services/match/retrieval.h"
#include "services/match/sparse_rows.h"
#include "services/model/snapshot.h"

namespace bulian::match {

inline constexpr std::uint32_t kNoIndex = ~std::uint32_t{0};

// Companies (enterprises but alliances) and types have indexes in the order of their names, so
// that nothing depends on the history of a snapshot. Immutable once read, then thread-safe.
struct PotentialData {
  std::vector<model::Row> companies, types;                // row by index
  std::vector<std::uint32_t> company_of_row, type_of_row;  // index by row; kNoIndex
  std::vector<std::uint64_t> company_keys;                 // by index, of their names: the same in later snapshots
  SparseRows makes;            // companies x types: holds a capability of the type, whatever its date; all 1
  SparseRows type_text;        // types x grams of names, aliases and descriptions, counted
  SparseRows type_ends;        // types x ends of names
  SparseRows type_runs;        // types x runs of three characters of names
  SparseRows label_text;       // companies x grams of descriptions and annotations, counted
  SparseRows own_text;         // companies x grams of names, aliases, former names, counted
  SparseRows facets;           // companies x industries (with the wider ones), qualifications, labels, provinces; all 1
  SparseRows parents;          // types x types, all 1
  SparseRows inputs;           // types x types: typical inputs, all 1
  SparseRows sells;            // companies x types of its supply links as the supplier, all 1
  SparseRows trades;           // companies x companies with a supply link either way, all 1
  PotentialOutcomes outcomes;  // of the cluster's own matches
  std::vector<std::string> facet_names;
  std::vector<std::string> grams;  // as people read them
  std::size_t gram_count = 0, end_count = 0, run_count = 0;
  std::size_t facet_count() const { return facet_names.size(); }
};

// Costs a pass over the records of enterprises and types. Stopped: what it holds is of no use.
PotentialData ReadPotentialData(const model::Snapshot& snapshot, const StopToken& stop);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_DATA_H_
