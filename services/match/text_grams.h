// Pieces of names by which texts of any script are compared. Pure, thread-safe.
#ifndef SERVICES_MATCH_TEXT_GRAMS_H_
#define SERVICES_MATCH_TEXT_GRAMS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bulian::match {

// The folded text's grams, in order, repeated as often as they occur, at most `most`. A run of letters and digits of a
// script written without spaces (Han, kana, Thai and the like) gives its single characters and its pairs; another word
// gives itself and, from four characters on, its runs of three. Nothing else counts.
std::vector<std::string> GramsOf(std::string_view text, std::size_t most);

// The last one to four characters of the folded text's letters and digits (of a script with spaces: its last word and
// last two words): what a thing is stands at the end of its name in most languages.
std::vector<std::string> EndsOf(std::string_view text);

// Runs of three characters of words written without spaces, pairs of words of others.
std::vector<std::string> RunsOf(std::string_view text);

// Folded words between white space and punctuation, each once, at most `most`, of at most 24 characters.
std::vector<std::string> LabelsOf(std::string_view text, std::size_t most);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TEXT_GRAMS_H_
