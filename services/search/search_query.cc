#include "services/search/search_query.h"

#include <algorithm>

namespace bulian::search {
namespace {

constexpr std::size_t kLongestSyllable = 6, kLongestPinyin = 60, kMostInitials = 16;

std::uint32_t CodeAt(std::u16string_view run, std::size_t i) { return i < run.size() ? PlainCode(run[i]) : 0; }

// Whole pieces inside a run; for a shorter run that something follows the one it fills up to.
void AddGrams(std::u16string_view run, std::size_t from, bool closed, std::vector<QueryGram>* grams) {
  const bool han = IsHan(run[0]);
  const std::size_t piece = han ? 2 : 3;
  const auto term = [&](std::size_t i) {
    if (!han) return TripleTerm(TermSpace::kPlain, CodeAt(run, i), CodeAt(run, i + 1), CodeAt(run, i + 2));
    return SoundTerm(ReadingsOf(run[i])[0], i + 1 < run.size() ? ReadingsOf(run[i + 1])[0] : Syllable{0});
  };
  for (std::size_t i = 0; i + piece <= run.size(); ++i) grams->push_back({term(i), from + i, from + i + piece});
  if (run.size() < piece && closed) grams->push_back({term(0), from, from + run.size()});
}

// Of a run too short for a piece: all pieces that begin with it.
TermRange RangeOf(std::u16string_view run) {
  if (IsHan(run[0])) {
    const Syllable first = ReadingsOf(run[0])[0];
    return {SoundTerm(first, 0), SoundTerm(first, kSyllables - 1)};
  }
  const std::uint32_t second = run.size() > 1 ? PlainCode(run[1]) : 0, last_second = run.size() > 1 ? second : 63;
  return {TripleTerm(TermSpace::kPlain, PlainCode(run[0]), second, 0),
          TripleTerm(TermSpace::kPlain, PlainCode(run[0]), last_second, 63)};
}

// The letters of a core that is nothing but a to z and spaces; else empty.
std::string LettersOf(std::u16string_view core) {
  std::string letters;
  for (const char16_t unit : core) {
    if (unit == u' ') continue;
    if (unit < u'a' || unit > u'z') return "";
    letters.push_back(static_cast<char>(unit));
  }
  return letters;
}

// Finds the ways letters fall into syllables.
class Syllabifier {
 public:
  Syllabifier(std::string_view letters, Query* query)
      : letters_(letters), query_(query), dead_(letters.size() + 1, false) {}

  void Run() { Extend(0); }

 private:
  // Whether there is any way from here on.
  bool Extend(std::size_t from) {
    if (dead_[from]) return false;
    bool any = false;
    const std::string_view rest = letters_.substr(from);
    if (rest.size() <= kLongestSyllable) {
      std::vector<Syllable> last = SyllablesWithPrefix(rest);
      // One unfinished syllable says too little.
      if (!last.empty() && (!pattern_.empty() || SyllableOf(rest) != 0)) {
        pattern_.push_back(std::move(last));
        any = true;
        Keep();
        pattern_.pop_back();
      }
    }
    for (std::size_t size = std::min(kLongestSyllable, rest.size() - 1); size > 0; --size) {
      const Syllable syllable = SyllableOf(rest.substr(0, size));
      if (syllable == 0 || query_->limited) continue;
      pattern_.push_back({syllable});
      any = Extend(from + size) || any;
      pattern_.pop_back();
    }
    dead_[from] = !any;
    return any;
  }

  void Keep() {
    if (query_->sounds.size() < kMostSounds) {
      query_->sounds.push_back(pattern_);
    } else {
      query_->limited = true;
    }
  }

  const std::string_view letters_;
  Query* const query_;
  std::vector<bool> dead_;  // nothing can be read from here on
  SoundPattern pattern_;
};

void AddSounds(Query* query) {
  const std::u16string& core = query->key.core;
  if (const std::string letters = LettersOf(core); letters.size() >= 2) {
    if (letters.size() <= kLongestPinyin) Syllabifier(letters, query).Run();
    if (letters.size() <= kMostInitials) query->initials.assign(letters.begin(), letters.end());
  }
  if (core.size() < 2 || !std::all_of(core.begin(), core.end(), IsHan)) return;
  SoundPattern pattern;
  for (const char16_t han : core) pattern.emplace_back(ReadingsOf(han).begin(), ReadingsOf(han).end());
  query->sounds.push_back(std::move(pattern));
}

}  // namespace

Query ParseQuery(std::string_view text) {
  Query query;
  query.key = KeyOfName(text);
  const std::u16string_view core = query.key.core;
  for (std::size_t from = 0; from < core.size();) {
    const std::size_t end = RunEnd(core, from);
    AddGrams(core.substr(from, end - from), from, end < core.size(), &query.grams);
    from = end;
  }
  if (query.grams.empty() && !core.empty()) {
    const TermRange range = RangeOf(core);
    if (IsHan(core[0])) {
      query.beginnings.emplace_back(FirstHanTerm(core[0]), FirstHanTerm(core[0]));
    } else {
      query.beginnings.emplace_back(range.first | kAtBegin, range.second | kAtBegin);
    }
    if (core.size() > 1 || IsHan(core[0])) query.pieces.push_back(range);
  }
  const auto code = [&](std::size_t i) {
    return TripleTerm(TermSpace::kCode, CodeAt(core, i), CodeAt(core, i + 1), CodeAt(core, i + 2));
  };
  for (std::size_t i = 0; i + 3 <= core.size(); ++i) query.code_grams.push_back(code(i));
  if (!core.empty()) query.code_beginning = code(0) | kAtBegin;
  AddSounds(&query);
  return query;
}

}  // namespace bulian::search
