#include "services/resource/field_rules.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "services/model/day.h"
#include "services/model/units.h"
#include "services/resource/code_tables.h"

namespace bulian::resource {
namespace {

constexpr double kMaxAmount = 1e18;

constexpr std::size_t kMaxAnnotations = 64;
constexpr std::size_t kMaxAnnotationBytes = 256;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Code points; the text is valid UTF-8, as protobuf has checked.
std::size_t CharCount(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
  });
}

}  // namespace

void CheckText(std::string_view text, int max_chars, const FieldPath& field, Violations* violations) {
  const auto limit = static_cast<std::size_t>(max_chars);
  if (text.size() > limit && CharCount(text) > limit) {
    violations->Add(field.str(), absl::StrCat("must have at most ", max_chars, " characters"));
  }
  if (HasControl(text)) violations->Add(field.str(), "must have no control characters");
}

void CheckRequiredText(std::string_view text, int max_chars, const FieldPath& field, Violations* violations) {
  if (text.empty()) violations->Add(field.str(), "is required");
  CheckText(text, max_chars, field, violations);
}

void CheckTexts(const google::protobuf::RepeatedPtrField<std::string>& texts, int max_count, int max_chars,
                std::string_view name, const FieldPath& parent, Violations* violations) {
  CheckCount(texts.size(), max_count, parent / name, violations);
  for (int i = 0; i < texts.size(); ++i) CheckRequiredText(texts[i], max_chars, parent.At(name, i), violations);
}

void CheckLocalized(const v1::LocalizedText& text, bool required, int max_chars, const FieldPath& field,
                    Violations* violations) {
  if (required && text.zh().empty() && text.en().empty())
    violations->Add(field.str(), "at least one language is required");
  CheckText(text.zh(), max_chars, field / "zh", violations);
  CheckText(text.en(), max_chars, field / "en", violations);
}

void CheckAnnotations(const google::protobuf::Map<std::string, std::string>& annotations, const FieldPath& parent,
                      Violations* violations) {
  if (annotations.empty()) return;
  if (annotations.size() > kMaxAnnotations) {
    violations->Add((parent / "annotations").str(), absl::StrCat("must have at most ", kMaxAnnotations, " entries"));
  }
  std::vector<std::string> wrong;
  for (const auto& [key, value] : annotations) {
    if (key.empty() || key.size() > kMaxAnnotationBytes || value.size() > kMaxAnnotationBytes) wrong.push_back(key);
  }
  std::sort(wrong.begin(), wrong.end());
  for (const std::string& key : wrong) {
    violations->Add(
        (parent / "annotations").str() + "[" + key.substr(0, 40) + "]",
        absl::StrCat("key and value must have at most ", kMaxAnnotationBytes, " bytes, and the key at least one"));
  }
}

void CheckCount(int count, int max, const FieldPath& field, Violations* violations) {
  if (count > max) violations->Add(field.str(), absl::StrCat("must have at most ", max, " entries"));
}

void CheckId(std::string_view id, const FieldPath& field, Violations* violations) {
  if (!model::IsValidId(id))
    violations->Add(field.str(), id.empty() ? "is required" : "must match [a-z]([a-z0-9-]{0,61}[a-z0-9])?");
}

bool IsToken(std::string_view text, bool (*first)(char), bool (*rest)(char)) {
  return !text.empty() && text.size() <= 63 && first(text[0]) && std::all_of(text.begin() + 1, text.end(), rest);
}

bool IsSystemName(std::string_view text) {
  return IsToken(
      text, [](char c) { return IsLower(c) || IsDigit(c); },
      [](char c) { return IsLower(c) || IsDigit(c) || c == '.' || c == '-'; });
}

bool IsScheme(std::string_view text) {
  return IsToken(
      text, [](char c) { return IsUpper(c) || IsDigit(c); },
      [](char c) { return IsUpper(c) || IsDigit(c) || c == '_' || c == '.' || c == '/' || c == '-'; });
}

bool IsQualification(std::string_view text) {
  return IsToken(text, IsUpper, [](char c) { return IsUpper(c) || IsDigit(c) || c == '_'; });
}

bool IsReference(std::string_view name, model::ResourceType type, std::string_view within) {
  const auto parsed = model::ParseResourceName(name);
  return parsed && parsed->type == type && parsed->cluster == model::ClusterIdOf(within);
}

bool CheckReference(std::string_view name, model::ResourceType type, std::string_view within, const FieldPath& field,
                    Violations* violations) {
  if (name.empty()) {
    violations->Add(field.str(), "is required");
    return false;
  }
  const auto parsed = model::ParseResourceName(name);
  const std::string_view cluster = model::ClusterIdOf(within);
  if (parsed && parsed->type == type && (cluster.empty() || parsed->cluster == cluster)) return true;
  violations->Add(field.str(),
                  absl::StrCat("must be the name of one of the cluster's ", ToAbsl(model::CollectionOf(type))));
  return false;
}

