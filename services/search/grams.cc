#include "services/search/grams.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace bulian::search {
namespace {

constexpr std::uint32_t kFirstDigit = 27, kSpace = 37, kOthers = 38, kOtherClasses = 26;

// Adds a piece, and a second time if it is the first of its core.
void Add(Term term, bool first, std::vector<Term>* terms) {
  terms->push_back(term);
  if (first) terms->push_back(term | kAtBegin);
}

void AddTriples(TermSpace space, std::u16string_view run, bool first, std::vector<Term>* terms) {
  const auto code = [&](std::size_t i) { return i < run.size() ? PlainCode(run[i]) : 0; };
  for (std::size_t i = 0; i < run.size(); ++i)
    Add(TripleTerm(space, code(i), code(i + 1), code(i + 2)), first && i == 0, terms);
}

void AddSounds(std::u16string_view run, bool first, std::vector<Term>* terms) {
  constexpr Syllable kEnd[] = {0};
  for (std::size_t i = 0; i < run.size(); ++i) {
    const std::span<const Syllable> next =
        i + 1 < run.size() ? ReadingsOf(run[i + 1]) : std::span<const Syllable>(kEnd);
    for (const Syllable a : ReadingsOf(run[i]))
      for (const Syllable b : next) Add(SoundTerm(a, b), first && i == 0, terms);
  }
}

// The initials of one character; {0} behind the end.
struct InitialSet {
  std::array<std::uint32_t, 4> codes{};
  std::size_t count = 0;
  std::span<const std::uint32_t> all() const { return {codes.data(), count}; }
};

InitialSet InitialsOf(char16_t han) {
  InitialSet initials;
  for (const Syllable syllable : ReadingsOf(han)) {
    const std::string_view text = SyllableText(syllable);
    if (text.empty()) continue;
    const std::uint32_t code = PlainCode(static_cast<char16_t>(text[0]));
    const bool known = initials.count > 0 && initials.codes[initials.count - 1] == code;
    if (!known) initials.codes[initials.count++] = code;
  }
  return initials;
}

void AddInitials(std::u16string_view run, std::vector<Term>* terms) {
  const InitialSet end{.codes = {0}, .count = 1};
  const auto at = [&](std::size_t i) { return i < run.size() ? InitialsOf(run[i]) : end; };
  InitialSet one = at(0), two = at(1);
  for (std::size_t i = 0; i < run.size(); ++i) {
    const InitialSet three = at(i + 2);
    for (const std::uint32_t a : one.all())
      for (const std::uint32_t b : two.all())
        // After the end nothing follows.
        for (const std::uint32_t c : (b == 0 ? end : three).all())
          terms->push_back(TripleTerm(TermSpace::kInitials, a, b, c));
    one = two;
    two = three;
  }
}

void SortOnce(std::vector<Term>* terms) {
  std::sort(terms->begin(), terms->end());
  terms->erase(std::unique(terms->begin(), terms->end()), terms->end());
}

}  // namespace

std::uint32_t PlainCode(char16_t unit) {
  if (unit >= u'a' && unit <= u'z') return 1 + static_cast<std::uint32_t>(unit - u'a');
  if (unit >= u'0' && unit <= u'9') return kFirstDigit + static_cast<std::uint32_t>(unit - u'0');
  if (unit == u' ') return kSpace;
  return kOthers + unit % kOtherClasses;
}

std::size_t RunEnd(std::u16string_view core, std::size_t from) {
  std::size_t end = from + 1;
  while (end < core.size() && IsHan(core[end]) == IsHan(core[from])) ++end;
  return end;
}

std::vector<Term> TermsOf(std::u16string_view core) {
  std::vector<Term> terms;
  terms.reserve(core.size() * 3 + 4);
  for (std::size_t from = 0; from < core.size();) {
    const std::size_t end = RunEnd(core, from);
    const std::u16string_view run = core.substr(from, end - from);
    if (IsHan(core[from])) {
      AddSounds(run, from == 0, &terms);
      AddInitials(run, &terms);
      if (from == 0) terms.push_back(FirstHanTerm(run[0]));
    } else {
      AddTriples(TermSpace::kPlain, run, from == 0, &terms);
    }
    from = end;
  }
  SortOnce(&terms);
  return terms;
}

std::vector<Term> CodeTermsOf(std::u16string_view core) {
  std::vector<Term> terms;
  terms.reserve(core.size() + 1);
  AddTriples(TermSpace::kCode, core, true, &terms);
  SortOnce(&terms);
  return terms;
}

}  // namespace bulian::search
