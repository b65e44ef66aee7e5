// Row sets against plain sets, through both forms and back, with versions taken along the way.
#include "services/model/row_bitset.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

namespace bulian::model {
namespace {

std::vector<Row> RowsOf(const RowBitset& set, Row limit) {
  RowMask mask(limit);
  set.AddTo(&mask);
  std::vector<Row> rows;
  mask.ForEach([&](Row row) { rows.push_back(row); });
  EXPECT_EQ(rows.size(), mask.Count());
  return rows;
}

void ExpectEqual(const RowBitset& set, const std::set<Row>& expected, Row limit) {
  ASSERT_EQ(set.size(), expected.size());
  ASSERT_EQ(RowsOf(set, limit), std::vector<Row>(expected.begin(), expected.end()));
  for (Row row = 0; row < limit; row += 7) ASSERT_EQ(set.Test(row), expected.contains(row)) << row;
}

TEST(RowBitsetTest, EqualsASetThroughBothForms) {
  constexpr Row kLimit = 20'000;
  std::mt19937 random(5);
  RowBitset set;
  std::set<Row> expected;
  std::vector<std::pair<RowBitset, std::set<Row>>> versions;
  int changes_of_form = 0;
  for (int phase = 0; phase < 8; ++phase) {
    for (int i = 0; i < 4000; ++i) {
      const Row row = static_cast<Row>(random() % kLimit);
      const bool was_dense = set.dense();
      if (phase % 2 == 0 && expected.insert(row).second) set.Insert(row);
      const auto victim = expected.lower_bound(row);
      if (phase % 2 == 1 && victim != expected.end()) {
        set.Erase(*victim);
        expected.erase(victim);
      }
      changes_of_form += was_dense != set.dense() ? 1 : 0;
    }
    ExpectEqual(set, expected, kLimit);
    versions.emplace_back(set, expected);
  }
  EXPECT_GE(changes_of_form, 3);
  for (const auto& [version, rows] : versions) ExpectEqual(version, rows, kLimit);
}

TEST(RowBitsetTest, RareValuesCostLittle) {
  RowBitset rare, dense;
  for (Row row = 0; row < 1'000'000; ++row) {
    if (row % 3000 == 0) rare.Insert(row);
    if (row % 3 == 0) dense.Insert(row);
  }
  EXPECT_FALSE(rare.dense());
  EXPECT_TRUE(dense.dense());
  EXPECT_LT(rare.UnsharedBytes(RowBitset()), 334 * 4 * 2 + 200u);
  EXPECT_LT(dense.UnsharedBytes(RowBitset()), 140'000u);
  RowBitset changed = dense;
  changed.Erase(999);
  EXPECT_LT(changed.UnsharedBytes(dense), 2000u) << "one change copies one chunk and the path to it";
}

TEST(RowBitsetTest, WhatWasDenseAndGrowsRareIsAListAgain) {
  RowBitset set;
  for (Row row = 0; row < 600; ++row) set.Insert(row);
  EXPECT_TRUE(set.dense());
  for (Row row = 10'000; row < 1'000'000; row += 10'000) set.Insert(row);
  EXPECT_FALSE(set.dense());
  EXPECT_EQ(set.size(), 699u);
  EXPECT_TRUE(set.Test(599));
  EXPECT_TRUE(set.Test(990'000));
  EXPECT_FALSE(set.Test(600));
}

TEST(RowMaskTest, KeepsToItsLimit) {
  RowMask mask(65);
  mask.Set(64);
  mask.Set(65);
  mask.Set(1000);
  EXPECT_EQ(mask.Count(), 1u);
  EXPECT_TRUE(mask.Test(64));
  EXPECT_FALSE(mask.Test(65));
  EXPECT_FALSE(mask.Test(1000));
  RowMask other(65);
  other.Set(0);
  mask.And(other);
  EXPECT_EQ(mask.Count(), 0u);
  EXPECT_EQ(RowMask(0).Count(), 0u);
}

}  // namespace
}  // namespace bulian::model
