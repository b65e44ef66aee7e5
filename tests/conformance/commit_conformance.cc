// Numbering, atomicity, conflicts, concurrent writers, the observer.
#include <algorithm>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "services/store/log_codec.h"
#include "tests/conformance/store_conformance.h"

namespace bulian::store {
namespace {

constexpr auto kAborted = absl::StatusCode::kAborted;

TEST_P(StoreConformance, CommitsAreNumberedFromOne) {
  EXPECT_EQ(Must(Commit("c").Create().Put("a", "1")), 1);
  EXPECT_EQ(Must(Commit("c", 1).Put("b", "2")), 2);
  EXPECT_EQ(Must(Commit("c", 2).Delete("a").Put("c", "")), 3);
  EXPECT_EQ(ScanAll("c"), (Records{{"b", "2"}, {"c", ""}}));
  EXPECT_EQ(Must(Commit("d").Create().Put("a", "other log")), 1);
  EXPECT_EQ(ScanAll("d"), (Records{{"a", "other log"}}));
  EXPECT_EQ(Head("c"), 3);
}

TEST_P(StoreConformance, EverythingIsThereAfterReopening) {
  Must(Commit("c").Create().Put("a", "1").Touch("guard:x"));
  Must(Commit("c", 1).Put("a", "2").Put("b", std::string("\0\xff", 2)));
  const LogPosition before = *store().Position("c");
  Reopen();
  const LogPosition after = *store().Position("c");
  EXPECT_EQ(after.uid, before.uid);
  EXPECT_EQ(after.epoch, 1);
  EXPECT_EQ(after.revision, 2);
  EXPECT_EQ(after.commit_time, before.commit_time);
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "2"}, {"b", std::string("\0\xff", 2)}}));
  EXPECT_EQ(Entries("c").size(), 2U);
  // What memory knew of recent commits is known again.
  Refused(Commit("c", 1).Put("z", "1").Read("b"), kAborted, v1::CONFLICT);
  Refused(Commit("c", 0).Put("z", "1").Read("guard:x"), kAborted, v1::CONFLICT);
  EXPECT_EQ(Must(Commit("c", 1).Put("z", "1").Read("guard:x")), 3);
}

TEST_P(StoreConformance, RefusesWrongRequestsWhole) {
  Must(Commit("c").Create().Put("a", "1"));
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  Refused(Commit("c", 1), kInvalid, v1::INVALID_FIELDS);
  Refused(Commit("c", 1).Put("a", "1").Put("a", "2"), kInvalid, v1::INVALID_FIELDS);
  Refused(Commit("c", 1).Put("", "1"), kInvalid, v1::INVALID_FIELDS);
  Refused(Commit("c", -1).Put("a", "1"), kInvalid, v1::INVALID_FIELDS);
  Refused(Commit("", 1).Put("a", "1"), kInvalid, v1::INVALID_FIELDS);
  Refused(Commit("none", 0).Put("a", "1"), absl::StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND);
  Refused(Commit("c", 0).Create().Put("a", "1"), absl::StatusCode::kAlreadyExists, v1::RESOURCE_EXISTS);
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "1"}}));
  EXPECT_EQ(Entries("c").size(), 1U);
}

TEST_P(StoreConformance, RefusesAnotherLogOfTheSameName) {
  Must(Commit("c").Create().Put("a", "1"));
  Commit commit("c", 1);
  commit.Put("a", "2").request.log_uid = "00000000-0000-4000-8000-000000000000";
  Refused(commit, kAborted, v1::CONFLICT);
  commit.request.log_uid = store().Position("c")->uid;
  Must(commit);
}

