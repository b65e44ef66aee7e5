// What is particular to the LMDB store; what every store must do is in tests/conformance.
#include "services/store/lmdb/lmdb_store.h"

#include <lmdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/lmdb/data_directory.h"
#include "services/store/lmdb/layout.h"

namespace bulian::store {
namespace {

using ::testing::HasSubstr;

class LmdbStoreTest : public ::testing::Test {
 protected:
  LmdbStoreTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "bulian-store-XXXXXX";
    options_.directory = mkdtemp(pattern.data());
  }
  ~LmdbStoreTest() override { std::filesystem::remove_all(options_.directory); }

  std::unique_ptr<Store> Open() {
    auto store = OpenLmdbStore(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  static CommitRequest Put(const std::string& name, std::string value, std::int64_t validated_at) {
    CommitRequest request;
    request.log = "c";
    request.validated_at = validated_at;
    request.create_log = validated_at == 0;
    request.writes = {{name, std::move(value)}};
    return request;
  }

  LmdbOptions options_;
};

TEST_F(LmdbStoreTest, KeepsItsDataAcrossOpening) {
  {
    auto store = Open();
    ASSERT_TRUE(store->Commit(Put("a", "1", 0)).ok());
    ASSERT_TRUE(store->Commit(Put("a", "2", 1)).ok());
  }
  auto store = Open();
  auto position = store->Position("c");
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->revision, 2);
  std::string seen;
  ASSERT_TRUE(store
                  ->Scan("c",
                         [&](const ScannedRecord& record) {
                           seen += std::string(record.name) + "=" + std::string(record.value);
                           return true;
                         })
                  .ok());
  EXPECT_EQ(seen, "a=2");
  auto next = store->Commit(Put("b", "3", 2));
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->position.revision, 3);
  EXPECT_EQ(next->position.uid, position->uid);
}

TEST_F(LmdbStoreTest, RefusesASecondOpenerAndNamesTheHolder) {
  auto store = Open();
  auto second = OpenLmdbStore(options_);
  ASSERT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("pid " + std::to_string(getpid())));
  store.reset();
  EXPECT_TRUE(OpenLmdbStore(options_).ok());
}

TEST_F(LmdbStoreTest, RefusesADataFileOfANewerVersion) {
  { auto store = Open(); }
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi meta = 0;
  ASSERT_EQ(mdb_env_create(&env), 0);
  mdb_env_set_maxdbs(env, 4);
  const std::string file = options_.directory + "/" + lmdb::kDataFileName;
  ASSERT_EQ(mdb_env_open(env, file.c_str(), MDB_NOSUBDIR, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, "meta", 0, &meta), 0);
  std::uint32_t version = lmdb::kFormatVersion + 1;
  MDB_val key{6, const_cast<char*>("format")};
  MDB_val value{sizeof(version), &version};
  ASSERT_EQ(mdb_put(txn, meta, &key, &value, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);

  auto store = OpenLmdbStore(options_);
  ASSERT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("format version 2"));
}

