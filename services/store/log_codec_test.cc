#include "services/store/log_codec.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "services/store/uuid.h"

namespace bulian::store {
namespace {

LogEntry Example() {
  LogEntry entry;
  entry.revision = 7;
  entry.epoch = 3;
  entry.commit_time = absl::FromUnixNanos(1'700'000'000'123'456'789);
  entry.actor = "actor";
  entry.method = "method";
  entry.request_id = "id";
  entry.predecessor_digest = std::string(kDigestBytes, 'd');
  entry.touches = {"guard:a", ""};
  entry.changes = {
      {"name", std::nullopt, "after"}, {"other", "", std::nullopt, 3}, {"both", "b", std::string("\0a", 2), 6}};
  return entry;
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

TEST(Digest, IsSha256) {
  // FIPS 180-4's example.
  EXPECT_EQ(Hex(Sha256Of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 sha;
  sha.Update("a");
  sha.Update("bc");
  EXPECT_EQ(sha.Finish(), Sha256Of("abc"));
  EXPECT_EQ(sha.Finish(), Sha256Of(""));  // starts afresh
}

TEST(LogCodec, HeadersRoundTrip) {
  const LogEntry entry = Example();
  EntryHeader header;
  ASSERT_TRUE(DecodeEntryHeader(EncodeEntryHeader(entry, 2), &header));
  EXPECT_EQ(header.entry.epoch, 3);
  EXPECT_EQ(header.change_count, 2);
  EXPECT_EQ(header.entry.revision, entry.revision);
  EXPECT_EQ(header.entry.commit_time, entry.commit_time);
  EXPECT_EQ(header.entry.actor, entry.actor);
  EXPECT_EQ(header.entry.method, entry.method);
  EXPECT_EQ(header.entry.request_id, entry.request_id);
  EXPECT_EQ(header.entry.predecessor_digest, entry.predecessor_digest);
  EXPECT_EQ(header.entry.touches, entry.touches);
}

TEST(LogCodec, ChangesRoundTrip) {
  for (const LoggedChange& change : Example().changes) {
    const ChangeView view = ViewOf(change);
    std::string row(ChangeRowSize(view), '\0');
    EncodeChangeRow(view, row.data());
    ChangeView decoded;
    ASSERT_TRUE(DecodeChangeRow(row, &decoded));
    const LoggedChange copy = decoded.Copy();
    EXPECT_EQ(copy.name, change.name);
    EXPECT_EQ(copy.before, change.before);
    EXPECT_EQ(copy.after, change.after);
    EXPECT_EQ(copy.before_revision, change.before_revision);
  }
}

TEST(LogCodec, WhatIsCutOrTooLongIsRefused) {
  const std::string header = EncodeEntryHeader(Example(), 2);
  EntryHeader decoded;
  for (std::size_t size = 0; size < header.size(); ++size) {
    EXPECT_FALSE(DecodeEntryHeader(std::string_view(header).substr(0, size), &decoded)) << size;
  }
  EXPECT_FALSE(DecodeEntryHeader(header + "x", &decoded));
  const LoggedChange change{"name", "before", "after"};
  std::string row(ChangeRowSize(ViewOf(change)), '\0');
  EncodeChangeRow(ViewOf(change), row.data());
  ChangeView view;
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(DecodeChangeRow(std::string_view(row).substr(0, size), &view)) << size;
  }
  EXPECT_FALSE(DecodeChangeRow(row + "x", &view));
}

TEST(LogCodec, TheDigestDependsOnEverything) {
  const LogEntry entry = Example();
  std::set<std::string> digests = {EntryDigest(entry)};
  const auto add = [&](auto change) {
    LogEntry other = entry;
    change(other);
    digests.insert(EntryDigest(other));
  };
  add([](LogEntry& e) { e.revision = 8; });
  add([](LogEntry& e) { e.epoch = 2; });
  add([](LogEntry& e) { e.commit_time += absl::Nanoseconds(1); });
  add([](LogEntry& e) { e.actor = "actorm"; });
  add([](LogEntry& e) { e.method = ""; });
  add([](LogEntry& e) { e.request_id = "other"; });
  add([](LogEntry& e) { e.predecessor_digest[31] = 'x'; });
  add([](LogEntry& e) { e.touches.pop_back(); });
  add([](LogEntry& e) { e.changes.pop_back(); });
  add([](LogEntry& e) { e.changes[0].before = ""; });
  add([](LogEntry& e) { e.changes[1].before = std::nullopt; });
  add([](LogEntry& e) { e.changes[1].before_revision = 2; });
  add([](LogEntry& e) { std::swap(e.changes[0], e.changes[1]); });
  EXPECT_EQ(digests.size(), 14U);
}

TEST(Uuid, IsRandomAndOfVersion4) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string uuid = RandomUuid();
    ASSERT_EQ(uuid.size(), 36U);
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace bulian::store
