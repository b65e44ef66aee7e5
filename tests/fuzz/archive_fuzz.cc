// Archives that someone else made. Input: a byte, then a whole archive (even) or the frames of one that gets a right
// begin and end (odd). What is loaded gives an archive that loads as the same.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/store/archive.h"
#include "services/store/archive_frames.h"
#include "services/store/log_contents.h"
#include "services/view/memory_store.h"
#include "tests/fuzz/fuzz_check.h"

namespace bulian::store {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

ByteSource From(std::string_view bytes) {
  return [bytes](char* buffer, std::size_t size) mutable -> absl::StatusOr<std::size_t> {
    const std::size_t got = bytes.copy(buffer, size);
    bytes.remove_prefix(got);
    return got;
  };
}

std::string Framed(std::string_view frames) {
  std::string begin;
  const ByteSink sink = [&](std::string_view piece) {
    begin.append(piece);
    return absl::OkStatus();
  };
  FUZZ_CHECK(FrameWriter(&sink).Finish().ok());
  begin.resize(12);  // what stands before the first frame
  begin.append(frames).append("Z\x20\0\0\0", 5);
  return begin + Sha256Of(begin);
}

void Load(std::string_view archive) {
  view::MemoryStore first, second;
  const auto read = ReadArchive(From(archive), first, {"", kNow, true});
  FUZZ_CHECK(read.ok() || read.status().code() != absl::StatusCode::kDataLoss ||
             read.status().message().find("is not what was given") == std::string::npos);
  FUZZ_CHECK(CheckArchive(From(archive)).ok() || !read.ok());
  if (!read.ok()) return;
  std::vector<std::string> names;
  for (const ArchivedLog& log : read->logs) names.push_back(log.name);
  std::string again;
  FUZZ_CHECK(WriteArchive(first, names, [&](std::string_view piece) {
               again.append(piece);
               return absl::OkStatus();
             }).ok());
  FUZZ_CHECK(ReadArchive(From(again), second, {"", kNow, true}).ok());
  for (const std::string& name : names) {
    const auto a = ContentsOf(first, name), b = ContentsOf(second, name);
    FUZZ_CHECK(a.ok() && b.ok() && a->DifferenceTo(*b).empty());
  }
}

}  // namespace
}  // namespace bulian::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  bulian::store::Load(data[0] % 2 == 0 ? std::string(rest) : bulian::store::Framed(rest));
  return 0;
}
