// What the stop of one supplier of a segment costs an end product: the metric of the kind FRAGILE. By the linear
// program of production_program.h, where segments for which nobody counts are bought elsewhere.
//
// A supplier is all enterprises that count as one, and stops for that segment only. The loss is a share of what the
// cluster can deliver of the product. Whose share of the capacity behind a segment is within the policy cannot cost
// more than that share (production_share.h): for such the program is not solved, and the share is the upper end. How
// much of a product without a stated final demand is lost depends on the demand: the lower end is 1 if without the
// supplier nothing can be delivered, else 0.
#ifndef SERVICES_GAP_SINGLE_LOSS_H_
#define SERVICES_GAP_SINGLE_LOSS_H_

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "services/gap/segment_graph.h"
#include "services/gap/segment_need.h"
#include "services/gap/verdicts.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

struct SegmentLoss {
  std::array<std::optional<SingleLoss>, kSetCount> on_set{};  // absent: no supplier, or it feeds no end product
  // Whose stop costs most, and which end product (by index in the graph); kNoRow and -1 where nobody is over the
  // policy.
  model::Row supplier = model::kNoRow;  // the first of its enterprises by name
  int product = -1;
  friend bool operator==(const SegmentLoss&, const SegmentLoss&) = default;
};

// Of all segments of an analysis. Immutable, thread-safe.
class SingleLosses {
 public:
  // Takes over the losses of products upstream of which nothing changed since `old` (may be null), which is of an
  // analysis of the same date. Null if `stop` ended it.
  static std::shared_ptr<const SingleLosses> Find(const ClusterAnalysis& analysis, const SingleLosses* old,
                                                  const StopSignal& stop);

  // By index in the graph.
  const SegmentLoss& of(int segment) const { return of_segment_[static_cast<std::size_t>(segment)]; }

 private:
  struct Product;
  class Finder;

  std::shared_ptr<const SegmentGraph> graph_;
  std::vector<std::shared_ptr<const Product>> products_;
  std::vector<SegmentLoss> of_segment_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_SINGLE_LOSS_H_
