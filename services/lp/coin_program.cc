#include "services/lp/coin_program.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "coin/CoinFinite.hpp"

namespace bulian::lp {
namespace {

absl::Status CheckRange(const char* what, size_t index, const Range& range) {
  if (range.lower <= range.upper && range.lower < kInfinity && range.upper > -kInfinity) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("bounds of ", what, " ", index));
}

absl::Status Check(const LinearProgram& program) {
  for (size_t i = 0; i < program.rows.size(); ++i) {
    if (auto status = CheckRange("row", i, program.rows[i]); !status.ok()) return status;
  }
  if (program.objective.size() != program.columns.size()) return absl::InvalidArgumentError("size of the objective");
  for (size_t j = 0; j < program.columns.size(); ++j) {
    if (auto status = CheckRange("column", j, program.columns[j]); !status.ok()) return status;
    if (!std::isfinite(program.objective[j]))
      return absl::InvalidArgumentError(absl::StrCat("objective of column ", j));
  }
  for (const Entry& entry : program.entries) {
    const bool inside = entry.row >= 0 && entry.row < static_cast<int>(program.rows.size()) && entry.column >= 0 &&
                        entry.column < static_cast<int>(program.columns.size());
    if (!inside || !std::isfinite(entry.value)) {
      return absl::InvalidArgumentError(absl::StrCat("entry of row ", entry.row, " and column ", entry.column));
    }
  }
  return absl::OkStatus();
}

CoinPackedMatrix MatrixOf(const LinearProgram& program) {
  std::vector<Entry> sorted = program.entries;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.column, a.row) < std::pair(b.column, b.row);
  });
  std::vector<int> rows, columns;
  std::vector<double> values;
  for (const Entry& entry : sorted) {
    if (!rows.empty() && rows.back() == entry.row && columns.back() == entry.column) {
      values.back() += entry.value;
      continue;
    }
    rows.push_back(entry.row);
    columns.push_back(entry.column);
    values.push_back(entry.value);
  }
  CoinPackedMatrix matrix(true, rows.data(), columns.data(), values.data(), static_cast<CoinBigIndex>(values.size()));
  matrix.setDimensions(static_cast<int>(program.rows.size()), static_cast<int>(program.columns.size()));
  return matrix;
}

}  // namespace

double CoinBound(double bound) {
  if (std::isfinite(bound)) return bound;
  return bound > 0 ? COIN_DBL_MAX : -COIN_DBL_MAX;
}

absl::StatusOr<CoinProgram> CoinProgram::Make(const LinearProgram& program) {
  if (auto status = Check(program); !status.ok()) return status;
  CoinProgram coin;
  coin.matrix = MatrixOf(program);
  for (const Range& range : program.columns) {
    coin.lower.push_back(CoinBound(range.lower));
    coin.upper.push_back(CoinBound(range.upper));
  }
  for (const Range& range : program.rows) {
    coin.row_lower.push_back(CoinBound(range.lower));
    coin.row_upper.push_back(CoinBound(range.upper));
  }
  return coin;
}

}  // namespace bulian::lp
