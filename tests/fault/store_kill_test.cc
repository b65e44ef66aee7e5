// A writer process is killed at random moments; what it said was acknowledged must be there, whole, without holes.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/lmdb/offline.h"

namespace bulian::store {
namespace {

constexpr int kDirectories = 10;
constexpr int kKillsPerDirectory = 21;

struct Ack {
  std::string log;
  std::int64_t revision = 0;
  int thread = 0;
  std::int64_t number = 0;
};

class Writer {
 public:
  Writer(const std::string& directory, unsigned seed, bool compact) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    out_ = ends[0];
    const char* bin = std::getenv("BULIAN_BIN_DIR");
    const std::string program = std::string(bin == nullptr ? "build/release/bin" : bin) + "/store_crash_writer";
    std::vector<std::string> words = {program, directory, std::to_string(seed)};
    if (compact) words.emplace_back("compact");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }
  ~Writer() { close(out_); }

  // Reads until so many lines came. False: the writer ended by itself.
  bool ReadLines(std::size_t lines) {
    while (static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '\n')) < lines) {
      if (!ReadSome()) return false;
    }
    return true;
  }

  // Kills it, reads what it still had said, and returns all acknowledgements.
  std::vector<Ack> Kill() {
    int status = 0;
    kill(pid_, SIGKILL);
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer failed with status " << WEXITSTATUS(status);
    while (ReadSome()) {
    }
    std::vector<Ack> acks;
    std::istringstream lines(text_);
    for (Ack ack; lines >> ack.log >> ack.revision >> ack.thread >> ack.number;) acks.push_back(ack);
    return acks;
  }

 private:
  bool ReadSome() {
    std::array<char, 4096> buffer{};
    const ssize_t size = read(out_, buffer.data(), buffer.size());
    if (size > 0) text_.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
  }
  int out_ = -1;
  pid_t pid_ = -1;
  std::string text_;
};

// Waits without sleeping: the kill must come at any moment, not at a scheduler's tick.
void SpinFor(std::chrono::microseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
  }
}

// Each entry is whole: all its records carry the number of its `last`.
void CheckWhole(const LogEntry& entry, std::map<std::int64_t, std::pair<int, std::int64_t>>* by_revision) {
  if (entry.changes.size() == 1 && entry.changes[0].name == "first") return;
  ASSERT_FALSE(entry.changes.empty());
  const LoggedChange& last = entry.changes[0];
  ASSERT_TRUE(last.name.ends_with("/last")) << "revision " << entry.revision;
  ASSERT_EQ(entry.changes.size(), 4U) << "half a commit at revision " << entry.revision;
  for (std::size_t i = 1; i < entry.changes.size(); ++i) {
    ASSERT_TRUE(entry.changes[i].after->starts_with(*last.after + " ")) << "revision " << entry.revision;
  }
  (*by_revision)[entry.revision] = {last.name[1] - '0', std::stoll(*last.after)};
}

void CheckStore(const std::string& directory, const std::vector<Ack>& acks) {
  if (!std::filesystem::exists(directory + "/bulian.mdb")) {
    EXPECT_TRUE(acks.empty());
    return;
  }
  // Holes, digest chain, records against the log.
  const auto report = lmdb::VerifyDirectory(directory);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->problems.empty()) << report->problems.front();

  LmdbOptions options;
  options.directory = directory;
  auto opened = OpenLmdbStore(options);
  ASSERT_TRUE(opened.ok()) << opened.status();
  Store& store = **opened;
  for (const std::string log : {"even", "odd"}) {
    std::map<std::int64_t, std::pair<int, std::int64_t>> by_revision;
    std::map<std::string, std::int64_t> last;
    const auto earliest = store.EarliestRetained(log);
    if (!earliest.ok()) {
      for (const Ack& ack : acks) EXPECT_NE(ack.log, log) << "the whole log is lost";
      continue;
    }
    const auto status = store.Follow(log, *earliest - 1, [&](const std::shared_ptr<const LogEntry>& entry) {
      CheckWhole(*entry, &by_revision);
      return true;
    });
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_TRUE(store
                    .Scan(log,
                          [&](const ScannedRecord& record) {
                            if (record.name.ends_with("/last"))
                              last[std::string(record.name)] = std::stoll(std::string(record.value));
                            return true;
                          })
                    .ok());
    for (const Ack& ack : acks) {
      if (ack.log != log) continue;
      EXPECT_GE(last["t" + std::to_string(ack.thread) + "/last"], ack.number) << "an acknowledged commit is lost";
      EXPECT_GE(store.Position(log)->revision, ack.revision) << "an acknowledged revision is lost";
      if (ack.revision >= *earliest) {
        EXPECT_EQ(by_revision[ack.revision], (std::pair(ack.thread, ack.number))) << "revision " << ack.revision;
      }
    }
  }
}

TEST(StoreKill, NoAcknowledgedCommitIsLostAndNoneIsHalfThere) {
  std::mt19937 random(977);
  int kills = 0;
  std::size_t acknowledged = 0;
  for (int d = 0; d < kDirectories && !::testing::Test::HasFailure(); ++d) {
    std::string pattern = std::filesystem::temp_directory_path() / "bulian-kill-XXXXXX";
    const std::string directory = mkdtemp(pattern.data());
    std::vector<Ack> acks;
    for (int k = 0; k < kKillsPerDirectory && !::testing::Test::HasFailure(); ++k) {
      Writer writer(directory, static_cast<unsigned>(random()), d % 2 == 1);
      if (k % 7 == 0) {
        SpinFor(std::chrono::microseconds(random() % 8000));  // while it starts
      } else {
        ASSERT_TRUE(writer.ReadLines(1 + random() % 60));
        SpinFor(std::chrono::microseconds(random() % 600));
      }
      const std::vector<Ack> more = writer.Kill();
      acks.insert(acks.end(), more.begin(), more.end());
      ++kills;
      CheckStore(directory, acks);
    }
    acknowledged += acks.size();
    std::filesystem::remove_all(directory);
  }
  EXPECT_GE(kills, 200);
  EXPECT_GT(acknowledged, 1000U);
}

}  // namespace
}  // namespace bulian::store
