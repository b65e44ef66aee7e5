// The power fails at any point between two writes or syncs: the file is rebuilt as a disk might have it then, and every
// commit acknowledged before must be there.
//
// What was written before the last sync, or through a descriptor that syncs each write, is on the disk. Of what was
// written since, any part may be: any subset of the writes, in any order, each torn at sectors of 512 bytes.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/lmdb/offline.h"
#include "tests/fault/write_recorder.h"

namespace bulian::store {
namespace {

namespace fs = std::filesystem;
using fault::FileEvent;

constexpr std::size_t kSector = 512;

// In memory where there is such a place: thousands of files are made.
std::string MakeDirectory() {
  const fs::path root = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string pattern = root / "bulian-power-XXXXXX";
  return mkdtemp(pattern.data());
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A log's revision by name; absent: there is none.
using Heads = std::map<std::string, std::int64_t>;

struct Recording {
  std::string base;  // the file before the first event
  std::vector<FileEvent> events;
};

void CommitOne(Store& store, const std::string& log, std::mt19937& random, int thread) {
  CommitRequest request;
  request.log = log;
  const auto position = store.Position(log);
  request.create_log = !position.ok();
  request.validated_at = position.ok() ? position->revision : 0;
  request.request_id = std::to_string(thread) + "-" + std::to_string(random());
  const std::string prefix = "t" + std::to_string(thread) + "-";
  for (unsigned i = 0; i < 4; ++i) {
    Write write{prefix + std::to_string(random() % 20 * 4 + i), std::nullopt};
    if (random() % 5 != 0) write.value.emplace(random() % 8 == 0 ? random() % 10'000 : random() % 400, 'v');
    request.writes.push_back(std::move(write));
  }
  const auto result = store.Commit(std::move(request));
  ASSERT_TRUE(result.ok()) << result.status();
  fault::RecordMark(log + " " + std::to_string(result->position.revision));
}

void Work(Store& store) {
  std::mt19937 random(4711);
  for (int i = 0; i < 30; ++i) CommitOne(store, i % 3 == 0 ? "a" : "b", random, 0);
  std::vector<std::thread> threads;
  for (int t = 1; t <= 4; ++t) {
    threads.emplace_back([&store, t] {
      std::mt19937 own(static_cast<unsigned>(t));
      for (int i = 0; i < 8; ++i) CommitOne(store, "b", own, t);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Retention retention;
  retention.max_commits = 5;
  while (*store.Compact(retention)) {
  }
  ASSERT_TRUE(store.DropLog("a", "").ok());
  fault::RecordMark("a -1");
  while (*store.Compact(retention)) {
  }
  for (int i = 0; i < 10; ++i) CommitOne(store, "b", random, 0);
}

Recording Record(bool without_sync) {
  Recording recording;
  LmdbOptions options;
  options.directory = MakeDirectory();
  const std::string file = options.directory + "/bulian.mdb";
  { EXPECT_TRUE(OpenLmdbStore(options).ok()); }
  recording.base = ReadFile(file);
  options.unsafe_no_sync = without_sync;
  fault::StartRecording(file);
  {
    auto store = OpenLmdbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    Work(**store);
    recording.events = fault::StopRecording();  // before the close, which may sync
  }
  fs::remove_all(options.directory);
  return recording;
}

void Apply(const FileEvent& event, std::size_t from, std::size_t to, std::string* image) {
  const auto at = static_cast<std::size_t>(event.offset);
  if (event.kind == FileEvent::kTruncate) {
    image->resize(at);
    return;
  }
  image->resize(std::max(image->size(), at + to));
  image->replace(at + from, to - from, event.bytes, from, to - from);
}

// A file as the disk may have it, with some of the writes that no sync covered.
std::string Torn(const std::string& durable, const std::vector<const FileEvent*>& pending, std::mt19937& random) {
  std::string image = durable;
  std::vector<const FileEvent*> order = pending;
  std::shuffle(order.begin(), order.end(), random);
  for (const FileEvent* event : order) {
    const auto luck = random() % 3;
    if (luck == 0) continue;
    if (luck == 1 || event->bytes.empty()) {
      Apply(*event, 0, event->bytes.size(), &image);
      continue;
    }
    for (std::size_t from = 0; from < event->bytes.size(); from += kSector) {
      if (random() % 2 == 0) Apply(*event, from, std::min(from + kSector, event->bytes.size()), &image);
    }
  }
  return image;
}

class Checker {
 public:
  Checker() : directory_(MakeDirectory()) {}
  ~Checker() { fs::remove_all(directory_); }

  // What is wrong with the file, empty if nothing.
  std::string Check(const std::string& image, const Heads& acknowledged) {
    ++images_;
    std::ofstream(directory_ + "/bulian.mdb", std::ios::binary | std::ios::trunc) << image;
    const auto report = lmdb::VerifyDirectory(directory_);
    if (!report.ok()) return std::string(report.status().message());
    if (!report->problems.empty()) return report->problems.front();
    Heads found;
    for (const auto& log : report->logs) found[log.name] = log.revision;
    for (const auto& [log, revision] : acknowledged) {
      if (revision < 0 && found.contains(log)) return "log " + log + " is back";
      if (revision >= 0 && !found.contains(log) && !dropping_.contains(log)) return "log " + log + " is lost";
      if (revision >= 0 && found.contains(log) && found[log] < revision) return "a commit of log " + log + " is lost";
    }
    return images_ % 16 == 0 ? Reopen(found) : "";
  }
  // From here on a drop of the log may be on its way.
  void MayDrop(const std::string& log) { dropping_[log] = true; }
  int images() const { return images_; }

 private:
  // The store itself goes on from there.
  std::string Reopen(const Heads& found) {
    LmdbOptions options;
    options.directory = directory_;
    auto store = OpenLmdbStore(options);
    if (!store.ok()) return std::string(store.status().message());
    for (const auto& [log, revision] : found) {
      CommitRequest request;
      request.log = log;
      request.validated_at = revision;
      request.writes = {{"after", "1"}};
      const auto result = (*store)->Commit(std::move(request));
      if (!result.ok()) return std::string(result.status().message());
      if (result->position.revision != revision + 1) return "the log goes on at another revision";
    }
    return "";
  }
  std::string directory_;
  std::map<std::string, bool> dropping_;
  int images_ = 0;
};

struct Findings {
  int images = 0, syncs = 0, writes = 0;
  std::vector<std::string> failures;
};

// Cuts the power before every event. `believe_syncs` false: as if the disk, or the program, had not synced.
Findings CutEverywhere(const Recording& recording, bool believe_syncs, std::size_t max_failures) {
  Findings findings;
  Checker checker;
  std::mt19937 random(31337);
  std::string durable = recording.base;
  std::vector<const FileEvent*> pending;
  Heads acknowledged;
  // A drop is acknowledged after it is on the disk: from the last commit of the log on, it may be gone.
  std::size_t last_of_a = 0;
  for (std::size_t i = 0; i < recording.events.size(); ++i) {
    if (recording.events[i].mark.starts_with("a ") && recording.events[i].mark != "a -1") last_of_a = i;
  }
  const auto try_image = [&](const std::string& image, const char* what, std::size_t at) {
    const std::string wrong = checker.Check(image, acknowledged);
    if (!wrong.empty()) findings.failures.push_back(std::string(what) + ", event " + std::to_string(at) + ": " + wrong);
  };
  for (std::size_t i = 0; i < recording.events.size() && findings.failures.size() < max_failures; ++i) {
    const FileEvent& event = recording.events[i];
    if (i == last_of_a) checker.MayDrop("a");
    if (event.kind == FileEvent::kMark) {
      std::istringstream mark(event.mark);
      std::string log;
      std::int64_t revision = 0;
      mark >> log >> revision;
      std::int64_t& head = acknowledged[log];
      head = revision < 0 ? revision : std::max(head, revision);
      try_image(durable, "unsynced writes lost", i);
      continue;
    }
    // The event is on its way when the power fails.
    if (event.kind != FileEvent::kSync) pending.push_back(&event);
    try_image(Torn(durable, pending, random), "unsynced writes torn", i);
    if (event.kind == FileEvent::kSync) {
      ++findings.syncs;
      try_image(durable, "unsynced writes lost", i);
      try_image(Torn(durable, pending, random), "unsynced writes torn", i);
      if (!believe_syncs) continue;
      for (const FileEvent* done : pending) Apply(*done, 0, done->bytes.size(), &durable);
      pending.clear();
    } else if (++findings.writes; event.durable) {
      pending.pop_back();
      Apply(event, 0, event.bytes.size(), &durable);
    }
  }
  findings.images = checker.images();
  return findings;
}

TEST(StorePowerCut, EveryAcknowledgedCommitSurvivesACutAnywhere) {
  const Recording recording = Record(/*without_sync=*/false);
  const Findings findings = CutEverywhere(recording, true, 5);
  EXPECT_GT(findings.writes, 200);
  EXPECT_GT(findings.syncs, 20);
  EXPECT_GT(findings.images, 500);
  for (const std::string& failure : findings.failures) ADD_FAILURE() << failure;
}

// Whether the cuts find something wrong. In a process of its own: reading a broken file may well crash.
bool Finds(const Recording& recording, bool believe_syncs) {
  const pid_t child = fork();
  if (child == 0) _exit(CutEverywhere(recording, believe_syncs, 1).failures.empty() ? 0 : 1);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

// The test can fail: the same cuts find a store that does not sync,
TEST(StorePowerCut, FindsAStoreThatDoesNotSync) { EXPECT_TRUE(Finds(Record(/*without_sync=*/true), true)); }

// and one that syncs only the page that makes a commit visible; and in the same way nothing in one that does as it
// should.
TEST(StorePowerCut, FindsAMissingSyncOfTheData) {
  const Recording recording = Record(/*without_sync=*/false);
  EXPECT_TRUE(Finds(recording, false));
  EXPECT_FALSE(Finds(recording, true));
}

}  // namespace
}  // namespace bulian::store