void CheckDate(const google::type::Date& date, const FieldPath& field, Violations* violations) {
  if (!model::ToDay(date)) violations->Add(field.str(), "must be a full and real date");
}

void CheckDates(bool has_from, const google::type::Date& from, bool has_until, const google::type::Date& until,
                const FieldPath& parent, std::string_view from_name, std::string_view until_name,
                Violations* violations) {
  if (has_from) CheckDate(from, parent / from_name, violations);
  if (has_until) CheckDate(until, parent / until_name, violations);
  if (!has_from || !has_until) return;
  const auto first = model::ToDay(from), last = model::ToDay(until);
  if (first && last && *last < *first) {
    violations->Add((parent / until_name).str(), absl::StrCat("must not be before ", ToAbsl(from_name)));
  }
}

void CheckEvidence(const v1::Evidence& evidence, const FieldPath& field, Violations* violations) {
  CheckEnum(v1::Evidence::State_IsValid(evidence.state()), field / "state", violations);
  CheckText(evidence.verified_by(), 200, field / "verified_by", violations);
  CheckText(evidence.source(), 500, field / "source", violations);
  CheckText(evidence.note(), 500, field / "note", violations);
  if (evidence.has_date()) CheckDate(evidence.date(), field / "date", violations);
  if (evidence.state() != v1::Evidence::VERIFIED) return;
  if (evidence.verified_by().empty())
    violations->Add((field / "verified_by").str(), "is required when the state is VERIFIED");
  if (!evidence.has_date()) violations->Add((field / "date").str(), "is required when the state is VERIFIED");
}

void CheckRegionCode(std::string_view code, const FieldPath& field, Violations* violations) {
  if (const std::string problem = ProblemOfRegion(code); !problem.empty()) violations->Add(field.str(), problem);
}

void CheckIndustryCode(std::string_view code, const FieldPath& field, Violations* violations) {
  if (const std::string problem = ProblemOfIndustry(code); !problem.empty()) violations->Add(field.str(), problem);
}

void CheckAmount(double value, const FieldPath& field, Violations* violations) {
  if (!(value >= 0 && value <= kMaxAmount)) violations->Add(field.str(), "must be from 0 to 1e18");
}

void CheckShare(double value, const FieldPath& field, Violations* violations) {
  if (!(value >= 0 && value <= 1)) violations->Add(field.str(), "must be from 0 to 1");
}

void CheckUnit(std::string_view code, const FieldPath& field, Violations* violations) {
  if (code.empty()) {
    violations->Add(field.str(), "a unit is required");
  } else if (model::FindUnit(code) == nullptr) {
    violations->Add(field.str(), absl::StrCat("`", ToAbsl(code.substr(0, 20)), "` is not a known UNECE Rec 20 code"));
  }
}

void CheckQuantity(const v1::Quantity& quantity, const FieldPath& field, Violations* violations) {
  CheckAmount(quantity.value(), field / "value", violations);
  CheckUnit(quantity.unit(), field / "unit", violations);
}

void CheckRate(const v1::Rate& rate, const FieldPath& field, Violations* violations) {
  CheckAmount(rate.value(), field / "value", violations);
  CheckUnit(rate.unit(), field / "unit", violations);
  CheckEnum(v1::Period_IsValid(rate.period()), field / "period", violations);
}

void CheckCapacity(const v1::Capacity& capacity, const FieldPath& field, Violations* violations) {
  constexpr double kRounding = 1e-9;
  if (capacity.has_total()) CheckRate(capacity.total(), field / "total", violations);
  double sum = 0;
  const auto share = [&](bool has, double value, std::string_view name) {
    if (!has) return;
    CheckShare(value, field / name, violations);
    sum += value;
  };
  share(capacity.has_in_cluster_share(), capacity.in_cluster_share(), "in_cluster_share");
  share(capacity.has_outside_share(), capacity.outside_share(), "outside_share");
  share(capacity.has_free_share(), capacity.free_share(), "free_share");
  if (sum > 1 + kRounding) violations->Add(field.str(), "the shares must sum to at most 1");
}

void CheckMoney(const google::type::Money& money, const FieldPath& field, Violations* violations) {
  const std::string& code = money.currency_code();
  if (code.size() != 3 || !std::all_of(code.begin(), code.end(), IsUpper)) {
    violations->Add((field / "currency_code").str(), "must be an ISO 4217 code of three capital letters");
  }
  if (money.units() < 0 || money.nanos() < 0 || money.nanos() > 999'999'999) {
    violations->Add(field.str(), "must not be negative, with nanos from 0 to 999999999");
  }
}

void Trim(std::string* text) {
  // Control characters too: exports of office programs leave them at the ends of cells.
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  const auto last = std::find_if_not(text->rbegin(), text->rend(), blank).base();
  text->erase(last, text->end());
  text->erase(text->begin(), std::find_if_not(text->begin(), text->end(), blank));
}

void Trim(v1::LocalizedText* text) {
  Trim(text->mutable_zh());
  Trim(text->mutable_en());
}

}  // namespace bulian::resource
