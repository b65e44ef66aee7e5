// Request ids and the store's clock.
#include <thread>

#include "tests/conformance/store_conformance.h"

namespace bulian::store {
namespace {

TEST_P(StoreConformance, ARepeatGetsTheFirstAnswer) {
  Must(Commit("c").Create().Put("a", "1").Id("create", "p0"));
  const CommitResult first = *store().Commit(Commit("c", 1).Put("a", "2").Id("r1", "p1").request);
  EXPECT_FALSE(first.replayed);
  now_ += absl::Hours(1);
  Must(Commit("c", 2).Put("a", "3"));
  for (int round = 0; round < 2; ++round) {
    // Validated at a revision that would conflict, or not at all: a repeat is answered before anything is checked.
    const auto again = store().Commit(Commit("c", 1).Put("a", "2").Id("r1", "p1").request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->position.revision, first.position.revision);
    EXPECT_EQ(again->position.uid, first.position.uid);
    EXPECT_EQ(again->position.epoch, first.position.epoch);
    EXPECT_EQ(again->position.commit_time, first.position.commit_time);
    const auto created = store().Commit(Commit("c").Create().Put("a", "1").Id("create", "p0").request);
    ASSERT_TRUE(created.ok()) << created.status();
    EXPECT_TRUE(created->replayed);
    EXPECT_EQ(created->position.revision, 1);
    Reopen();
  }
  EXPECT_EQ(Head("c"), 3);
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "3"}}));
}

TEST_P(StoreConformance, AnotherPayloadUnderTheSameIdIsRefused) {
  Must(Commit("c").Create().Put("a", "1").Id("r1", "p1"));
  Refused(Commit("c", 1).Put("a", "2").Id("r1", "p2"), absl::StatusCode::kInvalidArgument, v1::REQUEST_ID_REUSED);
  const auto found = store().FindRequest("c", "actor", "method", "r1", "p2");
  EXPECT_EQ(model::ReasonOf(found.status()), v1::REQUEST_ID_REUSED);
}

TEST_P(StoreConformance, TheScopeOfAnIdIsActorMethodAndLog) {
  Must(Commit("c").Create().Put("a", "1").Id("r1", "p1", "alice", "Create"));
  Must(Commit("d").Create().Put("a", "1").Id("r1", "p2", "alice", "Create"));
  EXPECT_EQ(Must(Commit("c", 1).Put("a", "2").Id("r1", "p2", "bob", "Create")), 2);
  EXPECT_EQ(Must(Commit("c", 2).Put("a", "3").Id("r1", "p3", "alice", "Update")), 3);
  EXPECT_EQ(Must(Commit("c", 3).Put("a", "4").Id("r1", "p4", "alic", "eCreate")), 4);
  EXPECT_EQ(Must(Commit("c", 4).Put("a", "5")), 5);  // no id is no scope
  EXPECT_EQ(Must(Commit("c", 5).Put("a", "6")), 6);
}

TEST_P(StoreConformance, FindRequestTellsWhatCommitWould) {
  EXPECT_EQ(*store().FindRequest("c", "actor", "method", "r1", "p1"), std::nullopt);
  Must(Commit("c").Create().Put("a", "1").Id("r1", "p1"));
  const auto found = store().FindRequest("c", "actor", "method", "r1", "p1");
  ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
  EXPECT_TRUE((*found)->replayed);
  EXPECT_EQ((*found)->position.revision, 1);
  EXPECT_EQ(*store().FindRequest("c", "actor", "method", "r2", "p1"), std::nullopt);
  EXPECT_EQ(*store().FindRequest("c", "other", "method", "r1", "p1"), std::nullopt);
  EXPECT_EQ(*store().FindRequest("c", "actor", "method", "", "p1"), std::nullopt);
}

TEST_P(StoreConformance, IdsAreForgottenAfterADay) {
  Must(Commit("c").Create().Put("a", "1").Id("r1", "p1"));
  now_ += absl::Hours(24);
  EXPECT_TRUE(store().FindRequest("c", "actor", "method", "r1", "p1")->has_value());
  now_ += absl::Seconds(1);
  EXPECT_FALSE(store().FindRequest("c", "actor", "method", "r1", "p1")->has_value());
  EXPECT_EQ(Must(Commit("c", 1).Put("a", "2").Id("r1", "p2")), 2);  // used anew, and remembered anew
  EXPECT_FALSE(*store().Compact(Retention()));
  EXPECT_TRUE(store().FindRequest("c", "actor", "method", "r1", "p2")->has_value());
  now_ += absl::Hours(25);
  EXPECT_FALSE(*store().Compact(Retention()));
  now_ -= absl::Hours(25);  // gone for good, whatever the clock says later
  EXPECT_FALSE(store().FindRequest("c", "actor", "method", "r1", "p2")->has_value());
}

