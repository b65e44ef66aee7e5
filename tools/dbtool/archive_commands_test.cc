#include "tools/dbtool/archive_commands.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/log_contents.h"
#include "tools/dbtool/commands.h"

namespace bulian::dbtool {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

std::string BytesOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class ArchiveCommandsTest : public ::testing::Test {
 protected:
  ArchiveCommandsTest() {
    std::string pattern = fs::temp_directory_path() / "bulian-dbtool-XXXXXX";
    root_ = mkdtemp(pattern.data());
    data_ = root_ + "/data";
    target_ = root_ + "/target";
    file_ = root_ + "/backup";
  }
  ~ArchiveCommandsTest() override { fs::remove_all(root_); }

  static std::unique_ptr<store::Store> Open(const std::string& directory) {
    store::LmdbOptions options;
    options.directory = directory;
    auto store = store::OpenLmdbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  static void Commit(store::Store& store, const std::string& log, std::vector<store::Write> writes) {
    store::CommitRequest request;
    request.log = log;
    const auto position = store.Position(log);
    request.create_log = !position.ok();
    request.validated_at = position.ok() ? position->revision : 0;
    request.writes = std::move(writes);
    request.request_id = "r" + std::to_string(request.validated_at);
    const auto result = store.Commit(std::move(request));
    ASSERT_TRUE(result.ok()) << result.status();
  }

  void Fill() {
    auto store = Open(data_);
    Commit(*store, "beibei", {{"clusters/beibei", "1"}, {"clusters/beibei/enterprises/e1", ""}});
    Commit(*store, "beibei", {{"clusters/beibei/enterprises/e1", std::nullopt}, {"strange \"name\"", "\x01\xff"}});
    Commit(*store, "other", {{"clusters/other", "2"}});
    for (int i = 0; i < 100; ++i) Commit(*store, "other", {{"n" + std::to_string(i % 80), std::string(100'000, 'v')}});
  }

  void ExpectSame(const std::string& log, std::int64_t epoch) {
    auto from = Open(data_);
    auto to = Open(target_);
    const auto a = store::ContentsOf(*from, log);
    const auto b = store::ContentsOf(*to, log);
    ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
    EXPECT_EQ(a->DifferenceTo(*b), "");
    EXPECT_EQ(from->Position(log)->uid, to->Position(log)->uid);
    EXPECT_EQ(to->Position(log)->epoch, epoch);
    from.reset();
    to.reset();
    std::ostringstream out, err;
    EXPECT_EQ(VerifyCommand(target_, out, err), 0) << err.str();
  }

  std::string root_, data_, target_, file_;
  std::ostringstream out_, err_;
};

TEST_F(ArchiveCommandsTest, RestoreGivesBackWhatWasBackedUp) {
  Fill();
  ASSERT_EQ(BackupCommand(data_, file_, "", out_, err_), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("clusters/beibei  epoch 1  revision 2"));
  EXPECT_FALSE(fs::exists(file_ + ".part"));
  ASSERT_EQ(RestoreCommand(file_, target_, "", kNow, out_, err_), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("restored to " + target_ + " and compared"));
  ExpectSame("beibei", absl::ToUnixSeconds(kNow));
  ExpectSame("other", absl::ToUnixSeconds(kNow));
  // The clusters are there now.
  EXPECT_EQ(RestoreCommand(file_, target_, "", kNow, out_, err_), 1);
  EXPECT_THAT(err_.str(), HasSubstr("clusters/beibei"));
  // And go on, with the raised epoch.
  auto store = Open(target_);
  Commit(*store, "beibei", {{"clusters/beibei/enterprises/e3", ""}});
  EXPECT_EQ(store->Position("beibei")->revision, 3);
  EXPECT_EQ(store->Position("beibei")->epoch, absl::ToUnixSeconds(kNow));
}

TEST_F(ArchiveCommandsTest, RestoringOneClusterLeavesTheOthers) {
  Fill();
  ASSERT_EQ(BackupCommand(data_, file_, "", out_, err_), 0) << err_.str();
  {
    auto store = Open(target_);
    Commit(*store, "other", {{"clusters/other", "mine"}});
  }
  EXPECT_EQ(RestoreCommand(file_, target_, "", kNow, out_, err_), 1);
  EXPECT_EQ(Open(target_)->ListLogs()->size(), 1U);
  ASSERT_EQ(RestoreCommand(file_, target_, "clusters/beibei", kNow, out_, err_), 0) << err_.str();
  ExpectSame("beibei", absl::ToUnixSeconds(kNow));
  EXPECT_EQ(Open(target_)->Position("other")->revision, 1);
  EXPECT_EQ(RestoreCommand(file_, target_, "nobody", kNow, out_, err_), 1);
}

TEST_F(ArchiveCommandsTest, BackupNeverWritesOverAFile) {
  Fill();
  std::ofstream(file_) << "precious";
  EXPECT_EQ(BackupCommand(data_, file_, "", out_, err_), 1);
  EXPECT_THAT(err_.str(), HasSubstr("is there already"));
  EXPECT_EQ(BytesOf(file_), "precious");
  EXPECT_EQ(BackupCommand(data_, root_ + "/no/such/folder", "", out_, err_), 1);
  EXPECT_EQ(BackupCommand(root_ + "/nothing", root_ + "/b", "", out_, err_), 1);
  EXPECT_FALSE(fs::exists(root_ + "/nothing"));
  EXPECT_EQ(BackupCommand(data_, root_ + "/b", "nobody", out_, err_), 1);
  EXPECT_FALSE(fs::exists(root_ + "/b.part"));
  std::ofstream(root_ + "/b.part") << "of one that was killed";
  EXPECT_EQ(BackupCommand(data_, root_ + "/b", "other", out_, err_), 0) << err_.str();
}

TEST_F(ArchiveCommandsTest, ADamagedArchiveRestoresNothing) {
  Fill();
  ASSERT_EQ(BackupCommand(data_, file_, "", out_, err_), 0) << err_.str();
  const std::string whole = BytesOf(file_);
  std::string flipped = whole;
  flipped[flipped.size() / 2] ^= 1;
  for (const std::string& bytes :
       {flipped, whole.substr(0, whole.size() - 1), std::string("no archive"), std::string()}) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << bytes;
    err_.str("");
    EXPECT_EQ(RestoreCommand(file_, target_, "", kNow, out_, err_), 1);
    EXPECT_THAT(err_.str(), HasSubstr("the archive is damaged"));
    EXPECT_TRUE(Open(target_)->ListLogs()->empty());
  }
  EXPECT_EQ(RestoreCommand(root_ + "/nothing", target_, "", kNow, out_, err_), 1);
  EXPECT_EQ(RestoreCommand(root_, target_, "", kNow, out_, err_), 1);  // a directory
  std::ofstream(file_, std::ios::binary | std::ios::trunc) << whole;
  EXPECT_EQ(RestoreCommand(file_, target_, "", kNow, out_, err_), 0) << err_.str();
}

TEST_F(ArchiveCommandsTest, CopyLeavesTheSourceAsItIs) {
  Fill();
  const std::string before = BytesOf(data_ + "/bulian.mdb");
  ASSERT_EQ(CopyCommand(data_, target_, "beibei", kNow, out_, err_), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1 cluster, "));
  EXPECT_EQ(Open(target_)->ListLogs()->size(), 1U);
  EXPECT_EQ(CopyCommand(data_, target_, "", kNow, out_, err_), 1);  // beibei is there
  ASSERT_EQ(CopyCommand(data_, target_, "other", kNow, out_, err_), 0) << err_.str();
  EXPECT_EQ(BytesOf(data_ + "/bulian.mdb"), before);
  ExpectSame("beibei", absl::ToUnixSeconds(kNow));
  ExpectSame("other", absl::ToUnixSeconds(kNow));
}

TEST_F(ArchiveCommandsTest, CopySaysWhatIsWrong) {
  Fill();
  EXPECT_EQ(CopyCommand(root_ + "/nothing", target_, "", kNow, out_, err_), 1);
  EXPECT_EQ(CopyCommand(data_, data_, "", kNow, out_, err_), 1);
  err_.str("");
  EXPECT_EQ(CopyCommand(data_, target_, "nobody", kNow, out_, err_), 1);
  EXPECT_THAT(err_.str(), HasSubstr("clusters/nobody"));
  auto held = Open(data_);
  EXPECT_EQ(CopyCommand(data_, target_, "", kNow, out_, err_), 1);
  EXPECT_THAT(err_.str(), HasSubstr("in use by the process with pid"));
  EXPECT_EQ(BackupCommand(data_, file_, "", out_, err_), 1);
}

// Feeds the program the first bytes of an archive through a named pipe and kills it when it has taken them.
void KillARestore(const std::string& bytes, const std::string& pipe, const std::string& target) {
  const char* bin = std::getenv("BULIAN_BIN_DIR");
  std::vector<std::string> words = {std::string(bin == nullptr ? "build/release/bin" : bin) + "/bulian-db", "restore",
                                    pipe, target};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  ASSERT_EQ(posix_spawn(&pid, words[0].c_str(), nullptr, nullptr, argv.data(), environ), 0);
  const int fd = open(pipe.c_str(), O_WRONLY);
  ASSERT_GE(fd, 0);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    ASSERT_GT(written, 0);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  kill(pid, SIGKILL);
  close(fd);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(ArchiveCommandsTest, AKilledRestoreLeavesNothingAndCanBeRunAgain) {
  Fill();
  ASSERT_EQ(BackupCommand(data_, file_, "", out_, err_), 0) << err_.str();
  const std::string whole = BytesOf(file_);
  ASSERT_GT(whole.size(), std::size_t{16} << 20);  // several transactions
  const std::string pipe = root_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  // The last one has all but the last byte: everything is loaded, nothing is finished.
  for (const std::size_t part : {std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    KillARestore(whole.substr(0, part), pipe, target_);
    if (fs::exists(target_ + "/bulian.mdb")) {
      err_.str("");
      EXPECT_EQ(VerifyCommand(target_, out_, err_), 0) << err_.str();
      EXPECT_TRUE(Open(target_)->ListLogs()->empty());
    }
  }
  ASSERT_EQ(RestoreCommand(file_, target_, "", kNow, out_, err_), 0) << err_.str();
  ExpectSame("beibei", absl::ToUnixSeconds(kNow));
  ExpectSame("other", absl::ToUnixSeconds(kNow));
}

}  // namespace
}  // namespace bulian::dbtool
