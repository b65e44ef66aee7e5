// Page tokens as strangers send them. Input: a mode byte, then a token, or what a cursor is made of and one change to
// its token. No text opens that was not sealed; what was sealed opens to the same; a changed token is refused or, in
// bits that base64 leaves over, the same cursor.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "services/rpc/page_token.h"
#include "tests/fuzz/fuzz_check.h"

namespace bulian::rpc {
namespace {

const PageTokens& Tokens() {
  static const PageTokens tokens("a secret of the fuzzer, 32 bytes");
  return tokens;
}

bool Same(const PageCursor& a, const PageCursor& b) {
  return a.cluster_uid == b.cluster_uid && a.epoch == b.epoch && a.revision == b.revision && a.last_key == b.last_key &&
         a.params_hash == b.params_hash && a.caller == b.caller;
}

// The fields of a token are text.
std::string Ascii(std::string_view bytes) {
  std::string text(bytes);
  for (char& c : text) c = static_cast<char>(c & 0x7F);
  return text;
}

void CheckSealed(std::string_view text) {
  PageCursor cursor;
  const std::size_t third = text.size() / 3;
  cursor.cluster_uid = Ascii(text.substr(0, third));
  cursor.last_key = Ascii(text.substr(third, third));
  cursor.params_hash = text.substr(2 * third);
  cursor.caller = Ascii(text.substr(third / 2, third));
  std::memcpy(&cursor.revision, text.data(), std::min(sizeof(cursor.revision), text.size()));
  cursor.epoch = ~cursor.revision;
  std::string token = Tokens().Seal(cursor);
  const auto opened = Tokens().Open(token, cursor.params_hash, cursor.caller);
  FUZZ_CHECK(opened.ok() && Same(*opened, cursor));
  FUZZ_CHECK(!Tokens().Open(token, cursor.params_hash + "x", cursor.caller).ok());
  FUZZ_CHECK(!Tokens().Open(token, cursor.params_hash, cursor.caller + "x").ok());
  if (text.size() < 2) return;
  const auto at = static_cast<unsigned char>(text[0]) * std::size_t{256} + static_cast<unsigned char>(text[1]);
  token[at % token.size()] = text.back();
  const auto changed = Tokens().Open(token, cursor.params_hash, cursor.caller);
  FUZZ_CHECK(!changed.ok() || Same(*changed, cursor));
}

}  // namespace
}  // namespace bulian::rpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    FUZZ_CHECK(!bulian::rpc::Tokens().Open(text, "", "").ok());
  } else {
    bulian::rpc::CheckSealed(text);
  }
  return 0;
}
