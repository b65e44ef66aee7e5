// Logs that another store gave.
#include <utility>

#include "services/store/request_scope.h"
#include "tests/conformance/store_conformance.h"

namespace bulian::store {
namespace {

// All that a store holds of a log, as text where that is easier to compare.
struct LogImage {
  LogPosition position;
  std::int64_t earliest = 0;
  std::map<std::string, std::pair<std::string, std::int64_t>> records;
  std::vector<LogEntry> entries;
  std::map<std::string, StoredRequest> requests;
};

LogImage ImageOf(Store& store, const std::string& log) {
  LogImage image;
  image.position = *store.Position(log);
  image.earliest = *store.EarliestRetained(log);
  EXPECT_TRUE(store
                  .Scan(log,
                        [&](const ScannedRecord& record) {
                          image.records[std::string(record.name)] = {std::string(record.value), record.revision};
                          return true;
                        })
                  .ok());
  EXPECT_TRUE(store
                  .Follow(log, image.earliest - 1,
                          [&](const std::shared_ptr<const LogEntry>& entry) {
                            image.entries.push_back(*entry);
                            return true;
                          })
                  .ok());
  EXPECT_TRUE(store
                  .VisitRequests(log,
                                 [&](const StoredRequest& request) {
                                   EXPECT_TRUE(image.requests.emplace(request.scope, request).second);
                                   return true;
                                 })
                  .ok());
  return image;
}

absl::Status Load(LogLoader& loader, const LogImage& image) {
  for (const auto& [name, record] : image.records) {
    if (absl::Status status = loader.AddRecord(name, record.first, record.second); !status.ok()) return status;
  }
  for (const LogEntry& entry : image.entries) {
    if (absl::Status status = loader.AddEntry(entry); !status.ok()) return status;
  }
  for (const auto& [scope, request] : image.requests) {
    if (absl::Status status = loader.AddRequest(request); !status.ok()) return status;
  }
  return loader.Finish(image.position);
}

void ExpectSameEntry(const LogEntry& a, const LogEntry& b) {
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.commit_time, b.commit_time);
  EXPECT_EQ(a.actor, b.actor);
  EXPECT_EQ(a.method, b.method);
  EXPECT_EQ(a.request_id, b.request_id);
  EXPECT_EQ(a.touches, b.touches);
  ASSERT_EQ(a.changes.size(), b.changes.size());
  for (std::size_t i = 0; i < a.changes.size(); ++i) {
    EXPECT_EQ(a.changes[i].name, b.changes[i].name);
    EXPECT_EQ(a.changes[i].before, b.changes[i].before);
    EXPECT_EQ(a.changes[i].after, b.changes[i].after);
    EXPECT_EQ(a.changes[i].before_revision, b.changes[i].before_revision);
  }
}

// But for the predecessor digests, which are a store's own matter.
void ExpectSame(const LogImage& a, const LogImage& b) {
  EXPECT_EQ(a.position.uid, b.position.uid);
  EXPECT_EQ(a.position.epoch, b.position.epoch);
  EXPECT_EQ(a.position.revision, b.position.revision);
  EXPECT_EQ(a.position.commit_time, b.position.commit_time);
  EXPECT_EQ(a.earliest, b.earliest);
  EXPECT_EQ(a.records, b.records);
  ASSERT_EQ(a.entries.size(), b.entries.size());
  for (std::size_t i = 0; i < a.entries.size(); ++i) ExpectSameEntry(a.entries[i], b.entries[i]);
  ASSERT_EQ(a.requests.size(), b.requests.size());
  for (const auto& [scope, request] : a.requests) {
    const auto found = b.requests.find(scope);
    ASSERT_NE(found, b.requests.end());
    EXPECT_EQ(request.time, found->second.time);
    EXPECT_EQ(request.revision, found->second.revision);
    EXPECT_EQ(request.payload_digest, found->second.payload_digest);
  }
}

// A log with a past: trimmed, with deletions, guards and request ids.
LogImage Sample() {
  LogImage image;
  image.earliest = 4;
  const absl::Time start = absl::FromUnixSeconds(1'699'999'000);
  for (std::int64_t revision = 4; revision <= 9; ++revision) {
    LogEntry entry;
    entry.revision = revision;
    entry.epoch = revision < 7 ? 1 : 5;
    entry.commit_time = start + absl::Seconds(revision);
    entry.actor = "actor";
    entry.method = "method";
    entry.request_id = "r" + std::to_string(revision);
    entry.predecessor_digest = std::string(32, static_cast<char>('a' + revision));  // of another chain
    if (revision == 6) entry.touches = {"guard:taxonomy"};
    LoggedChange change{"a", "a" + std::to_string(revision - 1), "a" + std::to_string(revision), revision - 1};
    entry.changes.push_back(change);
    if (revision == 5) entry.changes.push_back({"gone", "old", std::nullopt, 2});
    if (revision == 8) entry.changes.push_back({"new", std::nullopt, std::string("\0\xff", 2), 0});
    image.entries.push_back(entry);
    StoredRequest request{RequestScope("actor", "method", entry.request_id), entry.commit_time, revision,
                          "p" + std::to_string(revision)};
    image.requests[request.scope] = request;
  }
  image.records = {{"a", {"a9", 9}}, {"new", {std::string("\0\xff", 2), 8}}, {"untouched", {"", 1}}};
  image.position = {"some-uid", 5, 9, start + absl::Seconds(9)};
  return image;
}

TEST_P(StoreConformance, ALoadedLogIsTheOneThatWasGiven) {
  const LogImage sample = Sample();
  auto loader = store().LoadLog("c");
  ASSERT_TRUE(loader.ok()) << loader.status();
  ASSERT_TRUE(Load(**loader, sample).ok());
  loader->reset();
  for (int round = 0; round < 2; ++round) {
    const LogImage loaded = ImageOf(store(), "c");
    ExpectSame(loaded, sample);
    EXPECT_EQ(loaded.entries[0].predecessor_digest, sample.entries[0].predecessor_digest);
    EXPECT_EQ(loaded.entries[1].predecessor_digest, harness_->Digest(loaded.entries[0]));  // chained anew
    while (*store().Compact(Retention{0, absl::ZeroDuration(), 0})) {
    }
    Reopen();
  }
}

TEST_P(StoreConformance, ALogGoesFromStoreToStoreAsItIs) {
  Must(Commit("c").Create().Put("a", "1").Put("b", "1").Id("r1", "p1"));
  Must(Commit("c", 1).Put("a", "2").Touch("guard:taxonomy").Id("r2", "p2"));
  Must(Commit("c", 2).Delete("b"));
  const LogImage image = ImageOf(store(), "c");
  auto other = GetParam().make([this] { return now_; });
  auto loader = other->store().LoadLog("c");
  ASSERT_TRUE(loader.ok()) << loader.status();
  ASSERT_TRUE(Load(**loader, image).ok());
  ExpectSame(ImageOf(other->store(), "c"), image);
  ExpectSame(ImageOf(store(), "c"), image);
}

TEST_P(StoreConformance, CommitsGoOnAfterALoad) {
  LogImage sample = Sample();
  sample.position.epoch = 1'800'000'000;
  ASSERT_TRUE(Load(**store().LoadLog("c"), sample).ok());
  // Conflicts with loaded entries are found: by name, by guard, and beyond what the log holds.
  Refused(Commit("c", 8).Put("a", "x"), absl::StatusCode::kAborted, v1::CONFLICT);
  Refused(Commit("c", 5).Put("x", "x").Read("guard:taxonomy"), absl::StatusCode::kAborted, v1::CONFLICT);
  Refused(Commit("c", 2).Put("x", "x"), absl::StatusCode::kAborted, v1::CONFLICT);
  Refused(Commit("c").Create().Put("x", "x"), absl::StatusCode::kAlreadyExists, v1::RESOURCE_EXISTS);
  EXPECT_EQ(Must(Commit("c", 6).Put("x", "1").Read("guard:taxonomy")), 10);
  EXPECT_EQ(Must(Commit("c", 10).Put("a", "2")), 11);
  const auto entries = Entries("c", 8);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0]->epoch, 5);
  EXPECT_EQ(entries[1]->epoch, sample.position.epoch);
  EXPECT_EQ(entries[2]->changes[0].before, "a9");
  EXPECT_EQ(entries[2]->changes[0].before_revision, 9);
  EXPECT_EQ(entries[2]->predecessor_digest, harness_->Digest(*entries[1]));
  EXPECT_EQ(store().Position("c")->epoch, sample.position.epoch);
  Reopen();
  EXPECT_EQ(Must(Commit("c", 11).Put("a", "3")), 12);
}

