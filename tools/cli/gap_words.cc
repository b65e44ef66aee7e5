#include "tools/cli/gap_words.h"

#include <cctype>
#include <iostream>

#include "tools/cli/phrases.h"

namespace bulian::cli {
namespace {

std::string DemandText(const v1::SegmentMetrics& metrics) {
  return metrics.demand().state() == v1::Demand::KNOWN ? NumberText(metrics.demand().per_year()) : "?";
}

std::string UnitText(const v1::SegmentMetrics& metrics, const Options& o) {
  return metrics.unit() + (metrics.per_year() ? std::string(o.Word("/year", "/年")) : "");
}

std::string HangingText(const v1::Gap& gap, const Options& o) {
  std::string text(o.Word("hangs on claims:", "取决于未核实信息："));
  for (int kind : gap.hanging_kinds()) text += " " + std::string(KindText(static_cast<v1::GapKind>(kind), o));
  if (!gap.verify_first().empty())
    text += std::string(o.Word("; first verify ", "；先核实 ")) + ShortName(gap.verify_first(0).capability());
  return text;
}

// The last part of a resource name.
std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string FragileText(const v1::SegmentMetrics& before, const v1::SegmentMetrics& after, const Options& o) {
  const std::string supplier = Arrow(IdOf(before.single_loss_supplier()), IdOf(after.single_loss_supplier()));
  const std::string product = Arrow(IdOf(before.single_loss_product()), IdOf(after.single_loss_product()));
  const std::string share = Arrow(ThreeText(before.single_loss()), ThreeText(after.single_loss()));
  const std::string limit = Arrow(NumberText(before.max_single_loss()), NumberText(after.max_single_loss()));
  if (o.chinese) return supplier + " 停产损失 " + product + " 的 " + share + "，上限 " + limit;
  return "stop of " + supplier + " costs " + share + " of " + product + ", limit " + limit;
}

}  // namespace

std::string Arrow(std::string_view before, std::string_view after) {
  if (before == after) return std::string(after);
  const auto shown = [](std::string_view side) { return std::string(side.empty() ? "-" : side); };
  return shown(before) + " → " + shown(after);
}

std::string NumbersText(v1::GapKind kind, const v1::SegmentMetrics& before, const v1::SegmentMetrics& after,
                        const Options& o) {
  const auto arrow = [&](auto text) { return Arrow(text(before), text(after)); };
  switch (kind) {
    case v1::MISSING:
    case v1::SINGLE_SOURCE:
      return "k = " + arrow([](const auto& m) { return ThreeText(m.independent_suppliers()); }) +
             std::string(o.Word(", wanted ", "，应有 ")) +
             arrow([](const auto& m) { return std::to_string(m.min_suppliers()); });
    case v1::CONCENTRATED:
      return "HHI = " + arrow([](const auto& m) { return ThreeText(m.hhi()); }) +
             std::string(o.Word(", limit ", "，上限 ")) + arrow([](const auto& m) { return NumberText(m.max_hhi()); });
    case v1::UNDER_CAPACITY:
      return std::string(o.Word("capacity ", "产能 ")) + arrow([](const auto& m) { return ThreeText(m.capacity()); }) +
             std::string(o.Word(" of ", "，需求 ")) + arrow(DemandText) + " " +
             arrow([&](const auto& m) { return UnitText(m, o); });
    case v1::EXTERNAL:
      return std::string(o.Word("outside share ", "外部占比 ")) +
             arrow([](const auto& m) { return ThreeText(m.external_share()); }) +
             std::string(o.Word(", limit ", "，上限 ")) +
             arrow([](const auto& m) { return NumberText(m.max_external_share()); });
    case v1::FRAGILE:
      return FragileText(before, after, o);
    default:
      return "";
  }
}

std::string NumbersText(const v1::Gap& gap, const Options& o) {
  if (gap.kind() == v1::UNVERIFIED) return HangingText(gap, o);
  return NumbersText(gap.kind(), gap.metrics(), gap.metrics(), o);
}

std::string ShareText(const std::optional<v1::Bounds>& share) { return share ? PercentText(*share) + " %" : ""; }

std::optional<v1::Bounds> UnmetShareOf(const v1::Gap& gap) {
  return gap.has_unmet_share() ? std::optional(gap.unmet_share()) : std::nullopt;
}

bool ParseKinds(const std::vector<std::string>& typed, google::protobuf::RepeatedField<int>* kinds) {
  for (std::string word : typed) {
    for (char& c : word) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    v1::GapKind kind = v1::GAP_KIND_UNSPECIFIED;
    if (!v1::GapKind_Parse(word, &kind) || kind == v1::GAP_KIND_UNSPECIFIED) {
      std::cerr << "error: no gap kind " << word
                << "; known: missing single-source concentrated under-capacity external unverified fragile\n";
      return false;
    }
    kinds->Add(kind);
  }
  return true;
}

void PrintDivergentParts(const google::protobuf::RepeatedPtrField<v1::DivergentPart>& parts, const Options& o,
                         std::ostream& out) {
  for (const auto& part : parts) {
    out << o.Word("no demand numbers: the coefficients of this cycle multiply to ", "无法计算需求：该循环的系数之积为 ")
        << NumberText(part.cycle_gain()) << ":";
    for (const auto& segment : part.cycle()) out << ' ' << ShortName(segment);
    out << '\n';
  }
}

}  // namespace bulian::cli
