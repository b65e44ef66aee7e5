// What a snapshot says of records, by example. Histories at random are in snapshot_history_test.cc.
#include "services/model/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/model/etag.h"

namespace bulian::model {
namespace {

SnapshotPosition At(std::int64_t revision) { return {"c", "0123456789abcdef", 2, revision, revision * 1'000'000}; }

class SnapshotTest : public testing::Test {
 protected:
  template <class Message>
  void Put(const std::string& relative, const Message& message) {
    const std::string name = relative.empty() ? "clusters/c" : "clusters/c/" + relative,
                      bytes = message.SerializeAsString();
    const RecordChange change{name, bytes};
    builder_.Apply(At(++revision_), std::span(&change, 1));
  }
  void Delete(const std::string& relative) {
    const std::string name = "clusters/c/" + relative;
    const RecordChange change{name, std::nullopt};
    builder_.Apply(At(++revision_), std::span(&change, 1));
  }
  void PutType(const std::string& id, const std::string& parent = "") {
    v1::CapabilityType type;
    type.set_unit("KGM");
    if (!parent.empty()) type.add_parents("clusters/c/capabilityTypes/" + parent);
    Put("capabilityTypes/" + id, type);
  }
  void PutEnterprise(const std::string& id, const std::string& region,
                     v1::Enterprise::Kind kind = v1::Enterprise::COMPANY) {
    v1::Enterprise enterprise;
    enterprise.set_kind(kind);
    enterprise.set_uscc("USCC-" + id);
    auto* seat = enterprise.add_sites();
    seat->set_site_id("seat");
    seat->set_region_code(region);
    auto* plant = enterprise.add_sites();
    plant->set_site_id("plant");
    plant->set_region_code("110000");
    Put("enterprises/" + id, enterprise);
  }
  void PutCapability(const std::string& enterprise, const std::string& id, const std::string& type,
                     const std::string& site = "") {
    v1::Capability capability;
    capability.set_capability_type("clusters/c/capabilityTypes/" + type);
    capability.set_site(site);
    capability.set_level(v1::VOLUME);
    auto* total = capability.mutable_capacity()->mutable_total();
    total->set_value(2);
    total->set_unit("TNE");
    total->set_period(v1::MONTH);
    auto* attribute = capability.add_attributes();
    attribute->set_key("width");
    attribute->mutable_interval()->set_min(1);
    attribute->mutable_interval()->set_unit("MMT");
    Put("enterprises/" + enterprise + "/capabilities/" + id, capability);
  }
  Row Find(ResourceType type, const std::string& name) { return builder_.Build()->Find(type, name); }

