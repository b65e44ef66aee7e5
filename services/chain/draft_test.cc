#include "services/chain/draft.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "gtest/gtest.h"
#include "services/chain/chain_family.h"
#include "services/model/error.h"
#include "tests/harness/cases.h"

namespace bulian::chain {
namespace {

using model::ResourceType;
using Pruned = v1::PrunedInput;

class DraftTest : public testing::Test {
 protected:
  void Put(const std::string& name, const google::protobuf::Message& message) {
    const std::string full = "clusters/t/" + name, bytes = message.SerializeAsString();
    const model::RecordChange change{.name = full, .value = bytes};
    builder_.Apply({"t", "uid", 1, ++revision_, 1'780'000'000'000'000}, {&change, 1});
  }
  static std::string TypeName(const std::string& id) { return "clusters/t/capabilityTypes/" + id; }
  void Type(const std::string& id, const std::vector<std::string>& inputs, const std::vector<std::string>& parents = {},
            double coefficient = -1) {
    v1::CapabilityType type;
    type.set_kind(v1::CapabilityType::PRODUCT);
    type.mutable_display_name()->set_en(id);
    for (const std::string& parent : parents) type.add_parents(TypeName(parent));
    for (const std::string& input : inputs) {
      auto* typical = type.add_typical_inputs();
      typical->set_capability_type(TypeName(input));
      if (coefficient >= 0) typical->set_coefficient(coefficient);
    }
    Put("capabilityTypes/" + id, type);
  }
  v1::DraftChainResponse Draft(const std::string& product, int depth = 3, double least = 0.2,
                               std::size_t segments = 100) {
    const model::SnapshotPtr snapshot = builder_.Build();
    DraftQuery query;
    query.product = snapshot->Find(ResourceType::kCapabilityType, TypeName(product));
    query.chain_id = "draft";
    query.depth = depth;
    query.min_confidence = least;
    query.max_segments = segments;
    v1::DraftChainResponse response;
    EXPECT_TRUE(DraftChain(*snapshot, query, &response));
    return response;
  }
  // `a<b,c` for each segment, in order.
  static std::string Shape(const v1::Chain& chain) {
    std::string shape;
    for (const v1::Segment& segment : chain.segments()) {
      shape += (shape.empty() ? "" : " ") + segment.segment_id();
      for (int i = 0; i < segment.inputs_size(); ++i) shape += (i == 0 ? "<" : ",") + segment.inputs(i).segment();
    }
    return shape;
  }
  static std::string Left(const v1::DraftChainResponse& response) {
    std::string left;
    for (const Pruned& one : response.pruned())
      left += (left.empty() ? "" : " ") + one.segment() + "<" +
              one.capability_type().substr(one.capability_type().rfind('/') + 1) + ":" +
              Pruned::Reason_Name(one.reason());
    return left;
  }

  model::SnapshotBuilder builder_{"t"};
  std::int64_t revision_ = 0;
};

TEST_F(DraftTest, GrowsAlongTypicalInputs) {
  Type("phone", {"screen", "chip"}, {}, 2);
  Type("screen", {"glass"});
  Type("chip", {"wafer"});
  Type("wafer", {"quartz"});
  Type("glass", {"quartz"});
  Type("quartz", {});
  const v1::DraftChainResponse draft = Draft("phone", 2);
  EXPECT_EQ(Shape(draft.chain()), "phone<chip,screen chip<wafer screen<glass glass wafer");
  EXPECT_EQ(Left(draft), "glass<quartz:TOO_DEEP wafer<quartz:TOO_DEEP");
  EXPECT_TRUE(draft.complete());
  EXPECT_EQ(draft.chain().name(), "clusters/t/chains/draft");
  EXPECT_EQ(draft.chain().segments(0).inputs(0).coefficient(), 2);
  EXPECT_FALSE(draft.chain().segments(1).inputs(0).has_coefficient());
  ASSERT_EQ(draft.inputs_size(), 4);
  EXPECT_DOUBLE_EQ(draft.inputs(0).confidence(), 0.7);
  EXPECT_DOUBLE_EQ(draft.inputs(2).path_confidence(), 0.7 * 0.7);
  EXPECT_EQ(Shape(Draft("phone", 3).chain()),
            "phone<chip,screen chip<wafer screen<glass glass<quartz wafer<quartz quartz");
}

TEST_F(DraftTest, PrunesByConfidenceAndSize) {
  Type("a", {"b", "c"});
  Type("b", {"d"});
  Type("c", {});
  Type("d", {});
  EXPECT_EQ(Left(Draft("a", 3, 0.5)), "b<d:LOW_CONFIDENCE");
  EXPECT_TRUE(Draft("a", 3, 0.5).complete());
  const v1::DraftChainResponse small = Draft("a", 3, 0.2, 2);
  EXPECT_EQ(Shape(small.chain()), "a<b b");
  EXPECT_EQ(Left(small), "a<c:TOO_MANY b<d:TOO_MANY");
  EXPECT_FALSE(small.complete());
}

TEST_F(DraftTest, CyclesAreLeftOutAndTold) {
  Type("steel", {"power", "ore"});
  Type("power", {"steel", "coal"});
  Type("ore", {"ore"});
  Type("coal", {});
  const v1::DraftChainResponse draft = Draft("steel");
  EXPECT_EQ(Shape(draft.chain()), "steel<ore,power ore power<coal coal");
  EXPECT_EQ(Left(draft), "power<steel:CLOSES_CYCLE");
}

TEST_F(DraftTest, BroaderNarrowerAndSiblingTypesSpeakForAnInput) {
  Type("sensor", {"chip"});
  Type("pressure", {}, {"sensor"});
  Type("gas", {"film", "chip"}, {"sensor"});
  Type("flow", {"film"}, {"sensor"});
  Type("chip", {});
  Type("film", {});
  const v1::DraftChainResponse pressure = Draft("pressure", 1);
  ASSERT_EQ(pressure.inputs_size(), 1) << "what only siblings need is not proposed";
  EXPECT_DOUBLE_EQ(pressure.inputs(0).confidence(), 1 - (1 - 0.3) * (1 - 0.4 * 1 / 3));
  EXPECT_EQ(pressure.inputs(0).grounds(0).kind(), v1::DraftGround::BROADER_TYPE);
  EXPECT_EQ(pressure.inputs(0).grounds(1).kind(), v1::DraftGround::SIBLING_TYPES);
  const v1::DraftChainResponse sensor = Draft("sensor", 1);
  ASSERT_EQ(sensor.inputs_size(), 2);
  EXPECT_DOUBLE_EQ(sensor.inputs(0).confidence(), 1 - (1 - 0.7) * (1 - 0.5 * 1 / 4));
  EXPECT_DOUBLE_EQ(sensor.inputs(1).confidence(), 0.5 * 2 / 4);
  EXPECT_EQ(sensor.inputs(1).grounds(0).count(), 2);
  EXPECT_EQ(sensor.inputs(1).grounds(0).of(), 3);
}

TEST_F(DraftTest, SupplyLinksOfMakersSpeakForAnInput) {
  Type("chip", {"wafer", "gas"});
  Type("wafer", {});
  Type("gas", {});
  for (const char* id : {"maker", "other", "seller"}) {
    v1::Enterprise enterprise;
    enterprise.mutable_display_name()->set_en(id);
    Put(std::string("enterprises/") + id, enterprise);
  }
  v1::Capability chip;
  chip.set_capability_type(TypeName("chip"));
  Put("enterprises/maker/capabilities/chip", chip);
  for (const char* buyer : {"maker", "other"}) {
    v1::SupplyLink link;
    link.set_supplier("clusters/t/enterprises/seller");
    link.set_buyer(std::string("clusters/t/enterprises/") + buyer);
    link.set_product_type(TypeName("wafer"));
    Put(std::string("supplyLinks/") + buyer, link);
  }
  const v1::DraftChainResponse draft = Draft("chip");
  EXPECT_EQ(Shape(draft.chain()), "chip<wafer,gas wafer gas");
  EXPECT_DOUBLE_EQ(draft.inputs(0).confidence(), 1 - (1 - 0.7) * (1 - 0.6 / 3));
  EXPECT_EQ(draft.inputs(0).grounds(1).kind(), v1::DraftGround::SUPPLY_LINKS);
  EXPECT_EQ(draft.inputs(0).grounds(1).count(), 1) << "who does not make it says nothing";
}

TEST_F(DraftTest, NarrowerInputsAreAlternatives) {
  Type("resist", {});
  Type("krf", {}, {"resist"});
  Type("arf", {}, {"resist"});
  Type("gas", {});
  Type("fab", {"gas", "krf", "resist", "arf"});
  const v1::DraftChainResponse draft = Draft("fab", 1);
  std::map<std::string, std::string> groups;
  for (const v1::Input& input : draft.chain().segments(0).inputs())
    groups[input.segment()] = input.alternatives_group();
  EXPECT_EQ(groups, (std::map<std::string, std::string>{
                        {"arf", "resist"}, {"gas", ""}, {"krf", "resist"}, {"resist", "resist"}}));
}

// Laws of any draft, on random taxonomies.
TEST_F(DraftTest, LawsOnRandomTaxonomies) {
  std::mt19937 random(11);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto id = [](int n) { return "t" + std::to_string(n); };
  for (int round = 0; round < harness::Cases(60); ++round) {
    const int types = 5 + pick(40);
    for (int t = 0; t < types; ++t) {
      std::set<std::string> inputs, parents;
      for (int n = pick(5); n > 0; --n) inputs.insert(id(pick(types)));
      if (t > 0 && pick(2) == 0) parents.insert(id(pick(t)));
      Type(id(t), {inputs.begin(), inputs.end()}, {parents.begin(), parents.end()});
    }
    const double least = pick(4) * 0.2;
    const std::size_t most = static_cast<std::size_t>(1 + pick(30));
    const int depth = 1 + pick(6);
    const v1::DraftChainResponse draft = Draft(id(pick(types)), depth, least, most);
    // CreateChain takes it.
    model::Violations violations;
    ChainFamily().check(draft.chain(), resource::FieldPath("chain"), &violations);
    ASSERT_TRUE(violations.empty()) << violations.ToStatus();
    ASSERT_LE(static_cast<std::size_t>(draft.chain().segments_size()), most);
    // It has no cycle: taking away segments whose feeders are all gone empties it.
    std::map<std::string, std::set<std::string>> feeders;
    std::set<std::string> fed{draft.chain().segments(0).segment_id()};
    for (const v1::Segment& segment : draft.chain().segments()) {
      auto& mine = feeders[segment.segment_id()];
      for (const v1::Input& input : segment.inputs()) {
        mine.insert(input.segment());
        fed.insert(input.segment());
      }
    }
    EXPECT_EQ(fed.size(), feeders.size()) << "each segment but the product feeds one";
    bool taken = true;
    while (taken && !feeders.empty()) {
      taken = false;
      for (auto at = feeders.begin(); at != feeders.end(); ++at) {
        if (!at->second.empty()) continue;
        const std::string gone = at->first;
        feeders.erase(at);
        for (auto& entry : feeders) entry.second.erase(gone);
        taken = true;
        break;
      }
    }
    EXPECT_TRUE(feeders.empty());
    for (const v1::DraftedInput& input : draft.inputs()) {
      ASSERT_GE(input.path_confidence(), least);
      ASSERT_GT(input.confidence(), 0);
      ASSERT_LE(input.confidence(), 1);
      ASSERT_FALSE(input.grounds().empty());
    }
  }
}

}  // namespace
}  // namespace bulian::chain
