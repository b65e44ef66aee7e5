// Han characters as people type them: in either script, and by sound. Readings are Mandarin syllables without tones
// (`chong`), from ICU's Unihan data, which give one a character, and a table of our own of characters in names of
// companies and places that are read in more than one way (重: zhong, chong). ü is `v`, and `u` as well after l and n.
//
// Pure, thread-safe. The tables are made when first asked for, which takes about half a second.
#ifndef SERVICES_SEARCH_HAN_READINGS_H_
#define SERVICES_SEARCH_HAN_READINGS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bulian::search {

// A syllable as a number in [1, kSyllables); alphabetical, but for those of characters whose sound nobody knows.
using Syllable = std::uint16_t;
inline constexpr std::size_t kSyllables = 512;

// Whether the character is a Han ideograph of the basic plane: one that has readings.
bool IsHan(char16_t c);

// The simplified form of a traditional character; any other character as it is.
char16_t Simplified(char16_t c);

// The readings of a simplified Han character, ascending, at least one, at most four.
std::span<const Syllable> ReadingsOf(char16_t han);

// `chong`; empty for a syllable that has no sound.
std::string_view SyllableText(Syllable syllable);
// The syllable that is written so; 0: there is none.
Syllable SyllableOf(std::string_view text);
// All that start with a text of at least one letter, ascending.
std::vector<Syllable> SyllablesWithPrefix(std::string_view prefix);

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_HAN_READINGS_H_