TEST_P(StoreConformance, RequestIdsOfALoadedLogReplay) {
  ASSERT_TRUE(Load(**store().LoadLog("c"), Sample()).ok());
  const auto again = store().Commit(Commit("c", 3).Put("a", "x").Id("r7", "p7").request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->position.revision, 7);
  EXPECT_EQ(again->position.uid, "some-uid");
  Refused(Commit("c", 9).Put("a", "x").Id("r7", "p8"), absl::StatusCode::kInvalidArgument, v1::REQUEST_ID_REUSED);
  now_ += absl::Hours(24);
  EXPECT_EQ(*store().FindRequest("c", "actor", "method", "r7", "p7"), std::nullopt);
  while (*store().Compact(Retention())) {
  }
  now_ -= absl::Hours(24);
  EXPECT_EQ(*store().FindRequest("c", "actor", "method", "r7", "p7"), std::nullopt);
}

TEST_P(StoreConformance, ARecordAddedAgainTakesThePlaceOfTheOneBefore) {
  LogImage sample = Sample();
  auto loader = store().LoadLog("c");
  ASSERT_TRUE(loader.ok()) << loader.status();
  ASSERT_TRUE((*loader)->AddRecord("a", "a5", 5).ok());
  ASSERT_TRUE((*loader)->AddRecord("gone", "old", 2).ok());
  ASSERT_TRUE((*loader)->AddRecord("gone", std::nullopt, 5).ok());
  ASSERT_TRUE((*loader)->AddRecord("never", std::nullopt, 5).ok());
  ASSERT_TRUE(Load(**loader, sample).ok());
  ExpectSame(ImageOf(store(), "c"), sample);
  const StoreStats stats = store().Stats();
  EXPECT_EQ(stats.records, 3);
  EXPECT_EQ(stats.log_entries, 6);
}

