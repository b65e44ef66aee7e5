// The main directions of a sparse matrix: a truncated singular value decomposition by random projection (N. Halko,
// P. G. Martinsson, J. A. Tropp, Finding structure with randomness, SIAM Review 53, 2011, algorithm 4.4 with a fixed
// seed). Pure, thread-safe, the same numbers every time on one machine.
#ifndef SERVICES_MATCH_LATENT_BASIS_H_
#define SERVICES_MATCH_LATENT_BASIS_H_

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>

#include "services/match/retrieval.h"
#include "services/match/sparse_rows.h"

namespace bulian::match {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct LatentBasis {
  RowMatrix directions;   // columns of the matrix x k: right singular vectors, strongest first
  Eigen::VectorXf sizes;  // k singular values, above 0
};

// At most `most` directions, fewer for small matrices; none of an empty one. Memory and time grow with
// (rows + columns) x most. Uses up to two threads. Stopped: what it answers is of no use.
LatentBasis FindLatentBasis(const SparseRows& matrix, std::size_t columns, std::size_t most,
                            const StopToken& stop = {});

// matrix x dense; `matrix` has as many columns as `dense` has rows.
RowMatrix Times(const SparseRows& matrix, const RowMatrix& dense);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_LATENT_BASIS_H_
