// Final demand times a factor. Pure functions.
#ifndef SERVICES_SCENARIO_DEMAND_SCALE_H_
#define SERVICES_SCENARIO_DEMAND_SCALE_H_

#include <string_view>

#include "bulian/v1/chain.pb.h"

namespace bulian::scenario {

bool HasSegment(const v1::Chain& chain, std::string_view segment_id);

// Multiplies the stated final demand, now and planned, of one segment by id, or of all (empty). Whether any was stated.
bool ScaleDemandOf(double factor, std::string_view segment_id, v1::Chain* chain);

}  // namespace bulian::scenario

#endif  // SERVICES_SCENARIO_DEMAND_SCALE_H_
