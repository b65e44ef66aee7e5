// The pieces of a core that an index finds it by: of names pairs of syllables of Han characters, triples of initials of
// their syllables, triples of other characters; of identifiers triples of all characters. Each position of a run begins
// one; at the end of a run they are filled up, so that a search for less than a piece is a search for a range of
// pieces. Pure, thread-safe.
#ifndef SERVICES_SEARCH_GRAMS_H_
#define SERVICES_SEARCH_GRAMS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "services/search/han_readings.h"

namespace bulian::search {

// A piece as a number: a space in the upper bits, the content in the lower 18.
using Term = std::uint32_t;
enum class TermSpace : std::uint32_t { kSound, kInitials, kPlain, kCode };
inline constexpr int kTermBits = 18;
// The first piece of a core stands in a space of its own besides; that of initials is used for the first character.
inline constexpr Term kAtBegin = Term{4} << kTermBits;
inline constexpr std::size_t kTermLimit = std::size_t{8} << kTermBits;

// A unit that is not Han, in 6 bits: letters, digits, space, and 26 classes of all others. Never 0, which fills up.
std::uint32_t PlainCode(char16_t unit);

constexpr Term SoundTerm(Syllable first, Syllable second) {
  return Term{static_cast<std::uint32_t>(TermSpace::kSound)} << kTermBits | Term{first} << 9 | second;
}
constexpr Term TripleTerm(TermSpace space, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  return Term{static_cast<std::uint32_t>(space)} << kTermBits | a << 12 | b << 6 | c;
}

// That a name begins with a Han character.
constexpr Term FirstHanTerm(char16_t han) {
  return kAtBegin | Term{static_cast<std::uint32_t>(TermSpace::kInitials)} << kTermBits | (Term{han} - 0x3400);
}

// The end of the run (all Han, or none) that begins at `from`.
std::size_t RunEnd(std::u16string_view core, std::size_t from);

// All pieces of the core of a name, of an identifier; ascending, each once.
std::vector<Term> TermsOf(std::u16string_view core);
std::vector<Term> CodeTermsOf(std::u16string_view core);

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_GRAMS_H_
