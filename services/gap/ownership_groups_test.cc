#include "services/gap/ownership_groups.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

using testing::ElementsAre;

class OwnershipTest : public testing::Test {
 protected:
  void Put(const std::string& id, std::vector<std::tuple<std::string, double, bool>> owners = {}) {
    v1::Enterprise enterprise = cluster_.Company(id);
    for (const auto& [owner, share, control] : owners) cluster_.OwnedBy(&enterprise, owner, share, control);
    cluster_.Put("enterprises/" + id, enterprise);
  }
  // The group of each, numbered in order of appearance; the last of them is added as one that was not announced.
  std::vector<int> Groups(const std::vector<std::string>& ids) {
    const model::SnapshotPtr snapshot = cluster_.Snapshot();
    std::vector<model::Row> rows, suppliers;
    for (const std::string& id : ids)
      rows.push_back(snapshot->Find(model::ResourceType::kEnterprise, "enterprises/" + id));
    suppliers.assign(rows.begin(), rows.end() - 1);
    std::sort(suppliers.begin(), suppliers.end());
    OwnershipGroups groups(*snapshot, snapshot->cluster().as_of, suppliers);
    std::vector<int> nodes, numbers;
    for (const model::Row row : rows) nodes.push_back(groups.Add(row));
    std::map<int, int> number;
    for (const int node : nodes) numbers.push_back(number.try_emplace(groups.Root(node), number.size()).first->second);
    return numbers;
  }
  TestCluster cluster_;
};

TEST_F(OwnershipTest, ControlThenMoreThanHalf) {
  Put("holding");
  Put("a", {{"holding", 0.2, true}});
  Put("b", {{"holding", 0.51, false}});
  Put("c", {{"holding", 0.5, false}});
  Put("d", {{"holding", 0.9, false}, {"ext:other", 0.1, true}});  // controlled by someone else
  EXPECT_THAT(Groups({"a", "b", "c", "d"}), ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(Groups({"a", "holding"}), ElementsAre(0, 0));
}

TEST_F(OwnershipTest, ThroughOwnersThatSupplyNothing) {
  Put("top");
  Put("left", {{"top", 1, false}});
  Put("right", {{"top", 1, false}});
  Put("a", {{"left", 0.6, false}});
  Put("b", {{"right", 0.6, false}});
  EXPECT_THAT(Groups({"a", "b"}), ElementsAre(0, 0));
}

TEST_F(OwnershipTest, CyclesCollapse) {
  Put("a", {{"b", 0.6, false}});
  Put("b", {{"c", 0.6, false}});
  Put("c", {{"a", 0.6, false}});
  EXPECT_THAT(Groups({"a", "b", "c"}), ElementsAre(0, 0, 0));
}

TEST_F(OwnershipTest, GovernmentNeverMerges) {
  v1::Enterprise bureau = cluster_.Company("bureau");
  bureau.set_kind(v1::Enterprise::GOVERNMENT);
  cluster_.Put("enterprises/bureau", bureau);
  Put("a", {{"bureau", 1, true}});
  Put("b", {{"bureau", 1, true}});
  EXPECT_THAT(Groups({"a", "b"}), ElementsAre(0, 1));
  for (const std::string id : {"e", "f"}) {
    v1::Enterprise enterprise = cluster_.Company(id);
    cluster_.OwnedBy(&enterprise, "ext:fund", 1);
    enterprise.mutable_owners(0)->set_government(id == "e");
    cluster_.Put("enterprises/" + id, enterprise);
  }
  Put("g", {{"ext:fund", 1, false}});
  EXPECT_THAT(Groups({"e", "f", "g"}), ElementsAre(0, 1, 1));
}

TEST_F(OwnershipTest, DatedOwners) {
  v1::Enterprise enterprise = cluster_.Company("a");
  cluster_.OwnedBy(&enterprise, "ext:x", 1);
  *enterprise.mutable_owners(0)->mutable_valid_until() = TestCluster::Date(2026, 5, 31);
  cluster_.Put("enterprises/a", enterprise);
  Put("b", {{"ext:x", 1, false}});
  EXPECT_THAT(Groups({"a", "b"}), ElementsAre(0, 1));
  const model::SnapshotPtr snapshot = cluster_.Snapshot();
  const model::Row a = snapshot->Find(model::ResourceType::kEnterprise, "enterprises/a");
  EXPECT_FALSE(HasOwner(*snapshot, snapshot->cluster().as_of, a));
  EXPECT_TRUE(HasOwner(*snapshot, snapshot->cluster().as_of - 1, a));
}

// Against a closure by repeated merging of overlapping upward sets.
TEST_F(OwnershipTest, RandomAgainstOverlapOfUpwardSets) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 30; ++round) {
    const int n = 12;
    std::vector<std::string> ids;
    std::vector<std::vector<int>> up(n);
    for (int i = 0; i < n; ++i) ids.push_back("r" + std::to_string(round) + "-" + std::to_string(i));
    for (int i = 0; i < n; ++i) {
      std::vector<std::tuple<std::string, double, bool>> owners;
      bool controlled = false;
      std::vector<int> by_share;
      for (int e = 0; e < 2; ++e) {
        const int owner = static_cast<int>(random() % n);
        const bool control = random() % 4 == 0;
        const double share = random() % 2 == 0 ? 0.6 : 0.4;
        if (owner == i || random() % 2 == 0) continue;
        owners.emplace_back(ids[owner], share, control);
        controlled = controlled || control;
        if (control) up[i].push_back(owner);
        if (share > 0.5) by_share.push_back(owner);
      }
      if (!controlled) up[i] = by_share;
      Put(ids[i], owners);
    }
    std::vector<std::set<int>> sets;
    for (int i = 0; i < 6; ++i) {  // the first six are suppliers
      std::set<int> seen = {i};
      std::vector<int> open = {i};
      while (!open.empty()) {
        const int at = open.back();
        open.pop_back();
        for (int owner : up[at]) {
          if (seen.insert(owner).second) open.push_back(owner);
        }
      }
      sets.push_back(seen);
    }
    std::vector<int> group(6);
    for (int i = 0; i < 6; ++i) group[i] = i;
    for (int pass = 0; pass < 6; ++pass) {
      for (int i = 0; i < 6; ++i) {
        for (int j = 0; j < 6; ++j) {
          for (int x : sets[i]) {
            if (sets[j].contains(x)) group[i] = group[j] = std::min(group[i], group[j]);
          }
        }
      }
    }
    const std::vector<int> found = Groups({ids.begin(), ids.begin() + 6});
    for (int i = 0; i < 6; ++i) {
      for (int j = 0; j < 6; ++j) EXPECT_EQ(found[i] == found[j], group[i] == group[j]) << round;
    }
  }
}

}  // namespace
}  // namespace bulian::gap
