#include "services/model/text_folding.h"

#include <cstdint>

#include "unicode/normalizer2.h"
#include "unicode/stringpiece.h"
#include "unicode/uchar.h"
#include "unicode/unistr.h"

namespace bulian::model {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// Length of the well-formed sequence at the start of `text`; 0 if there is none. Ranges as in Unicode table 3-7.
std::size_t SequenceLength(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const unsigned char lead = at(0), second = at(1);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !IsContinuation(second)) return 0;
  if (lead < 0xE0) return 2;
  if (!IsContinuation(at(2))) return 0;
  if (lead < 0xF0) {
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
    return 3;
  }
  if (!IsContinuation(at(3)) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return 4;
}

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// For ASCII folding is lower case; White_Space in ASCII is space and 0x09 to 0x0D.
std::string FoldAscii(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (const char c : text) {
    if (!IsAsciiSpace(c)) {
      folded.push_back(LowerAscii(c));
    } else if (!folded.empty() && folded.back() != ' ') {
      folded.push_back(' ');
    }
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

icu::UnicodeString ToUtf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

// ICU's own data is linked in, so the instances always load; if not, the text stays as it is.
icu::UnicodeString Normalize(const icu::Normalizer2* normalizer, const icu::UnicodeString& text, UErrorCode status) {
  if (U_FAILURE(status)) return text;
  icu::UnicodeString normalized = normalizer->normalize(text, status);
  return U_SUCCESS(status) ? normalized : text;
}

bool IsSpace(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

}  // namespace

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t CharacterCount(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t length = SequenceLength(text);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return count;
}

std::string FoldText(std::string_view text) {
  if (IsAscii(text)) return FoldAscii(text);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::UnicodeString folded = Normalize(casefold, ToUtf16(text), status);
  icu::UnicodeString collapsed;
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    const UChar32 c = folded.char32At(i);
    if (!IsSpace(c)) {
      collapsed.append(c);
    } else if (!collapsed.isEmpty() && collapsed[collapsed.length() - 1] != u' ') {
      collapsed.append(u' ');
    }
  }
  if (!collapsed.isEmpty() && collapsed[collapsed.length() - 1] == u' ') collapsed.truncate(collapsed.length() - 1);
  std::string utf8;
  return collapsed.toUTF8String(utf8);
}

bool ContainsFolded(std::string_view text, std::string_view folded_needle) {
  return folded_needle.empty() || FoldText(text).find(folded_needle) != std::string::npos;
}

std::string NormalizeIdentifier(std::string_view text) {
  std::string utf8(text);
  if (!IsAscii(text)) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* const nfkc = icu::Normalizer2::getNFKCInstance(status);
    icu::UnicodeString normalized = Normalize(nfkc, ToUtf16(text), status);
    for (std::int32_t i = 0; i < normalized.length(); ++i) {
      const char16_t unit = normalized[i];
      if (unit >= u'a' && unit <= u'z') normalized.setCharAt(i, static_cast<char16_t>(unit - u'a' + u'A'));
    }
    // Again: a mark may compose with an upper-case letter only.
    normalized = Normalize(nfkc, normalized, status);
    utf8.clear();
    normalized.trim().toUTF8String(utf8);
  }
  std::size_t begin = 0, end = utf8.size();
  while (begin < end && IsAsciiSpace(utf8[begin])) ++begin;
  while (end > begin && IsAsciiSpace(utf8[end - 1])) --end;
  utf8 = utf8.substr(begin, end - begin);
  for (char& c : utf8) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return utf8;
}

}  // namespace bulian::model
