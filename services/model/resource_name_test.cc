#include "services/model/resource_name.h"

#include <string>

#include "gtest/gtest.h"

namespace bulian::model {
namespace {

TEST(IsValidIdTest, TakesTheStatedForm) {
  for (const char* id : {"a", "a1", "cy-sensor", "a--b", "z9"}) EXPECT_TRUE(IsValidId(id)) << id;
  EXPECT_TRUE(IsValidId("a" + std::string(62, 'b')));
}

TEST(IsValidIdTest, RefusesAllElse) {
  for (const char* id : {"", "1a", "-a", "a-", "A", "aB", "a_b", "a.b", "a/b", "a b", "\xE5\x8C\x97"})
    EXPECT_FALSE(IsValidId(id)) << id;
  EXPECT_FALSE(IsValidId("a" + std::string(63, 'b')));
  EXPECT_FALSE(IsValidId(std::string_view("a\0b", 3)));
}

TEST(ParseResourceNameTest, ReadsEveryStoredType) {
  struct Case {
    ResourceType type;
    std::string parent;
  };
  for (const Case& c :
       {Case{ResourceType::kCluster, ""}, Case{ResourceType::kCapabilityType, "clusters/bb"},
        Case{ResourceType::kEnterprise, "clusters/bb"}, Case{ResourceType::kCapability, "clusters/bb/enterprises/e1"},
        Case{ResourceType::kChain, "clusters/bb"}, Case{ResourceType::kSupplyLink, "clusters/bb"},
        Case{ResourceType::kProject, "clusters/bb"}}) {
    const std::string name = MakeName(c.parent, c.type, c.type == ResourceType::kCluster ? "bb" : "x-1");
    const auto parsed = ParseResourceName(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->type, c.type) << name;
    EXPECT_EQ(parsed->cluster, "bb");
    EXPECT_EQ(parsed->parent, c.parent);
    EXPECT_EQ(MakeName(parsed->parent, parsed->type, parsed->id), name);
  }
}

TEST(ParseResourceNameTest, RefusesWhatIsNoStoredName) {
  for (const char* name :
       {"", "/", "clusters", "clusters/", "clusters/bb/", "/clusters/bb", "cluster/bb", "clusters/BB",
        "clusters/bb/enterprises", "clusters/bb/enterprises/", "clusters/bb//x", "clusters/bb/things/x",
        "clusters/bb/capabilities/x", "clusters/bb/clusters/x", "clusters/bb/chains/x/capabilities/y",
        "clusters/bb/enterprises/e/chains/y", "clusters/bb/enterprises/e/capabilities/y/z/w",
        "clusters/bb/chains/x/segments/y", "clusters/bb/enterprises/e/capabilities/y/"}) {
    EXPECT_FALSE(ParseResourceName(name)) << name;
  }
}

TEST(RelativeNameTest, IsTheRest) {
  EXPECT_EQ(RelativeName("clusters/bb"), "");
  EXPECT_EQ(RelativeName("clusters/bb/enterprises/e/capabilities/c"), "enterprises/e/capabilities/c");
  EXPECT_EQ(RelativeName("partners/p"), "");
  EXPECT_EQ(ClusterIdOf("clusters/bb/enterprises/e"), "bb");
  EXPECT_EQ(ClusterIdOf("clusters/bb"), "bb");
  EXPECT_EQ(ClusterIdOf("clusters/"), "");
  EXPECT_EQ(ClusterIdOf("partners/p"), "");
}

TEST(SegmentNameTest, ReadsSegmentsAndGaps) {
  const auto segment = ParseSegmentName("clusters/bb/chains/ch/segments/s1");
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->cluster, "bb");
  EXPECT_EQ(segment->chain, "ch");
  EXPECT_EQ(segment->segment, "s1");
  EXPECT_EQ(segment->chain_name, "clusters/bb/chains/ch");
  const auto gap = ParseGapName("clusters/bb/chains/ch/segments/s1/gaps/single-source");
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->segment_name, "clusters/bb/chains/ch/segments/s1");
  EXPECT_EQ(gap->kind, "single-source");
}

TEST(SegmentNameTest, RefusesOthers) {
  for (const char* name : {"", "segments/s", "/segments/s", "clusters/bb/enterprises/e/segments/s",
                           "clusters/bb/chains/ch/segments/", "clusters/bb/chains/ch/segmentsx/s",
                           "clusters/bb/chains/ch", "clusters/bb/chains/ch/segments/s/gaps/missing"}) {
    EXPECT_FALSE(ParseSegmentName(name)) << name;
  }
  for (const char* name :
       {"", "gaps/missing", "clusters/bb/chains/ch/segments/s", "clusters/bb/chains/ch/gaps/missing"}) {
    EXPECT_FALSE(ParseGapName(name)) << name;
  }
}

}  // namespace
}  // namespace bulian::model
