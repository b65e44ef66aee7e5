// Answers against a scan of all names, and the index after random histories against one made from scratch.
#include "services/search/search.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bulian/v1/enterprise.pb.h"
#include "gtest/gtest.h"
#include "tests/harness/cases.h"

namespace bulian::search {
namespace {

using model::ResourceType;
using model::Row;
using model::SnapshotPtr;

constexpr std::size_t kNoBulk = ~std::size_t{0};
bool Never() { return false; }

// Names of few pieces, so that they meet.
class RandomNames {
 public:
  explicit RandomNames(unsigned seed) : random_(seed) {}
  std::size_t Pick(std::size_t n) { return random_() % n; }
  std::string Text() {
    std::string text;
    for (std::size_t n = 1 + Pick(4); n > 0; --n) text += Piece();
    return text;
  }
  v1::Enterprise Enterprise() {
    v1::Enterprise enterprise;
    enterprise.set_kind(v1::Enterprise::COMPANY);
    enterprise.mutable_display_name()->set_zh(Text() + (Pick(2) == 0 ? "有限公司" : ""));
    if (Pick(2) == 0) enterprise.mutable_display_name()->set_en(Text() + " Co., Ltd.");
    for (std::size_t n = Pick(3); n > 0; --n) enterprise.add_aliases(Text());
    if (Pick(3) == 0) enterprise.add_former_names(Text());
    if (Pick(2) == 0) enterprise.set_uscc("9150" + std::to_string(Pick(1000)) + "X");
    if (Pick(4) == 0) enterprise.set_lei("3003" + std::to_string(Pick(100)));
    return enterprise;
  }

 private:
  std::string Piece() {
    static const char* const kPieces[] = {"重庆", "北碚",  "传感", "傳感", "器",     "士兰",  "士蓝",    "微",
                                          "电子", "长",    "厦门", "西安", "silan ", "micro", "Sensor ", "3D",
                                          "打印", "chong", "qing", "（",   " ",      "X"};
    return kPieces[Pick(std::size(kPieces))];
  }
  std::mt19937 random_;
};

std::string Name(std::size_t e) { return "clusters/t/enterprises/e" + std::to_string(e); }

class World {
 public:
  void Put(std::size_t e, const v1::Enterprise* enterprise) {
    const std::string name = Name(e), bytes = enterprise == nullptr ? "" : enterprise->SerializeAsString();
    if (enterprise == nullptr && builder_.Build()->Find(ResourceType::kEnterprise, name) == model::kNoRow) return;
    model::RecordChange change{.name = name, .value = bytes};
    if (enterprise == nullptr) change.value.reset();
    builder_.Apply({"t", "uid", 1, ++revision_, 1}, {&change, 1});
  }
  SnapshotPtr Snapshot() { return builder_.Build(); }
  model::Delta TakeDelta() { return builder_.TakeDelta(); }

 private:
  model::SnapshotBuilder builder_{"t"};
  std::int64_t revision_ = 0;
};

// Matches every text, with counts of its own.
class Scanner {
 public:
  explicit Scanner(const model::Snapshot& snapshot) : snapshot_(snapshot) {
    for (Row row = 0; row < snapshot.RowLimit(ResourceType::kEnterprise); ++row) {
      if (!snapshot.Exists(ResourceType::kEnterprise, row)) continue;
      for (Text& text : TextsOf(snapshot.RecordBytes(ResourceType::kEnterprise, row))) {
        text.enterprise = row;
        for (const Term term : TermsOf(text)) ++counts_[term];
        texts_.push_back(std::move(text));
      }
    }
  }

  // All enterprises found, best first.
  std::vector<Hit> Find(const Query& query, const model::RowMask* rows) {
    std::vector<std::size_t> of_grams;
    for (const QueryGram& gram : query.grams) of_grams.push_back(counts_[gram.term]);
    const Coverage coverage(query, of_grams, texts_.size());
    std::vector<Hit> hits;
    for (const Text& text : texts_) {
      if (rows != nullptr && !rows->Test(text.enterprise)) continue;
      const TextMatch match = MatchText(query, coverage, text);
      if (match.score > 0) hits.push_back({text.enterprise, text, match});
    }
    std::stable_sort(hits.begin(), hits.end(), [&](const Hit& a, const Hit& b) {
      if (a.match.score != b.match.score) return a.match.score > b.match.score;
      return NameOf(a) < NameOf(b);
    });
    std::vector<Hit> best;
    std::set<Row> seen;
    for (const Hit& hit : hits)
      if (seen.insert(hit.enterprise).second) best.push_back(hit);
    return best;
  }

