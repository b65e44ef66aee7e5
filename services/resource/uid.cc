#include "services/resource/uid.h"

#include <openssl/rand.h>

#include <array>
#include <cassert>
#include <cstring>

namespace bulian::resource {

std::string RandomUid() {
  // Random bytes are drawn in blocks: an import needs one uid a record.
  thread_local std::array<unsigned char, 4096> block;
  thread_local std::size_t used = block.size();
  if (used == block.size()) {
    const int drawn = RAND_bytes(block.data(), static_cast<int>(block.size()));
    assert(drawn == 1);
    static_cast<void>(drawn);
    used = 0;
  }
  unsigned char bytes[16];
  std::memcpy(bytes, block.data() + used, sizeof bytes);
  used += sizeof bytes;
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < sizeof bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 0x0F];
  }
  return text;
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

}  // namespace bulian::resource
