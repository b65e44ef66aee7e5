#include "tools/cli/whatif_report.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace bulian::cli {
namespace {

std::optional<v1::Bounds> Share(double lower) {
  v1::Bounds bounds;
  bounds.set_lower(lower);
  bounds.set_upper(1);
  return bounds;
}

TEST(UnmetBar, ShowsBothStatesInOneBar) {
  EXPECT_EQ(UnmetBar(Share(0), Share(0)), "··········");
  EXPECT_EQ(UnmetBar(Share(0.2), Share(0.5)), "██▓▓▓·····");
  EXPECT_EQ(UnmetBar(Share(0.5), Share(0.3)), "███░░·····");
  EXPECT_EQ(UnmetBar(Share(0), Share(1)), "▓▓▓▓▓▓▓▓▓▓");
  EXPECT_EQ(UnmetBar(Share(0.01), Share(0.01)), "█·········") << "a little is not nothing";
  EXPECT_EQ(UnmetBar(Share(0.99), Share(0.99)), "█████████·") << "nearly all is not all";
  EXPECT_EQ(UnmetBar(std::nullopt, Share(1)), "");
}

constexpr char kStopped[] = R"(
  gap_deltas { kind: APPEARED after {
    name: "clusters/c/chains/x/segments/chip/gaps/under-capacity" kind: UNDER_CAPACITY certainty: CERTAIN
    segment: "clusters/c/chains/x/segments/chip" segment_display_name { en: "Chip" zh: "芯片" }
    unmet_share { lower: 1 upper: 1 }
    metrics { capacity { verified { } claimed { } possible { } } demand { state: KNOWN per_year: 100 } unit: "H87" per_year: true } } }
  gap_deltas { kind: APPEARED after {
    name: "clusters/c/chains/x/segments/chip/gaps/missing" kind: MISSING certainty: CERTAIN
    segment: "clusters/c/chains/x/segments/chip" segment_display_name { en: "Chip" zh: "芯片" }
    unmet_share { lower: 1 upper: 1 }
    metrics { independent_suppliers { verified { } claimed { } possible { } } min_suppliers: 2 } } }
  gap_deltas { kind: GONE before {
    name: "clusters/c/chains/x/segments/chip/gaps/single-source" kind: SINGLE_SOURCE certainty: POSSIBLE
    segment: "clusters/c/chains/x/segments/chip" segment_display_name { en: "Chip" zh: "芯片" }
    metrics { independent_suppliers { verified { lower: 1 upper: 1 } claimed { lower: 1 upper: 1 } possible { lower: 1 upper: 1 } } min_suppliers: 2 } } }
  gap_deltas_complete: true gap_count_before: 5 gap_count_after: 6
  segment_deltas { kind: CHANGED
    before { segment: "clusters/c/chains/x/segments/chip" display_name { en: "Chip" zh: "芯片" }
      metrics { independent_suppliers { verified { lower: 1 upper: 1 } claimed { lower: 1 upper: 1 } possible { lower: 1 upper: 1 } }
        capacity { verified { lower: 150 upper: 150 } claimed { lower: 150 upper: 150 } possible { lower: 150 upper: 150 } }
        demand { state: KNOWN per_year: 100 } unit: "H87" per_year: true }
      verdicts { kind: SINGLE_SOURCE on_verified: HOLDS } }
    after { segment: "clusters/c/chains/x/segments/chip" display_name { en: "Chip" zh: "芯片" }
      metrics { independent_suppliers { verified { } claimed { } possible { } } capacity { verified { } claimed { } possible { } }
        demand { state: KNOWN per_year: 100 } unit: "H87" per_year: true }
      verdicts { kind: MISSING on_verified: HOLDS } } }
  segment_deltas_complete: true segment_delta_count: 1
  match_deltas { segment: "clusters/c/chains/x/segments/chip" count_before: 2 count_after: 1
    candidates { kind: CHANGED enterprise: "clusters/c/enterprises/b"
      before { rank: 2 fit: SATISFIED score { lower: 0.5 upper: 0.5 } } after { rank: 1 fit: SATISFIED score { lower: 0.5 upper: 0.5 } } }
    candidates { kind: GONE enterprise: "clusters/c/enterprises/a" before { rank: 1 fit: SATISFIED score { lower: 0.9 upper: 0.9 } } } }
  deleted_count: 1 revision { number: 7 } as_of { year: 2026 month: 6 day: 1 } as_of_after { year: 2026 month: 6 day: 1 }
)";

std::string Printed(Output output, bool chinese, bool segments, bool candidates, int limit = 0) {
  v1::EvaluateScenarioResponse answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kStopped, &answer));
  if (!candidates) answer.clear_match_deltas();
  Options options;
  options.output = output;
  options.chinese = chinese;
  std::ostringstream out;
  WhatIfShown shown;
  shown.segments = segments;
  shown.names = {{"clusters/c/enterprises/a", "A Works"}};
  shown.limit = limit;
  PrintWhatIf(answer, shown, options, out);
  return out.str();
}

