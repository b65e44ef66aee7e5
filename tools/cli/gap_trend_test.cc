#include "tools/cli/gap_trend.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace bulian::cli {
namespace {

v1::EvaluateScenarioResponse Answer(const std::string& text) {
  v1::EvaluateScenarioResponse answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &answer)) << text;
  return answer;
}

// The trend of one gap that is there before and after.
Trend TrendOf(const std::string& before, const std::string& after) {
  const auto side = [](const std::string& gap) {
    return " { " + gap + (gap.find("certainty") == std::string::npos ? " certainty: CERTAIN }" : " }");
  };
  const auto answer = Answer("gap_deltas { kind: CHANGED before" + side(before) + " after" + side(after) + " }");
  const auto lines = GapLinesOf(answer);
  EXPECT_EQ(lines.size(), 1u);
  return lines.front().trend;
}

std::string Bounds(double lower, double upper) {
  return "{ lower: " + std::to_string(lower) + " upper: " + std::to_string(upper) + " }";
}

std::string Shortage(double lower, double upper, double demand) {
  return "kind: UNDER_CAPACITY unmet_share " + Bounds(lower, upper) +
         " metrics { demand { per_year: " + std::to_string(demand) + " } }";
}

TEST(GapTrend, CertaintyGoesFirst) {
  EXPECT_EQ(TrendOf("kind: MISSING certainty: POSSIBLE", "kind: MISSING"), Trend::kWorse);
  EXPECT_EQ(TrendOf("kind: MISSING", "kind: MISSING certainty: POSSIBLE"), Trend::kBetter);
}

TEST(GapTrend, ByTheNumberOfTheKind) {
  const auto suppliers = [](double verified, double possible) {
    return "kind: SINGLE_SOURCE metrics { independent_suppliers { verified " + Bounds(verified, verified) +
           " possible " + Bounds(verified, possible) + " } }";
  };
  EXPECT_EQ(TrendOf(suppliers(1, 2), suppliers(1, 1)), Trend::kWorse);
  EXPECT_EQ(TrendOf(suppliers(1, 1), suppliers(1, 2)), Trend::kBetter);
  EXPECT_EQ(TrendOf(suppliers(1, 3), suppliers(2, 2)), Trend::kDiffers) << "one number up, one down";
  EXPECT_EQ(TrendOf(suppliers(1, 1), suppliers(1, 1)), Trend::kDiffers);
  const auto index = [](const std::string& bounds) {
    return "kind: CONCENTRATED metrics { hhi { claimed " + bounds + " } }";
  };
  EXPECT_EQ(TrendOf(index(Bounds(0.6, 0.6)), index(Bounds(0.7, 0.7))), Trend::kWorse);
  EXPECT_EQ(TrendOf(index(Bounds(0.6, 0.9)), index("{ lower: 0.6 unbounded: true }")), Trend::kWorse);
  const auto outside = [](double share) {
    return "kind: EXTERNAL metrics { external_share { verified " + Bounds(share, share) + " } }";
  };
  EXPECT_EQ(TrendOf(outside(0.9), outside(0.6)), Trend::kBetter);
  EXPECT_EQ(TrendOf("kind: UNVERIFIED hanging_kinds: MISSING", "kind: UNVERIFIED hanging_kinds: [MISSING, EXTERNAL]"),
            Trend::kWorse);
}

TEST(GapTrend, ShortageByShareThenByAmount) {
  EXPECT_EQ(TrendOf(Shortage(0.2, 0.2, 100), Shortage(0.3, 0.3, 50)), Trend::kWorse);
  EXPECT_EQ(TrendOf(Shortage(0.2, 0.4, 100), Shortage(0.2, 0.3, 100)), Trend::kBetter);
  EXPECT_EQ(TrendOf(Shortage(1, 1, 100), Shortage(1, 1, 200)), Trend::kWorse);
}

constexpr char kSegmentLost[] =
    "segment_deltas { kind: CHANGED "
    "  before { segment: 'clusters/c/chains/x/segments/s' metrics { min_suppliers: 2 } } "
    "  after { segment: 'clusters/c/chains/x/segments/s' metrics { min_suppliers: 3 } } } "
    "segment_deltas { kind: GONE before { segment: 'clusters/c/chains/x/segments/t' } } ";

// A step on the ladder of supplier numbers is one line; what opens comes first, what goes with its segment last.
TEST(GapTrend, PairsMissingWithSingleSource) {
  const auto answer = Answer(absl::StrCat(
      kSegmentLost,
      "gap_deltas { kind: APPEARED after { kind: MISSING segment: 'clusters/c/chains/x/segments/s' } } "
      "gap_deltas { kind: APPEARED after { kind: UNDER_CAPACITY segment: 'clusters/c/chains/x/segments/s' } } "
      "gap_deltas { kind: GONE before { kind: EXTERNAL segment: 'clusters/c/chains/x/segments/t' } } "
      "gap_deltas { kind: GONE before { kind: SINGLE_SOURCE segment: 'clusters/c/chains/x/segments/s' } } "
      "gap_deltas { kind: GONE before { kind: CONCENTRATED segment: 'clusters/c/chains/x/segments/s' } } "));
  const auto lines = GapLinesOf(answer);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].trend, Trend::kOpens);
  EXPECT_EQ(lines[0].before, nullptr);
  EXPECT_EQ(lines[0].metrics_before->min_suppliers(), 2) << "of the segment";
  EXPECT_EQ(lines[1].trend, Trend::kWorse);
  EXPECT_EQ(lines[1].before->kind(), v1::SINGLE_SOURCE);
  EXPECT_EQ(lines[1].after->kind(), v1::MISSING);
  EXPECT_EQ(lines[2].trend, Trend::kCloses);
  EXPECT_EQ(lines[2].metrics_after->min_suppliers(), 3);
  EXPECT_EQ(lines[3].trend, Trend::kRemoved);
  EXPECT_EQ(lines[3].metrics_after, nullptr);
}

TEST(GapTrend, TwoGapsThatAreGoneStayTwo) {
  const auto answer = Answer(
      "gap_deltas { kind: GONE before { kind: MISSING segment: 's' } } "
      "gap_deltas { kind: GONE before { kind: SINGLE_SOURCE segment: 's' } }");
  const auto lines = GapLinesOf(answer);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].before->kind(), v1::MISSING);
  EXPECT_EQ(lines[1].before->kind(), v1::SINGLE_SOURCE);
}

}  // namespace
}  // namespace bulian::cli
