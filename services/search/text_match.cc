#include "services/search/text_match.h"

#include <algorithm>
#include <cmath>

namespace bulian::search {
namespace {

constexpr double kOtherForm = 0.97, kInside = 0.8;
constexpr std::size_t kUnitsAnError = 4, kMostErrors = 3;

double Share(std::size_t part, std::size_t whole) {
  const double share = static_cast<double>(std::min(part, kLongestLength)) /
                       static_cast<double>(std::max<std::size_t>(1, std::min(whole, kLongestLength)));
  return std::min(1.0, share);
}
double PrefixScore(double share) { return 0.85 + 0.10 * share; }
double ContainedScore(double share) { return 0.70 + 0.14 * share; }
double SoundScore(double share) { return 0.55 + 0.14 * share; }
double InitialsScore(double share) { return 0.50 + 0.14 * share; }

bool Sounds(char16_t han, const std::vector<Syllable>& any) {
  const std::span<const Syllable> readings = ReadingsOf(han);
  return std::any_of(readings.begin(), readings.end(),
                     [&](Syllable one) { return std::binary_search(any.begin(), any.end(), one); });
}

bool HasInitial(char16_t han, char16_t letter) {
  for (const Syllable syllable : ReadingsOf(han)) {
    const std::string_view text = SyllableText(syllable);
    if (!text.empty() && static_cast<char16_t>(text[0]) == letter) return true;
  }
  return false;
}

// The first place where `fits(unit, i)` holds for `size` Han units i in a row; npos if there is none.
template <class Fits>
std::size_t FindRow(std::u16string_view core, std::size_t size, const Fits& fits) {
  for (std::size_t at = 0; at + size <= core.size(); ++at) {
    std::size_t i = 0;
    while (i < size && IsHan(core[at + i]) && fits(core[at + i], i)) ++i;
    if (i == size) return at;
  }
  return std::u16string_view::npos;
}

void Offer(MatchKind kind, double score, TextMatch* best) {
  if (score > best->score) *best = {kind, score};
}

// Of Han characters by sound and by initials.
void MatchPinyin(const Query& query, std::u16string_view core, TextMatch* best) {
  const auto share = [&](std::size_t size, std::size_t at) {
    return Share(size, core.size()) * (at == 0 ? 1 : kInside);
  };
  for (const SoundPattern& pattern : query.sounds) {
    const std::size_t at =
        FindRow(core, pattern.size(), [&](char16_t unit, std::size_t i) { return Sounds(unit, pattern[i]); });
    if (at != core.npos) Offer(MatchKind::kFullPinyin, SoundScore(share(pattern.size(), at)), best);
  }
  if (query.initials.empty()) return;
  const std::size_t at = FindRow(core, query.initials.size(),
                                 [&](char16_t unit, std::size_t i) { return HasInitial(unit, query.initials[i]); });
  if (at != core.npos) Offer(MatchKind::kInitials, InitialsScore(share(query.initials.size(), at)), best);
}

}  // namespace

Coverage::Coverage(const Query& query, std::span<const std::size_t> counts, std::size_t texts)
    : query_(&query), weights_(query.key.core.size(), -1) {
  double least = -1;
  for (std::size_t g = 0; g < counts.size(); ++g) {
    if (counts[g] == 0) continue;
    const double weight = std::log1p(static_cast<double>(texts) / static_cast<double>(counts[g]));
    for (std::size_t i = query.grams[g].begin; i < query.grams[g].end; ++i)
      weights_[i] = weights_[i] < 0 ? weight : std::min(weights_[i], weight);
    least = least < 0 ? weight : std::min(least, weight);
  }
  // Units that no known piece is over still have to be paid for, as the commonest do; those of no piece count nothing.
  std::vector<bool> in_piece(weights_.size(), false);
  for (const QueryGram& gram : query.grams)
    for (std::size_t i = gram.begin; i < gram.end; ++i) in_piece[i] = true;
  double sum = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] < 0) weights_[i] = in_piece[i] ? std::max(least, 0.0) : 0;
    sum += weights_[i];
  }
  if (sum > 0)
    for (double& weight : weights_) weight /= sum;
}

