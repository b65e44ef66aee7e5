// Compaction and counts.
#include "tests/conformance/store_conformance.h"

namespace bulian::store {
namespace {

constexpr Retention kKeepAll{0, absl::ZeroDuration(), 0};

// Runs to the end; the number of calls is bounded by the work there is.
void CompactFully(Store& store, const Retention& retention) {
  for (int calls = 0; calls < 1000; ++calls) {
    const auto more = store.Compact(retention);
    ASSERT_TRUE(more.ok()) << more.status();
    if (!*more) return;
  }
  FAIL() << "compaction does not end";
}

TEST_P(StoreConformance, CompactionKeepsTheNewestByCount) {
  Must(Commit("c").Create().Put("a", "0"));
  for (std::int64_t revision = 1; revision < 20; ++revision)
    Must(Commit("c", revision).Put("a", std::to_string(revision)));
  EXPECT_EQ(*store().EarliestRetained("c"), 1);
  Retention retention = kKeepAll;
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 1);
  retention.max_commits = 5;
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 16);
  EXPECT_EQ(Entries("c", 15).size(), 5U);
  const auto status = store().Follow("c", 14, [](const std::shared_ptr<const LogEntry>&) { return true; });
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(model::ReasonOf(status), v1::REVISION_NOT_RETAINED);
  Reopen();
  EXPECT_EQ(*store().EarliestRetained("c"), 16);
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "19"}}));
  EXPECT_EQ(Must(Commit("c", 20).Put("a", "20")), 21);
  retention.max_commits = 1;
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 21);
  EXPECT_EQ(Entries("c", 20).size(), 1U);
}

TEST_P(StoreConformance, CompactionByAgeNeverDropsTheNewestCommit) {
  Must(Commit("c").Create().Put("a", "0"));
  now_ += absl::Hours(10);
  Must(Commit("c", 1).Put("a", "1"));
  now_ += absl::Hours(10);
  Must(Commit("c", 2).Put("a", "2"));
  Retention retention = kKeepAll;
  retention.max_age = absl::Hours(15);
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 2);
  now_ += absl::Hours(1000);
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 3);
  EXPECT_EQ(Head("c"), 3);
}

TEST_P(StoreConformance, CompactionByBytes) {
  Must(Commit("c").Create().Put("a", "0"));
  for (std::int64_t revision = 1; revision < 40; ++revision)
    Must(Commit("c", revision).Put("b", std::string(1000, 'v')));
  Retention retention = kKeepAll;
  retention.max_bytes = 20'000;  // an entry holds the value before and after
  CompactFully(store(), retention);
  const std::int64_t earliest = *store().EarliestRetained("c");
  EXPECT_GT(earliest, 29);
  EXPECT_LT(earliest, 40);
  retention.max_bytes = 1;
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 40);
}

TEST_P(StoreConformance, CompactionWorksInBoundedPieces) {
  for (int i = 0; i < 30; ++i) {
    Commit commit("c", i);
    commit.request.create_log = i == 0;
    for (int n = 0; n < 500; ++n) commit.Put("n" + std::to_string(n), "v");
    Must(commit);
  }
  Retention retention = kKeepAll;
  retention.max_commits = 1;
  ASSERT_TRUE(*store().Compact(retention));
  EXPECT_LT(*store().EarliestRetained("c"), 30);
  EXPECT_GT(*store().EarliestRetained("c"), 1);
  CompactFully(store(), retention);
  EXPECT_EQ(*store().EarliestRetained("c"), 30);
}

TEST_P(StoreConformance, CommitsValidatedBeforeTheKeptLogAreRefused) {
  Must(Commit("c").Create().Put("a", "0"));
  for (std::int64_t revision = 1; revision < 10; ++revision) Must(Commit("c", revision).Put("a", "x"));
  Retention retention = kKeepAll;
  retention.max_commits = 3;
  CompactFully(store(), retention);
  Refused(Commit("c", 6).Put("z", "1"), absl::StatusCode::kAborted, v1::CONFLICT);
  EXPECT_EQ(Must(Commit("c", 7).Put("z", "1")), 11);
}

TEST_P(StoreConformance, StatsCount) {
  Must(Commit("c").Create().Put("a", "0").Put("b", "0"));
  Must(Commit("c", 1).Delete("a").Put("x", "1").Put("b", "1"));
  Must(Commit("d").Create().Put("a", "0"));
  Refused(Commit("c", 1).Put("b", "2"), absl::StatusCode::kAborted, v1::CONFLICT);
  StoreStats stats = store().Stats();
  EXPECT_EQ(stats.logs, 2);
  EXPECT_EQ(stats.records, 3);
  EXPECT_EQ(stats.log_entries, 3);
  EXPECT_EQ(stats.commits, 3);
  EXPECT_EQ(stats.commit_conflicts, 1);
  EXPECT_EQ(stats.commit_failures, 0);
  EXPECT_GE(stats.group_syncs, 1);
  EXPECT_GT(stats.used_bytes, 0);
  ASSERT_TRUE(store().DropLog("d", "").ok());
  Retention retention = kKeepAll;
  retention.max_commits = 1;
  CompactFully(store(), retention);
  stats = store().Stats();
  EXPECT_EQ(stats.logs, 1);
  EXPECT_EQ(stats.records, 2);
  EXPECT_EQ(stats.log_entries, 1);
}

}  // namespace
}  // namespace bulian::store
