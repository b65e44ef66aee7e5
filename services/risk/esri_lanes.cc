#include "services/risk/esri_lanes.h"

#include <cstdint>

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

const LaneKernel& Choose() {
  if (__builtin_cpu_supports("avx512f")) return avx512::kKernel;
  if (__builtin_cpu_supports("avx2")) return avx2::kKernel;
  return portable::kKernel;
}
#else
const LaneKernel& Choose() { return portable::kKernel; }
#endif

}  // namespace

const LaneKernel& BestLaneKernel() {
  static const LaneKernel& best = Choose();
  return best;
}

const LaneKernel& PortableLaneKernel() { return portable::kKernel; }

}  // namespace bulian::risk
