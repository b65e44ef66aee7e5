#include "services/scenario/demand_scale.h"

#include <algorithm>

namespace bulian::scenario {

bool HasSegment(const v1::Chain& chain, std::string_view segment_id) {
  return std::any_of(chain.segments().begin(), chain.segments().end(),
                     [&](const v1::Segment& segment) { return segment.segment_id() == segment_id; });
}

bool ScaleDemandOf(double factor, std::string_view segment_id, v1::Chain* chain) {
  bool stated = false;
  const auto scale = [&](v1::Rate* rate) {
    rate->set_value(rate->value() * factor);
    stated = true;
  };
  for (v1::Segment& segment : *chain->mutable_segments()) {
    if (!segment_id.empty() && segment.segment_id() != segment_id) continue;
    if (segment.has_final_demand()) scale(segment.mutable_final_demand());
    for (v1::PlannedDemand& planned : *segment.mutable_demand_plan())
      if (planned.has_final_demand()) scale(planned.mutable_final_demand());
  }
  return stated;
}

}  // namespace bulian::scenario
