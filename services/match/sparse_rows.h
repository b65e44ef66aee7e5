// Sparse matrices by rows, as the potential model reads them. Pure.
#ifndef SERVICES_MATCH_SPARSE_ROWS_H_
#define SERVICES_MATCH_SPARSE_ROWS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace bulian::match {

// Rows are appended in order; the columns of a row ascend and are distinct. Immutable once filled, then thread-safe.
class SparseRows {
 public:
  struct Cell {
    std::uint32_t column = 0;
    float value = 0;
  };

  std::size_t rows() const { return begin_.size() - 1; }
  std::size_t size() const { return cells_.size(); }
  std::span<const Cell> operator[](std::size_t row) const {
    return std::span(cells_).subspan(begin_[row], begin_[row + 1] - begin_[row]);
  }
  bool Has(std::size_t row, std::uint32_t column) const {
    const auto cells = (*this)[row];
    const auto at = std::lower_bound(cells.begin(), cells.end(), column,
                                     [](const Cell& cell, std::uint32_t wanted) { return cell.column < wanted; });
    return at != cells.end() && at->column == column;
  }

  // Adds a row of cells in any order; values of one column are summed.
  void Append(std::vector<Cell> cells) {
    std::stable_sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.column < b.column; });
    for (const Cell& cell : cells) {
      if (cells_.size() > begin_.back() && cells_.back().column == cell.column) {
        cells_.back().value += cell.value;
      } else {
        cells_.push_back(cell);
      }
    }
    begin_.push_back(cells_.size());
  }

 private:
  std::vector<std::size_t> begin_ = {0};
  std::vector<Cell> cells_;
};

// `columns` is more than the greatest column in use.
inline SparseRows Transposed(const SparseRows& matrix, std::size_t columns) {
  std::vector<std::vector<SparseRows::Cell>> turned(columns);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (const SparseRows::Cell& cell : matrix[row]) {
      turned[cell.column].push_back({static_cast<std::uint32_t>(row), cell.value});
    }
  }
  SparseRows result;
  for (auto& cells : turned) result.Append(std::exchange(cells, {}));
  return result;
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_SPARSE_ROWS_H_