TEST_P(StoreConformance, TheIdOfALogsLastCommitOutlivesTheLog) {
  Must(Commit("c").Create().Put("a", "1").Id("create", "p0"));
  Must(Commit("c", 1).Delete("a").Id("end", "p1"));
  const LogPosition last = *store().Position("c");
  ASSERT_TRUE(store().DropLog("c", "").ok());
  for (int round = 0; round < 3; ++round) {  // without the log, after a restart, with a new log of the name
    const auto found = store().FindRequest("c", "actor", "method", "end", "p1");
    ASSERT_TRUE(found.ok() && found->has_value()) << found.status();
    EXPECT_TRUE((*found)->replayed);
    EXPECT_EQ((*found)->position.uid, last.uid);
    EXPECT_EQ((*found)->position.epoch, last.epoch);
    EXPECT_EQ((*found)->position.revision, 2);
    EXPECT_EQ((*found)->position.commit_time, last.commit_time);
    const auto again = store().Commit(Commit("c", 1).Delete("a").Id("end", "p1").request);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->position.uid, last.uid);
    Refused(Commit("c", 1).Delete("a").Id("end", "p2"), absl::StatusCode::kInvalidArgument, v1::REQUEST_ID_REUSED);
    EXPECT_EQ(model::ReasonOf(store().FindRequest("c", "actor", "method", "end", "p2").status()),
              v1::REQUEST_ID_REUSED);
    EXPECT_EQ(*store().FindRequest("d", "actor", "method", "end", "p1"), std::nullopt);
    EXPECT_EQ(*store().FindRequest("c", "other", "method", "end", "p1"), std::nullopt);
    EXPECT_EQ(*store().FindRequest("c", "actor", "methodc", "end", "p1"), std::nullopt);
    EXPECT_EQ(*store().FindRequest("c", "actor", "method", "create", "p0"), std::nullopt);
    if (round == 1) Must(Commit("c").Create().Put("a", "new"));
    if (round == 0) Reopen();
    while (*store().Compact(Retention())) {
    }
  }
  EXPECT_EQ(ScanAll("c"), (Records{{"a", "new"}}));
}

TEST_P(StoreConformance, TheIdOfALogsLastCommitIsForgottenAfterADay) {
  Must(Commit("c").Create().Put("a", "1"));
  Must(Commit("c", 1).Delete("a").Id("end", "p1"));
  ASSERT_TRUE(store().DropLog("c", "").ok());
  now_ += absl::Hours(24) + absl::Seconds(1);
  EXPECT_EQ(*store().FindRequest("c", "actor", "method", "end", "p2"), std::nullopt);
  // Used anew by the next log of the name, before the old row went: it is that one's now, for another day.
  Must(Commit("c").Create().Put("a", "2"));
  Must(Commit("c", 1).Delete("a").Id("end", "p2"));
  ASSERT_TRUE(store().DropLog("c", "").ok());
  while (*store().Compact(Retention())) {
  }
  EXPECT_TRUE(store().FindRequest("c", "actor", "method", "end", "p2")->has_value());
  now_ += absl::Hours(25);
  while (*store().Compact(Retention())) {
  }
  now_ -= absl::Hours(25);  // gone for good, whatever the clock says later
  EXPECT_FALSE(store().FindRequest("c", "actor", "method", "end", "p2")->has_value());
}

TEST_P(StoreConformance, OneIdFromManyThreadsCommitsOnce) {
  Must(Commit("c").Create().Put("a", "0"));
  for (int round = 0; round < 10; ++round) {
    const std::int64_t head = Head("c");
    std::vector<std::thread> threads;
    std::vector<CommitResult> results(8);
    for (CommitResult& result : results) {
      threads.emplace_back([&] {
        const auto committed =
            store().Commit(Commit("c", head).Put("a", "x").Id("r" + std::to_string(round), "p").request);
        ASSERT_TRUE(committed.ok()) << committed.status();
        result = *committed;
      });
    }
    for (std::thread& thread : threads) thread.join();
    int fresh = 0;
    for (const CommitResult& result : results) {
      fresh += result.replayed ? 0 : 1;
      EXPECT_EQ(result.position.revision, head + 1);
    }
    EXPECT_EQ(fresh, 1);
    EXPECT_EQ(Head("c"), head + 1);
  }
}

TEST_P(StoreConformance, ARefusedCommitLeavesItsIdUnused) {
  Must(Commit("c").Create().Put("a", "1"));
  Must(Commit("c", 1).Put("a", "2"));
  Refused(Commit("c", 1).Put("a", "3").Id("r1", "p1"), absl::StatusCode::kAborted, v1::CONFLICT);
  EXPECT_FALSE(store().FindRequest("c", "actor", "method", "r1", "p1")->has_value());
  EXPECT_EQ(Must(Commit("c", 2).Put("a", "3").Id("r1", "p1")), 3);
}

TEST_P(StoreConformance, CommitTimeNeverGoesBack) {
  Must(Commit("c").Create().Put("a", "1"));
  const absl::Time first = store().Position("c")->commit_time;
  EXPECT_EQ(first, now_);
  now_ -= absl::Hours(2);
  Must(Commit("c", 1).Put("a", "2"));
  EXPECT_EQ(store().Position("c")->commit_time, first);
  Reopen();
  Must(Commit("c", 2).Put("a", "3"));
  EXPECT_EQ(store().Position("c")->commit_time, first);
  Must(Commit("d").Create().Put("a", "1"));  // another log has its own time
  EXPECT_EQ(store().Position("d")->commit_time, now_);
  now_ += absl::Hours(3);
  Must(Commit("c", 3).Put("a", "4"));
  EXPECT_EQ(store().Position("c")->commit_time, now_);
}

}  // namespace
}  // namespace bulian::store