TEST_P(StoreConformance, ConflictsOnWhatChangedSinceValidation) {
  Must(Commit("c").Create().Put("a", "1").Put("b", "1"));
  Must(Commit("c", 1).Put("a", "2"));                                       // revision 2
  Refused(Commit("c", 1).Put("a", "3"), kAborted, v1::CONFLICT);            // written by both
  Refused(Commit("c", 1).Put("x", "3").Read("a"), kAborted, v1::CONFLICT);  // read here, written there
  EXPECT_EQ(Must(Commit("c", 1).Put("b", "2").Read("b")), 3);               // nothing in common
  EXPECT_EQ(Must(Commit("c", 2).Put("x", "3").Read("a")), 4);               // validated after the change
}

TEST_P(StoreConformance, ConflictsOnNamesThatDidNotExist) {
  Must(Commit("c").Create().Put("a", "1"));
  Must(Commit("c", 1).Put("new", "1"));
  Refused(Commit("c", 1).Put("x", "1").Read("new"), kAborted, v1::CONFLICT);
  Refused(Commit("c", 1).Put("new", "2"), kAborted, v1::CONFLICT);
}

TEST_P(StoreConformance, ConflictsOnNamesThatWereDeleted) {
  Must(Commit("c").Create().Put("a", "1").Put("b", "1"));
  Must(Commit("c", 1).Delete("a"));
  Refused(Commit("c", 1).Put("x", "1").Read("a"), kAborted, v1::CONFLICT);
  Must(Commit("c", 2).Put("a", "again"));
  Refused(Commit("c", 2).Put("x", "1").Read("a"), kAborted, v1::CONFLICT);
  EXPECT_EQ(Must(Commit("c", 3).Put("x", "1").Read("a")), 4);
}

TEST_P(StoreConformance, ConflictsOnGuards) {
  Must(Commit("c").Create().Put("a", "1"));
  Must(Commit("c", 1).Put("t1", "1").Touch("guard:taxonomy"));
  Refused(Commit("c", 1).Put("t2", "1").Read("guard:taxonomy").Touch("guard:taxonomy"), kAborted, v1::CONFLICT);
  EXPECT_EQ(Must(Commit("c", 1).Put("t2", "1").Touch("guard:taxonomy")), 3);  // touching alone does not depend on it
  EXPECT_EQ(Must(Commit("c", 1).Put("other", "1").Read("guard:chains")), 4);
}

TEST_P(StoreConformance, ConflictsWhenValidatedAheadOfTheLog) {
  Must(Commit("c").Create().Put("a", "1"));
  Refused(Commit("c", 2).Put("b", "1"), kAborted, v1::CONFLICT);
}

TEST_P(StoreConformance, ConflictsAreFoundFarBack) {
  Must(Commit("c").Create().Put("a", "0"));
  Must(Commit("c", 1).Put("early", "1"));
  // More names than any store need remember.
  for (std::int64_t revision = 2; revision < 260; ++revision) {
    Commit wide("c", revision);
    for (int i = 0; i < 900; ++i) wide.Put("a" + std::to_string(i), "x");
    Must(wide);
  }
  Refused(Commit("c", 1).Put("z", "1").Read("early"), kAborted, v1::CONFLICT);
  Must(Commit("c", 1).Put("z", "1").Read("never"));
}

TEST_P(StoreConformance, DeletingWhatIsNotThereIsACommit) {
  Must(Commit("c").Create().Delete("a"));
  const auto entries = Entries("c");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]->changes[0].before, std::nullopt);
  EXPECT_EQ(entries[0]->changes[0].after, std::nullopt);
}

TEST_P(StoreConformance, ConcurrentIncrementsLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  Must(Commit("c").Create().Put("counter", "0"));
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<std::int64_t> revisions;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kEach;) {
        const std::int64_t at = store().Position("c")->revision;
        int value = -1;
        auto frame = store().Scan("c", [&](const ScannedRecord& record) {
          value = std::stoi(std::string(record.value));
          return true;
        });
        if (!frame.ok() || frame->end.revision != at) continue;
        auto result = store().Commit(Commit("c", at).Put("counter", std::to_string(value + 1)).request);
        if (!result.ok()) {
          EXPECT_EQ(result.status().code(), kAborted) << result.status();
          continue;
        }
        ++done;
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(revisions.insert(result->position.revision).second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ScanAll("c")["counter"], std::to_string(kThreads * kEach));
  EXPECT_EQ(*revisions.begin(), 2);
  EXPECT_EQ(*revisions.rbegin(), kThreads * kEach + 1);
}