 private:
  std::string NameOf(const Hit& hit) const { return snapshot_.Name(ResourceType::kEnterprise, hit.enterprise); }
  const model::Snapshot& snapshot_;
  std::vector<Text> texts_;
  std::map<Term, std::size_t> counts_;
};

std::vector<Hit> First(const std::vector<Hit>& hits, std::size_t size) {
  return {hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(std::min(size, hits.size()))};
}

std::string Dump(const model::Snapshot& snapshot, const std::vector<Hit>& hits) {
  std::string dump;
  for (const Hit& hit : hits)
    dump += snapshot.Name(ResourceType::kEnterprise, hit.enterprise) + " " + std::to_string(hit.match.score) + " " +
            std::to_string(static_cast<int>(hit.match.kind)) + " " + std::to_string(static_cast<int>(hit.text.field)) +
            " " + std::to_string(hit.text.ordinal) + "\n";
  return dump;
}

SearchAnswer Ask(const SearchIndex& index, const model::Snapshot& snapshot, const Query& query, std::size_t size,
                 std::shared_ptr<const model::RowMask> rows = nullptr) {
  SearchRequest request;
  request.index = &index;
  request.snapshot = &snapshot;
  request.size = size;
  request.rows = std::move(rows);
  constexpr std::size_t kMuch = std::size_t{1} << 24;
  request.limits = {.steps = kMuch, .partial_steps = kMuch, .texts = kMuch};
  return Search(request, query);
}

std::vector<std::string> Queries(RandomNames* names) {
  std::vector<std::string> queries = {
      "传感", "傳感器",   "cq", "cqcg", "chongqing", "chongq", "silan",  "Silan Mcro", "士蓝微", "9150",   "X9",
      "9",    "9150123X", "重", "s",    "si",        "3",      "3d打印", "北碚传感",   "xian",   "xiamen", "长"};
  for (int i = 0; i < 10; ++i) queries.push_back(names->Text());
  return queries;
}

TEST(Search, EqualsAScanOfAllNames) {
  std::map<MatchKind, int> kinds;
  for (unsigned seed = 1; seed <= static_cast<unsigned>(harness::Cases(12)); ++seed) {
    RandomNames names(seed);
    World world;
    const std::size_t count = 20 + names.Pick(250);
    for (std::size_t e = 0; e < count; ++e) {
      const v1::Enterprise enterprise = names.Enterprise();
      world.Put(e, &enterprise);
    }
    const SnapshotPtr snapshot = world.Snapshot();
    const SearchIndex::Ptr index = SearchIndex::FromScratch(*snapshot, Never, seed % 2 == 0 ? kNoBulk : 0);
    auto some = std::make_shared<model::RowMask>(snapshot->RowLimit(ResourceType::kEnterprise));
    for (Row row = 0; row < some->limit(); ++row)
      if (names.Pick(seed % 3 + 2) > 0) some->Set(row);
    Scanner scanner(*snapshot);
    for (const std::string& text : Queries(&names)) {
      const Query query = ParseQuery(text);
      const std::vector<Hit> all = scanner.Find(query, nullptr);
      for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        const SearchAnswer answer = Ask(*index, *snapshot, query, size);
        ASSERT_EQ(Dump(*snapshot, answer.hits), Dump(*snapshot, First(all, size))) << text << " seed " << seed;
        // Only more ways to read it than are tried leave it open.
        ASSERT_EQ(answer.complete, !query.limited) << text;
        for (const Hit& hit : answer.hits) ++kinds[hit.match.kind];
      }
      ASSERT_EQ(Dump(*snapshot, Ask(*index, *snapshot, query, 20, some).hits),
                Dump(*snapshot, First(scanner.Find(query, some.get()), 20)))
          << text << " seed " << seed;
    }
  }
  for (const MatchKind kind : {MatchKind::kExact, MatchKind::kPrefix, MatchKind::kContained, MatchKind::kFullPinyin,
                               MatchKind::kInitials, MatchKind::kPartly})
    EXPECT_GT(kinds[kind], 10 / BULIAN_ONE_CASE_IN) << static_cast<int>(kind);
}

// Lists and texts of two indexes hold the same.
void ExpectSame(const SearchIndex& a, const SearchIndex& b) {
  ASSERT_EQ(a.text_count(), b.text_count());
  const auto texts_of = [](const SearchIndex& index, Doc doc) {
    std::vector<Text> texts;
    index.VisitTexts(doc, [&](const Text& text) { texts.push_back(text); });
    std::sort(texts.begin(), texts.end(), [](const Text& x, const Text& y) {
      return std::tie(x.enterprise, x.field, x.ordinal) < std::tie(y.enterprise, y.field, y.ordinal);
    });
    return texts;
  };
  for (Term term = 0; term < kTermLimit; ++term) {
    const Postings& one = a.ListOf(term);
    const Postings& other = b.ListOf(term);
    ASSERT_EQ(one.size(), other.size()) << term;
    PostingCursor left(one), right(other);
    for (; left.doc() != PostingCursor::kEnd; left.Next(), right.Next()) {
      ASSERT_EQ(left.doc(), right.doc());
      const auto doc = static_cast<Doc>(left.doc());
      ASSERT_TRUE(texts_of(a, doc) == texts_of(b, doc));
    }
  }
}

TEST(SearchIndex, IncrementalEqualsFromScratch) {
  for (unsigned seed = 1; seed <= static_cast<unsigned>(harness::Cases(4)); ++seed) {
    RandomNames names(seed);
    World world;
    SnapshotPtr before = world.Snapshot();
    SearchIndex::Ptr index = SearchIndex::FromScratch(*before, Never);
    std::vector<std::pair<SnapshotPtr, SearchIndex::Ptr>> kept;
    world.TakeDelta();
    for (int step = 0; step < 25; ++step) {
      for (std::size_t n = 1 + names.Pick(20); n > 0; --n) {
        const v1::Enterprise enterprise = names.Enterprise();
        world.Put(names.Pick(60), names.Pick(4) == 0 ? nullptr : &enterprise);
      }
      const SnapshotPtr after = world.Snapshot();
      index = SearchIndex::Advance(index, *before, *after, world.TakeDelta(), Never);
      before = after;
      if (step % 8 == 0) kept.emplace_back(before, index);
    }
    kept.emplace_back(before, index);
    for (const auto& [snapshot, version] : kept)
      ExpectSame(*version, *SearchIndex::FromScratch(*snapshot, Never, seed % 2 == 0 ? kNoBulk : 0));
  }
}

// The same enterprises in another order have other rows; a search that is cut off must not show it.
TEST(Search, CutOffAnswersDoNotHangOnHistory) {
  RandomNames names(4);
  std::vector<v1::Enterprise> enterprises;
  for (int i = 0; i < 300; ++i) enterprises.push_back(names.Enterprise());
  std::string first;
  for (const bool backwards : {false, true}) {
    World world;
    for (std::size_t i = 0; i < enterprises.size(); ++i) {
      const std::size_t e = backwards ? enterprises.size() - 1 - i : i;
      world.Put(e, &enterprises[e]);
    }
    const SnapshotPtr snapshot = world.Snapshot();
    const SearchIndex::Ptr index = SearchIndex::FromScratch(*snapshot, Never);
    std::string dump;
    int cut = 0;
    for (const char* text : {"重", "传感", "cq", "chongqing", "silan micro", "士蓝微电子"}) {
      SearchRequest request;
      request.index = index.get();
      request.snapshot = snapshot.get();
      request.size = 5;
      request.limits = {.steps = 12, .partial_steps = 30, .texts = 2};
      const SearchAnswer answer = Search(request, ParseQuery(text));
      dump += Dump(*snapshot, answer.hits) + (answer.complete ? "complete\n" : "cut off\n");
      cut += answer.complete ? 0 : 1;
    }
    EXPECT_GT(cut, 2);
    if (!backwards) first = dump;
    EXPECT_EQ(dump, first);
  }
}

TEST(Search, NothingAskedNothingFound) {
  World world;
  const SnapshotPtr empty = world.Snapshot();
  const SearchIndex::Ptr index = SearchIndex::FromScratch(*empty, Never);
  EXPECT_TRUE(Ask(*index, *empty, ParseQuery("重庆"), 10).hits.empty());
  EXPECT_TRUE(Ask(*index, *empty, ParseQuery("!"), 10).complete);
  EXPECT_EQ(SearchIndex::FromScratch(
                *empty, [] { return true; }, 0),
            nullptr);
}

}  // namespace
}  // namespace bulian::search
