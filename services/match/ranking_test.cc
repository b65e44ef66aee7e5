#include "services/match/ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "services/match/page_position.h"

namespace bulian::match {
namespace {

// Names that run against the order of rows.
class Names final : public EntryNames {
 public:
  Names() {
    for (int i = 0; i < 1000; ++i) texts_.push_back("n" + std::to_string(100000 - i * 7 % 1000));
  }
  std::string_view Cluster(const Entry& entry) const override { return texts_[entry.source]; }
  std::string_view Enterprise(const Entry& entry) const override { return texts_[entry.enterprise]; }
  std::string_view Offer(const Entry& entry) const override { return texts_[entry.offer]; }

 private:
  std::vector<std::string> texts_;
};

bool Same(const Entry& a, const Entry& b) {
  return a.source == b.source && a.enterprise == b.enterprise && a.offer == b.offer;
}

TEST(BestEntriesTest, EqualsAFullSort) {
  const Names names;
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    // Few different scores: many ties.
    std::vector<Entry> entries;
    for (int i = 0; i < 3000; ++i) {
      Entry entry;
      entry.enterprise = static_cast<model::Row>(random() % 700);
      entry.offer = static_cast<model::Row>(random() % 1000);
      entry.source = static_cast<std::uint16_t>(random() % 2);
      entry.standing = static_cast<Standing>(4 + random() % 3);
      entry.score = {static_cast<double>(random() % 4) / 4, 1 - static_cast<double>(random() % 2) / 8};
      entries.push_back(entry);
    }
    const std::size_t capacity = 1 + random() % 150;
    BestEntries best(capacity, &names);
    for (const Entry& entry : entries) {
      if (best.MayEnter(entry.standing, entry.score)) best.Add(entry);
    }
    const std::vector<Entry> fast = best.Take();
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return RanksBefore(a, b, names); });
    std::vector<Entry> plain;
    std::map<std::pair<int, model::Row>, bool> seen;
    for (const Entry& entry : entries) {
      if (!seen[{entry.source, entry.enterprise}] && plain.size() < capacity) plain.push_back(entry);
      seen[{entry.source, entry.enterprise}] = true;
    }
    ASSERT_TRUE(std::equal(fast.begin(), fast.end(), plain.begin(), plain.end(), Same)) << "round " << round;
  }
}

TEST(PagePositionTest, ReadsBackWhatItWrote) {
  PagePosition position;
  position.offset = 40;
  position.others = {{"a", "uid-a", 2, 17}};
  position.unreachable = {"clusters/b: no\nsuch"};
  const auto back = DecodePosition(EncodePosition(position));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->offset, 40u);
  ASSERT_EQ(back->others.size(), 1u);
  EXPECT_EQ(back->others[0].uid, "uid-a");
  EXPECT_EQ(back->others[0].revision, 17);
  EXPECT_EQ(back->unreachable, std::vector<std::string>{"clusters/b: no such"});
  for (const char* text : {"", "x", "1\n?a", "1\n=a uid 1", "-1"}) EXPECT_FALSE(DecodePosition(text)) << text;
}

}  // namespace
}  // namespace bulian::match