double Coverage::Of(const std::vector<bool>& has) const {
  double sum = 0;
  std::size_t done = 0;  // units before it are counted; grams begin in ascending order
  for (std::size_t g = 0; g < has.size(); ++g) {
    if (!has[g]) continue;
    for (std::size_t i = std::max(done, query_->grams[g].begin); i < query_->grams[g].end; ++i) sum += weights_[i];
    done = std::max(done, query_->grams[g].end);
  }
  return sum;
}

double Coverage::Most(std::size_t gram) const {
  double sum = 0;
  for (std::size_t i = query_->grams[gram].begin; i < query_->grams[gram].end; ++i) sum += weights_[i];
  return sum;
}

TextMatch MatchWhole(const Query& query, const Text& text) {
  const std::u16string_view typed = query.key.core, core = text.key.core;
  TextMatch best;
  if (typed.empty()) return best;
  if (core == typed) {
    best = {MatchKind::kExact, query.key.form == text.key.form ? 1 : kOtherForm};
    return best;
  }
  const bool identifier = IsIdentifier(text.field);
  if (identifier && typed.size() < kLeastIdentifier) return best;
  if (core.starts_with(typed)) {
    Offer(MatchKind::kPrefix, PrefixScore(Share(typed.size(), core.size())), &best);
  } else if ((typed.size() > 1 || IsHan(typed[0])) && core.find(typed) != core.npos) {
    Offer(MatchKind::kContained, ContainedScore(Share(typed.size(), core.size())), &best);
  }
  if (!identifier && best.score == 0) MatchPinyin(query, core, &best);
  return best;
}

TextMatch MatchPartly(const Query& query, const Coverage& coverage, const Text& text) {
  TextMatch best;
  if (query.grams.size() < 2 || IsIdentifier(text.field)) return best;
  const std::vector<Term> terms = TermsOf(text.key.core);
  std::vector<bool> has(query.grams.size());
  for (std::size_t i = 0; i < has.size(); ++i)
    has[i] = std::binary_search(terms.begin(), terms.end(), query.grams[i].term);
  const double covered = coverage.Of(has);
  if (covered >= kLeastCoverage) Offer(MatchKind::kPartly, PartlyScore(query, covered, text.key.core.size()), &best);
  return best;
}

TextMatch MatchText(const Query& query, const Coverage& coverage, const Text& text) {
  const TextMatch whole = MatchWhole(query, text);
  if (whole.score > kMostPartly) return whole;
  const TextMatch partly = MatchPartly(query, coverage, text);
  return partly.score > whole.score ? partly : whole;
}

double BeginningBound(const Query& query, std::size_t length) {
  const std::size_t typed = std::min(query.key.core.size(), kLongestLength);
  return length == typed ? 1 : PrefixScore(Share(typed, length));
}
double ContainedBound(const Query& query, std::size_t length) {
  return ContainedScore(Share(query.key.core.size(), length));
}
double SoundBound(std::size_t syllables, std::size_t length) { return SoundScore(Share(syllables, length)); }
double InitialsBound(const Query& query, std::size_t length) {
  return InitialsScore(Share(query.initials.size(), length));
}
double PartlyScore(const Query& query, double coverage, std::size_t length) {
  const std::size_t typed = query.key.core.size();
  const double likeness = std::min(Share(typed, length), Share(length, typed));
  return kMostPartly * coverage * (0.9 + 0.1 * likeness);
}

std::optional<int> TypingErrors(const Query& query, const SearchKey& text) {
  const std::u16string& typed = query.key.core;
  const std::u16string& core = text.core;
  const std::size_t most = std::min(kMostErrors, typed.size() / kUnitsAnError);
  const std::size_t columns = core.size() + 1;
  // Rows of the distance table: least errors of the first i units typed against a part that ends at j.
  std::vector<std::size_t> two_before(columns), before(columns, 0), row(columns);
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < columns; ++j) {
      row[j] = std::min({before[j - 1] + (typed[i - 1] == core[j - 1] ? 0 : 1), before[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && typed[i - 1] == core[j - 2] && typed[i - 2] == core[j - 1])
        row[j] = std::min(row[j], two_before[j - 2] + 1);
    }
    two_before.swap(before);
    before.swap(row);
  }
  const std::size_t errors = *std::min_element(before.begin(), before.end());
  if (errors > most) return std::nullopt;
  return static_cast<int>(errors);
}

}  // namespace bulian::search
