#include "services/match/text_grams.h"

#include <algorithm>
#include <cstdint>

#include "services/model/text_folding.h"
#include "unicode/uchar.h"
#include "unicode/uscript.h"
#include "unicode/utypes.h"

namespace bulian::match {
namespace {

struct Character {
  std::string_view bytes;
  bool spaced = true;  // of a script that parts words by spaces
};
using Word = std::vector<Character>;

// The character at `*at`, which moves past it. Folded text is well-formed.
UChar32 NextCharacter(std::string_view folded, std::size_t* at) {
  const auto lead = static_cast<unsigned char>(folded[*at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  UChar32 c = length == 1 ? lead : lead & (0x7F >> length);
  for (std::size_t i = 1; i < length && *at + i < folded.size(); ++i) {
    c = c << 6 | (static_cast<unsigned char>(folded[*at + i]) & 0x3F);
  }
  *at = std::min(folded.size(), *at + length);
  return c;
}

bool IsSpaced(UChar32 c) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_breaksBetweenLetters(uscript_getScript(c, &error)) == 0;
}

// Runs of letters, marks and digits; a change between scripts with and without spaces ends a run.
std::vector<Word> WordsOf(std::string_view folded) {
  std::vector<Word> words;
  bool inside = false;
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t begin = at;
    const UChar32 c = NextCharacter(folded, &at);
    if (u_isalnum(c) == 0 && (U_GET_GC_MASK(c) & U_GC_M_MASK) == 0) {
      inside = false;
      continue;
    }
    const Character character{folded.substr(begin, at - begin), c < 0x2E80 ? c < 0x0E00 || c > 0x0EFF : IsSpaced(c)};
    if (!inside || words.back().back().spaced != character.spaced) words.emplace_back();
    words.back().push_back(character);
    inside = true;
  }
  return words;
}

std::string Text(const Word& word, std::size_t begin, std::size_t count) {
  std::string text;
  for (std::size_t i = begin; i < begin + count; ++i) text += word[i].bytes;
  return text;
}

}  // namespace

std::vector<std::string> GramsOf(std::string_view text, std::size_t most) {
  const std::string folded = model::FoldText(text);
  std::vector<std::string> grams;
  const auto add = [&](std::string gram) {
    if (grams.size() < most) grams.push_back(std::move(gram));
  };
  for (const Word& word : WordsOf(folded)) {
    if (grams.size() >= most) break;
    if (word.front().spaced) {
      add(std::string("=").append(Text(word, 0, std::min<std::size_t>(word.size(), 32))));
      for (std::size_t i = 0; word.size() >= 4 && i + 3 <= word.size(); ++i) add(Text(word, i, 3));
      continue;
    }
    for (std::size_t i = 0; i < word.size(); ++i) add(Text(word, i, 1));
    for (std::size_t i = 0; i + 2 <= word.size(); ++i) add(Text(word, i, 2));
  }
  return grams;
}

std::vector<std::string> EndsOf(std::string_view text) {
  const std::string folded = model::FoldText(text);
  const std::vector<Word> words = WordsOf(folded);
  std::vector<std::string> ends;
  if (words.empty()) return ends;
  const Word& last = words.back();
  if (last.front().spaced) {
    ends.push_back(Text(last, 0, last.size()));
    if (words.size() > 1)
      ends.push_back(Text(words[words.size() - 2], 0, words[words.size() - 2].size()) + " " + ends[0]);
    return ends;
  }
  for (std::size_t count = 1; count <= std::min<std::size_t>(4, last.size()); ++count) {
    ends.push_back(Text(last, last.size() - count, count));
  }
  return ends;
}

std::vector<std::string> RunsOf(std::string_view text) {
  const std::string folded = model::FoldText(text);
  std::vector<std::string> runs;
  const Word* before = nullptr;
  const std::vector<Word> words = WordsOf(folded);
  for (const Word& word : words) {
    if (!word.front().spaced) {
      for (std::size_t i = 0; i + 3 <= word.size(); ++i) runs.push_back(Text(word, i, 3));
    } else if (before != nullptr && before->front().spaced) {
      runs.push_back(Text(*before, 0, before->size()) + " " + Text(word, 0, word.size()));
    }
    before = &word;
  }
  return runs;
}

std::vector<std::string> LabelsOf(std::string_view text, std::size_t most) {
  const std::string folded = model::FoldText(text);
  std::vector<std::string> labels;
  std::string label;
  std::size_t characters = 0;
  const auto close = [&] {
    if (characters > 0 && characters <= 24 && labels.size() < most &&
        std::find(labels.begin(), labels.end(), label) == labels.end()) {
      labels.push_back(label);
    }
    label.clear();
    characters = 0;
  };
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t begin = at;
    const UChar32 c = NextCharacter(folded, &at);
    if (u_isUWhiteSpace(c) != 0 || u_ispunct(c) != 0) {
      close();
      continue;
    }
    label.append(folded, begin, at - begin);
    ++characters;
  }
  close();
  return labels;
}

}  // namespace bulian::match