TEST_P(StoreConformance, NothingOfALoadShowsBeforeItIsFinished) {
  LogImage sample = Sample();
  for (int round = 0; round < 3; ++round) {
    auto loader = store().LoadLog("c");
    ASSERT_TRUE(loader.ok()) << loader.status();
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE((*loader)->AddRecord("big" + std::to_string(i), std::string(50'000, 'v'), 3).ok());
    for (const LogEntry& entry : sample.entries) ASSERT_TRUE((*loader)->AddEntry(entry).ok());
    EXPECT_EQ(store().Position("c").status().code(), absl::StatusCode::kNotFound);
    EXPECT_TRUE(store().ListLogs()->empty());
    while (*store().Compact(Retention())) {  // does not clear what is being loaded
    }
    if (round < 2) continue;
    for (int i = 0; i < 200; ++i) ASSERT_TRUE((*loader)->AddRecord("big" + std::to_string(i), std::nullopt, 4).ok());
    ASSERT_TRUE((*loader)->AddRecord("a", "a9", 9).ok());
    ASSERT_TRUE((*loader)->Finish(sample.position).ok());
  }
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "a9"}}));
  while (*store().Compact(Retention())) {
  }
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "a9"}}));
  EXPECT_EQ(Entries("c", 3).size(), 6U);
}