TEST_P(StoreConformance, ConcurrentWritersOfDifferentRecordsAllSucceed) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  Must(Commit("c").Create().Put("first", "0"));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string name = "t" + std::to_string(t) + "-" + std::to_string(i);
        auto result = store().Commit(Commit("c", 1).Put(name, "v").Read("first").request);
        EXPECT_TRUE(result.ok()) << result.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Head("c"), kThreads * kEach + 1);
  EXPECT_EQ(ScanAll("c").size(), kThreads * kEach + 1U);
  EXPECT_LE(store().Stats().group_syncs, store().Stats().commits);
}

// Random commits against a plain map; then the log's before-images lead back to every earlier state.
TEST_P(StoreConformance, AgreesWithAModelAndUndoes) {
  std::mt19937 random(20240607);
  std::vector<Records> states{{}};
  for (std::int64_t revision = 0; revision < 300; ++revision) {
    Commit commit("c", revision);
    commit.request.create_log = revision == 0;
    Records next = states.back();
    std::set<std::string> used;
    const auto writes = 1 + random() % 6;
    for (std::uint_fast32_t i = 0; i < writes; ++i) {
      const std::string name = "n" + std::to_string(random() % 40);
      if (!used.insert(name).second) continue;
      if (random() % 3 == 0) {
        commit.Delete(name);
        next.erase(name);
      } else {
        const std::string value(random() % 50, static_cast<char>('a' + random() % 26));
        commit.Put(name, value);
        next[name] = value;
      }
    }
    Must(commit);
    states.push_back(std::move(next));
  }
  Records state = ScanAll("c");
  EXPECT_EQ(state, states.back());
  const auto entries = Entries("c");
  ASSERT_EQ(entries.size(), states.size() - 1);
  for (std::size_t i = entries.size(); i-- > 0;) {
    for (const LoggedChange& change : entries[i]->changes) {
      EXPECT_EQ(change.after, state.contains(change.name) ? std::optional(state[change.name]) : std::nullopt);
      if (change.before) {
        state[change.name] = *change.before;
      } else {
        state.erase(change.name);
      }
    }
    ASSERT_EQ(state, states[i]) << "undone to revision " << i;
  }
}

TEST_P(StoreConformance, LogEntriesCarryWhoWhenAndTheChainOfDigests) {
  Must(Commit("c").Create().Put("b", "1").Put("a", "2").Touch("guard:x").Id("id-1", "digest", "me", "Create"));
  now_ += absl::Seconds(3);
  Must(Commit("c", 1).Put("a", "3"));
  const auto entries = Entries("c");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]->revision, 1);
  EXPECT_EQ(entries[0]->actor, "me");
  EXPECT_EQ(entries[0]->method, "Create");
  EXPECT_EQ(entries[0]->request_id, "id-1");
  EXPECT_EQ(entries[0]->touches, std::vector<std::string>{"guard:x"});
  EXPECT_EQ(entries[1]->commit_time, now_);
  ASSERT_EQ(entries[0]->changes.size(), 2U);
  EXPECT_EQ(entries[0]->changes[0].name, "b");  // in the order written
  EXPECT_EQ(entries[1]->changes[0].before, "2");
  EXPECT_EQ(entries[1]->changes[0].after, "3");
  EXPECT_EQ(entries[0]->predecessor_digest, GenesisDigest(store().Position("c")->uid));
  EXPECT_EQ(entries[1]->predecessor_digest, harness_->Digest(*entries[0]));
}

