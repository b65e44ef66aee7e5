// Names in the form they are compared in by a search. Pure, thread-safe.
#ifndef SERVICES_SEARCH_SEARCH_KEY_H_
#define SERVICES_SEARCH_SEARCH_KEY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bulian::search {

// What of a name tells it from others, and its legal form.
//
// The core is the text without regard to width, case and accents (model::FoldText), in simplified characters, without
// punctuation and without the legal form at its end (有限公司, Co., Ltd.); between words that are not Han stands one
// space. A text that is nothing but legal form keeps it as its core. At most kLongestCore units of UTF-16.
struct SearchKey {
  std::u16string core;
  std::uint8_t form = 0;  // which legal form the text ends in; 0: none
};
inline constexpr std::size_t kLongestCore = 240;

SearchKey KeyOfName(std::string_view text);
// Of a USCC, an LEI, any other identifier: no legal form is taken off.
SearchKey KeyOfIdentifier(std::string_view text);

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_SEARCH_KEY_H_
