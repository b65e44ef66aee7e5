#include "services/search/postings.h"

#include <random>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "services/search/union_cursor.h"
#include "tests/harness/cases.h"

namespace bulian::search {
namespace {

// Numbers below n.
class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  Doc operator()(Doc n) { return static_cast<Doc>(random_() % n); }

 private:
  std::mt19937 random_;
};

std::vector<Doc> All(const Postings& list) {
  std::vector<Doc> docs;
  for (PostingCursor cursor(list); cursor.doc() != PostingCursor::kEnd; cursor.Next())
    docs.push_back(static_cast<Doc>(cursor.doc()));
  return docs;
}

TEST(Postings, IsASetWhoseCopiesStay) {
  Random random(3);
  Postings list;
  std::set<Doc> set;
  std::vector<std::pair<Postings, std::vector<Doc>>> kept;
  for (int i = 0; i < harness::Cases(20'000); ++i) {
    const Doc doc = random(3000) * 1'000'003;
    if (random(3) > (i / 5000 % 2 == 0 ? 0u : 1u)) {
      list.Insert(doc);
      set.insert(doc);
    } else {
      list.Erase(doc);
      set.erase(doc);
    }
    ASSERT_EQ(list.size(), set.size());
    if (i % 1000 == 0) kept.emplace_back(list, std::vector<Doc>(set.begin(), set.end()));
  }
  for (const auto& [copy, docs] : kept) EXPECT_EQ(All(copy), docs);
  for (const Doc doc : std::set<Doc>(set)) list.Erase(doc);
  EXPECT_EQ(list.size(), 0u);
  EXPECT_EQ(list.Bytes(), 0u);
}

TEST(Postings, SeeksAsASortedVectorDoes) {
  Random random(5);
  for (int round = 0; round < harness::Cases(300); ++round) {
    std::set<Doc> set;
    const std::size_t size = random(3) == 0 ? random(20) : random(5000);
    while (set.size() < size) set.insert(random(100'000));
    Postings list;
    const std::vector<Doc> docs(set.begin(), set.end());
    if (round % 2 == 0) {
      list.Assign(docs);
    } else {
      for (const Doc doc : docs) list.Insert(doc);
    }
    PostingCursor cursor(list);
    Doc at = 0;
    while (at < 110'000) {
      at += random(random(2) == 0 ? 20 : 20'000);
      cursor.Seek(at);
      const auto expected = set.lower_bound(at);
      ASSERT_EQ(cursor.doc(), expected == set.end() ? PostingCursor::kEnd : *expected);
      if (expected != set.end()) at = *expected;
    }
  }
}

TEST(UnionCursor, GoesThroughAllOnce) {
  Random random(9);
  for (int round = 0; round < harness::Cases(100); ++round) {
    std::vector<Postings> lists(1 + random(6));
    std::set<Doc> all;
    for (Postings& list : lists)
      for (std::size_t n = random(400); n > 0; --n) {
        const Doc doc = random(2000);
        list.Insert(doc);
        all.insert(doc);
      }
    std::vector<const Postings*> pointers;
    for (const Postings& list : lists) pointers.push_back(&list);
    UnionCursor cursor(pointers);
    for (const Doc doc : all) {
      ASSERT_EQ(cursor.doc(), doc);
      cursor.Next();
    }
    EXPECT_EQ(cursor.doc(), UnionCursor::kEnd);
    UnionCursor seeking(pointers);
    const Doc from = random(2500);
    seeking.Seek(from);
    const auto expected = all.lower_bound(from);
    EXPECT_EQ(seeking.doc(), expected == all.end() ? UnionCursor::kEnd : *expected);
  }
}

}  // namespace
}  // namespace bulian::search
