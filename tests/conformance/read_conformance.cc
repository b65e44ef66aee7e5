// Scans, following, dropping, listing.
#include <thread>

#include "tests/conformance/store_conformance.h"

namespace bulian::store {
namespace {

// Replays the log over what a scan found, as its frame says.
void Replay(const std::vector<std::shared_ptr<const LogEntry>>& entries, const ScanResult& frame, Records* records) {
  for (const auto& entry : entries) {
    if (entry->revision <= frame.start.revision || entry->revision > frame.end.revision) continue;
    for (const LoggedChange& change : entry->changes) {
      if (change.after) {
        (*records)[change.name] = *change.after;
      } else {
        records->erase(change.name);
      }
    }
  }
}

TEST_P(StoreConformance, ScansGiveRecordsWithTheRevisionOfTheirLastChange) {
  Must(Commit("c").Create().Put("a", "1").Put("b", "1"));
  Must(Commit("c", 1).Put("b", "2").Put("ab", "2"));
  std::vector<std::string> seen;
  const auto frame = store().Scan("c", [&](const ScannedRecord& record) {
    seen.push_back(std::string(record.name) + "@" + std::to_string(record.revision));
    return true;
  });
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(seen, (std::vector<std::string>{"a@1", "ab@2", "b@2"}));
  EXPECT_EQ(frame->start.revision, 2);
  EXPECT_EQ(frame->end.revision, 2);
}

TEST_P(StoreConformance, AScanStopsWhenTheVisitorSaysSo) {
  Must(Commit("c").Create().Put("a", "1").Put("b", "1"));
  int visited = 0;
  ASSERT_TRUE(store().Scan("c", [&](const ScannedRecord&) { return ++visited < 1; }).ok());
  EXPECT_EQ(visited, 1);
}

TEST_P(StoreConformance, ScansOfLogsStayApart) {
  Must(Commit("c").Create().Put("a", "c"));
  Must(Commit("c2").Create().Put("a", "c2"));
  Must(Commit("b").Create().Put("z", "b"));
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "c"}}));
  EXPECT_EQ(ScanAll("c2"), (Records{{"a", "c2"}}));
  EXPECT_EQ(ScanAll("b"), (Records{{"z", "b"}}));
  EXPECT_EQ(store().Scan("nobody", [](const ScannedRecord&) { return true; }).status().code(),
            absl::StatusCode::kNotFound);
}

