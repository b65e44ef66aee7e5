// The supply network that shock cascades run on, compiled for speed: firms renumbered, links grouped by what they do to
// the buyer. Immutable after Compile, thread-safe.
//
// Model: the firm-level cascade with generalised Leontief production functions and the Economic Systemic Risk Index of
// Diem, Borsos, Reisch, Kertesz, Thurner, Sci. Rep. 12:7719 (2022). Values are money a year, in any one currency;
// losses and shocks are shares of production, 0 to 1.
#ifndef SERVICES_RISK_ESRI_NETWORK_H_
#define SERVICES_RISK_ESRI_NETWORK_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

namespace bulian::risk {

// How much a buyer depends on inputs of an industry.
enum class InputClass : std::uint8_t { kNegligible = 0, kNonEssential = 1, kEssential = 2 };

// A firm sells to a firm.
struct EsriLink {
  std::int32_t supplier = 0, buyer = 0;  // 0 to firms - 1; may be the same
  double value = 0;                      // a year; not negative
};

// A network as a caller states it.
struct EsriData {
  std::int32_t firms = 0;
  std::vector<EsriLink> links;         // several of one pair are summed
  std::int32_t industries = 0;         // numbered 0 to industries - 1
  std::vector<std::int32_t> industry;  // of each firm
  // kinds x kinds, row = supplying, column = buying kind of industry. `kind`: of each industry, numbers from 0; empty:
  // every industry is a kind of its own.
  std::vector<InputClass> essentiality;
  std::vector<std::int32_t> kind;
  // Whether remaining suppliers of a market replace those that fail, by market share. `market`: of each firm, numbers
  // from 0; empty: its industry.
  bool replaceability = true;
  std::vector<std::int32_t> market;
  // Of each firm, or empty: revenue (scales what suppliers lose with their customers), costs (scale what buyers lose
  // with their suppliers), and the weight in the index (else the value sold).
  std::vector<double> revenues, costs, weights;
};

// Links of all firms in one direction. Those of firm i are [start[i], start[i + 1]) of source and weight.
struct EsriRows {
  std::vector<std::int32_t> start, source;
  std::vector<double> weight;
};

// What a buyer loses. In its row come first the links of the linear part (to linear_end), then essential industries
// with one supplier (to single_end), then the other essential industries, whose links end at
// group_end[group_start[i]], ..., group_end[group_start[i + 1] - 1].
struct EsriBuyerRows : EsriRows {
  std::vector<std::int32_t> linear_end, single_end, group_start, group_end;
};

class EsriNetwork {
 public:
  // INVALID_ARGUMENT if a number is out of range, negative or not finite, or a vector has the wrong length. Firms that
  // nothing links are allowed, and so is no firm at all.
  static absl::StatusOr<std::shared_ptr<const EsriNetwork>> Compile(const EsriData& data);

  std::int32_t firms() const { return static_cast<std::int32_t>(sold.size()); }

  // Everything below is by compiled number: those with the most links come first, so that they share cache.
  std::vector<std::int32_t> compiled_of, original_of;
  std::vector<double> sold;    // value sold a year, links to itself included
  std::vector<double> weight;  // in the index, summing to 1; all 0 if nothing has weight
  EsriBuyerRows inputs;        // source: suppliers
  EsriRows outputs;            // of a supplier, source: its buyers, weight: their share of its sales
  EsriRows dependants;         // source: the buyers that a loss of the firm may reach; no weights
  EsriRows customers_of;       // source: the suppliers that a loss of the firm may reach; no weights

  // Markets, if replaceability is on: members with sales, in blocks that are summed on their own, so that a sum of
  // which few blocks changed costs little and is still the same to the last bit. Block b holds the members
  // [block_start[b], block_start[b + 1]); market k the blocks [market_start[k], market_start[k + 1]).
  bool replaceability = false;
  std::vector<std::int32_t> market_start, block_start, member;
  std::vector<double> block_sold;                 // of a block without losses
  std::vector<std::int32_t> market_of, block_of;  // of a firm; -1 if it sells nothing
};

// What remains of a market's sales is never taken as less (the money unit's guard of the published code).
inline constexpr double kLeastMarket = 1e-10;

}  // namespace bulian::risk

#endif  // SERVICES_RISK_ESRI_NETWORK_H_
