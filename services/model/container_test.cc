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
#include "services/model/table_filler.h"

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

// What it must not do, make pointers from null, UBSan sees.
TEST(PackedRowsTest, AnEmptyContainerMayBePrefetched) {
  PackedRows<int, 16> packed;
  packed.Prefetch();
  packed.Set(0, std::vector<int>{1});
  packed.Prefetch();
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

TEST(HashIndexTest, MadeAtOnceEqualsInserted) {
  for (const Row size : {0u, 1u, 12u, 13u, 500u, 12'345u}) {
    std::vector<HashIndex::Entry> entries;
    HashIndex inserted;
    for (Row row = 0; row < size; ++row) {
      entries.push_back({HashIndex::Hash(std::to_string(row)) & 0x3ff, row});  // with collisions
      inserted.Insert(entries.back().hash, row);
    }
    HashIndex index = HashIndex::Of(entries);
    for (Row row = size; row < size + 1000; ++row) {
      index.Insert(HashIndex::Hash(std::to_string(row)), row);
      inserted.Insert(HashIndex::Hash(std::to_string(row)), row);
    }
    for (std::uint32_t hash = 0; hash < 0x400; ++hash) {
      std::vector<Row> found, expected;
      const auto collect = [](std::vector<Row>* rows) {
        return [rows](Row row) {
          rows->push_back(row);
          return false;
        };
      };
      index.Find(hash, collect(&found));
      inserted.Find(hash, collect(&expected));
      ASSERT_EQ(found, expected) << size;
    }
  }
}

TEST(NameOrderTest, GoesOnFromAppendedRows) {
  const auto name_of = [](Row row) {
    static std::string name;
    name = std::to_string(1'000'000 + row);
    return std::string_view(name);
  };
  constexpr Row kRows = 100'000;  // several groups
  NameOrder order;
  for (Row row = 0; row < kRows; row += 2) order.Append(row);
  EXPECT_EQ(order.Last(), kRows - 2);
  for (Row row = 1; row < kRows; row += 2) order.Insert(row, std::string(name_of(row)), name_of);
  for (Row row = 0; row < kRows; row += 3) order.Erase(row, std::string(name_of(row)), name_of);
  Row next = 1;
  order.VisitFrom("", name_of, [&](Row row) {
    EXPECT_EQ(row, next);
    next += next % 3 == 2 ? 2 : 1;
    return !testing::Test::HasFailure();
  });
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

TEST(ResourceTableTest, PackedRecordsEqualInsertedOnes) {
  std::mt19937 random(7);
  for (const Row size : {1u, 7u, 8u, 9u, 1000u}) {
    TableFiller filler;
    ResourceTable placed, inserted;
    std::vector<PackedChunk> chunks;
    for (Row row = 0; row < size; ++row) {
      const std::string name = "r" + std::to_string(10'000 + row),
                        bytes(random() % 60, static_cast<char>('a' + row % 26));
      ASSERT_EQ(filler.Add(name, bytes, row), row);
      ASSERT_EQ(inserted.Insert(name, bytes, row), row);
      if (random() % 5 != 0 && row + 1 != size) continue;
      chunks.clear();
      filler.TakeChunks(&chunks);
      for (PackedChunk& chunk : chunks) placed.Place(chunk.index, std::move(chunk.chunk), chunk.limit);
      ASSERT_EQ(placed.Limit(), row + 1);
    }
    chunks.clear();
    filler.TakeChunks(&chunks);
    EXPECT_TRUE(chunks.empty());
    for (Row row = 0; row < size; ++row) {
      ASSERT_EQ(placed.RelativeName(row), inserted.RelativeName(row));
      ASSERT_EQ(placed.Bytes(row), inserted.Bytes(row));
      ASSERT_EQ(placed.Revision(row), row);
      ASSERT_TRUE(placed.Exists(row));
      placed.AddName(HashIndex::Hash(placed.RelativeName(row)), row);
    }
    EXPECT_FALSE(placed.Exists(size));
    EXPECT_EQ(placed.Count(), size);
    EXPECT_TRUE(placed.NamesFollowRows());
    EXPECT_TRUE(inserted.NamesFollowRows());
    placed.Erase(size / 2);
    EXPECT_EQ(placed.Insert("q", "new", 1), size / 2);
    EXPECT_EQ(placed.Insert("s", "new", 1), size);
    std::vector<Row> order;
    placed.VisitFrom("", [&](Row row) {
      order.push_back(row);
      return true;
    });
    ASSERT_EQ(order.size(), size + 1u);
    EXPECT_EQ(placed.NamesFollowRows(), size == 1);
    for (std::size_t i = 1; i < order.size(); ++i) EXPECT_LT(placed.CompareNames(order[i - 1], order[i]), 0);
    EXPECT_EQ(order.front(), size / 2);
    EXPECT_EQ(order.back(), size);
  }
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
    for (int i = 0; i < 2000; ++i) {
      const Row a = static_cast<Row>(random() % version.Limit()), b = static_cast<Row>(random() % version.Limit());
      if (!version.Exists(a) || !version.Exists(b)) continue;
      const bool before = version.RelativeName(a) < version.RelativeName(b);
      ASSERT_EQ(version.CompareNames(a, b) < 0, before);
    }
  }
}

TEST(ResourceTableTest, RowsInTheOrderOfNamesAreComparedWithoutNames) {
  ResourceTable table;
  for (const char* name : {"b", "d", "f", "h"}) table.Insert(name, "", 1);
  EXPECT_TRUE(table.NamesFollowRows());
  table.Erase(1);
  EXPECT_TRUE(table.NamesFollowRows());
  EXPECT_LT(table.CompareNames(0, 2), 0);
  table.Insert("z", "", 2);  // takes row 1
  EXPECT_FALSE(table.NamesFollowRows());
  EXPECT_GT(table.CompareNames(1, 3), 0);
  EXPECT_LT(table.CompareNames(2, 1), 0);
  EXPECT_EQ(table.CompareNames(2, 2), 0);
}

}  // namespace
}  // namespace bulian::model