// The visitor itself commits, which also shows that a scan holds no lock of writers.
TEST_P(StoreConformance, AScanUnderWritesIsMadeExactByItsFrame) {
  constexpr int kRecords = 6000;
  std::int64_t head = 0;
  for (int from = 0; from < kRecords; from += 1000) {
    Commit commit("c", head);
    commit.request.create_log = head == 0;
    for (int i = from; i < from + 1000; ++i) commit.Put("n" + std::to_string(100'000 + i), std::string(700, 'v'));
    head = Must(commit);
  }
  Records scanned;
  int visited = 0;
  const auto frame = store().Scan("c", [&](const ScannedRecord& record) {
    scanned[std::string(record.name)] = std::string(record.value);
    if (++visited % 500 == 0) {
      Commit commit("c", head);
      commit.Put("n" + std::to_string(100'000 + visited - 200), "changed behind");
      commit.Put("n" + std::to_string(100'000 + (visited + 2500) % kRecords), "changed ahead");
      commit.Delete("n" + std::to_string(100'000 + (visited + 3100) % kRecords));
      commit.Put("n" + std::to_string(100'000 + visited) + "-new", "added");
      head = Must(commit);
    }
    return true;
  });
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(frame->start.revision, 6);
  EXPECT_LE(frame->end.revision, head);
  Replay(Entries("c"), *frame, &scanned);
  ScanResult rest = *frame;
  rest.start = rest.end;
  rest.end.revision = head;
  Replay(Entries("c"), rest, &scanned);
  EXPECT_EQ(scanned, ScanAll("c"));
}

TEST_P(StoreConformance, AScanOfALogThatIsDroppedFails) {
  Commit commit("c");
  for (int i = 0; i < 9000; ++i) commit.Put("n" + std::to_string(i), std::string(300, 'v'));
  Must(commit.Create());
  bool dropped = false;
  const auto frame = store().Scan("c", [&](const ScannedRecord&) {
    if (!dropped) {
      dropped = true;
      EXPECT_TRUE(store().DropLog("c", "").ok());
      Must(Commit("c").Create().Put("a", "another log"));
    }
    return true;
  });
  EXPECT_EQ(frame.status().code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreConformance, FollowGivesEveryEntryAfter) {
  Must(Commit("c").Create().Put("a", "0"));
  for (std::int64_t revision = 1; revision < 50; ++revision)
    Must(Commit("c", revision).Put("a", std::string(60'000, 'v')));
  for (const std::int64_t after : {0, 1, 30, 49, 50}) {
    const auto entries = Entries("c", after);
    ASSERT_EQ(static_cast<std::int64_t>(entries.size()), 50 - after);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(entries[i]->revision, after + static_cast<std::int64_t>(i) + 1);
    }
  }
  int visited = 0;
  EXPECT_TRUE(store().Follow("c", 0, [&](const std::shared_ptr<const LogEntry>&) { return ++visited < 3; }).ok());
  EXPECT_EQ(visited, 3);
  const auto nothing = [](const std::shared_ptr<const LogEntry>&) { return true; };
  EXPECT_EQ(model::ReasonOf(store().Follow("c", 51, nothing)), v1::REVISION_NOT_RETAINED);
  EXPECT_EQ(model::ReasonOf(store().Follow("c", -1, nothing)), v1::REVISION_NOT_RETAINED);
  EXPECT_EQ(store().Follow("d", 0, nothing).code(), absl::StatusCode::kNotFound);
}

TEST_P(StoreConformance, FollowingAConcurrentWriterSeesNoHole) {
  Must(Commit("c").Create().Put("a", "0"));
  std::thread writer([&] {
    for (std::int64_t revision = 1; revision < 300; ++revision) Must(Commit("c", revision).Put("a", "x"));
  });
  std::int64_t seen = 0;
  while (seen < 300) {
    const auto status = store().Follow("c", seen, [&](const std::shared_ptr<const LogEntry>& entry) {
      EXPECT_EQ(entry->revision, seen + 1);
      seen = entry->revision;
      return true;
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  writer.join();
}

TEST_P(StoreConformance, ADroppedLogIsGoneAndANewOneIsAnother) {
  Must(Commit("c").Create().Put("a", "1").Put("b", "1").Id("r1", "p1"));
  Must(Commit("keep").Create().Put("a", "kept"));
  const std::string uid = store().Position("c")->uid;
  EXPECT_EQ(model::ReasonOf(store().DropLog("c", "another")), v1::CONFLICT);
  ASSERT_TRUE(store().DropLog("c", uid).ok());
  EXPECT_EQ(store().DropLog("c", "").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store().Position("c").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store().EarliestRetained("c").status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store().FindRequest("c", "actor", "method", "r1", "p1")->has_value());  // of its last commit
  Reopen();
  EXPECT_EQ(Must(Commit("c").Create().Put("z", "new")), 1);
  EXPECT_NE(store().Position("c")->uid, uid);
  while (*store().Compact(Retention())) {
  }
  EXPECT_EQ(ScanAll("c"), (Records{{"z", "new"}}));
  EXPECT_EQ(ScanAll("keep"), (Records{{"a", "kept"}}));
  EXPECT_EQ(Entries("c").size(), 1U);
  EXPECT_EQ(Entries("keep").size(), 1U);
}

TEST_P(StoreConformance, ListsLogsByName) {
  EXPECT_TRUE(store().ListLogs()->empty());
  Must(Commit("m").Create().Put("a", "1"));
  Must(Commit("b").Create().Put("a", "1"));
  Must(Commit("b", 1).Put("a", "2"));
  const auto logs = *store().ListLogs();
  ASSERT_EQ(logs.size(), 2U);
  EXPECT_EQ(logs[0].first, "b");
  EXPECT_EQ(logs[0].second.revision, 2);
  EXPECT_EQ(logs[1].first, "m");
  EXPECT_NE(logs[0].second.uid, logs[1].second.uid);
}

}  // namespace
}  // namespace bulian::store