TEST(WhatIfReport, TellsWhatOpensAndGetsWorse) {
  EXPECT_EQ(Printed(Output::kTable, false, false, false),
            "CHANGE  GAP                       SEGMENT  NUMBERS (verified / +claimed / +possible)  UNMET               "
            "     NAME\n"
            "OPENS   UNDER_CAPACITY            Chip     capacity 150 → 0 of 100 H87/year           0 % → 100 %  "
            "▓▓▓▓▓▓▓▓▓▓  c/x/chip\n"
            "WORSE   SINGLE_SOURCE? → MISSING  Chip     k = 1 → 0, wanted 2                        100 %               "
            "     c/x/chip\n"
            "\n"
            "UNMET: █ before and after, ▓ only after, ░ only before, · met; GAP?: perhaps\n"
            "gaps 5 → 6: 1 open, 1 get worse; segments that differ: 1 (--segments shows them)\n"
            "supposed: 0 created, 0 updated, 1 deleted; nothing is stored; as of 2026-06-01, revision 7\n");
  const std::string chinese = Printed(Output::kTable, true, false, false);
  EXPECT_NE(chinese.find("单一来源? → 缺失"), std::string::npos) << chinese;
  EXPECT_NE(chinese.find("缺口 5 → 6：1 个出现，1 个恶化"), std::string::npos) << chinese;
}

TEST(WhatIfReport, SegmentsAndCandidatesWhenAsked) {
  const std::string all = Printed(Output::kTable, false, true, true);
  EXPECT_NE(all.find("DIFFERS  c/x/chip  Chip          1 → 0"), std::string::npos) << all;
  EXPECT_NE(all.find("+MISSING -SINGLE_SOURCE\n"), std::string::npos) << all;
  EXPECT_NE(all.find("UP      c/x/chip  2 → 1"), std::string::npos) << all;
  EXPECT_NE(all.find("LEAVES  c/x/chip  1 → -  A Works    SATISFIED → -  0.9 → -  c/enterprises/a\n"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("candidates of c/x/chip: 2 → 1\n"), std::string::npos) << all;
}

TEST(WhatIfReport, SaysHowManyTheLimitLeavesOut) {
  const std::string one = Printed(Output::kTable, false, false, false, 1);
  EXPECT_NE(one.find("OPENS   UNDER_CAPACITY"), std::string::npos) << one;
  EXPECT_EQ(one.find("WORSE"), std::string::npos) << one;
  EXPECT_NE(one.find("\n… 1 more (without --limit all are shown)\n"), std::string::npos) << one;
  EXPECT_NE(one.find("gaps 5 → 6: 1 open, 1 get worse;"), std::string::npos) << one;
}

TEST(WhatIfReport, CsvIsOneTable) {
  EXPECT_EQ(Printed(Output::kCsv, false, false, false),
            "\xEF\xBB\xBF"
            "CHANGE,GAP BEFORE,GAP AFTER,CHAIN,SEGMENT,PRIORITY,NUMBERS BEFORE,NUMBERS AFTER,UNMET BEFORE,UNMET "
            "AFTER,NAME\r\n"
            "OPENS,,UNDER_CAPACITY,,Chip,,capacity 150 of 100 H87/year,capacity 0 of 100 H87/year,0 %,100 "
            "%,c/x/chip/under-capacity\r\n"
            "WORSE,SINGLE_SOURCE?,MISSING,,Chip,,\"k = 1, wanted 2\",\"k = 0, wanted 2\",,100 %,c/x/chip/missing\r\n");
  EXPECT_EQ(Printed(Output::kCsv, false, true, false)
                .find("\xEF\xBB\xBF"
                      "CHANGE,SEGMENT,DISPLAY NAME,k,"),
            0u);
  EXPECT_EQ(Printed(Output::kCsv, false, true, true)
                .find("\xEF\xBB\xBF"
                      "CHANGE,SEGMENT,RANK,"),
            0u);
}

TEST(WhatIfReport, CountsGapsThatLookTheSame) {
  v1::EvaluateScenarioResponse answer;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "gap_deltas { kind: CHANGED before { kind: MISSING metrics { demand { per_year: 1 } } } "
      "after { kind: MISSING metrics { demand { per_year: 2 } } } } gap_deltas_complete: true "
      "gap_count_before: 1 gap_count_after: 1",
      &answer));
  Options options;
  std::ostringstream out, csv;
  PrintWhatIf(answer, {}, options, out);
  EXPECT_EQ(out.str().find("gaps 1: 1 differ in other numbers only (not shown); segments that differ: 0\n"), 0u)
      << out.str();
  options.output = Output::kCsv;
  PrintWhatIf(answer, {}, options, csv);
  EXPECT_NE(csv.str().find("\r\nDIFFERS,MISSING?,MISSING?,"), std::string::npos) << csv.str();
}

TEST(WhatIfReport, SaysThatNothingChanges) {
  v1::EvaluateScenarioResponse answer;
  answer.set_gap_deltas_complete(true);
  answer.set_segment_deltas_complete(true);
  answer.set_gap_count_before(4);
  answer.set_gap_count_after(4);
  std::ostringstream out;
  PrintWhatIf(answer, {}, Options(), out);
  EXPECT_EQ(out.str().find("gaps 4: none changes; segments that differ: 0\n"), 0u) << out.str();
}

}  // namespace
}  // namespace bulian::cli