class Recorder final : public CommitObserver {
 public:
  void OnCommit(const std::string& log, const LogPosition& position,
                const std::shared_ptr<const LogEntry>& entry) override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(position.revision, entry->revision);
    EXPECT_EQ(entry->revision, static_cast<std::int64_t>(entries_[log].size()) + 1) << "not in revision order";
    entries_[log].push_back(entry);
  }
  void OnDrop(const std::string& log, const std::string& uid) override {
    const std::lock_guard lock(mutex_);
    dropped_.push_back(log + " " + uid);
  }
  void OnReload(const std::string& log) override { ADD_FAILURE() << "log " << log << " is to be read anew"; }
  std::size_t Seen(const std::string& log) {
    const std::lock_guard lock(mutex_);
    return entries_[log].size();
  }
  std::mutex mutex_;
  std::map<std::string, std::vector<std::shared_ptr<const LogEntry>>> entries_;
  std::vector<std::string> dropped_;
};

TEST_P(StoreConformance, ObserverSeesEveryCommitInOrderBeforeItReturns) {
  Recorder recorder;
  store().SetObserver(&recorder);
  const std::vector<std::string> logs = {"c", "d"};
  for (const std::string& log : logs) Must(Commit(log).Create().Put("first", "1").Id("create", "p"));
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const std::string& log = logs[static_cast<std::size_t>(t % 2)];
      for (int i = 0; i < 40; ++i) {
        auto result = store().Commit(Commit(log, 1).Put(std::to_string(t) + "-" + std::to_string(i), "v").request);
        ASSERT_TRUE(result.ok()) << result.status();
        EXPECT_GE(static_cast<std::int64_t>(recorder.Seen(log)), result->position.revision);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Refused(Commit("c", 0).Put("first", "2"), kAborted, v1::CONFLICT);
  Must(Commit("c").Create().Put("first", "1").Id("create", "p"));  // a replay
  for (const std::string& log : logs) {
    EXPECT_EQ(recorder.Seen(log), 121U);
    const auto stored = Entries(log);
    ASSERT_EQ(stored.size(), 121U);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      EXPECT_EQ(EntryDigest(*stored[i]), EntryDigest(*recorder.entries_[log][i]));
    }
  }
  const std::string uid = store().Position("d")->uid;
  ASSERT_TRUE(store().DropLog("d", uid).ok());
  EXPECT_EQ(recorder.dropped_, std::vector<std::string>{"d " + uid});
  store().SetObserver(nullptr);
}

TEST_P(StoreConformance, LogEntriesSayTheRevisionOfWhatWasBefore) {
  Recorder recorder;
  store().SetObserver(&recorder);
  Must(Commit("c").Create().Put("a", "1").Put("b", "1"));
  Must(Commit("c", 1).Put("b", "2"));
  Must(Commit("c", 2).Put("b", "3").Put("a", "3").Put("new", "3").Delete("none"));
  Must(Commit("c", 3).Delete("b"));
  Must(Commit("c", 4).Put("b", "5"));
  std::vector<std::string> seen;
  const auto tell = [&seen](const LogEntry& entry) {
    for (const LoggedChange& change : entry.changes) {
      seen.push_back(std::to_string(entry.revision) + ":" + change.name + "@" + std::to_string(change.before_revision));
    }
  };
  const std::vector<std::string> expected = {"1:a@0",   "1:b@0",    "2:b@1", "3:b@2", "3:a@1",
                                             "3:new@0", "3:none@0", "4:b@3", "5:b@0"};
  for (const auto& entry : Entries("c")) tell(*entry);
  EXPECT_EQ(seen, expected);
  seen.clear();
  for (const auto& entry : recorder.entries_["c"]) tell(*entry);
  store().SetObserver(nullptr);
  EXPECT_EQ(seen, expected) << "what the observer is told";
}

}  // namespace
}  // namespace bulian::store
