#include "services/match/latent_rows.h"

#include <cmath>

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

Eigen::VectorXf LatentRows::Mean(WeightedRows rows, int leveling) const {
  Eigen::VectorXf sum = Eigen::VectorXf::Zero(rows_.cols());
  float total = 0;
  for (const auto& [row, weight] : rows) {
    sum += weight * inverse_norms_[leveling](row) * rows_.row(row).transpose();
    total += weight;
  }
  if (total > 0) sum /= total;
  return sum.cwiseProduct(levels_[leveling]);
}

Eigen::VectorXf LatentRows::Column(const Eigen::VectorXf& coordinates, int leveling) const {
  const Eigen::VectorXf levelled = coordinates.cwiseProduct(levels_[leveling]);
  const float norm = levelled.norm();
  return norm > 1e-9F ? Eigen::VectorXf(levelled / norm) : Eigen::VectorXf::Zero(levelled.size());
}

float LatentRows::Cosine(std::uint32_t a, std::uint32_t b, int leveling) const {
  const Eigen::VectorXf& levels = levels_[leveling];
  return rows_.row(a).transpose().cwiseProduct(levels).dot(rows_.row(b).transpose().cwiseProduct(levels)) *
         inverse_norms_[leveling](a) * inverse_norms_[leveling](b);
}

RowMatrix LatentRows::Alike(const std::vector<std::pair<Eigen::VectorXf, int>>& columns) const {
  Eigen::MatrixXf asked(rows_.cols(), static_cast<Index>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    asked.col(static_cast<Index>(i)) = columns[i].first.cwiseProduct(levels_[columns[i].second]);
  }
  RowMatrix alike = rows_ * asked;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    alike.col(static_cast<Index>(i)).array() *= inverse_norms_[columns[i].second].array();
  }
  return alike;
}

}  // namespace bulian::match
