// Rows of a data file that someone else wrote on. Input: which row in one byte, the row. What is read as a row is
// written back as the same bytes.
#include <cstdint>
#include <string>
#include <string_view>

#include "services/store/lmdb/layout.h"
#include "services/store/log_codec.h"
#include "tests/fuzz/fuzz_check.h"

namespace bulian::store {
namespace {

void EntryHeaderRow(std::string_view bytes) {
  EntryHeader header;
  if (DecodeEntryHeader(bytes, &header)) FUZZ_CHECK(EncodeEntryHeader(header.entry, header.change_count) == bytes);
}

void ChangeRow(std::string_view bytes) {
  ChangeView change;
  if (!DecodeChangeRow(bytes, &change)) return;
  FUZZ_CHECK(ChangeRowSize(change) == bytes.size());
  const LoggedChange copy = change.Copy();
  std::string again(bytes.size(), '\0');
  EncodeChangeRow(ViewOf(copy), again.data());
  FUZZ_CHECK(again == bytes);
}

void LogStateRow(std::string_view bytes) {
  lmdb::LogState state;
  if (lmdb::DecodeLogState(bytes, &state)) FUZZ_CHECK(lmdb::EncodeLogState(state) == bytes);
}

void HeaderRow(std::string_view bytes) {
  lmdb::HeaderPrefix prefix;
  std::string_view entry;
  if (lmdb::DecodeHeaderRow(bytes, &prefix, &entry)) FUZZ_CHECK(lmdb::EncodeHeaderRow(prefix, entry) == bytes);
}

void RequestRow(std::string_view bytes) {
  lmdb::RequestRow row;
  if (lmdb::DecodeRequestRow(bytes, &row)) FUZZ_CHECK(lmdb::EncodeRequestRow(row) == bytes);
  lmdb::DroppedRequest dropped;
  if (lmdb::DecodeDroppedRequest(bytes, &dropped)) FUZZ_CHECK(lmdb::EncodeDroppedRequest(dropped) == bytes);
}

}  // namespace
}  // namespace bulian::store

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian::store;
  if (size == 0) return 0;
  constexpr void (*kRows[])(std::string_view) = {EntryHeaderRow, ChangeRow, LogStateRow, HeaderRow, RequestRow};
  kRows[data[0] % std::size(kRows)](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
