#include "services/match/latent_basis.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace bulian::match {
namespace {

using Eigen::Index;

constexpr std::size_t kSpare = 8;
constexpr int kPasses = 2;

// transposed(matrix) x dense
RowMatrix TimesTransposed(const SparseRows& matrix, std::size_t columns, const RowMatrix& dense) {
  RowMatrix result = RowMatrix::Zero(static_cast<Index>(columns), dense.cols());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (const SparseRows::Cell& cell : matrix[row]) {
      result.row(cell.column).noalias() += cell.value * dense.row(static_cast<Index>(row));
    }
  }
  return result;
}

// Normal numbers of the generator's own bits: the library's distributions may differ between versions.
RowMatrix RandomDirections(std::size_t rows, std::size_t columns) {
  std::mt19937_64 random(20110527);
  const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0; };
  RowMatrix result(static_cast<Index>(rows), static_cast<Index>(columns));
  for (Index i = 0; i < result.size(); ++i) {
    result.data()[i] =
        static_cast<float>(std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()));
  }
  return result;
}

struct Spectrum {
  Eigen::MatrixXd vectors;  // of transposed(matrix) x matrix, strongest first, those of no strength left out
  Eigen::VectorXd sizes;    // square roots of its values
};

Spectrum SpectrumOf(const RowMatrix& matrix) {
  const Eigen::MatrixXf product = matrix.transpose() * matrix;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(product.cast<double>());
  const Index count = product.rows();
  const double strongest = std::max(solver.eigenvalues()(count - 1), 0.0);
  Index kept = 0;
  while (kept < count && solver.eigenvalues()(count - 1 - kept) > 1e-6 * strongest) ++kept;
  Spectrum spectrum{Eigen::MatrixXd(count, kept), Eigen::VectorXd(kept)};
  for (Index i = 0; i < kept; ++i) {
    spectrum.vectors.col(i) = solver.eigenvectors().col(count - 1 - i);
    spectrum.sizes(i) = std::sqrt(solver.eigenvalues()(count - 1 - i));
  }
  return spectrum;
}

RowMatrix Orthonormal(const RowMatrix& matrix) {
  const Spectrum spectrum = SpectrumOf(matrix);
  const Eigen::MatrixXf turn = (spectrum.vectors * spectrum.sizes.cwiseInverse().asDiagonal()).cast<float>();
  return matrix * turn;
}

}  // namespace

RowMatrix Times(const SparseRows& matrix, const RowMatrix& dense) {
  RowMatrix result = RowMatrix::Zero(static_cast<Index>(matrix.rows()), dense.cols());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (const SparseRows::Cell& cell : matrix[row]) {
      result.row(static_cast<Index>(row)).noalias() += cell.value * dense.row(cell.column);
    }
  }
  return result;
}

LatentBasis FindLatentBasis(const SparseRows& matrix, std::size_t columns, std::size_t most) {
  LatentBasis basis;
  const std::size_t wanted = std::min({most, matrix.rows() / 2, columns / 2});
  if (wanted == 0 || matrix.size() == 0) {
    basis.directions.resize(static_cast<Index>(columns), 0);
    return basis;
  }
  const std::size_t width = std::min({wanted + kSpare, matrix.rows(), columns});
  RowMatrix image = Times(matrix, RandomDirections(columns, width));
  RowMatrix right;
  for (int pass = 0; pass < kPasses; ++pass) {
    right = Orthonormal(TimesTransposed(matrix, columns, Orthonormal(image)));
    image = Times(matrix, right);
  }
  const Spectrum spectrum = SpectrumOf(image);
  const Index kept = std::min(static_cast<Index>(wanted), spectrum.sizes.size());
  basis.directions = right * spectrum.vectors.leftCols(kept).cast<float>();
  basis.sizes = spectrum.sizes.head(kept).cast<float>();
  return basis;
}

}  // namespace bulian::match
