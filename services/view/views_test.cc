#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/error.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::view {
namespace {

using model::kNoRow;
using model::ResourceType;

class ViewsTest : public testing::Test {
 protected:
  ViewsTest() { Start({}); }
  void Start(ViewOptions options) {
    options.now = [this] { return now_; };
    views_ = std::make_unique<Views>(&store_, options);
    store_.SetObserver(views_.get());
    ASSERT_TRUE(views_->Load().ok());
  }
  // Commits an enterprise of this kind; the number is the revision.
  std::int64_t Commit(const std::string& id, v1::Enterprise::Kind kind, bool create = false,
                      const std::string& log = "c") {
    v1::Enterprise enterprise;
    enterprise.set_kind(kind);
    return CommitWrite({"clusters/" + log + "/enterprises/" + id, enterprise.SerializeAsString()}, create, log);
  }
  std::int64_t CommitWrite(store::Write write, bool create = false, const std::string& log = "c") {
    store::CommitRequest request;
    request.log = log;
    request.create_log = create;
    request.writes.push_back(std::move(write));
    const auto result = store_.Commit(request);
    EXPECT_TRUE(result.ok()) << result.status();
    return result->position.revision;
  }
  static v1::Enterprise::Kind KindOf(const model::SnapshotPtr& snapshot, const std::string& id) {
    const model::Row row = snapshot->Find(ResourceType::kEnterprise, "enterprises/" + id);
    return row == kNoRow ? v1::Enterprise::KIND_UNSPECIFIED : snapshot->EnterpriseKind(row);
  }
  static v1::ReadAt AtRevision(std::int64_t number, const std::string& uid = "") {
    v1::ReadAt at;
    at.mutable_at_revision()->set_number(number);
    at.mutable_at_revision()->set_cluster_uid(uid);
    return at;
  }
  static v1::ReadAt MinRevision(std::int64_t number) {
    v1::ReadAt at;
    at.mutable_min_revision()->set_number(number);
    return at;
  }

