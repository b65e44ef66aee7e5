// The persistent containers under a snapshot against plain ones, with versions taken along the way.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "services/model/cow_array.h"
#include "services/model/hash_index.h"
#include "services/model/name_order.h"
#include "services/model/packed_rows.h"
#include "services/model/resource_table.h"
#include "services/model/row_list.h"

namespace bulian::model {
namespace {

TEST(ChunkedVectorTest, VersionsKeepTheirValues) {
  std::mt19937 random(1);
  ChunkedVector<int, 8> now;
  std::vector<int> expected(5000);
  std::vector<std::pair<ChunkedVector<int, 8>, std::vector<int>>> versions;
  for (int i = 1; i <= 20'000; ++i) {
    const std::size_t row = random() % expected.size();
    now.Mutable(row) = expected[row] = i;
    if (i % 2000 == 0) versions.emplace_back(now, expected);
  }
  for (const auto& [version, values] : versions)
    for (std::size_t row = 0; row < values.size(); ++row) ASSERT_EQ(version[row], values[row]);
  EXPECT_EQ(now[1'000'000], 0) << "what was never written is a default";
  EXPECT_EQ(now.UnsharedBytes(versions.back().first, [](int, int) { return std::size_t{0}; }), 0u);
  now.Mutable(3) = 1;
  const std::size_t one = now.UnsharedBytes(versions.back().first, [](int, int) { return std::size_t{0}; });
  EXPECT_GT(one, 0u);
  EXPECT_LT(one, 2000u) << "one write copies one path";
}

TEST(PackedRowsTest, EqualsAVectorOfVectors) {
  std::mt19937 random(2);
  PackedRows<int, 16> packed;
  std::vector<std::vector<int>> expected(16);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t row = random() % 16;
    expected[row].assign(random() % 6, i);
    packed.Set(row, expected[row]);
    for (std::size_t r = 0; r < 16; ++r) {
      const auto got = packed.Get(r);
      ASSERT_EQ(std::vector<int>(got.begin(), got.end()), expected[r]);
    }
  }
}

TEST(RowListTest, EqualsASetThroughAllSizes) {
  std::mt19937 random(3);
  RowList list;
  std::set<Row> expected;
  std::vector<std::pair<RowList, std::vector<Row>>> versions;
  for (int phase = 0; phase < 6; ++phase) {
    const bool grow = phase % 2 == 0;
    for (int i = 0; i < 6000; ++i) {
      const Row row = static_cast<Row>(random() % 9000);
      if (grow ? random() % 8 != 0 : random() % 8 == 0) {
        RowListEditor::Insert(list, row);
        expected.insert(row);
      } else {
        RowListEditor::Erase(list, row);
        expected.erase(row);
      }
      ASSERT_EQ(list.size(), expected.size());
    }
    versions.emplace_back(list, std::vector<Row>(expected.begin(), expected.end()));
  }
  for (const auto& [version, rows] : versions) ASSERT_EQ(version.ToVector(), rows);
  for (const Row row : std::vector<Row>(expected.begin(), expected.end())) RowListEditor::Erase(list, row);
  EXPECT_TRUE(list.empty());
}

TEST(HashIndexTest, FindsWhatIsThereThroughGrowth) {
  std::mt19937 random(4);
  HashIndex index;
  std::map<Row, std::uint32_t> expected;
  const HashIndex empty = index;
  for (int i = 0; i < 30'000; ++i) {
    const Row row = static_cast<Row>(random() % 8000);
    const std::uint32_t hash = HashIndex::Hash(std::to_string(row)) & 0x3ffff;  // with collisions
    if (expected.contains(row) && random() % 3 == 0) {
      index.Erase(hash, row);
      expected.erase(row);
    } else if (expected.emplace(row, hash).second) {
      index.Insert(hash, row);
    }
  }
  for (Row row = 0; row < 8000; ++row) {
    const std::uint32_t hash = HashIndex::Hash(std::to_string(row)) & 0x3ffff;
    ASSERT_EQ(index.Find(hash, [&](Row r) { return r == row; }), expected.contains(row) ? row : kNoRow);
  }
  EXPECT_EQ(empty.Find(0, [](Row) { return true; }), kNoRow);
}

TEST(NameOrderTest, VisitsInOrderFromAnyName) {
  std::mt19937 random(5);
  static std::vector<std::string> names;
  for (int i = 0; i < 40'000; ++i) names.push_back("n" + std::to_string(i * 7919 % 100'003));
  const auto name_of = [](Row row) { return std::string_view(names[row]); };
  NameOrder order;
  std::map<std::string, Row> expected;
  for (int i = 0; i < 120'000; ++i) {
    // First mostly in order, as in a load; then anywhere, with removals.
    const Row row = i < 20'000 ? static_cast<Row>(i) : static_cast<Row>(random() % names.size());
    if (expected.contains(names[row])) {
      order.Erase(row, names[row], name_of);
      expected.erase(names[row]);
    } else {
      order.Insert(row, names[row], name_of);
      expected.emplace(names[row], row);
    }
    if (i % 5000 != 0) continue;
    for (const std::string& from : std::vector<std::string>{"", names[random() % names.size()], "zzz"}) {
      auto it = expected.lower_bound(from);
      order.VisitFrom(from, name_of, [&](Row r) {
        EXPECT_NE(it, expected.end());
        EXPECT_EQ(r, (it++)->second);
        return !testing::Test::HasFailure();
      });
      ASSERT_EQ(it, expected.end());
    }
  }
  EXPECT_EQ(order.Last(), expected.rbegin()->second);
}

TEST(ResourceTableTest, ReusesRowsAndKeepsVersions) {
  std::mt19937 random(6);
  ResourceTable table;
  std::map<std::string, std::string> expected;
  std::vector<std::pair<ResourceTable, std::map<std::string, std::string>>> versions;
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = "r" + std::to_string(random() % 500),
                      bytes(random() % 60, static_cast<char>('a' + random() % 26));
    const Row row = table.FindOrAfterLast(name);
    ASSERT_EQ(row != kNoRow, expected.contains(name));
    if (row == kNoRow) {
      table.Insert(name, bytes, i);
      expected[name] = bytes;
    } else if (random() % 2 == 0) {
      table.Update(row, bytes, i);
      expected[name] = bytes;
    } else {
      table.Erase(row);
      expected.erase(name);
    }
    if (i % 1000 == 0) versions.emplace_back(table, expected);
  }
  EXPECT_LE(table.Limit(), 500u);
  versions.emplace_back(table, expected);
  for (const auto& taken : versions) {
    const ResourceTable& version = taken.first;
    const auto& records = taken.second;
    ASSERT_EQ(version.Count(), records.size());
    auto it = records.begin();
    version.VisitFrom("", [&](Row row) {
      EXPECT_TRUE(version.Exists(row));
      EXPECT_EQ(version.RelativeName(row), it->first);
      EXPECT_EQ(version.Bytes(row), it->second);
      EXPECT_EQ(version.Find(it->first), row);
      ++it;
      return true;
    });
    ASSERT_EQ(it, records.end());
  }
}

}  // namespace
}  // namespace bulian::model
