#include "services/risk/esri_lanes.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "services/risk/esri_network.h"

// Compiled without contraction of products and sums (see CMakeLists.txt).
namespace bulian::risk {
namespace {

namespace portable {
#define LANE_WIDTH 2
#include "services/risk/esri_lanes_body.h"
#undef LANE_WIDTH
constexpr LaneKernel kKernel = {"portable", LostInputs, Buyers, Suppliers, Totals, Clear};
}  // namespace portable

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2 {
#define LANE_WIDTH 4
#include "services/risk/esri_lanes_body.h"
#undef LANE_WIDTH
constexpr LaneKernel kKernel = {"avx2", LostInputs, Buyers, Suppliers, Totals, Clear};
}  // namespace avx2
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f")
namespace avx512 {
#define LANE_WIDTH 8
#include "services/risk/esri_lanes_body.h"
#undef LANE_WIDTH
constexpr LaneKernel kKernel = {"avx512", LostInputs, Buyers, Suppliers, Totals, Clear};
}  // namespace avx512
#pragma GCC pop_options

constexpr const LaneKernel* kKernels[] = {&avx512::kKernel, &avx2::kKernel, &portable::kKernel};

// How many of the list this processor does not run.
std::size_t NotHere() {
  if (__builtin_cpu_supports("avx512f")) return 0;
  return __builtin_cpu_supports("avx2") ? 1 : 2;
}
#else
constexpr const LaneKernel* kKernels[] = {&portable::kKernel};

std::size_t NotHere() { return 0; }
#endif

}  // namespace

std::span<const LaneKernel* const> LaneKernels() {
  static const std::size_t not_here = NotHere();
  return std::span(kKernels).subspan(not_here);
}

}  // namespace bulian::risk
