#include <algorithm>
#include <string>

#include "services/enterprise/identifier_rules.h"

namespace bulian::enterprise {
namespace {

// Sections of GB/T 4754-2017 by their last division.
struct Section {
  char letter;
  int last_division;
};
constexpr Section kSections[] = {{'A', 5},  {'B', 12}, {'C', 43}, {'D', 46}, {'E', 50}, {'F', 52}, {'G', 60},
                                 {'H', 62}, {'I', 65}, {'J', 69}, {'K', 70}, {'L', 72}, {'M', 75}, {'N', 79},
                                 {'O', 82}, {'P', 83}, {'Q', 85}, {'R', 90}, {'S', 96}, {'T', 97}};

bool IsLetter(char c) { return c >= 'A' && c <= 'T'; }

// The section of two digits; 0 if there is no such division.
char SectionOf(std::string_view digits) {
  const int division = (digits[0] - '0') * 10 + (digits[1] - '0');
  if (division == 0) return 0;
  for (const Section& section : kSections) {
    if (division <= section.last_division) return section.letter;
  }
  return 0;
}

struct Industry {
  char section = 0;
  std::string_view digits;
};

Industry Parse(std::string_view code) {
  Industry industry;
  if (!code.empty() && IsLetter(code[0])) {
    industry.section = code[0];
    code.remove_prefix(1);
  }
  industry.digits = code;
  if (industry.section == 0 && code.size() >= 2) industry.section = SectionOf(code);
  return industry;
}

}  // namespace

void CheckIndustryCode(std::string_view code, const resource::FieldPath& field, model::Violations* violations) {
  std::string_view digits = code;
  const char letter = !code.empty() && IsLetter(code[0]) ? code[0] : '\0';
  if (letter != '\0') digits.remove_prefix(1);
  const bool all_digits = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool section_only = letter != '\0' && digits.empty();
  if (!section_only && (!all_digits || digits.size() < 2 || digits.size() > 4)) {
    violations->Add(field.str(), "must be a GB/T 4754 code: a section letter, 2 to 4 digits, or both");
    return;
  }
  if (section_only) return;
  const char section = SectionOf(digits);
  if (section == 0) {
    violations->Add(field.str(), "there is no such division in GB/T 4754");
  } else if (letter != '\0' && letter != section) {
    violations->Add(field.str(), std::string("the division belongs to section ") + section);
  }
}

bool IndustryWithin(std::string_view code, std::string_view wider) {
  const Industry one = Parse(code), other = Parse(wider);
  if (one.section != other.section) return false;
  return one.digits.substr(0, other.digits.size()) == other.digits;
}

}  // namespace bulian::enterprise
