// Feasibility against brute force: the union of all self-supporting sets, and all subsets of missing segments.
#include "services/gap/feasibility.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>

#include "services/gap/test_cluster.h"

namespace bulian::gap {
namespace {

// The greatest fixed point by its definition: the union of all sets whose members have suppliers and needs within.
std::vector<char> WorkingByDefinition(const NeedGraph& needs, const std::vector<char>& has_supplier) {
  std::vector<char> working(needs.clauses.size(), 0);
  for (std::uint32_t set = 0; set < (1U << needs.size()); ++set) {
    bool holds = true;
    for (int i = 0; i < needs.size(); ++i) {
      if ((set >> i & 1U) == 0) continue;
      holds = holds && has_supplier[i] != 0;
      for (const auto& clause : needs.clauses[i]) {
        holds = holds && std::any_of(clause.begin(), clause.end(), [&](int m) { return (set >> m & 1U) != 0; });
      }
    }
    for (int i = 0; holds && i < needs.size(); ++i) {
      if ((set >> i & 1U) != 0) working[i] = 1;
    }
  }
  return working;
}

NeedGraph RandomNeeds(std::mt19937& random, int size) {
  NeedGraph needs;
  needs.clauses.resize(size);
  for (auto& clauses : needs.clauses) {
    clauses.resize(random() % 3);
    for (auto& clause : clauses) {
      clause.resize(1 + random() % 3);
      for (int& member : clause) member = static_cast<int>(random() % size);
    }
  }
  return needs;
}

std::vector<char> With(std::vector<char> has_supplier, const std::vector<int>& more, int without = -1) {
  for (const int segment : more) has_supplier[segment] = segment == without ? 0 : 1;
  return has_supplier;
}

TEST(Feasibility, EqualsBruteForceOnRandomGraphsWithCycles) {
  std::mt19937 random(7);
  int infeasible = 0;
  for (int round = 0; round < 1500; ++round) {
    const int size = 1 + static_cast<int>(random() % 8);
    const NeedGraph needs = RandomNeeds(random, size);
    std::vector<char> has_supplier(size);
    for (char& one : has_supplier) one = random() % 4 != 0 ? 1 : 0;
    const std::vector<char> working = WorkingSegments(needs, has_supplier);
    ASSERT_EQ(working, WorkingByDefinition(needs, has_supplier));
    for (int segment = 0; segment < size; ++segment) {
      const Feasibility answer = CheckFeasibility(needs, has_supplier, working, segment);
      ASSERT_EQ(answer.feasible, working[segment] != 0);
      if (answer.feasible) {
        std::vector<char> only(size, 0);
        for (const int member : answer.route) ASSERT_NE(has_supplier[member], 0);
        ASSERT_NE(WorkingByDefinition(needs, With(only, answer.route))[segment], 0);
        ASSERT_TRUE(answer.missing.empty());
        continue;
      }
      ++infeasible;
      ASSERT_TRUE(answer.route.empty());
      ASSERT_TRUE(std::is_sorted(answer.missing.begin(), answer.missing.end()));
      for (const int member : answer.missing) ASSERT_EQ(has_supplier[member], 0);
      ASSERT_NE(WorkingByDefinition(needs, With(has_supplier, answer.missing))[segment], 0);
      // Feasibility grows with suppliers, so that no proper subset does if none without one member does.
      for (const int member : answer.missing) {
        ASSERT_EQ(WorkingByDefinition(needs, With(has_supplier, answer.missing, member))[segment], 0);
      }
    }
  }
  EXPECT_GT(infeasible, 500);
}

TEST(Feasibility, MoreSuppliersNeverStopASegment) {
  std::mt19937 random(8);
  for (int round = 0; round < 500; ++round) {
    const NeedGraph needs = RandomNeeds(random, 12);
    std::vector<char> has_supplier(12);
    for (char& one : has_supplier) one = random() % 3 != 0 ? 1 : 0;
    const std::vector<char> before = WorkingSegments(needs, has_supplier);
    has_supplier[random() % 12] = 1;
    const std::vector<char> after = WorkingSegments(needs, has_supplier);
    for (int i = 0; i < 12; ++i) ASSERT_LE(before[i], after[i]);
  }
}

TEST(Feasibility, ReadsSingleInputsGroupsAndOtherChains) {
  TestCluster cluster;
  v1::Chain y, x;
  cluster.Type("p");
  TestCluster::AddSegment(&y, "far", "p");
  v1::Segment* end = TestCluster::AddSegment(&x, "end", "p", 10);
  for (const char* id : {"a", "b", "c"}) TestCluster::AddSegment(&x, id, "p");
  TestCluster::AddInput(end, "a", 0);
  TestCluster::AddInput(end, "b", 1)->set_alternatives_group("g");
  TestCluster::AddInput(end, "c", 1)->set_alternatives_group("g");
  TestCluster::AddInput(end, "clusters/t/chains/y/segments/far", 1);
  TestCluster::AddInput(end, "none", 1);
  cluster.Put("chains/x", x);
  cluster.Put("chains/y", y);
  const auto analysis = cluster.Analyse();
  const NeedGraph needs = NeedsOfSegments(analysis->graph());
  ASSERT_EQ(needs.size(), 5);
  EXPECT_EQ(needs.clauses[0], (std::vector<std::vector<int>>{{1}, {4}, {2, 3}}));
  const std::vector<char> has_supplier{1, 1, 0, 0, 0};
  const std::vector<char> working = WorkingSegments(needs, has_supplier);
  EXPECT_EQ(CheckFeasibility(needs, has_supplier, working, 0).missing, (std::vector<int>{2, 4}));
}

TEST(Feasibility, ASegmentThatFeedsItselfOnlyNeedsASupplier) {
  const NeedGraph needs{{{{0}}}};
  EXPECT_EQ(WorkingSegments(needs, {1}), std::vector<char>{1});
  EXPECT_EQ(CheckFeasibility(needs, {0}, WorkingSegments(needs, {0}), 0).missing, std::vector<int>{0});
}

TEST(Feasibility, OfALongChainWithoutSuppliersAllIsMissing) {
  NeedGraph needs;
  for (int i = 0; i < 3000; ++i) {
    needs.clauses.push_back(i == 0 ? std::vector<std::vector<int>>{} : std::vector<std::vector<int>>{{i - 1}});
  }
  const std::vector<char> none(3000, 0);
  EXPECT_EQ(CheckFeasibility(needs, none, WorkingSegments(needs, none), 2999).missing.size(), 3000U);
}

TEST(Feasibility, NothingIsMadeOfNothing) { EXPECT_TRUE(WorkingSegments({}, {}).empty()); }

}  // namespace
}  // namespace bulian::gap
