// Rows of a sparse matrix seen along the main directions of another like it, and how alike they are.
#ifndef SERVICES_MATCH_LATENT_ROWS_H_
#define SERVICES_MATCH_LATENT_ROWS_H_

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "services/match/latent_basis.h"

namespace bulian::match {

// How far strong directions are levelled: a coordinate is divided by its direction's size to this power. 0 likens what
// is common, 1 what is rare; which of them tells most differs by cluster, so the lesson sees them all.
inline constexpr std::array<double, 3> kLevelings = {0, 0.5, 1};

using WeightedRows = std::span<const std::pair<std::uint32_t, float>>;  // row, weight

// Immutable, thread-safe.
class LatentRows {
 public:
  LatentRows(const SparseRows& matrix, const LatentBasis& basis);

  // Something to liken rows with: a vector of unit length or less along the levelled directions.
  struct Column {
    Eigen::VectorXf levelled;
    int leveling = 0;
  };

  Eigen::Index dimensions() const { return rows_.cols(); }
  // Of something outside: its coordinates, unlevelled.
  Eigen::VectorXf Project(std::span<const SparseRows::Cell> cells, const LatentBasis& basis) const;
  // Mean of the rows' unit vectors.
  Column Mean(WeightedRows rows, int leveling) const;
  // Of coordinates, scaled to length 1.
  Column Unit(const Eigen::VectorXf& coordinates, int leveling) const;
  // Cosine of two rows at a levelling.
  float Cosine(std::uint32_t a, std::uint32_t b, int leveling) const;
  // For each of some rows and each column the dot product of the row's unit vector with the column; rows x columns.
  RowMatrix Alike(std::span<const std::uint32_t> rows, const std::vector<Column>& columns) const;

 private:
  RowMatrix rows_;                                                // coordinates
  std::array<Eigen::VectorXf, kLevelings.size()> levels_;         // per direction: size to the power -leveling
  std::array<Eigen::VectorXf, kLevelings.size()> inverse_norms_;  // per row: 1 / length once levelled; 0 for nothing
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_LATENT_ROWS_H_
