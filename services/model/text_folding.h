// Text made comparable: without regard to width (full or half), case and white space. Pure, thread-safe.
#ifndef SERVICES_MODEL_TEXT_FOLDING_H_
#define SERVICES_MODEL_TEXT_FOLDING_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace bulian::model {

// Well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool IsValidUtf8(std::string_view text);

// Number of code points of valid UTF-8; of other bytes, at least as many as a reader would see.
std::size_t CharacterCount(std::string_view text);

// NFKC with case folding (Unicode NFKC_Casefold), trimmed, each run of white space as one space. Two texts that differ
// only in width, case or white space fold to the same text; folding again changes nothing. Broken bytes become U+FFFD.
std::string FoldText(std::string_view text);

// Whether the folded text contains a needle that is folded already. An empty needle is contained in all.
bool ContainsFolded(std::string_view text, std::string_view folded_needle);

// An identifier as people type it: NFKC (full-width letters and digits become plain ones), trimmed, a to z in upper
// case. Characters inside are kept, so that a wrong one is still seen.
std::string NormalizeIdentifier(std::string_view text);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_TEXT_FOLDING_H_
