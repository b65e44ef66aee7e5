#include "services/match/latent_basis.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "services/match/in_parallel.h"

namespace bulian::match {
namespace {

using Eigen::Index;

constexpr std::size_t kSpare = 8;
constexpr int kPasses = 2;

// Halves of the columns of a result, found beside each other: always these two, so that the numbers never differ.
template <class Task>
void InHalves(Index columns, const Task& task) {
  const Index half = columns / 2;
  InParallel(2, [&](std::size_t part) {
    const Index begin = part == 0 ? 0 : half, count = part == 0 ? half : columns - half;
    if (count > 0) task(begin, count);
  });
}

// transposed(matrix) x dense
RowMatrix TimesTransposed(const SparseRows& matrix, std::size_t columns, const RowMatrix& dense) {
  RowMatrix result = RowMatrix::Zero(static_cast<Index>(columns), dense.cols());
  InHalves(dense.cols(), [&](Index begin, Index count) {
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      const auto added = dense.row(static_cast<Index>(row)).segment(begin, count);
      for (const SparseRows::Cell& cell : matrix[row]) {
        result.row(cell.column).segment(begin, count).noalias() += cell.value * added;
      }
    }
  });
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
  Eigen::MatrixXf product(matrix.cols(), matrix.cols());
  InHalves(matrix.cols(), [&](Index begin, Index columns) {
    product.middleCols(begin, columns).noalias() = matrix.transpose() * matrix.middleCols(begin, columns);
  });
  const Index count = product.rows();
  if (count == 0) return {};  // nothing had any strength before
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(product.cast<double>());
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
  RowMatrix turned(matrix.rows(), turn.cols());
  InHalves(turn.cols(), [&](Index begin, Index columns) {
    turned.middleCols(begin, columns).noalias() = matrix * turn.middleCols(begin, columns);
  });
  return turned;
}

}  // namespace

RowMatrix Times(const SparseRows& matrix, const RowMatrix& dense) {
  RowMatrix result = RowMatrix::Zero(static_cast<Index>(matrix.rows()), dense.cols());
  InHalves(dense.cols(), [&](Index begin, Index count) {
    for (std::size_t row = 0; row < matrix.rows(); ++row) {
      auto sum = result.row(static_cast<Index>(row)).segment(begin, count);
      for (const SparseRows::Cell& cell : matrix[row]) {
        sum.noalias() += cell.value * dense.row(cell.column).segment(begin, count);
      }
    }
  });
  return result;
}

LatentBasis FindLatentBasis(const SparseRows& matrix, std::size_t columns, std::size_t most, const StopToken& stop) {
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
    if (stop && stop()) return basis;
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
