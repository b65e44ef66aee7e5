#include "services/model/lei.h"

namespace bulian::model {
namespace {

constexpr std::size_t kLength = 20, kBody = 18;
constexpr int kModulus = 97;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::optional<std::string> LeiCheckDigits(std::string_view first18) {
  if (first18.size() != kBody) return std::nullopt;
  int remainder = 0;
  for (const char c : first18) {
    if (!IsDigit(c) && !IsUpper(c)) return std::nullopt;
    remainder = IsDigit(c) ? (remainder * 10 + (c - '0')) % kModulus : (remainder * 100 + (c - 'A' + 10)) % kModulus;
  }
  const int check = kModulus + 1 - remainder * 100 % kModulus;
  return std::string{static_cast<char>('0' + check / 10), static_cast<char>('0' + check % 10)};
}

std::string LeiProblem(std::string_view lei) {
  const std::optional<std::string> expected =
      lei.size() == kLength ? LeiCheckDigits(lei.substr(0, kBody)) : std::nullopt;
  if (!expected || !IsDigit(lei[kBody]) || !IsDigit(lei[kBody + 1])) {
    return "must be 18 characters of 0 to 9 and A to Z and two check digits (ISO 17442)";
  }
  const std::string_view got = lei.substr(kBody);
  return got == *expected ? std::string()
                          : "the check digits (ISO 17442) must be " + *expected + ", not " + std::string(got);
}

}  // namespace bulian::model
