#include "services/match/latent_rows.h"

#include <cmath>
#include <utility>

namespace bulian::match {

using Eigen::Index;

LatentRows::LatentRows(const SparseRows& matrix, const LatentBasis& basis) : rows_(Times(matrix, basis.directions)) {
  for (std::size_t leveling = 0; leveling < kLevelings.size(); ++leveling) {
    levels_[leveling] = basis.sizes.array().pow(static_cast<float>(-kLevelings[leveling])).matrix();
    Eigen::VectorXf& inverse = inverse_norms_[leveling];
    inverse.resize(rows_.rows());
    for (Index row = 0; row < rows_.rows(); ++row) {
      const float norm = rows_.row(row).transpose().cwiseProduct(levels_[leveling]).norm();
      inverse(row) = norm > 1e-9F ? 1 / norm : 0;
    }
  }
}

Eigen::VectorXf LatentRows::Project(std::span<const SparseRows::Cell> cells, const LatentBasis& basis) const {
  Eigen::VectorXf result = Eigen::VectorXf::Zero(rows_.cols());
  for (const SparseRows::Cell& cell : cells) result += cell.value * basis.directions.row(cell.column).transpose();
  return result;
}

LatentRows::Column LatentRows::Mean(WeightedRows rows, int leveling) const {
  Eigen::VectorXf sum = Eigen::VectorXf::Zero(rows_.cols());
  float total = 0;
  for (const auto& [row, weight] : rows) {
    sum += weight * inverse_norms_[leveling](row) * rows_.row(row).transpose();
    total += weight;
  }
  if (total > 0) sum /= total;
  return {sum.cwiseProduct(levels_[leveling]), leveling};
}

LatentRows::Column LatentRows::Unit(const Eigen::VectorXf& coordinates, int leveling) const {
  Eigen::VectorXf levelled = coordinates.cwiseProduct(levels_[leveling]);
  const float norm = levelled.norm();
  if (norm > 1e-9F) {
    levelled /= norm;
  } else {
    levelled.setZero();
  }
  return {std::move(levelled), leveling};
}

float LatentRows::Cosine(std::uint32_t a, std::uint32_t b, int leveling) const {
  const Eigen::VectorXf& levels = levels_[leveling];
  return rows_.row(a).transpose().cwiseProduct(levels).dot(rows_.row(b).transpose().cwiseProduct(levels)) *
         inverse_norms_[leveling](a) * inverse_norms_[leveling](b);
}

RowMatrix LatentRows::Alike(std::span<const std::uint32_t> rows, const std::vector<Column>& columns) const {
  Eigen::MatrixXf asked(rows_.cols(), static_cast<Index>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    asked.col(static_cast<Index>(i)) = columns[i].levelled.cwiseProduct(levels_[columns[i].leveling]);
  }
  RowMatrix some(static_cast<Index>(rows.size()), rows_.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) some.row(static_cast<Index>(i)) = rows_.row(rows[i]);
  RowMatrix alike = some * asked;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      alike(static_cast<Index>(i), static_cast<Index>(j)) *= inverse_norms_[columns[j].leveling](rows[i]);
    }
  }
  return alike;
}

}  // namespace bulian::match
