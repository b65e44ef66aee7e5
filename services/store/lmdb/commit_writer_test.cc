// Several commits inside one transaction, as a group has them.
#include "services/store/lmdb/commit_writer.h"

#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/lmdb/log_reader.h"

namespace bulian::store::lmdb {
namespace {

class CommitWriterTest : public ::testing::Test {
 protected:
  CommitWriterTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "bulian-writer-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    env_ = *Environment::Open({directory_ + "/data", 16 << 20, 0});
    Transaction txn;
    EXPECT_EQ(txn.BeginWrite(*env_), 0);
    EXPECT_TRUE(OpenTables(txn, true, &tables_).ok());
    EXPECT_EQ(txn.Commit(), 0);
    writer_ = std::make_unique<CommitWriter>(
        CommitWriter::Services{[] { return absl::FromUnixSeconds(1'700'000'000); }, [] { return std::string("uid"); }},
        tables_, &book_);
  }
  ~CommitWriterTest() override {
    env_.reset();
    std::filesystem::remove_all(directory_);
  }

  absl::StatusOr<CommitResult> Apply(const Transaction& txn, std::int64_t validated_at, const std::string& name,
                                     const std::string& id, const std::string& digest, bool create = false) {
    CommitRequest request;
    request.log = "c";
    request.validated_at = validated_at;
    request.create_log = create;
    request.writes = {{name, "v"}};
    request.request_id = id;
    request.payload_digest = digest;
    int code = 0;
    auto applied = writer_->Apply(txn, *PrepareCommit(std::move(request)), &code);
    EXPECT_EQ(code, 0);
    if (!applied.ok()) return applied.status();
    return applied->result;
  }

  std::string directory_;
  std::unique_ptr<Environment> env_;
  Tables tables_;
  LogBook book_;
  std::unique_ptr<CommitWriter> writer_;
};

TEST_F(CommitWriterTest, OneRefusalInAGroupFailsOnlyItsOwn) {
  Transaction txn;
  ASSERT_EQ(txn.BeginWrite(*env_), 0);
  EXPECT_EQ(Apply(txn, 0, "a", "", "", true)->position.revision, 1);
  EXPECT_EQ(Apply(txn, 1, "b", "", "")->position.revision, 2);
  // Conflicts with the commit before it in the same group.
  EXPECT_EQ(model::ReasonOf(Apply(txn, 1, "b", "", "").status()), v1::CONFLICT);
  EXPECT_EQ(model::ReasonOf(Apply(txn, 0, "a", "", "", true).status()), v1::RESOURCE_EXISTS);
  EXPECT_EQ(Apply(txn, 1, "c", "", "")->position.revision, 3);
  ASSERT_EQ(book_.Write(txn, tables_), 0);
  ASSERT_EQ(txn.Commit(), 0);
  book_.Accept();
  EXPECT_EQ(book_.Published("c")->revision, 3);
  EXPECT_EQ(book_.Published("c")->records, 3);
}

TEST_F(CommitWriterTest, ARepeatInsideAGroupIsARepeat) {
  Transaction txn;
  ASSERT_EQ(txn.BeginWrite(*env_), 0);
  EXPECT_FALSE(Apply(txn, 0, "a", "id", "p", true)->replayed);
  const auto again = Apply(txn, 0, "a", "id", "p", true);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->position.revision, 1);
  EXPECT_EQ(model::ReasonOf(Apply(txn, 1, "a", "id", "other").status()), v1::REQUEST_ID_REUSED);
  EXPECT_EQ(book_.Find("c")->state.revision, 1);
}

TEST_F(CommitWriterTest, AVoidTransactionLeavesNothingBehind) {
  {
    Transaction txn;
    ASSERT_EQ(txn.BeginWrite(*env_), 0);
    ASSERT_TRUE(Apply(txn, 0, "a", "", "", true).ok());
    ASSERT_EQ(book_.Write(txn, tables_), 0);
    ASSERT_EQ(txn.Commit(), 0);
    book_.Accept();
  }
  const LogState before = *book_.Published("c");
  {
    Transaction txn;
    ASSERT_EQ(txn.BeginWrite(*env_), 0);
    ASSERT_TRUE(Apply(txn, 1, "x", "id", "p").ok());
    txn.Abort();
    book_.Reject();
  }
  EXPECT_EQ(EncodeLogState(book_.Find("c")->state), EncodeLogState(before));
  Transaction txn;
  ASSERT_EQ(txn.BeginWrite(*env_), 0);
  const auto result = Apply(txn, 1, "x", "id", "p");
  EXPECT_FALSE(result->replayed);
  EXPECT_EQ(result->position.revision, 2);
  EXPECT_EQ(ReadEntry(txn, tables_, 1, 2)->entry.predecessor_digest, before.digest);
}

}  // namespace
}  // namespace bulian::store::lmdb
