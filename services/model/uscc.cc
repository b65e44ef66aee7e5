#include "services/model/uscc.h"

#include <algorithm>

namespace bulian::model {
namespace {

constexpr std::size_t kLength = 18;
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";  // a character's value is its place
constexpr int kModulus = 31;
constexpr int kWeightRatio = 3;
constexpr std::size_t kRegionBegin = 2, kOrganizationBegin = 8;
constexpr std::size_t kOrganizationBody = 8;
constexpr int kOrganizationWeights[kOrganizationBody] = {3, 7, 9, 10, 5, 8, 4, 2};
constexpr int kOrganizationModulus = 11;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

std::string CheckProblem(std::string_view what, char expected, char got) {
  return std::string(what) + " must be " + expected + ", not " + got;
}

std::vector<std::string> FormProblems(std::string_view uscc) {
  if (uscc.size() != kLength || uscc.find_first_not_of(kAlphabet) != std::string_view::npos) {
    return {"must be 18 characters of 0 to 9 and A to Z without I, O, S, V and Z (GB 32100)"};
  }
  if (!std::all_of(uscc.begin() + kRegionBegin, uscc.begin() + kOrganizationBegin, IsDigit)) {
    return {"characters 3 to 8 are the region of registration and must be digits (GB 32100)"};
  }
  return {};
}

std::vector<std::string> StrictProblems(std::string_view uscc) {
  std::vector<std::string> problems = FormProblems(uscc);
  if (!problems.empty()) {
    // Only the last character may be the wrong one: then what it should be is known.
    const std::string_view body = uscc.substr(0, kLength - 1);
    const auto last = uscc.size() == kLength ? UsccCheckCharacter(body) : std::nullopt;
    if (last && FormProblems(std::string(body) + *last).empty())
      problems.push_back(CheckProblem("the check character (18th, GB 32100)", *last, uscc.back()));
    return problems;
  }
  const char expected = *UsccCheckCharacter(uscc.substr(0, kLength - 1));
  if (expected != uscc.back())
    problems.push_back(CheckProblem("the check character (18th, GB 32100)", expected, uscc.back()));
  const char organization = *OrganizationCodeCheckCharacter(uscc.substr(kOrganizationBegin, kOrganizationBody));
  const char got = uscc[kOrganizationBegin + kOrganizationBody];
  if (organization != got) {
    problems.push_back(CheckProblem("the organisation code's check character (17th, GB 11714)", organization, got));
  }
  return problems;
}

}  // namespace

std::optional<char> UsccCheckCharacter(std::string_view first17) {
  if (first17.size() != kLength - 1) return std::nullopt;
  int sum = 0, weight = 1;
  for (const char c : first17) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    sum += weight * static_cast<int>(value);
    weight = weight * kWeightRatio % kModulus;
  }
  return kAlphabet[static_cast<std::size_t>((kModulus - sum % kModulus) % kModulus)];
}

std::optional<char> OrganizationCodeCheckCharacter(std::string_view first8) {
  if (first8.size() != kOrganizationBody) return std::nullopt;
  int sum = 0;
  for (std::size_t i = 0; i < kOrganizationBody; ++i) {
    const char c = first8[i];
    if (!IsDigit(c) && !IsUpper(c)) return std::nullopt;
    sum += kOrganizationWeights[i] * (IsDigit(c) ? c - '0' : c - 'A' + 10);
  }
  const int check = kOrganizationModulus - sum % kOrganizationModulus;
  if (check == 10) return 'X';
  return check == 11 ? '0' : static_cast<char>('0' + check);
}

std::vector<std::string> UsccProblems(std::string_view uscc) {
  std::vector<std::string> problems = StrictProblems(uscc);
  if (problems.empty()) return problems;
  std::string read(uscc);
  std::replace(read.begin(), read.end(), 'I', '1');
  std::replace(read.begin(), read.end(), 'O', '0');
  if (read != uscc && StrictProblems(read).empty())
    problems.push_back("with 1 for I and 0 for O it would be the valid " + read);
  return problems;
}

}  // namespace bulian::model
