// The numbers of gaps in words, as they are and as they would be.
#ifndef TOOLS_CLI_GAP_WORDS_H_
#define TOOLS_CLI_GAP_WORDS_H_

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/gap.pb.h"
#include "tools/cli/options.h"

namespace bulian::cli {

// `before → after`; one of them if both are the same; `-` for a side that is empty.
std::string Arrow(std::string_view before, std::string_view after);

// The number a gap's kind turns on, with what it is held against: `k = 1, wanted 2`; of two states that differ,
// `k = 1 → 0, wanted 2`. Empty for UNVERIFIED.
std::string NumbersText(v1::GapKind kind, const v1::SegmentMetrics& before, const v1::SegmentMetrics& after,
                        const Options& options);
// Of one gap, also UNVERIFIED: which kinds hang on claims, and what to verify first.
std::string NumbersText(const v1::Gap& gap, const Options& options);

// A share, for example `40..60 %`; empty if there is none.
std::string ShareText(const std::optional<v1::Bounds>& share);
// The share of the demand that a gap leaves unmet, if it is known.
std::optional<v1::Bounds> UnmetShareOf(const v1::Gap& gap);

// Kinds as typed: `missing`, `single-source`, `SINGLE_SOURCE`. False after telling the error.
bool ParseKinds(const std::vector<std::string>& typed, google::protobuf::RepeatedField<int>* kinds);

// One line for each cycle that leaves the demand without numbers.
void PrintDivergentParts(const google::protobuf::RepeatedPtrField<v1::DivergentPart>& parts, const Options& options,
                         std::ostream& out);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_GAP_WORDS_H_
