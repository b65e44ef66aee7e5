#include "services/search/han_readings.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "unicode/normalizer2.h"
#include "unicode/translit.h"
#include "unicode/unistr.h"

namespace bulian::search {
namespace {

constexpr char16_t kFirst = 0x3400, kEnd = 0xA000;  // extension A and the unified ideographs
constexpr std::size_t kCharacters = kEnd - kFirst;
constexpr std::size_t kMostReadings = 4;
constexpr std::size_t kSilent = 64;  // stand-ins for sounds nobody knows

struct Polyphone {
  char16_t han;
  const char* readings;
};
// Characters of names of companies, places and products; the readings ICU does not give.
constexpr Polyphone kPolyphones[] = {
    {u'重', "chong zhong"}, {u'长', "chang zhang"}, {u'行', "hang xing"},   {u'乐', "le yue"},
    {u'厦', "sha xia"},     {u'都', "dou du"},      {u'曾', "ceng zeng"},   {u'单', "dan shan"},
    {u'解', "jie xie"},     {u'仇', "chou qiu"},    {u'区', "ou qu"},       {u'朴', "piao pu"},
    {u'查', "cha zha"},     {u'盛', "cheng sheng"}, {u'蚌', "bang beng"},   {u'埔', "bu pu"},
    {u'堡', "bao bu pu"},   {u'六', "liu lu"},      {u'柏', "bai bo"},      {u'泊', "bo po"},
    {u'大', "da dai"},      {u'会', "hui kuai"},    {u'传', "chuan zhuan"}, {u'调', "diao tiao"},
    {u'车', "che ju"},      {u'地', "de di"},       {u'角', "jiao jue"},    {u'藏', "cang zang"},
    {u'合', "ge he"},       {u'和', "he huo"},      {u'系', "ji xi"},       {u'校', "jiao xiao"},
    {u'率', "lv shuai"},    {u'参', "can shen"},    {u'称', "chen cheng"},  {u'薄', "bao bo"},
    {u'降', "jiang xiang"}, {u'强', "jiang qiang"}, {u'省', "sheng xing"},  {u'什', "shen shi"},
    {u'似', "shi si"},      {u'属', "shu zhu"},     {u'宿', "su xiu"},      {u'提', "di ti"},
    {u'尾', "wei yi"},      {u'血', "xie xue"},     {u'粘', "nian zhan"},   {u'轧', "ya zha"},
    {u'种', "chong zhong"}, {u'阿', "a e"},         {u'番', "fan pan"},     {u'涡', "guo wo"},
    {u'莘', "shen xin"},    {u'歙', "she xi"},      {u'铅', "qian yan"},    {u'尉', "wei yu"},
    {u'卡', "ka qia"},      {u'壳', "ke qiao"},     {u'模', "mo mu"},       {u'氏', "shi zhi"},
    {u'露', "lou lu"},      {u'落', "la luo"},      {u'纤', "qian xian"},   {u'屏', "bing ping"},
    {u'圈', "juan quan"},   {u'折', "she zhe"},     {u'谷', "gu yu"},       {u'弹', "dan tan"},
    {u'还', "hai huan"},    {u'给', "gei ji"},      {u'觉', "jiao jue"},    {u'色', "se shai"},
    {u'差', "cha chai"},    {u'兴', "xing"},        {u'颈', "geng jing"},   {u'石', "dan shi"},
    {u'脉', "mai mo"},      {u'渑', "mian sheng"},  {u'冠', "guan"},        {u'荥', "xing ying"},
    {u'浚', "jun xun"},     {u'繁', "fan po"},      {u'隽', "juan jun"},    {u'洞', "dong tong"},
    {u'硕', "shuo"},        {u'臂', "bei bi"},      {u'嘉', "jia"},         {u'剥', "bao bo"},
    {u'嚼', "jiao jue"},    {u'削', "xiao xue"},
};

// Each character on a line of its own, so that no rule sees two at once.
icu::UnicodeString AllCharacters() {
  icu::UnicodeString all;
  for (char16_t c = kFirst; c < kEnd; ++c) all.append(c).append(u'\n');
  return all;
}

// The lines of all characters after an ICU transform; as they are if ICU lacks it.
std::vector<icu::UnicodeString> Transformed(const char* transform) {
  icu::UnicodeString all = AllCharacters();
  UErrorCode status = U_ZERO_ERROR;
  UParseError where;
  const std::unique_ptr<icu::Transliterator> rules(
      icu::Transliterator::createInstance(transform, UTRANS_FORWARD, where, status));
  if (U_SUCCESS(status) && rules != nullptr) rules->transliterate(all);
  std::vector<icu::UnicodeString> lines;
  lines.reserve(kCharacters);
  for (std::int32_t at = 0; at < all.length();) {
    const std::int32_t end = all.indexOf(u'\n', at);
    lines.emplace_back(all, at, end - at);
    at = end + 1;
  }
  return lines;
}

// `zhòng` → `zhong`, `lǜ` → `lv`; empty for what is no syllable.
std::string WithoutTone(const icu::UnicodeString& reading) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfd = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status)) return "";
  const icu::UnicodeString split = nfd->normalize(reading, status);
  constexpr char16_t kDiaeresis = 0x308;
  std::string plain;
  for (std::int32_t i = 0; i < split.length(); ++i) {
    const char16_t c = split[i];
    if (c >= u'a' && c <= u'z') {
      plain.push_back(static_cast<char>(c));
    } else if (c == kDiaeresis && !plain.empty() && plain.back() == 'u') {
      plain.back() = 'v';
    } else if (c < 0x300 || c > 0x36F) {
      return "";
    }
  }
  return plain;
}