TEST_P(StoreConformance, ALoadIsRefusedWhereThereIsALog) {
  auto early = store().LoadLog("c");
  ASSERT_TRUE(early.ok()) << early.status();
  Must(Commit("c").Create().Put("a", "kept"));
  EXPECT_EQ(store().LoadLog("c").status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Load(**early, Sample()).code(), absl::StatusCode::kAlreadyExists);
  early->reset();
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "kept"}}));
  EXPECT_EQ(Must(Commit("c", 1).Put("a", "2")), 2);
}

TEST_P(StoreConformance, WhatMakesNoLogIsNotLoaded) {
  const std::vector<std::pair<std::string, std::function<void(LogImage&)>>> wrongs = {
      {"no entries", [](LogImage& image) { image.entries.clear(); }},
      {"a hole", [](LogImage& image) { image.entries.erase(image.entries.begin() + 2); }},
      {"an end missing", [](LogImage& image) { image.entries.pop_back(); }},
      {"an epoch that goes back", [](LogImage& image) { image.entries[4].epoch = 4; }},
      {"a time that goes back", [](LogImage& image) { image.entries[4].commit_time -= absl::Hours(1); }},
      {"another end", [](LogImage& image) { image.position.revision = 10; }},
      {"another time", [](LogImage& image) { image.position.commit_time += absl::Seconds(1); }},
      {"an old epoch", [](LogImage& image) { image.position.epoch = 4; }},
      {"no uid", [](LogImage& image) { image.position.uid.clear(); }},
      {"an entry without changes", [](LogImage& image) { image.entries[3].changes.clear(); }},
      {"a change without a name", [](LogImage& image) { image.entries[3].changes[0].name.clear(); }},
      {"a value before the first", [](LogImage& image) { image.entries[3].changes[0].before_revision = 7; }},
      {"a record of the future", [](LogImage& image) { image.records["a"].second = 10; }},
      {"a record of no revision", [](LogImage& image) { image.records["a"].second = 0; }},
      {"a record without a name",
       [](LogImage& image) {
         image.records[""] = {"x", 1};
       }},
      {"a long name",
       [](LogImage& image) {
         image.records[std::string(600, 'n')] = {"x", 1};
       }},
      {"a request of the future", [](LogImage& image) { image.requests.begin()->second.revision = 10; }},
      {"a scope that is none", [](LogImage& image) { image.requests.begin()->second.scope = "x"; }},
      {"a digest that is none", [](LogImage& image) { image.entries[0].predecessor_digest = "x"; }},
  };
  for (const auto& [what, spoil] : wrongs) {
    LogImage image = Sample();
    spoil(image);
    auto loader = store().LoadLog("c");
    ASSERT_TRUE(loader.ok()) << loader.status();
    const absl::Status status = Load(**loader, image);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << what << ": " << status;
    EXPECT_EQ((*loader)->Finish(Sample().position).code(), status.code()) << what;
    loader->reset();
    EXPECT_EQ(store().Position("c").status().code(), absl::StatusCode::kNotFound) << what;
  }
  EXPECT_EQ(store().LoadLog("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store().VisitRequests("c", [](const StoredRequest&) { return true; }).code(), absl::StatusCode::kNotFound);
}

class ReloadRecorder final : public CommitObserver {
 public:
  void OnCommit(const std::string& log, const LogPosition&, const std::shared_ptr<const LogEntry>&) override {
    told.push_back("commit " + log);
  }
  void OnDrop(const std::string& log, const std::string&) override { told.push_back("drop " + log); }
  void OnReload(const std::string& log) override { told.push_back("reload " + log); }
  std::vector<std::string> told;
};

TEST_P(StoreConformance, TheObserverIsToldOfALoadedLog) {
  ReloadRecorder recorder;
  store().SetObserver(&recorder);
  auto loader = store().LoadLog("c");
  ASSERT_TRUE(loader.ok()) << loader.status();
  ASSERT_TRUE(Load(**loader, Sample()).ok());
  loader->reset();
  Must(Commit("c", 9).Put("a", "x"));
  EXPECT_EQ(recorder.told, (std::vector<std::string>{"reload c", "commit c"}));
  Reopen();
}

}  // namespace
}  // namespace bulian::store
