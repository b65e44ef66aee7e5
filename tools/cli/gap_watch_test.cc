#include <gtest/gtest.h>

#include "google/protobuf/text_format.h"
#include "tools/cli/gap_watch_command.h"

namespace bulian::cli {
namespace {

v1::GapChange Change(const std::string& text) {
  v1::GapChange change;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &change)) << text;
  return change;
}

constexpr char kGap[] = R"(
    name: 'clusters/c/chains/x/segments/s/gaps/under-capacity' kind: UNDER_CAPACITY certainty: CERTAIN
    segment_display_name { en: 'Wafer fab' zh: '晶圆厂' } unmet_share { lower: 0.5 upper: 0.5 }
    revision { number: 1 } metrics { capacity { verified { lower: 3 upper: 3 } claimed { lower: 3 upper: 3 }
    possible { lower: 3 upper: 3 } } demand { state: KNOWN per_year: 6 } unit: 'H87' per_year: true })";

const std::string kName = "name: 'clusters/c/chains/x/segments/s/gaps/under-capacity' ";

TEST(GapChangeLine, AppearedAndGone) {
  const auto appeared = Change(kName + "kind: APPEARED after {" + kGap + "}");
  EXPECT_EQ(GapChangeLine(appeared, {}),
            "+ UNDER_CAPACITY  CERTAIN  c/x/s/under-capacity  Wafer fab: capacity 3 of 6 H87/year, unmet 50 %");
  Options chinese;
  chinese.chinese = true;
  EXPECT_EQ(GapChangeLine(appeared, chinese),
            "+ 产能不足  确定  c/x/s/under-capacity  晶圆厂: 产能 3，需求 6 H87/年，未满足 50 %");
  EXPECT_EQ(GapChangeLine(Change(kName + "kind: GONE before {" + kGap + "}"), {}),
            "- UNDER_CAPACITY  CERTAIN  c/x/s/under-capacity  Wafer fab: capacity 3 of 6 H87/year, unmet 50 %");
}

TEST(GapChangeLine, WhatChanged) {
  auto change = Change(kName + "kind: CHANGED before {" + kGap + "} after {" + kGap + "}");
  v1::Gap& after = *change.mutable_after();
  after.mutable_revision()->set_number(2);
  after.set_certainty(v1::POSSIBLE);
  after.mutable_metrics()->mutable_capacity()->mutable_possible()->set_upper(9);
  after.clear_unmet_share();
  after.add_suppliers()->set_enterprise("clusters/c/enterprises/e");
  EXPECT_EQ(GapChangeLine(change, {}),
            "~ UNDER_CAPACITY  POSSIBLE  c/x/s/under-capacity  Wafer fab: CERTAIN → POSSIBLE, "
            "capacity 3 → 3 / 3 / 3..9 of 6 H87/year, unmet 50 % → ?, suppliers");
  after = change.before();
  after.mutable_metrics()->set_contended(true);
  EXPECT_EQ(GapChangeLine(change, {}), "~ UNDER_CAPACITY  CERTAIN  c/x/s/under-capacity  Wafer fab: metrics");
  after = change.before();
  after.mutable_metrics()->mutable_demand()->set_per_year(8);
  EXPECT_EQ(GapChangeLine(change, {}),
            "~ UNDER_CAPACITY  CERTAIN  c/x/s/under-capacity  Wafer fab: "
            "capacity 3 of 6 → 8 H87/year");
  after = change.before();
  change.clear_before();
  EXPECT_EQ(GapChangeLine(change, {}),
            "~ UNDER_CAPACITY  CERTAIN  c/x/s/under-capacity  Wafer fab: capacity 3 of 6 H87/year, unmet 50 %");
}

TEST(GapChangeLine, KnownByNameAlone) {
  EXPECT_EQ(GapChangeLine(Change("kind: CHANGED name: 'clusters/c/chains/x/segments/s/gaps/single-source'"), {}),
            "~ SINGLE_SOURCE  c/x/s/single-source");
}

}  // namespace
}  // namespace bulian::cli
