#include "tools/cli/phrases.h"

#include <cmath>
#include <cstdio>
#include <iostream>

#include "services/model/day.h"

namespace bulian::cli {

std::string_view KindText(v1::GapKind kind, const Options& o) {
  switch (kind) {
    case v1::MISSING:
      return o.Word("MISSING", "缺失");
    case v1::SINGLE_SOURCE:
      return o.Word("SINGLE_SOURCE", "单一来源");
    case v1::CONCENTRATED:
      return o.Word("CONCENTRATED", "过于集中");
    case v1::UNDER_CAPACITY:
      return o.Word("UNDER_CAPACITY", "产能不足");
    case v1::EXTERNAL:
      return o.Word("EXTERNAL", "依赖外部");
    case v1::UNVERIFIED:
      return o.Word("UNVERIFIED", "未核实");
    case v1::FRAGILE:
      return o.Word("FRAGILE", "脆弱");
    default:
      return "?";
  }
}

std::string_view CertaintyText(v1::Certainty certainty, const Options& o) {
  return certainty == v1::CERTAIN ? o.Word("CERTAIN", "确定") : o.Word("POSSIBLE", "可能");
}

std::string_view BasisText(v1::CandidateBasis basis, const Options& o) {
  switch (basis) {
    case v1::HELD:
      return o.Word("HELD", "已具备");
    case v1::PLANNED:
      return o.Word("PLANNED", "在建");
    case v1::BELOW_REQUIREMENT:
      return o.Word("BELOW_REQUIREMENT", "未达要求");
    case v1::NEAR_TYPE:
      return o.Word("NEAR_TYPE", "相近能力");
    case v1::LIKELY:
      return o.Word("LIKELY", "潜在能力");
    default:
      return "?";
  }
}

std::string_view PlaceText(v1::CandidatePlace place, const Options& o) {
  switch (place) {
    case v1::LOCAL:
      return o.Word("LOCAL", "本地");
    case v1::OUTSIDE:
      return o.Word("OUTSIDE", "外地");
    case v1::OTHER_CLUSTER:
      return o.Word("OTHER_CLUSTER", "其他集群");
    default:
      return o.Word("UNKNOWN", "未知");
  }
}

std::string_view MatchStateText(v1::Match::State state, const Options& o) {
  switch (state) {
    case v1::Match::PROPOSED:
      return o.Word("PROPOSED", "已提议");
    case v1::Match::CONTACTED:
      return o.Word("CONTACTED", "已接触");
    case v1::Match::AGREED:
      return o.Word("AGREED", "有意向");
    case v1::Match::CONTRACTED:
      return o.Word("CONTRACTED", "已签约");
    case v1::Match::REJECTED:
      return o.Word("REJECTED", "已终止");
    default:
      return "?";
  }
}

std::string_view FitText(v1::Fit fit, const Options& o) {
  switch (fit) {
    case v1::SATISFIED:
      return o.Word("SATISFIED", "满足");
    case v1::VIOLATED:
      return o.Word("VIOLATED", "不满足");
    default:
      return o.Word("UNKNOWN", "未知");
  }
}

std::string NumberText(double number) {
  char text[64];
  if (std::abs(number) >= 1000 && std::abs(number) < 1e15)
    std::snprintf(text, sizeof text, "%.0f", number);
  else
    std::snprintf(text, sizeof text, "%.4g", number);
  return text;
}

std::string BoundsText(const v1::Bounds& bounds) {
  const std::string lower = NumberText(bounds.lower());
  if (bounds.unbounded()) return lower + "..";
  const std::string upper = NumberText(bounds.upper());
  return lower == upper ? lower : lower + ".." + upper;
}

std::string PercentText(const v1::Bounds& share) {
  v1::Bounds percent = share;
  percent.set_lower(share.lower() * 100);
  percent.set_upper(share.upper() * 100);
  return BoundsText(percent);
}

std::string ThreeText(const v1::ThreeValues& values) {
  const std::string verified = values.has_verified() ? BoundsText(values.verified()) : "-";
  const std::string claimed = values.has_claimed() ? BoundsText(values.claimed()) : "-";
  const std::string possible = values.has_possible() ? BoundsText(values.possible()) : "-";
  if (verified == claimed && claimed == possible) return verified;
  return verified + " / " + claimed + " / " + possible;
}

std::string ShortName(std::string_view name) {
  if (name.find("/chains/") == std::string_view::npos)
    return std::string(name.rfind("clusters/", 0) == 0 ? name.substr(9) : name);
  std::string short_name;
  for (std::size_t start = 0; start < name.size();) {  // every second part is an id
    const std::size_t id = name.find('/', start);
    if (id == std::string_view::npos) break;
    const std::size_t end = std::min(name.find('/', id + 1), name.size());
    short_name += (short_name.empty() ? "" : "/") + std::string(name.substr(id + 1, end - id - 1));
    start = end + 1;
  }
  return short_name;
}

std::string ShortTypes(const std::string& text) {
  static constexpr std::string_view kCollection = "/capabilityTypes/";
  std::string short_text = text;
  for (std::size_t at; (at = short_text.find(kCollection)) != std::string::npos;) {
    const std::size_t start = short_text.rfind("clusters/", at);
    if (start == std::string::npos) break;
    short_text.erase(start, at + kCollection.size() - start);
  }
  return short_text;
}

bool SetAsOf(const std::string& typed, google::type::Date* date) {
  if (typed.empty()) return true;
  const auto day = model::ParseDay(typed);
  if (!day) {
    std::cerr << "error: --as-of takes a day as YYYY-MM-DD, not " << typed << '\n';
    return false;
  }
  *date = model::ToDate(*day);
  return true;
}

}  // namespace bulian::cli
