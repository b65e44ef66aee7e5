#include "tools/cli/scenario_changes.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tools/cli/options.h"

namespace bulian::cli {
namespace {

constexpr char kCluster[] = "clusters/beibei";

ScenarioChanges Read(const std::string& text) {
  ScenarioChanges scenario;
  std::istringstream in(text);
  AddChangeLines("f.jsonl", in, &scenario);
  return scenario;
}

TEST(NameIn, TakesWhatPeopleTypeAndTablesShow) {
  EXPECT_EQ(NameIn("beibei", kCluster), "clusters/beibei");
  EXPECT_EQ(NameIn("clusters/beibei/chains/chip", kCluster), "clusters/beibei/chains/chip");
  EXPECT_EQ(NameIn("chip", kCluster), "clusters/beibei/chains/chip");
  EXPECT_EQ(NameIn("beibei/chip", kCluster), "clusters/beibei/chains/chip");
  EXPECT_EQ(NameIn("chip/wafer-fab", kCluster), "clusters/beibei/chains/chip/segments/wafer-fab");
  EXPECT_EQ(NameIn("enterprises/x/capabilities/y", kCluster), "clusters/beibei/enterprises/x/capabilities/y");
  EXPECT_EQ(NameIn("beibei/supplyLinks/x", kCluster), "clusters/beibei/supplyLinks/x");
}

TEST(ScenarioChanges, LinesAreChangesOrImportRecords) {
  const auto read = Read(
      "\xEF\xBB\xBF{\"remove\":\"clusters/beibei/chains/x\"}\n"
      "\n"
      "{\"stopEnterprise\":\"clusters/beibei/enterprises/x\"}\r\n"
      "{\"scaleDemand\":{\"name\":\"clusters/beibei\",\"factor\":0}}\n"
      "{\"put\":{\"enterprise\":{\"name\":\"clusters/beibei/enterprises/y\"}}}\n"
      "{\"supply_link\":{\"name\":\"clusters/beibei/supplyLinks/y\"}}");
  ASSERT_TRUE(read.errors.empty()) << read.errors.front();
  ASSERT_EQ(read.changes.size(), 5u);
  EXPECT_EQ(read.changes[0].change.remove(), "clusters/beibei/chains/x");
  EXPECT_EQ(read.changes[1].place, "f.jsonl:3");
  EXPECT_TRUE(read.changes[2].change.has_scale_demand());
  EXPECT_EQ(read.changes[3].change.put().enterprise().name(), "clusters/beibei/enterprises/y");
  EXPECT_EQ(read.changes[4].change.put().supply_link().name(), "clusters/beibei/supplyLinks/y");
}

TEST(ScenarioChanges, EveryBrokenLineIsToldWithItsNumber) {
  const auto read = Read(
      "not json\n"
      "{\"remove\":\"clusters/beibei/chains/x\"}\n"
      "{}\n"
      "{\"stop\":\"x\"}\n"
      "{\"put\":{}, \"remove\":\"x\"}\n"
      "{\"enterprise\":{\"nam\":1}}\n"
      "{\"scaleDemand\":{\"name\":\"clusters/beibei\"}}\n"
      "[1]\n");
  EXPECT_EQ(read.changes.size(), 1u);
  ASSERT_EQ(read.errors.size(), 7u);
  const std::vector<std::string> starts = {"f.jsonl:1: ",
                                           "f.jsonl:3: the line holds no change",
                                           "f.jsonl:4: the line holds no change",
                                           "f.jsonl:5: ",
                                           "f.jsonl:6: ",
                                           "f.jsonl:7: scaleDemand has no factor",
                                           "f.jsonl:8: "};
  for (std::size_t i = 0; i < starts.size(); ++i) {
    EXPECT_EQ(read.errors[i].rfind(starts[i], 0), 0u) << read.errors[i];
    EXPECT_EQ(read.errors[i].find('\n'), std::string::npos) << read.errors[i];
  }
}

TEST(ScenarioChanges, Flags) {
  ScenarioChanges scenario;
  AddStop("cy-sensor", kCluster, &scenario);
  AddStop("beibei/enterprises/cy-sensor", kCluster, &scenario);
  AddRemoval("chip", kCluster, &scenario);
  AddScale("chip=1.5", kCluster, &scenario);
  AddScale("beibei=0", kCluster, &scenario);
  ASSERT_EQ(scenario.changes.size(), 5u);
  EXPECT_EQ(scenario.changes[0].change.stop_enterprise(), "clusters/beibei/enterprises/cy-sensor");
  EXPECT_EQ(scenario.changes[1].change.stop_enterprise(), "clusters/beibei/enterprises/cy-sensor");
  EXPECT_EQ(scenario.changes[2].change.remove(), "clusters/beibei/chains/chip");
  EXPECT_EQ(scenario.changes[3].change.scale_demand().name(), "clusters/beibei/chains/chip");
  EXPECT_EQ(scenario.changes[3].change.scale_demand().factor(), 1.5);
  EXPECT_EQ(scenario.changes[3].place, "--scale chip=1.5");
  EXPECT_EQ(scenario.changes[4].change.scale_demand().name(), "clusters/beibei");
  for (const char* wrong : {"chip", "chip=", "chip=x", "chip=1.5x"}) AddScale(wrong, kCluster, &scenario);
  EXPECT_EQ(scenario.errors.size(), 4u);
}

TEST(ScenarioChanges, FilesThatCannotBeRead) {
  ScenarioChanges scenario;
  AddChangeFile("/nowhere/x.jsonl", kCluster, &scenario);
  AddChangeFile("/nowhere/x.csv", kCluster, &scenario);
  EXPECT_EQ(scenario.errors, (std::vector<std::string>{"/nowhere/x.jsonl: the file cannot be read",
                                                       "/nowhere/x.csv: the file cannot be read"}));
}

}  // namespace
}  // namespace bulian::cli
