// A store that other processes write too: clusters that appear, and histories that are read anew under waiting readers.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/error.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::view {
namespace {

class OtherWritersTest : public testing::Test {
 protected:
  OtherWritersTest() { EXPECT_TRUE(views_.Load().ok()); }
  // By another process: nobody tells these views.
  void CommitElsewhere(bool create) {
    store::CommitRequest request;
    request.log = "c";
    request.create_log = create;
    request.writes.push_back({"clusters/c/enterprises/a", v1::Enterprise().SerializeAsString()});
    ASSERT_TRUE(store_.Commit(request).ok());
  }
  static v1::ReadAt MinRevision(std::int64_t number) {
    v1::ReadAt at;
    at.mutable_min_revision()->set_number(number);
    return at;
  }
  // Reads on a thread that is told nothing yet, then lets `then` happen.
  template <class Then>
  absl::StatusOr<model::SnapshotPtr> ReadWhile(std::int64_t min_revision, Then then) {
    std::atomic<bool> asked = false;
    absl::StatusOr<model::SnapshotPtr> answer;
    const Patience patience{absl::InfiniteFuture(), [&] {
                              asked = true;
                              return false;
                            }};
    std::thread reader([&] { answer = views_.Resolve("c", MinRevision(min_revision), patience); });
    while (!asked) std::this_thread::yield();
    then();
    reader.join();
    return answer;
  }

  MemoryStore store_;
  Views views_{&store_, {}};
};

TEST_F(OtherWritersTest, AClusterThatOnlyTheStoreKnowsIsAwaitedByItsRevision) {
  CommitElsewhere(/*create=*/true);
  EXPECT_EQ(model::ReasonOf(views_.Resolve("c", {}, {}).status()), v1::RESOURCE_NOT_FOUND);
  const auto answer = ReadWhile(1, [this] { views_.OnReload("c"); });
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ((*answer)->position().revision, 1);
  EXPECT_EQ(model::ReasonOf(views_.Resolve("none", MinRevision(1), {}).status()), v1::RESOURCE_NOT_FOUND);
}

TEST_F(OtherWritersTest, AReaderThatWaitsGoesOnWithWhatIsReadAnew) {
  CommitElsewhere(/*create=*/true);
  views_.OnReload("c");
  const auto answer = ReadWhile(2, [this] {
    CommitElsewhere(/*create=*/false);
    views_.OnReload("c");
  });
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ((*answer)->position().revision, 2);
}

// Nobody tells again: a store that cannot be read for longer than one try waits is asked until it can.
TEST_F(OtherWritersTest, WhatCouldNotBeReadAnewIsReadLater) {
  CommitElsewhere(/*create=*/true);
  views_.OnReload("c");
  std::atomic<int> refusals = 0;
  store_.before_scan = [&] {
    if (refusals.fetch_add(1) >= 15) return absl::OkStatus();
    return model::Error(absl::StatusCode::kUnavailable, v1::STORE_FAILED, "no answer in time");
  };
  CommitElsewhere(/*create=*/false);
  views_.OnReload("c");
  EXPECT_EQ((*views_.Current("c"))->position().revision, 1);
  v1::ReadAt at = MinRevision(2);
  const auto answer = views_.Resolve("c", at, {absl::Now() + absl::Seconds(30), [] { return false; }});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ((*answer)->position().revision, 2);
}

// Commits that follow go by what is read then, not by what was there before.
TEST_F(OtherWritersTest, ACommitAfterAFailedReadingIsReadWithIt) {
  CommitElsewhere(/*create=*/true);
  views_.OnReload("c");
  bool down = true;
  store_.before_scan = [&] {
    return down ? model::Error(absl::StatusCode::kUnavailable, v1::STORE_FAILED, "no answer in time")
                : absl::OkStatus();
  };
  views_.OnReload("c");
  down = false;
  store_.SetObserver(&views_);
  CommitElsewhere(/*create=*/false);
  EXPECT_EQ((*views_.Current("c"))->position().revision, 2);
}

TEST_F(OtherWritersTest, ALogThatIsTrimmedWhileItIsScannedIsScannedAgain) {
  CommitElsewhere(/*create=*/true);
  int scans = 0;
  store_.during_scan = [&] {
    if (++scans > 2) return;
    for (int i = 0; i < 3; ++i) CommitElsewhere(/*create=*/false);
    EXPECT_TRUE(store_.Compact({1, absl::ZeroDuration(), 0}).ok());
  };
  views_.OnReload("c");
  ASSERT_TRUE(views_.Current("c").ok());
  EXPECT_EQ((*views_.Current("c"))->position().revision, 7);
  EXPECT_EQ(scans, 3);
}

}  // namespace
}  // namespace bulian::view
