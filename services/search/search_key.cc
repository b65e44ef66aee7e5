#include "services/search/search_key.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "services/model/text_folding.h"
#include "services/search/han_readings.h"
#include "unicode/normalizer2.h"
#include "unicode/uchar.h"
#include "unicode/unistr.h"
#include "unicode/utf16.h"

namespace bulian::search {
namespace {

// Longer ones before those they end in. Folded as cores are.
constexpr std::u16string_view kForms[] = {
    u"股份有限责任公司",
    u"股份有限公司",
    u"有限责任公司",
    u"控股有限公司",
    u"集团有限公司",
    u"有限公司",
    u"股份公司",
    u"有限合伙",
    u"公司",
    u"company limited",
    u"co limited",
    u"co ltd",
    u"coltd",
    u"pte ltd",
    u"pty ltd",
    u"corporation",
    u"incorporated",
    u"limited",
    u"company",
    u"gmbh",
    u"corp",
    u"ltd",
    u"inc",
    u"llc",
    u"plc",
    u"co",
    u"ag",
    u"sa",
    u"kk",
};

bool IsAsciiWord(char16_t c) { return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9'); }

bool HasAccents(const icu::UnicodeString& text) {
  for (std::int32_t i = 0; i < text.length(); ++i) {
    const char16_t c = text[i];
    if ((c >= 0xC0 && c < 0x500) || (c >= 0x1E00 && c < 0x2000)) return true;
  }
  return false;
}

// Accents as marks of their own, which are no letters.
icu::UnicodeString Decomposed(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfd = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) return text;
  icu::UnicodeString split = nfd->normalize(text, status);
  return U_SUCCESS(status) ? split : text;
}

// Appends a character that counts; a gap before it becomes a space unless Han stands on a side.
void Append(char16_t unit, bool* gap, std::u16string* core) {
  if (*gap && !core->empty() && !IsHan(unit) && !IsHan(core->back())) core->push_back(u' ');
  *gap = false;
  core->push_back(unit);
}

// A core in the making.
struct CoreBuilder {
  std::u16string core;
  bool gap = false;
  void AddAscii(unsigned char c) {
    const char16_t lower = c >= 'A' && c <= 'Z' ? static_cast<char16_t>(c - 'A' + 'a') : static_cast<char16_t>(c);
    if (IsAsciiWord(lower)) {
      Append(lower, &gap, &core);
    } else if (c != '\'') {
      gap = true;
    }
  }
};

// The core of a text of nothing but ASCII, its full-width forms and unified ideographs, which Unicode folds to
// themselves: most names, without the cost of ICU. False: the text has something else.
bool CoreOfPlain(std::string_view text, std::u16string* core) {
  CoreBuilder builder;
  builder.core.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte(i) < 0x80) {
      builder.AddAscii(byte(i++));
      continue;
    }
    if ((byte(i) & 0xF0) != 0xE0 || i + 2 >= text.size()) return false;
    const auto c = static_cast<char16_t>((byte(i) & 0xF) << 12 | (byte(i + 1) & 0x3F) << 6 | (byte(i + 2) & 0x3F));
    if (c >= 0x4E00 && c < 0x9FA6) {
      Append(Simplified(c), &builder.gap, &builder.core);
    } else if (c > 0xFF00 && c < 0xFF5F) {
      builder.AddAscii(static_cast<unsigned char>(c - 0xFF00 + 0x20));
    } else {
      return false;
    }
    i += 3;
  }
  *core = std::move(builder.core);
  return true;
}

std::u16string CoreOf(std::string_view text) {
  std::u16string plain;
  if (CoreOfPlain(text, &plain)) return plain;
  const std::string folded = model::FoldText(text);
  if (CoreOfPlain(folded, &plain)) return plain;
  icu::UnicodeString units =
      icu::UnicodeString::fromUTF8(icu::StringPiece(folded.data(), static_cast<std::int32_t>(folded.size())));
  if (HasAccents(units)) units = Decomposed(units);
  std::u16string core;
  bool gap = false;
  for (std::int32_t i = 0; i < units.length(); i = units.moveIndex32(i, 1)) {
    const UChar32 c = units.char32At(i);
    if (c <= 0xFFFF && IsHan(static_cast<char16_t>(c))) {
      Append(Simplified(static_cast<char16_t>(c)), &gap, &core);
    } else if (u_isalnum(c)) {
      if (c <= 0xFFFF) {
        Append(static_cast<char16_t>(c), &gap, &core);
      } else {
        Append(U16_LEAD(c), &gap, &core);
        core.push_back(U16_TRAIL(c));
      }
    } else if (c != u'\'' && c != 0x2019 && u_charType(c) != U_NON_SPACING_MARK) {
      gap = true;
    }
  }
  return core;
}

void Shorten(std::u16string* core) {
  if (core->size() <= kLongestCore) return;
  core->resize(kLongestCore);
  if (core->back() == u' ') core->pop_back();
}

}  // namespace

SearchKey KeyOfName(std::string_view text) {
  SearchKey key{.core = CoreOf(text), .form = 0};
  const bool nothing_else = std::find(std::begin(kForms), std::end(kForms), key.core) != std::end(kForms);
  for (std::size_t i = 0; i < std::size(kForms) && !nothing_else; ++i) {
    const std::u16string_view form = kForms[i];
    if (key.core.size() <= form.size() || !std::u16string_view(key.core).ends_with(form)) continue;
    const char16_t before = key.core[key.core.size() - form.size() - 1];
    // Not the end of a word.
    if (!IsHan(form[0]) && before != u' ' && !IsHan(before)) continue;
    key.core.resize(key.core.size() - form.size());
    if (key.core.back() == u' ') key.core.pop_back();
    key.form = static_cast<std::uint8_t>(i + 1);
    break;
  }
  Shorten(&key.core);
  return key;
}

SearchKey KeyOfIdentifier(std::string_view text) {
  SearchKey key{.core = CoreOf(text), .form = 0};
  Shorten(&key.core);
  return key;
}

}  // namespace bulian::search