TEST_F(LmdbStoreTest, RefusesAFileThatIsNoDataFile) {
  std::ofstream(options_.directory + "/" + lmdb::kDataFileName) << std::string(8192, 'x');
  EXPECT_EQ(OpenLmdbStore(options_).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(LmdbStoreTest, RefusesANameItCannotHold) {
  auto store = Open();
  auto result = store->Commit(Put(std::string(600, 'n'), "1", 0));
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(model::ReasonOf(result.status()), v1::INVALID_FIELDS);
  EXPECT_EQ(store->Position("c").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LmdbStoreTest, ReachingTheSizeLimitRefusesCommitsUntilThereIsRoom) {
  options_.max_data_size = 2 << 20;
  auto store = Open();
  ASSERT_TRUE(store->Commit(Put("first", "kept", 0)).ok());
  std::int64_t revision = 1;
  absl::Status full;
  while (full.ok() && revision < 10'000) {
    auto result = store->Commit(Put("a" + std::to_string(revision % 10), std::string(20'000, 'v'), revision));
    full = result.status();
    if (result.ok()) ++revision;
  }
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(model::ReasonOf(full), v1::STORE_FULL);
  EXPECT_EQ(store->Position("c")->revision, revision);
  EXPECT_EQ(store->Stats().commit_failures, 1);
  EXPECT_LE(store->Stats().used_bytes, store->Stats().limit_bytes);

  Retention retention;
  retention.max_commits = 2;
  while (*store->Compact(retention)) {
  }
  for (int i = 0; i < 5; ++i) {
    auto result = store->Commit(Put("after", "room", revision));
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->position.revision, ++revision);
  }
}

// Fills the store and compacts it, again and again: every round finds room.
void FillAndCompact(Store& store, int rounds) {
  std::int64_t revision = 0;
  Retention retention;
  retention.max_commits = 1;
  for (int round = 0; round < rounds; ++round) {
    int written = 0;
    while (true) {
      CommitRequest request;
      request.log = "c";
      request.validated_at = revision;
      request.create_log = revision == 0;
      request.writes = {
          {"r" + std::to_string(written % 4), std::string(static_cast<std::size_t>(3'000 * (round % 5 + 1)), 'v')}};
      auto result = store.Commit(std::move(request));
      if (!result.ok()) {
        ASSERT_EQ(model::ReasonOf(result.status()), v1::STORE_FULL) << result.status();
        break;
      }
      revision = result->position.revision;
      ++written;
    }
    ASSERT_GT(written, 5) << "round " << round;
    for (bool more = true; more;) {
      auto left = store.Compact(retention);
      ASSERT_TRUE(left.ok()) << left.status();
      more = *left;
    }
  }
}

TEST_F(LmdbStoreTest, FillingTheSizeLimitManyTimesNeverBlocksCompaction) {
  options_.max_data_size = 1 << 20;
  options_.unsafe_no_sync = true;  // room is what matters here
  FillAndCompact(*Open(), 12);
}

TEST_F(LmdbStoreTest, ALoadThatDoesNotFitIsRefusedAndItsRoomComesBack) {
  options_.max_data_size = 4 << 20;
  auto store = Open();
  ASSERT_TRUE(store->Commit(Put("a", "1", 0)).ok());
  for (int round = 0; round < 3; ++round) {
    auto loader = store->LoadLog("loaded");
    ASSERT_TRUE(loader.ok()) << loader.status();
    absl::Status full;
    for (int i = 0; i < 1000 && full.ok(); ++i)
      full = (*loader)->AddRecord("n" + std::to_string(i), std::string(20'000, 'v'), 1);
    EXPECT_EQ(model::ReasonOf(full), v1::STORE_FULL) << full;
    EXPECT_EQ((*loader)->AddRecord("n", "v", 1), full);
    loader->reset();
    ASSERT_TRUE(store->Commit(Put("a", "2", round + 1)).ok());
    while (*store->Compact(Retention())) {
    }
  }
  EXPECT_EQ(store->ListLogs()->size(), 1U);
  EXPECT_LT(store->Stats().used_bytes, 1 << 20);
}

TEST_F(LmdbStoreTest, AReaderThatDiedKeepsNoRoom) {
  options_.max_data_size = 1 << 20;
  options_.unsafe_no_sync = true;  // room is what matters here
  { auto store = Open(); }
  int opened[2];
  int go_on[2];
  ASSERT_EQ(pipe(opened), 0);
  ASSERT_EQ(pipe(go_on), 0);
  // A process that reads, as one that copies the file does, and dies inside its transaction. It is forked before the
  // store has threads.
  const pid_t child = fork();
  if (child == 0) {
    char byte = 0;
    if (read(go_on[0], &byte, 1) != 1) _exit(1);
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    mdb_env_create(&env);
    mdb_env_set_maxdbs(env, 16);
    const std::string file = options_.directory + "/" + lmdb::kDataFileName;
    const bool reading = mdb_env_open(env, file.c_str(), MDB_NOSUBDIR | MDB_RDONLY, 0600) == 0 &&
                         mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0;
    _exit(reading && write(opened[1], "x", 1) == 1 ? 0 : 1);
  }
  auto store = Open();
  ASSERT_TRUE(store->Commit(Put("a", "1", 0)).ok());
  ASSERT_EQ(write(go_on[1], "x", 1), 1);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(store->DropLog("c", "").ok());
  FillAndCompact(*store, 30);
  for (const int fd : {opened[0], opened[1], go_on[0], go_on[1]}) close(fd);
}

TEST(NetworkFileSystem, KnowsWhatIsRemote) {
  EXPECT_EQ(lmdb::NetworkFileSystem(0x6969, ""), "NFS");
  EXPECT_EQ(lmdb::NetworkFileSystem(0xFF534D42, ""), "CIFS");
  EXPECT_EQ(lmdb::NetworkFileSystem(0x65735546, "fuse.sshfs"), "fuse.sshfs");
  EXPECT_EQ(lmdb::NetworkFileSystem(0x65735546, "fuseblk"), std::nullopt);
  EXPECT_EQ(lmdb::NetworkFileSystem(0xEF53, ""), std::nullopt);      // ext4
  EXPECT_EQ(lmdb::NetworkFileSystem(0x01021994, ""), std::nullopt);  // tmpfs
}

}  // namespace
}  // namespace bulian::store