using ReadingTexts = std::set<std::string>;

void AddReading(std::string reading, ReadingTexts* readings) {
  if (reading.empty() || readings->size() == kMostReadings) return;
  if (reading.size() > 1 && (reading[0] == 'l' || reading[0] == 'n') && reading[1] == 'v') {
    std::string typed = reading;
    typed[1] = 'u';
    readings->insert(std::move(typed));
  }
  readings->insert(std::move(reading));
}

struct Tables {
  std::array<char16_t, kCharacters> simplified{};
  std::array<std::array<Syllable, kMostReadings>, kCharacters> readings{};
  std::array<std::uint8_t, kCharacters> reading_count{};
  std::vector<std::string> texts;  // of syllables; the first is none

  Tables() {
    const std::vector<icu::UnicodeString> simple = Transformed("Traditional-Simplified");
    const std::vector<icu::UnicodeString> latin = Transformed("Han-Latin");
    std::vector<ReadingTexts> found(kCharacters);
    for (std::size_t i = 0; i < kCharacters; ++i) {
      const char16_t self = static_cast<char16_t>(kFirst + i);
      simplified[i] = i < simple.size() && simple[i].length() == 1 ? simple[i][0] : self;
      if (simplified[i] < kFirst || simplified[i] >= kEnd) simplified[i] = self;
      if (i < latin.size() && latin[i].length() != 0 && latin[i][0] != self)
        AddReading(WithoutTone(latin[i]), &found[i]);
    }
    SettleSimplified();
    for (const Polyphone& one : kPolyphones) {
      const std::string_view all = one.readings;
      for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find(' ', at), all.size());
        AddReading(std::string(all.substr(at, end - at)), &found[one.han - kFirst]);
        at = end + 1;
      }
    }
    Number(found);
  }

  // A few characters simplify in two steps, and of some two each is the simple form of the other (苎, 苧): then the
  // lesser stands for both.
  void SettleSimplified() {
    const std::array<char16_t, kCharacters> once = simplified;
    for (char16_t& settled : simplified) {
      for (int steps = 0; steps < 4; ++steps) {
        const char16_t next = once[settled - kFirst];
        if (next == settled) break;
        const bool mutual = once[next - kFirst] == settled;
        settled = mutual ? std::min(settled, next) : next;
        if (mutual) break;
      }
    }
  }

  void Number(const std::vector<ReadingTexts>& found) {
    std::set<std::string> all;
    for (const ReadingTexts& one : found) all.insert(one.begin(), one.end());
    texts.emplace_back();
    for (const std::string& text : all)
      if (texts.size() < kSyllables - kSilent) texts.push_back(text);
    for (std::size_t i = 0; i < kCharacters; ++i) {
      for (const std::string& text : found[i]) {
        const auto at = std::lower_bound(texts.begin() + 1, texts.end(), text);
        if (at != texts.end() && *at == text) readings[i][reading_count[i]++] = Syllable(at - texts.begin());
      }
      if (reading_count[i] == 0) readings[i][reading_count[i]++] = Syllable(kSyllables - kSilent + i % kSilent);
    }
  }
};

const Tables& AllTables() {
  static const Tables* const tables = new Tables();  // never destroyed: threads may still read at exit
  return *tables;
}

}  // namespace

bool IsHan(char16_t c) { return c >= kFirst && c < kEnd && !(c >= 0x4DC0 && c < 0x4E00); }

char16_t Simplified(char16_t c) { return IsHan(c) ? AllTables().simplified[c - kFirst] : c; }

std::span<const Syllable> ReadingsOf(char16_t han) {
  const Tables& tables = AllTables();
  return {tables.readings[han - kFirst].data(), tables.reading_count[han - kFirst]};
}

std::string_view SyllableText(Syllable syllable) {
  const Tables& tables = AllTables();
  return syllable < tables.texts.size() ? tables.texts[syllable] : std::string_view();
}

Syllable SyllableOf(std::string_view text) {
  const auto& texts = AllTables().texts;
  const auto at = std::lower_bound(texts.begin() + 1, texts.end(), text);
  return at != texts.end() && *at == text ? Syllable(at - texts.begin()) : Syllable{0};
}

std::vector<Syllable> SyllablesWithPrefix(std::string_view prefix) {
  const auto& texts = AllTables().texts;
  std::vector<Syllable> found;
  for (auto at = std::lower_bound(texts.begin() + 1, texts.end(), prefix);
       at != texts.end() && std::string_view(*at).substr(0, prefix.size()) == prefix; ++at)
    found.push_back(Syllable(at - texts.begin()));
  return found;
}

}  // namespace bulian::search
