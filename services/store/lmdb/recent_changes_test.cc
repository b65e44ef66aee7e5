#include "services/store/lmdb/recent_changes.h"

#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace bulian::store::lmdb {
namespace {

TEST(RecentChanges, KnowsWhatItCovers) {
  RecentChanges recent;
  EXPECT_TRUE(recent.Covers(5, 5));
  EXPECT_FALSE(recent.Covers(4, 5));
  recent.Add(5, {1, 2});
  recent.Add(6, {3});
  EXPECT_TRUE(recent.Covers(4, 6));
  EXPECT_FALSE(recent.Covers(3, 6));
  EXPECT_TRUE(recent.ChangedAfter(4, {2}));
  EXPECT_FALSE(recent.ChangedAfter(5, {2}));
  EXPECT_TRUE(recent.ChangedAfter(5, {2, 3}));
  recent.ForgetAfter(5);
  EXPECT_FALSE(recent.ChangedAfter(4, {3}));
  recent.Add(6, {4});
  EXPECT_TRUE(recent.ChangedAfter(5, {4}));
}

TEST(RecentChanges, ForgetsTheOldestWhenThereAreTooMany) {
  RecentChanges recent;
  for (std::int64_t revision = 1; revision <= 300; ++revision) {
    recent.Add(revision, std::vector<std::uint64_t>(1000, static_cast<std::uint64_t>(revision)));
  }
  EXPECT_FALSE(recent.Covers(1, 300));
  EXPECT_TRUE(recent.Covers(250, 300));
  EXPECT_TRUE(recent.ChangedAfter(250, {251}));
}

TEST(RecentChanges, AgreesWithAPlainSearch) {
  std::mt19937 random(7);
  RecentChanges recent;
  std::map<std::int64_t, std::set<std::uint64_t>> plain;
  for (std::int64_t revision = 1; revision <= 200; ++revision) {
    std::vector<std::uint64_t> changed;
    for (int i = 0; i < 3; ++i) changed.push_back(random() % 100);
    plain[revision] = {changed.begin(), changed.end()};
    recent.Add(revision, changed);
  }
  for (int round = 0; round < 2000; ++round) {
    const auto since = static_cast<std::int64_t>(random() % 201);
    const FingerprintSet wanted = {random() % 120, random() % 120};
    bool expected = false;
    for (auto item = plain.upper_bound(since); item != plain.end(); ++item) {
      for (const std::uint64_t name : item->second) expected |= wanted.contains(name);
    }
    EXPECT_EQ(recent.ChangedAfter(since, wanted), expected);
  }
}

}  // namespace
}  // namespace bulian::store::lmdb
