#include "services/runtime/cluster_choice.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/runtime/config.h"

namespace bulian::runtime {
namespace {

std::string MistakesIn(std::string_view text) {
  model::Violations mistakes;
  ReadClusterChoice(text, &mistakes);
  return DescribeMistakes(mistakes.ToStatus());
}

store::LogSelection Choice(std::string_view text) {
  model::Violations mistakes;
  store::LogSelection chosen = ReadClusterChoice(text, &mistakes);
  EXPECT_TRUE(mistakes.ToStatus().ok()) << mistakes.ToStatus();
  return chosen;
}

TEST(ClusterChoiceTest, NothingSaidIsAll) {
  EXPECT_TRUE(Choice("").HasAll());
  EXPECT_TRUE(Choice("").Has("any"));
}

TEST(ClusterChoiceTest, SomeOrAllButSome) {
  const store::LogSelection some = Choice("beibei, b2");
  EXPECT_FALSE(some.HasAll());
  EXPECT_TRUE(some.Has("beibei") && some.Has("b2"));
  EXPECT_FALSE(some.Has("b"));
  const store::LogSelection others = Choice("all-but:beibei,b2");
  EXPECT_FALSE(others.HasAll());
  EXPECT_FALSE(others.Has("beibei") || others.Has("b2"));
  EXPECT_TRUE(others.Has("b"));
}

TEST(ClusterChoiceTest, EachMistakeIsNamed) {
  const std::string said = MistakesIn("Beibei,good,,clusters/c,good");
  for (const char* part : {"`Beibei` is no id", "`` is no id", "`clusters/c` is no id", "`good` is there twice"})
    EXPECT_NE(said.find(part), std::string::npos) << said;
  EXPECT_NE(MistakesIn("all-but:"), "");
  EXPECT_NE(MistakesIn("good,all-but:b"), "");
}

}  // namespace
}  // namespace bulian::runtime
