// Words and numbers of answers, as tables show them.
#ifndef TOOLS_CLI_PHRASES_H_
#define TOOLS_CLI_PHRASES_H_

#include <string>
#include <string_view>

#include "bulian/v1/gap.pb.h"
#include "bulian/v1/match.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "google/type/date.pb.h"
#include "tools/cli/options.h"

namespace bulian::cli {

std::string_view KindText(v1::GapKind kind, const Options& options);
std::string_view CertaintyText(v1::Certainty certainty, const Options& options);
std::string_view BasisText(v1::CandidateBasis basis, const Options& options);
std::string_view PlaceText(v1::CandidatePlace place, const Options& options);
std::string_view FitText(v1::Fit fit, const Options& options);
std::string_view MatchStateText(v1::Match::State state, const Options& options);

// At most four significant digits, thousands as they are: `1200000`, `0.5625`.
std::string NumberText(double number);
// `3`, `2..5`, `4..` (unbounded).
std::string BoundsText(const v1::Bounds& bounds);
// A share in percent, without the sign.
std::string PercentText(const v1::Bounds& share);
// `0 / 1 / 3`, `-` where unknown; one value if all three are the same.
std::string ThreeText(const v1::ThreeValues& values);
// `beibei/smart-sensor/mems-die/missing` for a full chain, segment or gap name; other names without `clusters/`.
std::string ShortName(std::string_view name);
// A text in which full names of types stand as their ids: `photoresist-krf` for
// `clusters/beibei/capabilityTypes/photoresist-krf`.
std::string ShortTypes(const std::string& text);
// Sets a date typed as YYYY-MM-DD; empty sets nothing. False after telling the error.
bool SetAsOf(const std::string& typed, google::type::Date* date);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_PHRASES_H_
