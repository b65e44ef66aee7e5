// Inputs that name segments of other chains, and matches that name segments. What they name must exist and must not go
// away.
#ifndef SERVICES_CHAIN_SEGMENT_REFERENCES_H_
#define SERVICES_CHAIN_SEGMENT_REFERENCES_H_

#include <string>
#include <string_view>

#include "bulian/v1/chain.pb.h"
#include "services/resource/resource.h"

namespace bulian::chain {

// Whether a segment of any chain of the cluster exists; adds it, or its chain, to what is missing otherwise.
void CheckSegmentExists(const model::SegmentName& segment, const resource::FieldPath& field, resource::Lookup& lookup,
                        resource::Findings* findings);

// Whether the segment an input names exists, if it is one of another chain than `chain`.
void CheckForeignSegment(std::string_view segment, const v1::Chain& chain, const resource::FieldPath& field,
                         resource::Lookup& lookup, resource::Findings* findings);

// RESOURCE_IN_USE if a segment that the stored chain has and `chain` has not is named by another chain or a
// match.
void CheckRemovedSegments(const v1::Chain& chain, const resource::FieldPath& field, resource::Lookup& lookup,
                          resource::Findings* findings);

// The least name of another chain with an input from `segment` of `chain_name` (empty: from any), else of a match for
// it; empty if there is none.
// What the commit changes does not count: it is checked by itself.
std::string UserOfSegment(std::string_view chain_name, std::string_view segment, resource::Lookup& lookup);

}  // namespace bulian::chain

#endif  // SERVICES_CHAIN_SEGMENT_REFERENCES_H_