  absl::Time now_ = absl::FromUnixSeconds(5'000'000);
  MemoryStore store_;
  std::unique_ptr<Views> views_;
};

TEST_F(ViewsTest, CommitIsReadableWhenItIsAcknowledged) {
  EXPECT_EQ(model::ReasonOf(views_->Current("c").status()), v1::RESOURCE_NOT_FOUND);
  Commit("a", v1::Enterprise::COMPANY, true);
  EXPECT_EQ(KindOf(*views_->Current("c"), "a"), v1::Enterprise::COMPANY);
  EXPECT_EQ((*views_->Current("c"))->position().revision, 1);
  Commit("a", v1::Enterprise::INSTITUTE);
  EXPECT_EQ(KindOf(*views_->WaitFor("c", 2, {}), "a"), v1::Enterprise::INSTITUTE);
  EXPECT_EQ(views_->Clusters(), std::vector<std::string>{"c"});
}

TEST_F(ViewsTest, VersionsAreBuiltOnlyWhenSomeoneLooks) {
  Commit("a", v1::Enterprise::COMPANY, true);
  for (int i = 0; i < 50; ++i) Commit("b" + std::to_string(i), v1::Enterprise::COMPANY);
  EXPECT_EQ((*views_->Current("c"))->position().revision, 51);
  EXPECT_EQ(views_->Stats().versions_published, 1);
  EXPECT_EQ(views_->Stats().commits_applied, 51);
}

TEST_F(ViewsTest, LoadReadsWhatTheStoreHolds) {
  Commit("a", v1::Enterprise::COMPANY, true);
  Commit("b", v1::Enterprise::COMPANY);
  CommitWrite({"clusters/c/enterprises/a", std::nullopt});
  Start({});
  const auto snapshot = *views_->Current("c");
  EXPECT_EQ(snapshot->position().revision, 3);
  EXPECT_EQ(snapshot->Count(ResourceType::kEnterprise), 1u);
  EXPECT_EQ(
      snapshot->RecordRevision(ResourceType::kEnterprise, snapshot->Find(ResourceType::kEnterprise, "enterprises/b")),
      2);
}

TEST_F(ViewsTest, CommitsDuringTheScanAreExactAfterwards) {
  Commit("m0", v1::Enterprise::COMPANY, true);
  for (int i = 1; i < 10; ++i) Commit("m" + std::to_string(i), v1::Enterprise::COMPANY);
  store_.SetObserver(nullptr);  // as in a replica that is not told of them
  views_ = std::make_unique<Views>(&store_, ViewOptions{});
  int visited = 0;
  store_.during_scan = [&] {
    if (++visited != 5) return;
    CommitWrite({"clusters/c/enterprises/m0", std::nullopt});  // scanned already
    Commit("m9", v1::Enterprise::INSTITUTE);                   // not scanned yet
    Commit("a", v1::Enterprise::COMPANY);                      // before the cursor
    Commit("z", v1::Enterprise::COMPANY);
    CommitWrite({"clusters/c/enterprises/z", std::nullopt});
  };
  ASSERT_TRUE(views_->Load().ok());
  const auto snapshot = *views_->Current("c");
  EXPECT_EQ(snapshot->position().revision, 15);
  EXPECT_EQ(snapshot->Count(ResourceType::kEnterprise), 10u);
  EXPECT_EQ(KindOf(snapshot, "m0"), v1::Enterprise::KIND_UNSPECIFIED);
  EXPECT_EQ(KindOf(snapshot, "m9"), v1::Enterprise::INSTITUTE);
  EXPECT_EQ(KindOf(snapshot, "a"), v1::Enterprise::COMPANY);
  EXPECT_EQ(KindOf(snapshot, "z"), v1::Enterprise::KIND_UNSPECIFIED);
}

TEST_F(ViewsTest, OlderRevisionsAreKeptOrUndone) {
  for (const int kept : {64, 3, 0, 1}) {
    store_.says_before_revision = kept != 1;
    store_.DropLog("c", "").IgnoreError();
    Start({.kept_versions = kept});
    Commit("a", v1::Enterprise::COMPANY, true);
    for (int i = 2; i <= 20; ++i) {
      if (i % 5 == 0)
        CommitWrite({"clusters/c/enterprises/a", std::nullopt});
      else
        Commit("a", i % 2 == 0 ? v1::Enterprise::INSTITUTE : v1::Enterprise::UNIVERSITY);
      ASSERT_TRUE(views_->Current("c").ok());
    }
    for (int i = 2; i <= 20; ++i) {
      const auto snapshot = views_->Resolve("c", AtRevision(i), {});
      ASSERT_TRUE(snapshot.ok()) << snapshot.status();
      EXPECT_EQ((*snapshot)->position().revision, i);
      EXPECT_EQ((*snapshot)->position().commit_time_us, (1'000'000 + i) * 1'000'000LL);
      const auto expected = i % 5 == 0   ? v1::Enterprise::KIND_UNSPECIFIED
                            : i % 2 == 0 ? v1::Enterprise::INSTITUTE
                                         : v1::Enterprise::UNIVERSITY;
      EXPECT_EQ(KindOf(*snapshot, "a"), expected) << i << " keeping " << kept;
      if (i % 5 != 0) {
        const model::Row row = (*snapshot)->Find(ResourceType::kEnterprise, "enterprises/a");
        EXPECT_EQ((*snapshot)->RecordRevision(ResourceType::kEnterprise, row), i);
      }
    }
    EXPECT_EQ(views_->Stats().undos > 0, kept < 64);
    for (const int i : {0, 21}) {
      const auto snapshot = views_->Resolve("c", AtRevision(i), {});
      EXPECT_EQ(snapshot.status().code(), absl::StatusCode::kOutOfRange);
      EXPECT_EQ(model::ReasonOf(snapshot.status()), v1::REVISION_NOT_RETAINED);
    }
  }
}

TEST_F(ViewsTest, RevisionsBeyondTheLogAreRefused) {
  Start({.kept_versions = 2});
  Commit("a", v1::Enterprise::COMPANY, true);
  for (int i = 0; i < 9; ++i) Commit("a", v1::Enterprise::INSTITUTE);
  store::Retention retention;
  retention.max_commits = 4;
  ASSERT_TRUE(store_.Compact(retention).ok());
  EXPECT_TRUE(views_->Resolve("c", AtRevision(7), {}).ok());
  EXPECT_EQ(model::ReasonOf(views_->Resolve("c", AtRevision(6), {}).status()), v1::REVISION_NOT_RETAINED);
}

TEST_F(ViewsTest, KeptVersionsAge) {
  Start({.kept_versions = 100, .kept_age = absl::Minutes(1)});
  Commit("a", v1::Enterprise::COMPANY, true);
  for (int i = 0; i < 9; ++i) {
    ASSERT_TRUE(views_->Current("c").ok());
    Commit("a", v1::Enterprise::INSTITUTE);
  }
  ASSERT_TRUE(views_->Current("c").ok());
  EXPECT_EQ(views_->Stats().versions_kept, 9);
  now_ += absl::Minutes(2);
  Commit("a", v1::Enterprise::COMPANY);
  ASSERT_TRUE(views_->Current("c").ok());
  EXPECT_EQ(views_->Stats().versions_kept, 1);
}

TEST_F(ViewsTest, BetweenNamesWhatChanged) {
  Commit("a", v1::Enterprise::COMPANY, true);
  const auto first = *views_->Current("c");
  Commit("b", v1::Enterprise::COMPANY);
  const auto second = *views_->Current("c");
  Commit("b", v1::Enterprise::INSTITUTE);
  Commit("d", v1::Enterprise::INSTITUTE);
  const auto last = *views_->Current("c");
  const auto delta = views_->Between(*first, *last);
  ASSERT_TRUE(delta.has_value());
  ASSERT_EQ(delta->size(), 3u);
  EXPECT_FALSE((*delta)[0].existed_before);
  EXPECT_TRUE((*delta)[1].existed_before);
  EXPECT_EQ((*delta)[2].row, last->Find(ResourceType::kEnterprise, "enterprises/d"));
  EXPECT_EQ(views_->Between(*second, *last)->size(), 2u);
  EXPECT_EQ(views_->Between(*last, *last)->size(), 0u);
  EXPECT_FALSE(views_->Between(*last, *first).has_value());
  EXPECT_FALSE(views_->Between(*model::SnapshotBuilder(first).Build(), *last).has_value())
      << "a branch has rows of its own";
}

TEST_F(ViewsTest, TooLongDeltasAreNotKept) {
  Start({.max_delta_rows = 5});
  Commit("a", v1::Enterprise::COMPANY, true);
  const auto first = *views_->Current("c");
  for (int i = 0; i < 7; ++i) Commit("b" + std::to_string(i), v1::Enterprise::COMPANY);
  const auto second = *views_->Current("c");
  EXPECT_FALSE(views_->Between(*first, *second).has_value());
  Commit("a", v1::Enterprise::INSTITUTE);
  EXPECT_EQ(views_->Between(*second, **views_->Current("c"))->size(), 1u);
}

TEST_F(ViewsTest, AnotherUidOrEpochIsOutOfRange) {
  Commit("a", v1::Enterprise::COMPANY, true);
  const std::string uid = (*views_->Current("c"))->position().cluster_uid;
  EXPECT_TRUE(views_->Resolve("c", AtRevision(1, uid), {}).ok());
  ASSERT_TRUE(store_.DropLog("c", uid).ok());
  EXPECT_EQ(views_->Current("c").status().code(), absl::StatusCode::kNotFound);
  Commit("b", v1::Enterprise::COMPANY, true);
  EXPECT_NE((*views_->Current("c"))->position().cluster_uid, uid);
  EXPECT_EQ(KindOf(*views_->Current("c"), "a"), v1::Enterprise::KIND_UNSPECIFIED);
  const auto old = views_->Resolve("c", AtRevision(1, uid), {});
  EXPECT_EQ(old.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(model::ReasonOf(old.status()), v1::EPOCH_CHANGED);
  v1::ReadAt epoch = MinRevision(1);
  epoch.mutable_min_revision()->set_epoch(9);
  EXPECT_EQ(model::ReasonOf(views_->Resolve("c", epoch, {}).status()), v1::EPOCH_CHANGED);
}

TEST_F(ViewsTest, WaitingEndsWithTheRevisionTheDeadlineTheCallOrTheCluster) {
  Commit("a", v1::Enterprise::COMPANY, true);
  Patience none;
  none.deadline = now_;
  EXPECT_EQ(model::ReasonOf(views_->Resolve("c", MinRevision(2), none).status()), v1::DEADLINE_PASSED);
  Patience cancelled;
  cancelled.cancelled = [] { return true; };
  EXPECT_EQ(model::ReasonOf(views_->Resolve("c", MinRevision(2), cancelled).status()), v1::CALL_CANCELLED);
  std::thread writer([&] { Commit("b", v1::Enterprise::COMPANY); });
  const auto snapshot = views_->Resolve("c", MinRevision(2), {});
  writer.join();
  ASSERT_TRUE(snapshot.ok());
  EXPECT_EQ(KindOf(*snapshot, "b"), v1::Enterprise::COMPANY);
  std::thread dropper([&] { store_.DropLog("c", "").IgnoreError(); });
  EXPECT_EQ(views_->WaitFor("c", 3, {}).status().code(), absl::StatusCode::kNotFound);
  dropper.join();
}

TEST_F(ViewsTest, WaitingForACommitEndsWhenItsLogIsGoneThoughAnotherHasTheName) {
  Commit("a", v1::Enterprise::COMPANY, true);
  Commit("b", v1::Enterprise::COMPANY);
  const store::LogPosition position = *store_.Position("c");
  EXPECT_TRUE(views_->WaitApplied("c", position, {}).ok());
  ASSERT_TRUE(store_.DropLog("c", "").ok());
  EXPECT_EQ(views_->WaitApplied("c", position, {}).code(), absl::StatusCode::kNotFound);
  Commit("a", v1::Enterprise::COMPANY, true);
  EXPECT_EQ(views_->WaitApplied("c", position, {}).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(views_->WaitApplied("c", *store_.Position("c"), {}).ok());
}

TEST_F(ViewsTest, ReadersSeeWholeCommitsWhileWritersWrite) {
  Commit("a", v1::Enterprise::COMPANY, true);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&] {
      std::int64_t last = 0;
      while (!stop) {
        const auto snapshot = *views_->Current("c");
        const std::int64_t revision = snapshot->position().revision;
        // Revision n has the enterprises a and b2 to bn.
        if (revision < last || static_cast<std::int64_t>(snapshot->Count(ResourceType::kEnterprise)) != revision)
          ++wrong;
        if (revision > 1 &&
            snapshot->Find(ResourceType::kEnterprise, "enterprises/b" + std::to_string(revision)) == kNoRow)
          ++wrong;
        last = revision;
      }
    });
  for (int i = 2; i <= 400; ++i) {
    const std::int64_t revision = Commit("b" + std::to_string(i), v1::Enterprise::COMPANY);
    if ((*views_->WaitFor("c", revision, {}))->position().revision < revision) ++wrong;
    if (i % 50 == 0 && !views_->Resolve("c", AtRevision(i - 20), {}).ok()) ++wrong;
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(ViewsTest, DerivedViewsAdvanceByWhatChanged) {
  int scratch = 0, advanced = 0;
  std::size_t rows = 0;
  DerivedView<std::size_t> count(
      views_.get(),
      [&](const model::SnapshotPtr& snapshot, const auto&) {
        ++scratch;
        return std::make_shared<const std::size_t>(snapshot->Count(ResourceType::kEnterprise));
      },
      [&](const std::shared_ptr<const std::size_t>& old, const model::SnapshotPtr&, const model::SnapshotPtr&,
          const model::Delta& changes, const auto&) {
        ++advanced;
        rows += changes.size();
        std::size_t value = *old;
        for (const auto& touched : changes)
          value += static_cast<std::size_t>(touched.exists_after) - static_cast<std::size_t>(touched.existed_before);
        return std::make_shared<const std::size_t>(value);
      });
  const auto value = [&](const model::SnapshotPtr& snapshot) { return **count.Get(snapshot, {}); };
  Commit("a", v1::Enterprise::COMPANY, true);
  const auto first = *views_->Current("c");
  EXPECT_FALSE(count.Ready("c"));
  EXPECT_EQ(value(first), 1u);
  EXPECT_TRUE(count.Ready("c"));
  EXPECT_EQ(value(first), 1u);
  EXPECT_EQ(scratch, 1);
  std::vector<model::SnapshotPtr> versions = {first};
  for (const char* id : {"b", "d", "e"}) {
    Commit(id, v1::Enterprise::COMPANY);
    versions.push_back(*views_->Current("c"));
  }
  CommitWrite({"clusters/c/enterprises/d", std::nullopt});
  EXPECT_EQ(value(*views_->Current("c")), 3u);
  EXPECT_EQ(scratch, 1);
  EXPECT_EQ(advanced, 1);
  EXPECT_EQ(rows, 4u);
  EXPECT_EQ(value(versions[3]), 4u) << "an older one is reached from the nearest, here backwards";
  EXPECT_EQ(rows, 5u);
  EXPECT_EQ(value(versions[2]), 3u);
  EXPECT_EQ(value(versions[1]), 2u);
  EXPECT_EQ(advanced, 4);
  EXPECT_EQ(value(model::SnapshotBuilder(first).Build()), 1u);
  EXPECT_EQ(scratch, 2) << "a branch is computed";
  EXPECT_EQ(value(first), 1u) << "no longer kept";
  EXPECT_EQ(advanced, 5);
  Commit("f", v1::Enterprise::COMPANY);
  EXPECT_EQ(value(*views_->Current("c")), 4u);
  EXPECT_EQ(scratch, 2);
}

// A derived view whose computation waits until the test opens a gate.
struct Gated {
  explicit Gated(const Views* views)
      : view(
            views,
            [this](const model::SnapshotPtr& snapshot, const auto& stop) -> std::shared_ptr<const std::size_t> {
              ++begun;
              begun.notify_all();
              while (!open && !stop()) std::this_thread::yield();
              if (stop()) return nullptr;
              return std::make_shared<const std::size_t>(snapshot->Count(ResourceType::kEnterprise));
            },
            [this](const auto& old, const auto&, const auto&, const auto&, const auto&) {
              ++advanced;
              return std::make_shared<const std::size_t>(*old + 1);
            }) {}
  std::atomic<bool> open{false};
  std::atomic<int> begun{0}, advanced{0};
  DerivedView<std::size_t> view;
};

TEST_F(ViewsTest, ADerivedValueIsComputedOnThoughItsCallersGiveUp) {
  Commit("a", v1::Enterprise::COMPANY, true);
  Gated gated(views_.get());
  const auto first = *views_->Current("c");
  Patience none, gone;
  none.deadline = now_;
  gone.cancelled = [] { return true; };
  EXPECT_EQ(model::ReasonOf(gated.view.Get(first, none).status()), v1::DEADLINE_PASSED);
  EXPECT_EQ(model::ReasonOf(gated.view.Get(first, gone).status()), v1::CALL_CANCELLED);
  EXPECT_FALSE(gated.view.Ready("c"));
  std::size_t waited = 0;
  std::thread waiter([&] { waited = **gated.view.Get(first, {}); });
  Commit("b", v1::Enterprise::COMPANY);
  const auto second = *views_->Current("c");
  EXPECT_EQ(model::ReasonOf(gated.view.Get(second, none).status()), v1::DEADLINE_PASSED);
  gated.open = true;
  EXPECT_EQ(**gated.view.Get(second, {}), 2u);
  waiter.join();
  EXPECT_EQ(waited, 1u);
  EXPECT_EQ(gated.begun, 1) << "the others waited for the one computation";
  EXPECT_EQ(gated.advanced, 1);
}

TEST_F(ViewsTest, TheNearestDerivedValueIsThereWithoutWaitingForTheNext) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  const auto revision = [](const model::SnapshotPtr& snapshot) {
    return std::make_shared<const std::int64_t>(snapshot->position().revision);
  };
  DerivedView<std::int64_t> view(
      views_.get(), [&](const model::SnapshotPtr& snapshot, const auto&) { return revision(snapshot); },
      [&](const std::shared_ptr<const std::int64_t>&, const model::SnapshotPtr&, const model::SnapshotPtr& snapshot,
          const model::Delta&, const auto&) {
        gone.wait();
        return revision(snapshot);
      },
      2);
  Commit("a", v1::Enterprise::COMPANY, true);
  const auto first = *views_->Current("c");
  EXPECT_EQ(*view.Nearest(first, {})->value, 1) << "the first one is waited for";
  Commit("b", v1::Enterprise::COMPANY);
  const auto second = *views_->Current("c");
  const auto nearest = *view.Nearest(second, {});
  EXPECT_EQ(*nearest.value, 1);
  EXPECT_EQ(nearest.snapshot->position().revision, 1);
  go.set_value();
  EXPECT_EQ(**view.Get(second, {}), 2);
  EXPECT_EQ(*view.Nearest(second, {})->value, 2);
  const auto is = [](std::int64_t wanted) { return [wanted](const auto& kept) { return *kept.value == wanted; }; };
  EXPECT_NE(view.Kept(second, is(1)).value, nullptr);
  Commit("d", v1::Enterprise::COMPANY);
  EXPECT_EQ(**view.Get(*views_->Current("c"), {}), 3);
  EXPECT_EQ(view.Kept(second, is(7)).value, nullptr);
}

TEST_F(ViewsTest, TheEndOfADerivedViewStopsItsComputation) {
  Commit("a", v1::Enterprise::COMPANY, true);
  Patience none;
  none.deadline = now_;
  auto gated = std::make_unique<Gated>(views_.get());
  EXPECT_FALSE(gated->view.Get(*views_->Current("c"), none).ok());
  gated->begun.wait(0);
  gated.reset();
}

TEST_F(ViewsTest, ADerivedValueOfABranchStopsWithItsCaller) {
  Commit("a", v1::Enterprise::COMPANY, true);
  Gated gated(views_.get());
  Patience gone;
  gone.cancelled = [&] { return gated.begun > 0; };
  const auto branch = model::SnapshotBuilder(*views_->Current("c")).Build();
  EXPECT_EQ(model::ReasonOf(gated.view.Get(branch, gone).status()), v1::CALL_CANCELLED);
}

}  // namespace
}  // namespace bulian::view