  SnapshotBuilder builder_{"c"};
  std::int64_t revision_ = 0;
};

TEST_F(SnapshotTest, OfferIsInSiUnitsPerYearAtItsSite) {
  PutType("t");
  PutEnterprise("e", "330500");
  PutCapability("e", "a", "t");
  PutCapability("e", "b", "t", "plant");
  const SnapshotPtr snapshot = builder_.Build();
  const Row a = snapshot->Find(ResourceType::kCapability, "clusters/c/enterprises/e/capabilities/a");
  ASSERT_NE(a, kNoRow);
  EXPECT_DOUBLE_EQ(snapshot->offer(a)->capacity, 2 * 1000 * 12);
  EXPECT_EQ(snapshot->offer(a)->dimension, Dimension::kMass);
  EXPECT_TRUE(std::isnan(snapshot->offer(a)->free_share));
  EXPECT_TRUE(std::isnan(snapshot->offer(a)->lead_time_days));
  EXPECT_EQ(snapshot->offer(a)->region, 330500u);
  const Row b = snapshot->Find(ResourceType::kCapability, "enterprises/e/capabilities/b");
  EXPECT_EQ(snapshot->offer(b)->region, 110000u);
  ASSERT_EQ(snapshot->offer(a).attributes().size(), 1u);
  EXPECT_DOUBLE_EQ(snapshot->offer(a).attributes()[0].min, 0.001);
  const Row t = snapshot->Find(ResourceType::kCapabilityType, "capabilityTypes/t");
  std::vector<Row> offers;
  snapshot->OffersOfType(t).ForEach([&](const OfferRef& offer) { offers.push_back(offer.row()); });
  EXPECT_THAT(offers, testing::UnorderedElementsAre(a, b));
}

TEST_F(SnapshotTest, MovingASiteMovesItsOffersAndNamesThemInTheDelta) {
  PutType("t");
  PutEnterprise("e", "330500");
  PutCapability("e", "a", "t");
  builder_.TakeDelta();
  PutEnterprise("e", "440300");
  const SnapshotPtr snapshot = builder_.Build();
  const Row a = snapshot->Find(ResourceType::kCapability, "enterprises/e/capabilities/a");
  EXPECT_EQ(snapshot->offer(a)->region, 440300u);
  bool named = false;
  for (const TouchedRow& touched : builder_.TakeDelta())
    named |= touched.type == ResourceType::kCapability && touched.row == a;
  EXPECT_TRUE(named);
}

TEST_F(SnapshotTest, ReferencesWaitForTheirTargetAndLoseIt) {
  PutCapability("e", "a", "t");
  const Row a = Find(ResourceType::kCapability, "enterprises/e/capabilities/a");
  EXPECT_EQ(builder_.Build()->offer(a)->type, kNoRow);
  EXPECT_EQ(builder_.Build()->offer(a)->enterprise, kNoRow);
  PutType("t");
  PutEnterprise("e", "330500");
  EXPECT_EQ(builder_.Build()->offer(a)->type, Find(ResourceType::kCapabilityType, "capabilityTypes/t"));
  EXPECT_EQ(builder_.Build()->offer(a)->enterprise, Find(ResourceType::kEnterprise, "enterprises/e"));
  EXPECT_EQ(builder_.Build()->offer(a)->region, 330500u);
  Delete("capabilityTypes/t");
  EXPECT_EQ(builder_.Build()->offer(a)->type, kNoRow);
  PutType("t");
  EXPECT_NE(builder_.Build()->offer(a)->type, kNoRow);
}

TEST_F(SnapshotTest, TaxonomySubsumes) {
  PutType("leaf", "mid");
  PutType("mid", "top");
  PutType("top");
  PutType("other");
  const SnapshotPtr snapshot = builder_.Build();
  const auto row = [&](const char* id) {
    return snapshot->Find(ResourceType::kCapabilityType, std::string("capabilityTypes/") + id);
  };
  EXPECT_TRUE(snapshot->Subsumes(row("top"), row("leaf")));
  EXPECT_FALSE(snapshot->Subsumes(row("leaf"), row("top")));
  EXPECT_FALSE(snapshot->Subsumes(row("other"), row("leaf")));
  EXPECT_EQ(snapshot->Subtree(row("top")).size(), 3u);
}

TEST_F(SnapshotTest, ReadRestoresNameAndEtag) {
  PutEnterprise("e", "330500");
  const SnapshotPtr snapshot = builder_.Build();
  v1::Enterprise enterprise;
  snapshot->Read(ResourceType::kEnterprise, snapshot->Find(ResourceType::kEnterprise, "enterprises/e"), &enterprise);
  EXPECT_EQ(enterprise.name(), "clusters/c/enterprises/e");
  EXPECT_EQ(enterprise.etag(), "\"01234567.2.1\"");
  EXPECT_EQ(enterprise.sites_size(), 2);
}

TEST_F(SnapshotTest, IdentifiersFollowTheirHolder) {
  PutEnterprise("e", "330500");
  EXPECT_EQ(builder_.Build()->FindIdentifier("uscc", "USCC-e"), Find(ResourceType::kEnterprise, "enterprises/e"));
  EXPECT_EQ(builder_.Build()->FindIdentifier("lei", "USCC-e"), kNoRow);
  Delete("enterprises/e");
  EXPECT_EQ(builder_.Build()->FindIdentifier("uscc", "USCC-e"), kNoRow);
}

TEST_F(SnapshotTest, GovernmentOwnersAreMarkedWhicheverComesFirst) {
  v1::Enterprise owned;
  owned.add_owners()->set_enterprise("clusters/c/enterprises/gov");
  Put("enterprises/owned", owned);
  PutEnterprise("gov", "330500", v1::Enterprise::GOVERNMENT);
  SnapshotPtr snapshot = builder_.Build();
  const Row row = snapshot->Find(ResourceType::kEnterprise, "enterprises/owned"),
            gov = snapshot->Find(ResourceType::kEnterprise, "enterprises/gov");
  ASSERT_EQ(snapshot->Owners(row).size(), 1u);
  EXPECT_EQ(snapshot->Owners(row)[0].enterprise, gov);
  EXPECT_TRUE(snapshot->Owners(row)[0].government);
  EXPECT_EQ(snapshot->Owned(gov)[0], row);
  PutEnterprise("gov", "330500", v1::Enterprise::COMPANY);
  EXPECT_FALSE(builder_.Build()->Owners(row)[0].government);
}

TEST_F(SnapshotTest, LocalRegionsArePrefixes) {
  v1::Cluster cluster;
  cluster.add_region_codes("330500");
  cluster.add_region_codes("440306");
  Put("", cluster);
  const SnapshotPtr snapshot = builder_.Build();
  EXPECT_EQ(snapshot->IsLocal(330502), 1);
  EXPECT_EQ(snapshot->IsLocal(330500), 1);
  EXPECT_EQ(snapshot->IsLocal(330600), 0);
  EXPECT_EQ(snapshot->IsLocal(440300), -1);
  EXPECT_EQ(snapshot->IsLocal(440305), 0);
  EXPECT_EQ(snapshot->IsLocal(0), -1);
}

TEST_F(SnapshotTest, AsOfIsTheStatedDateOrTheDayOfTheCommit) {
  SnapshotPosition position = At(1);
  position.commit_time_us = 86'400'000'000 * 3 + 5;
  builder_.SetPosition(position);
  EXPECT_EQ(builder_.Build()->cluster().as_of, 3);
  v1::Cluster cluster;
  cluster.mutable_as_of()->set_year(1970);
  cluster.mutable_as_of()->set_month(1);
  cluster.mutable_as_of()->set_day(11);
  Put("", cluster);
  EXPECT_EQ(builder_.Build()->cluster().as_of, 10);
}

TEST_F(SnapshotTest, VisitByNameStartsAfterAndStaysInPrefix) {
  PutEnterprise("a", "330500");
  PutEnterprise("b", "330500");
  PutType("t");
  for (const char* id : {"x", "y", "z"}) PutCapability("a", id, "t");
  PutCapability("b", "x", "t");
  const SnapshotPtr snapshot = builder_.Build();
  std::vector<std::string> names;
  snapshot->VisitByName(ResourceType::kCapability, "enterprises/a/", "enterprises/a/capabilities/x", [&](Row row) {
    names.emplace_back(snapshot->RelativeName(ResourceType::kCapability, row));
    return true;
  });
  EXPECT_EQ(names, (std::vector<std::string>{"enterprises/a/capabilities/y", "enterprises/a/capabilities/z"}));
}

}  // namespace
}  // namespace bulian::model
