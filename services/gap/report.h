// An analysis as the messages of the API. Pure, thread-safe.
#ifndef SERVICES_GAP_REPORT_H_
#define SERVICES_GAP_REPORT_H_

#include <optional>
#include <string>
#include <string_view>

#include "bulian/v1/gap.pb.h"
#include "services/gap/analysis.h"
#include "services/gap/bounds.h"
#include "services/gap/look_ahead.h"

namespace bulian::gap {

// `single-source` for SINGLE_SOURCE; the last part of a gap's name. And back; nullopt if it is none that can be
// returned.
std::string KindSlug(v1::GapKind kind);
std::optional<v1::GapKind> KindOfSlug(std::string_view slug);

// `.../segments/{segment}/gaps/{kind}`
std::string NameOfGap(const ClusterAnalysis& analysis, const GapRef& gap);

void FillBounds(const Bounds& bounds, v1::Bounds* message);
void FillGap(const ClusterAnalysis& analysis, const GapRef& gap, v1::Gap* message);
void FillAssessment(const ClusterAnalysis& analysis, int segment, v1::SegmentAssessment* message);

void FillTimeline(const ClusterAnalysis& analysis, const LookAhead& look, v1::SegmentTimeline* message);

// The divergent parts that hold a segment of the chain or why one of its segments has no demand; all, if `chain` is
// empty.
void FillDivergentParts(const ClusterAnalysis& analysis, std::string_view chain,
                        google::protobuf::RepeatedPtrField<v1::DivergentPart>* parts);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_REPORT_H_
