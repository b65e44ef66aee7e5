#include "services/store/archive.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/archive_frames.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/lmdb/offline.h"
#include "services/store/log_contents.h"

namespace bulian::store {
namespace {

using ::testing::HasSubstr;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

ByteSource From(const std::string& bytes, std::size_t step = std::size_t{1} << 20) {
  return [&bytes, step, at = std::size_t{0}](char* buffer, std::size_t size) mutable -> absl::StatusOr<std::size_t> {
    const std::size_t got = std::min({size, step, bytes.size() - at});
    bytes.copy(buffer, got, at);
    at += got;
    return got;
  };
}

class ArchiveTest : public ::testing::Test {
 protected:
  ArchiveTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "bulian-archive-XXXXXX";
    root_ = mkdtemp(pattern.data());
    from_ = Open("from");
    to_ = Open("to");
  }
  ~ArchiveTest() override {
    from_.reset();
    to_.reset();
    std::filesystem::remove_all(root_);
  }

  std::unique_ptr<Store> Open(const std::string& name) {
    LmdbOptions options;
    options.directory = root_ + "/" + name;
    options.unsafe_no_sync = true;
    options.clock = [] { return absl::FromUnixSeconds(1'700'000'000); };
    auto store = OpenLmdbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  void Commit(const std::string& log, std::vector<Write> writes) {
    CommitRequest request;
    request.log = log;
    const auto position = from_->Position(log);
    request.create_log = !position.ok();
    request.validated_at = position.ok() ? position->revision : 0;
    request.writes = std::move(writes);
    request.actor = "actor";
    request.method = "method";
    request.request_id = "r" + std::to_string(request.validated_at + 1);
    request.payload_digest = "p";
    request.touches = {"guard"};
    const auto result = from_->Commit(std::move(request));
    ASSERT_TRUE(result.ok()) << result.status();
  }

  void Fill() {
    Commit("a", {{"one", "1"}, {"two", std::string("\0\xff", 2)}, {"empty", ""}});
    Commit("a", {{"two", std::nullopt}, {"three", "3"}});
    Commit("b", {{"one", std::string(100'000, 'b')}});
  }

  std::string Archive(const std::vector<std::string>& logs) {
    std::string bytes;
    const auto written = WriteArchive(*from_, logs, [&](std::string_view piece) {
      bytes.append(piece);
      return absl::OkStatus();
    });
    EXPECT_TRUE(written.ok()) << written.status();
    EXPECT_EQ(written.ok() ? written->bytes : -1, static_cast<std::int64_t>(bytes.size()));
    return bytes;
  }

  absl::StatusOr<ArchiveSummary> Read(const std::string& bytes, const std::string& log = "") {
    return ReadArchive(From(bytes), *to_, {log, kNow, true});
  }

  // Both stores hold the same of the log, and the file of the second is sound.
  void ExpectSame(const std::string& log) {
    const auto a = ContentsOf(*from_, log);
    const auto b = ContentsOf(*to_, log);
    ASSERT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
    EXPECT_EQ(a->DifferenceTo(*b), "");
    EXPECT_EQ(from_->Position(log)->uid, to_->Position(log)->uid);
    EXPECT_EQ(from_->Position(log)->revision, to_->Position(log)->revision);
    ExpectSound();
  }

  void ExpectSound() {
    to_.reset();
    const auto report = lmdb::VerifyDirectory(root_ + "/to");
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->problems, ::testing::IsEmpty());
    to_ = Open("to");
  }

  std::map<std::string, std::string> RecordsOf(Store& store, const std::string& log) {
    std::map<std::string, std::string> records;
    EXPECT_TRUE(store
                    .Scan(log,
                          [&](const ScannedRecord& record) {
                            records[std::string(record.name)] = std::string(record.value);
                            return true;
                          })
                    .ok());
    return records;
  }

  std::string root_;
  std::unique_ptr<Store> from_, to_;
};

TEST_F(ArchiveTest, WhatIsReadIsWhatWasWritten) {
  Fill();
  const std::string bytes = Archive({"a", "b"});
  const auto read = Read(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->logs.size(), 2U);
  EXPECT_EQ(read->bytes, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(read->logs[0].name, "a");
  EXPECT_EQ(read->logs[0].position.revision, 2);
  EXPECT_EQ(read->logs[0].position.epoch, absl::ToUnixSeconds(kNow));
  EXPECT_EQ(read->logs[0].earliest, 1);
  EXPECT_EQ(read->logs[0].records, 3);
  EXPECT_EQ(read->logs[0].entries, 2);
  EXPECT_EQ(read->logs[0].requests, 2);
  ExpectSame("a");
  ExpectSame("b");
  EXPECT_EQ(to_->Position("a")->epoch, absl::ToUnixSeconds(kNow));
  const auto again = to_->FindRequest("a", "actor", "method", "r1", "p");
  ASSERT_TRUE(again.ok() && again->has_value()) << again.status();
  EXPECT_EQ((*again)->position.revision, 1);
}

TEST_F(ArchiveTest, AClockThatStandsStillRaisesTheEpochToo) {
  Fill();
  ASSERT_TRUE(Read(Archive({"a"})).ok());
  std::swap(from_, to_);
  std::string bytes = Archive({"a"});
  ASSERT_TRUE(to_->DropLog("a", "").ok());
  ASSERT_TRUE(Read(bytes).ok());
  EXPECT_EQ(to_->Position("a")->epoch, absl::ToUnixSeconds(kNow) + 1);
}

TEST_F(ArchiveTest, OneLogOfManyCanBeRead) {
  Fill();
  const std::string bytes = Archive({"a", "b"});
  const auto read = Read(bytes, "b");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->logs.size(), 1U);
  EXPECT_EQ(to_->ListLogs()->size(), 1U);
  ExpectSame("b");
  EXPECT_EQ(Read(bytes, "c").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ArchiveTest, NothingIsLoadedWhereALogExists) {
  Fill();
  const std::string bytes = Archive({"a", "b"});
  ASSERT_TRUE(Read(bytes, "b").ok());
  EXPECT_EQ(Read(bytes).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(to_->ListLogs()->size(), 1U);
  ASSERT_TRUE(Read(bytes, "a").ok());
  ExpectSame("a");
}

TEST_F(ArchiveTest, AnArchiveOfNothingIsOne) {
  const auto read = Read(Archive({}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->logs.empty());
  EXPECT_EQ(WriteArchive(*from_, {"nobody"}, [](std::string_view) { return absl::OkStatus(); }).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ArchiveTest, EveryCutAndEveryFlippedByteIsFound) {
  Commit("a", {{"one", "1"}});
  Commit("a", {{"one", "2"}});
  const std::string whole = Archive({"a"});
  ASSERT_TRUE(CheckArchive(From(whole)).ok());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_FALSE(CheckArchive(From(whole.substr(0, i))).ok()) << "cut at " << i;
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_FALSE(CheckArchive(From(flipped)).ok()) << "flipped at " << i;
    if (i % 7 == 0) {
      EXPECT_FALSE(Read(flipped).ok()) << "flipped at " << i;
      EXPECT_FALSE(Read(whole.substr(0, i)).ok()) << "cut at " << i;
    }
    ASSERT_TRUE(to_->ListLogs()->empty());
  }
  EXPECT_FALSE(CheckArchive(From(whole + "x")).ok());
  EXPECT_TRUE(CheckArchive(From(whole, 1)).ok());  // byte for byte
  ASSERT_TRUE(Read(whole).ok());
  ExpectSame("a");
}

TEST_F(ArchiveTest, ANewerVersionIsToldAsSuch) {
  std::string bytes = Archive({});
  bytes[8] = 9;
  const auto status = CheckArchive(From(bytes)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("version 9"));
}

TEST_F(ArchiveTest, AnErrorOfTheSinkOrTheSourceIsTheResult) {
  Fill();
  EXPECT_EQ(
      WriteArchive(*from_, {"a", "b"}, [](std::string_view) { return absl::CancelledError("enough"); }).status().code(),
      absl::StatusCode::kCancelled);
  const auto read =
      ReadArchive([](char*, std::size_t) -> absl::StatusOr<std::size_t> { return absl::DataLossError(""); }, *to_,
                  {"", kNow, true});
  EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ArchiveTest, CommitsDuringTheScanAreInItAsAWhole) {
  std::vector<Write> writes;
  for (int i = 0; i < 60; ++i) writes.push_back({"n" + std::to_string(100 + i), std::string(100'000, 'v')});
  Commit("a", std::move(writes));
  std::string bytes;
  int piece = 0;
  const auto written = WriteArchive(*from_, {"a"}, [&](std::string_view part) {
    bytes.append(part);
    // Behind, at and before where the scan is: changed, removed, made, and made and removed again.
    if (piece < 20) {
      const std::string behind = "n" + std::to_string(100 + piece), before = "n" + std::to_string(159 - piece);
      Commit("a", {{behind, "changed"}, {before, piece % 2 == 0 ? std::nullopt : std::optional<std::string>("late")}});
      Commit("a", {{"m" + behind, "new"}, {"z" + behind, "new"}, {"passing", "x"}});
      Commit("a", {{"passing", std::nullopt}, {"z" + behind, std::nullopt}, {behind, std::nullopt}});
    }
    ++piece;
    return absl::OkStatus();
  });
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_GT(piece, 20);
  const std::int64_t at = written->logs[0].position.revision;
  EXPECT_GT(at, 30);
  const auto read = Read(bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(to_->Position("a")->revision, at);
  // Later commits are undone by their before-images: what is left is what the cluster was then.
  auto expected = RecordsOf(*from_, "a");
  std::vector<std::shared_ptr<const LogEntry>> later;
  ASSERT_TRUE(from_
                  ->Follow("a", at,
                           [&](const std::shared_ptr<const LogEntry>& entry) {
                             later.push_back(entry);
                             return true;
                           })
                  .ok());
  for (auto entry = later.rbegin(); entry != later.rend(); ++entry) {
    for (const LoggedChange& change : (*entry)->changes) {
      expected.erase(change.name);
      if (change.before) expected[change.name] = *change.before;
    }
  }
  EXPECT_EQ(RecordsOf(*to_, "a"), expected);
  ExpectSound();
}

TEST_F(ArchiveTest, ALogTrimmedWhileItIsReadIsBegunAgainOrRefused) {
  for (const int trims : {1, 2, 1000}) {
    from_.reset();
    std::filesystem::remove_all(root_ + "/from");
    from_ = Open("from");
    for (int i = 0; i < 12; ++i) Commit("a", {{"n" + std::to_string(i), std::string(300'000, 'v')}});
    std::string bytes;
    int done = 0;
    std::size_t since = 0;
    const auto written = WriteArchive(*from_, {"a"}, [&](std::string_view part) {
      bytes.append(part);
      since += part.size();
      if (done >= trims || since < 2'000'000) return absl::OkStatus();
      since = 0;
      ++done;
      Commit("a", {{"n0", "x"}});
      Commit("a", {{"n1", "x"}});
      while (*from_->Compact(Retention{1, absl::ZeroDuration(), 0})) {
      }
      return absl::OkStatus();
    });
    if (trims == 1000) {
      EXPECT_EQ(written.status().code(), absl::StatusCode::kAborted) << written.status();
      EXPECT_FALSE(CheckArchive(From(bytes)).ok());
      continue;
    }
    ASSERT_TRUE(written.ok()) << written.status();
    const auto read = Read(bytes);
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame("a");
    ASSERT_TRUE(to_->DropLog("a", "").ok());
  }
}

TEST_F(ArchiveTest, NonsenseWithARightChecksumIsRefused) {
  const auto build = [](const std::vector<std::pair<FrameKind, std::string>>& parts) {
    std::string bytes;
    const ByteSink sink = [&](std::string_view piece) {
      bytes.append(piece);
      return absl::OkStatus();
    };
    FrameWriter frames(&sink);
    for (const auto& [kind, payload] : parts) frames.Add(kind, payload);
    EXPECT_TRUE(frames.Finish().ok());
    return bytes;
  };
  const std::string zero(8, '\0');
  const std::pair<FrameKind, std::string> log{FrameKind::kLog, zero + "a"};
  const std::pair<FrameKind, std::string> end{FrameKind::kPosition, zero + zero + zero + "uid"};
  const std::vector<std::vector<std::pair<FrameKind, std::string>>> all = {
      {{FrameKind::kRecord, "x"}},
      {log},
      {log, log},
      {log, end},
      {log, {FrameKind::kRecord, "x"}},
      {log, {FrameKind::kEntry, "x"}},
      {log, {FrameKind::kChange, "x"}},
      {log, {FrameKind::kRequest, "x"}},
      {log, {FrameKind::kPosition, "x"}},
      {log, {FrameKind{'?'}, "x"}},
      {{FrameKind::kLog, "x"}},
      {{FrameKind::kLog, zero + "a/b"}},
      {end},
      {log, {FrameKind::kAgain, ""}, {FrameKind::kLog, zero + "b"}},
  };
  for (const auto& parts : all) {
    EXPECT_FALSE(Read(build(parts)).ok());
    EXPECT_TRUE(to_->ListLogs()->empty());
  }
  std::string lying = Archive({});
  lying.resize(12);
  EXPECT_FALSE(CheckArchive(From(lying.append("R\xff\xff\xff\xff", 5))).ok());  // no such memory is taken
}

}  // namespace
}  // namespace bulian::store
