// A disk without room: the commit fails and changes nothing, the store stays up, and goes on when there is room.
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/lmdb/offline.h"

namespace bulian::store {
namespace {

namespace fs = std::filesystem;

CommitRequest Put(std::int64_t validated_at, std::size_t bytes) {
  CommitRequest request;
  request.log = "c";
  request.validated_at = validated_at;
  request.create_log = validated_at == 0;
  request.writes = {{"n" + std::to_string(validated_at % 5), std::string(bytes, 'v')}};
  return request;
}

// Commits until the store is full; returns the last revision.
std::int64_t Fill(Store& store, std::int64_t revision, std::size_t bytes) {
  while (revision < 100'000) {
    const auto result = store.Commit(Put(revision, bytes));
    if (!result.ok()) {
      EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted) << result.status();
      EXPECT_EQ(model::ReasonOf(result.status()), v1::STORE_FULL) << result.status();
      break;
    }
    revision = result->position.revision;
  }
  return revision;
}

// Full: refuses again and again, and still answers reads.
void ExpectFull(Store& store, std::int64_t revision) {
  for (int i = 0; i < 5; ++i) {
    const auto result = store.Commit(Put(revision, 200'000));
    EXPECT_EQ(model::ReasonOf(result.status()), v1::STORE_FULL) << result.status();
    EXPECT_EQ(store.Position("c")->revision, revision);
  }
  std::int64_t seen = 0;
  EXPECT_TRUE(store
                  .Follow("c", 0,
                          [&](const std::shared_ptr<const LogEntry>& entry) {
                            seen = entry->revision;
                            return true;
                          })
                  .ok());
  EXPECT_EQ(seen, revision);
}

void ExpectGoesOn(Store& store, std::int64_t revision) {
  for (int i = 0; i < 5; ++i) {
    const auto result = store.Commit(Put(revision, 30'000));
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ(result->position.revision, ++revision);
  }
}

void ExpectSound(const std::string& directory) {
  const auto report = lmdb::VerifyDirectory(directory);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
}

// Another limit on the size of files than the disk's end, with the same effect on a write.
TEST(StoreFullDisk, AFileSizeLimitIsAFullStore) {
  std::string pattern = fs::temp_directory_path() / "bulian-full-XXXXXX";
  LmdbOptions options;
  options.directory = mkdtemp(pattern.data());
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    auto store = OpenLmdbStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    const struct rlimit small { std::min<rlim_t>(5'000'000, before.rlim_max), before.rlim_max };
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const std::int64_t revision = Fill(**store, 0, 60'000);
    EXPECT_GT(revision, 10);
    ExpectFull(**store, revision);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    ExpectGoesOn(**store, revision);
  }
  ExpectSound(options.directory);
  fs::remove_all(options.directory);
}

TEST(StoreFullDisk, AFullFileSystem) {
  std::string pattern = fs::temp_directory_path() / "bulian-full-XXXXXX";
  const std::string mount_point = mkdtemp(pattern.data());
  if (mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=6m") != 0) {
    fs::remove_all(mount_point);
    GTEST_SKIP() << "may not mount here; the file size limit covers the same paths";
  }
  LmdbOptions options;
  options.directory = mount_point + "/data";
  {
    const std::string ballast = mount_point + "/ballast";
    std::ofstream(ballast) << std::string(3'000'000, 'x');
    auto store = OpenLmdbStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    const std::int64_t revision = Fill(**store, 0, 60'000);
    EXPECT_GT(revision, 5);
    ExpectFull(**store, revision);
    fs::remove(ballast);
    ExpectGoesOn(**store, revision);
  }
  ExpectSound(options.directory);
  ASSERT_EQ(umount(mount_point.c_str()), 0);
  fs::remove_all(mount_point);
}

// Commits of many threads share a transaction: the one that does not fit must not take the others with it.
TEST(StoreFullDisk, OnlyCommitsThatDoNotFitFail) {
  std::string pattern = fs::temp_directory_path() / "bulian-full-XXXXXX";
  LmdbOptions options;
  options.directory = mkdtemp(pattern.data());
  options.max_data_size = 4 << 20;
  {
    auto store = OpenLmdbStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->Commit(Put(0, 10)).ok());
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 20; ++i) {
          CommitRequest request = Put(1, 10);
          const bool big = t % 2 == 0;
          request.writes = {{"t" + std::to_string(t), std::string(big ? 3'000'000 : 100, 'v')}};
          request.validated_at = (*store)->Position("c")->revision;
          const auto result = (*store)->Commit(std::move(request));
          EXPECT_EQ(result.ok(), !big) << result.status();
          if (big) {
            EXPECT_EQ(model::ReasonOf(result.status()), v1::STORE_FULL);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ((*store)->Position("c")->revision, 81);
    EXPECT_EQ((*store)->Stats().commit_failures, 80);
  }
  ExpectSound(options.directory);
  fs::remove_all(options.directory);
}

}  // namespace
}  // namespace bulian::store
