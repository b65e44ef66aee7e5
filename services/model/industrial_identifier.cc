#include "services/model/industrial_identifier.h"

#include <algorithm>

#include "services/model/text_folding.h"

namespace bulian::model {
namespace {

constexpr std::size_t kMaxBytes = 256, kMaxParts = 3, kMaxPartDigits = 12;
constexpr std::string_view kRoot = "88";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool IsPrefix(std::string_view prefix) {
  if (!prefix.starts_with(kRoot)) return false;
  prefix.remove_prefix(kRoot.size());
  std::size_t parts = 0;
  for (; !prefix.empty(); ++parts) {
    if (prefix.front() != '.') return false;
    prefix.remove_prefix(1);
    const auto end = std::find_if_not(prefix.begin(), prefix.end(), IsDigit);
    const auto digits = static_cast<std::size_t>(end - prefix.begin());
    if (digits == 0 || digits > kMaxPartDigits) return false;
    prefix.remove_prefix(digits);
  }
  return parts >= 1 && parts <= kMaxParts;
}

}  // namespace

std::string IndustrialIdentifierProblem(std::string_view identifier) {
  if (identifier.size() > kMaxBytes) return "must be at most 256 bytes";
  const std::size_t slash = identifier.find('/');
  if (slash == std::string_view::npos || slash + 1 == identifier.size() || !IsPrefix(identifier.substr(0, slash))) {
    return "must be `88.x.y/suffix`: 88, one to three parts of 1 to 12 digits, a slash and a suffix";
  }
  const std::string_view suffix = identifier.substr(slash + 1);
  if (!IsValidUtf8(suffix) || std::any_of(suffix.begin(), suffix.end(), IsControl)) {
    return "the suffix must be UTF-8 text without control characters";
  }
  return {};
}

}  // namespace bulian::model
