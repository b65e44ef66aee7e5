// Views that hold some of the clusters of a store.
#include <gtest/gtest.h>

#include <string>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/error.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"

namespace bulian::view {
namespace {

class HeldClustersTest : public testing::Test {
 protected:
  HeldClustersTest() {
    Commit("held", /*create=*/true);
    Commit("other", /*create=*/true);
    store_.SetObserver(&views_);
    EXPECT_TRUE(views_.Load().ok());
  }
  void Commit(const std::string& cluster, bool create) {
    store::CommitRequest request;
    request.log = cluster;
    request.create_log = create;
    request.writes.push_back({"clusters/" + cluster + "/enterprises/a", v1::Enterprise().SerializeAsString()});
    ASSERT_TRUE(store_.Commit(request).ok());
  }
  static ViewOptions Holding(store::LogSelection held) {
    ViewOptions options;
    options.held = std::move(held);
    return options;
  }
  void ExpectRefused(const absl::Status& status) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_EQ(model::ReasonOf(status), v1::WRONG_REPLICA);
  }

  MemoryStore store_;
  Views views_{&store_, Holding({{"held", "to-come"}, /*all_but=*/false})};
};

TEST_F(HeldClustersTest, OnlyTheseAreLoaded) {
  EXPECT_FALSE(views_.HoldsAll());
  EXPECT_EQ(views_.Clusters(), std::vector<std::string>{"held"});
  EXPECT_TRUE(views_.Current("held").ok());
  EXPECT_EQ(views_.Stats().clusters, 1);
}

// Whether there is such a cluster elsewhere or not: this replica does not know, and does not wait to find out.
TEST_F(HeldClustersTest, EveryQuestionAboutAnotherIsRefusedAtOnce) {
  v1::ReadAt least, exact;
  least.mutable_min_revision()->set_number(5);
  exact.mutable_at_revision()->set_number(1);
  for (const char* cluster : {"other", "nowhere"}) {
    ExpectRefused(views_.Current(cluster).status());
    ExpectRefused(views_.Resolve(cluster, {}, {}).status());
    ExpectRefused(views_.Resolve(cluster, least, {}).status());
    ExpectRefused(views_.Resolve(cluster, exact, {}).status());
    ExpectRefused(views_.WaitFor(cluster, 5, {}).status());
    ExpectRefused(views_.WaitApplied(cluster, *store_.Position("other"), {}));
  }
}

TEST_F(HeldClustersTest, CommitsOfOthersAreNotApplied) {
  const std::int64_t applied = views_.Stats().commits_applied;
  Commit("other", /*create=*/false);
  Commit("made-elsewhere", /*create=*/true);
  views_.OnReload("other");
  EXPECT_EQ(views_.Stats().commits_applied, applied);
  Commit("held", /*create=*/false);
  Commit("to-come", /*create=*/true);
  EXPECT_EQ((*views_.Current("held"))->position().revision, 2);
  EXPECT_EQ(views_.Clusters(), (std::vector<std::string>{"held", "to-come"}));
}

TEST_F(HeldClustersTest, OneThatIsHeldAndGoneIsNotFound) {
  ASSERT_TRUE(store_.DropLog("held", "").ok());
  EXPECT_TRUE(absl::IsNotFound(views_.Current("held").status()));
  EXPECT_TRUE(absl::IsNotFound(views_.Current("to-come").status()));
}

TEST_F(HeldClustersTest, AllButSome) {
  Views views(&store_, Holding({{"held"}, /*all_but=*/true}));
  ASSERT_TRUE(views.Load().ok());
  EXPECT_EQ(views.Clusters(), std::vector<std::string>{"other"});
  EXPECT_FALSE(views.HoldsAll());
  ExpectRefused(views.Current("held").status());
}

}  // namespace
}  // namespace bulian::view
