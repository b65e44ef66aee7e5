#include "tools/cli/whatif_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "services/model/day.h"
#include "tools/cli/gap_trend.h"
#include "tools/cli/gap_words.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

constexpr int kTrends = 6, kWidestCell = 78;

std::string_view TrendText(Trend trend, const Options& o) {
  switch (trend) {
    case Trend::kOpens:
      return o.Word("OPENS", "出现");
    case Trend::kWorse:
      return o.Word("WORSE", "恶化");
    case Trend::kDiffers:
      return o.Word("DIFFERS", "变动");
    case Trend::kBetter:
      return o.Word("BETTER", "改善");
    case Trend::kCloses:
      return o.Word("CLOSES", "消除");
    case Trend::kRemoved:
      return o.Word("REMOVED", "随环节移除");
  }
  return "?";
}

std::string_view DeltaText(v1::DeltaKind kind, const Options& o) {
  return kind == v1::APPEARED ? o.Word("NEW", "新增")
         : kind == v1::GONE   ? o.Word("GONE", "移除")
                              : o.Word("DIFFERS", "变动");
}

std::string DayText(const google::type::Date& date) {
  const auto day = model::ToDay(date);
  return day ? model::FormatDay(*day) : "?";
}

// `MISSING`, `MISSING?` if it is only possible; empty for none.
std::string KindAndCertainty(const v1::Gap* gap, const Options& o) {
  if (gap == nullptr) return "";
  return std::string(KindText(gap->kind(), o)) + (gap->certainty() == v1::CERTAIN ? "" : "?");
}

// Of the gap; where there is none and the claimed capacity covers the demand, zero.
std::optional<v1::Bounds> UnmetOf(const v1::Gap* gap, const v1::SegmentMetrics* metrics) {
  if (gap != nullptr) return UnmetShareOf(*gap);
  if (metrics == nullptr || metrics->demand().state() != v1::Demand::KNOWN) return std::nullopt;
  if (metrics->capacity().claimed().lower() < metrics->demand().per_year()) return std::nullopt;
  return v1::Bounds();
}

struct SideTexts {
  std::string numbers, unmet;
};

SideTexts TextsOf(const v1::Gap* gap, const v1::SegmentMetrics* metrics, v1::GapKind kind, const Options& o) {
  SideTexts texts;
  if (gap != nullptr) {
    texts.numbers = NumbersText(*gap, o);
  } else if (metrics != nullptr) {
    texts.numbers = NumbersText(kind, *metrics, *metrics, o);
  }
  if (kind == v1::UNDER_CAPACITY || gap != nullptr) texts.unmet = ShareText(UnmetOf(gap, metrics));
  return texts;
}

std::string NumbersOf(const GapLine& line, const Options& o) {
  const v1::Gap& gap = line.after != nullptr ? *line.after : *line.before;
  if (gap.kind() == v1::UNVERIFIED) {
    if (line.before == nullptr || line.after == nullptr) return NumbersText(gap, o);
    const std::string before = NumbersText(*line.before, o), after = NumbersText(*line.after, o);
    return before == after ? after : after + std::string(o.Word("; was: ", "；原为：")) + before;
  }
  const v1::SegmentMetrics* before = line.metrics_before != nullptr ? line.metrics_before : line.metrics_after;
  const v1::SegmentMetrics* after = line.metrics_after != nullptr ? line.metrics_after : line.metrics_before;
  return NumbersText(gap.kind(), *before, *after, o);
}

void AddGapLine(const GapLine& line, const Options& o, Table* table) {
  const v1::Gap& gap = line.after != nullptr ? *line.after : *line.before;
  const SideTexts before = TextsOf(line.before, line.metrics_before, gap.kind(), o);
  const SideTexts after = TextsOf(line.after, line.metrics_after, gap.kind(), o);
  const std::string kind_before = KindAndCertainty(line.before, o), kind_after = KindAndCertainty(line.after, o);
  const std::string trend(TrendText(line.trend, o));
  if (o.output == Output::kCsv) {
    table->AddRow({trend, kind_before, kind_after, o.Text(gap.chain_display_name()), o.Text(gap.segment_display_name()),
                   gap.priority() ? std::to_string(gap.priority()) : "", before.numbers, after.numbers, before.unmet,
                   after.unmet, ShortName(gap.name())});
    return;
  }
  const bool one_side = kind_before.empty() || kind_after.empty();
  const bool bar = gap.kind() == v1::UNDER_CAPACITY;
  table->AddRow(
      {trend, one_side ? kind_before + kind_after : Arrow(kind_before, kind_after), o.Text(gap.segment_display_name()),
       NumbersOf(line, o),
       before.unmet.empty() || after.unmet.empty() ? before.unmet + after.unmet : Arrow(before.unmet, after.unmet),
       bar ? UnmetBar(UnmetOf(line.before, line.metrics_before), UnmetOf(line.after, line.metrics_after)) : "",
       ShortName(gap.segment())});
}

// Whether nothing that a table shows of the gap differs: the change is in other numbers of its segment or its evidence.
bool LooksTheSame(const GapLine& line, const Options& o) {
  if (line.trend != Trend::kDiffers) return false;
  return NumbersText(*line.before, o) == NumbersText(*line.after, o) &&
         ShareText(UnmetShareOf(*line.before)) == ShareText(UnmetShareOf(*line.after));
}

Table GapTable(const std::vector<GapLine>& lines, const Options& o) {
  const auto word = [&](const char* en, const char* zh) { return std::string(o.Word(en, zh)); };
  Table table(o.output == Output::kCsv
                  ? std::vector<std::string>{word("CHANGE", "变化"), word("GAP BEFORE", "原缺口"),
                                             word("GAP AFTER", "现缺口"), word("CHAIN", "产业链"),
                                             word("SEGMENT", "环节"), word("PRIORITY", "优先级"),
                                             word("NUMBERS BEFORE", "原数值"), word("NUMBERS AFTER", "现数值"),
                                             word("UNMET BEFORE", "原未满足"), word("UNMET AFTER", "现未满足"),
                                             word("NAME", "资源名")}
                  : std::vector<std::string>{
                        word("CHANGE", "变化"), word("GAP", "缺口"), word("SEGMENT", "环节"),
                        word("NUMBERS (verified / +claimed / +possible)", "数值（已核实 / 含声称 / 含可能）"),
                        word("UNMET", "未满足"), "", word("NAME", "资源名")});
  for (const GapLine& line : lines) AddGapLine(line, o, &table);
  return table;
}

bool Holds(const v1::KindVerdict& verdict) {
  return verdict.on_verified() == v1::HOLDS || verdict.on_claimed() == v1::HOLDS || verdict.on_possible() == v1::HOLDS;
}

// `+MISSING -SINGLE_SOURCE`: the gaps that come and go.
std::string GapsComingAndGoing(const v1::SegmentDelta& delta, const Options& o) {
  const auto kinds = [](const v1::SegmentAssessment& segment) {
    std::vector<v1::GapKind> all;
    for (const v1::KindVerdict& verdict : segment.verdicts())
      if (Holds(verdict)) all.push_back(verdict.kind());
    return all;
  };
  const std::vector<v1::GapKind> before = kinds(delta.before()), after = kinds(delta.after());
  std::string text;
  const auto add = [&](const char* sign, const auto& these, const auto& those) {
    for (const v1::GapKind kind : these)
      if (std::find(those.begin(), those.end(), kind) == those.end())
        text += (text.empty() ? "" : " ") + std::string(sign) + std::string(KindText(kind, o));
  };
  add("+", after, before);
  add("-", before, after);
  return text;
}

Table SegmentTable(const v1::EvaluateScenarioResponse& answer, const Options& o) {
  const auto word = [&](const char* en, const char* zh) { return std::string(o.Word(en, zh)); };
  Table table({word("CHANGE", "变化"), word("SEGMENT", "环节"), word("DISPLAY NAME", "名称"), "k", "HHI",
               word("CAPACITY", "产能"), word("DEMAND", "需求"), word("UNIT", "单位"), word("GAPS", "缺口")});
  for (const v1::SegmentDelta& delta : answer.segment_deltas()) {
    const v1::SegmentAssessment& shown = delta.has_after() ? delta.after() : delta.before();
    const auto arrow = [&](auto text) {
      return Arrow(delta.has_before() ? text(delta.before().metrics()) : "",
                   delta.has_after() ? text(delta.after().metrics()) : "");
    };
    table.AddRow({std::string(DeltaText(delta.kind(), o)), ShortName(shown.segment()), o.Text(shown.display_name()),
                  arrow([](const auto& m) { return ThreeText(m.independent_suppliers()); }),
                  arrow([](const auto& m) { return ThreeText(m.hhi()); }),
                  arrow([](const auto& m) { return ThreeText(m.capacity()); }), arrow([](const auto& m) {
                    return m.demand().state() == v1::Demand::KNOWN ? NumberText(m.demand().per_year()) : "?";
                  }),
                  shown.metrics().unit(), GapsComingAndGoing(delta, o)});
  }
  return table;
}

std::string_view StandingText(const v1::CandidateDelta& candidate, const Options& o) {
  if (candidate.kind() == v1::APPEARED) return o.Word("ENTERS", "进入");
  if (candidate.kind() == v1::GONE) return o.Word("LEAVES", "退出");
  const int moved = candidate.after().rank() - candidate.before().rank();
  return moved < 0 ? o.Word("UP", "上升") : moved > 0 ? o.Word("DOWN", "下降") : o.Word("DIFFERS", "变动");
}

Table CandidateTable(const v1::EvaluateScenarioResponse& answer, const EnterpriseNames& names, const Options& o) {
  const auto word = [&](const char* en, const char* zh) { return std::string(o.Word(en, zh)); };
  Table table({word("CHANGE", "变化"), word("SEGMENT", "环节"), word("RANK", "名次"), word("CANDIDATE", "候选"),
               word("FIT", "符合"), word("SCORE", "得分"), word("ENTERPRISE", "企业")});
  for (const v1::MatchDelta& delta : answer.match_deltas()) {
    for (const v1::CandidateDelta& candidate : delta.candidates()) {
      const auto arrow = [&](auto text) {
        return Arrow(candidate.has_before() ? text(candidate.before()) : "",
                     candidate.has_after() ? text(candidate.after()) : "");
      };
      const auto name = names.find(candidate.enterprise());
      table.AddRow({std::string(StandingText(candidate, o)), ShortName(delta.segment()),
                    arrow([](const auto& standing) { return std::to_string(standing.rank()); }),
                    name == names.end() ? "" : name->second,
                    arrow([&](const auto& standing) { return std::string(FitText(standing.fit(), o)); }),
                    arrow([](const auto& standing) { return BoundsText(standing.score()); }),
                    ShortName(candidate.enterprise())});
    }
  }
  return table;
}

Table RiskTable(const v1::EvaluateScenarioResponse& answer, const Options& o) {
  const auto word = [&](const char* en, const char* zh) { return std::string(o.Word(en, zh)); };
  Table table({word("CHANGE", "变化"), word("END PRODUCT", "终端产品"), word("CAN BE DELIVERED", "可交付"),
               word("WORST FAILURE", "最大单点停产"), word("COSTS %", "损失 %")});
  for (const v1::RiskDelta& delta : answer.risk_deltas()) {
    const auto arrow = [&](auto text) {
      return Arrow(delta.has_before() ? text(delta.before()) : "", delta.has_after() ? text(delta.after()) : "");
    };
    table.AddRow({std::string(DeltaText(delta.kind(), o)), ShortName(delta.segment()),
                  arrow([](const auto& risk) { return ThreeText(risk.delivered()); }),
                  arrow([](const auto& risk) { return ShortName(risk.worst_enterprise()); }),
                  arrow([](const auto& risk) {
                    return risk.worst_enterprise().empty() ? std::string() : PercentText(risk.worst_share().claimed());
                  })});
  }
  return table;
}

void PrintLegend(const std::vector<GapLine>& lines, const Options& o, std::ostream& out) {
  if (lines.empty()) return;
  out << o.Word("UNMET: █ before and after, ▓ only after, ░ only before, · met; GAP?: perhaps\n",
                "未满足：█ 前后均未满足，▓ 变化后未满足，░ 变化前未满足，· 已满足；缺口?：可能\n");
}

// `gaps 20 → 23: 3 open, 1 close; segments that differ: 4`, the candidates' numbers, what was supposed.
void PrintSums(const v1::EvaluateScenarioResponse& answer, const std::vector<GapLine>& lines, std::size_t left_out,
               const WhatIfShown& shown, const Options& o, std::ostream& out) {
  std::array<int, kTrends> counts{};
  for (const GapLine& line : lines) ++counts[static_cast<std::size_t>(line.trend)];
  static constexpr const char* kWords[kTrends][2] = {{"open", "个出现"},   {"get worse", "个恶化"},
                                                     {"differ", "个变动"}, {"get better", "个改善"},
                                                     {"close", "个消除"},  {"go with their segments", "个随环节移除"}};
  out << o.Word("gaps ", "缺口 ")
      << Arrow(std::to_string(answer.gap_count_before()), std::to_string(answer.gap_count_after()));
  const char* between = o.chinese ? "：" : ": ";
  for (std::size_t i = 0; i < kTrends; ++i) {
    if (counts[i] == 0) continue;
    out << between << counts[i] << ' ' << o.Word(kWords[i][0], kWords[i][1]);
    between = o.chinese ? "，" : ", ";
  }
  if (left_out > 0)
    out << between << left_out << o.Word(" differ in other numbers only (not shown)", " 个仅其他数值变动（未列出）");
  if (lines.empty() && left_out == 0) out << o.Word(": none changes", "：无变化");
  out << o.Word("; segments that differ: ", "；变动环节：") << answer.segment_delta_count();
  if (answer.segment_delta_count() > 0 && !shown.segments)
    out << o.Word(" (--segments shows them)", "（--segments 显示）");
  out << '\n';
  for (const v1::MatchDelta& delta : answer.match_deltas()) {
    const auto count = [](bool known, int number) { return known ? std::to_string(number) : std::string(); };
    out << o.Word("candidates of ", "候选数 ") << ShortName(delta.segment()) << o.Word(": ", "：")
        << Arrow(count(delta.has_count_before(), delta.count_before()),
                 count(delta.has_count_after(), delta.count_after()))
        << (delta.candidates().empty() ? o.Word(", the best as before", "，排名靠前者不变") : "") << '\n';
  }
  out << o.Word("supposed: ", "假设：") << answer.created_count() << o.Word(" created, ", " 条新建，")
      << answer.updated_count() << o.Word(" updated, ", " 条更新，") << answer.deleted_count()
      << o.Word(" deleted; nothing is stored; as of ", " 条删除；未存储任何内容；日期 ")
      << Arrow(DayText(answer.as_of()), DayText(answer.as_of_after())) << o.Word(", revision ", "，版本 ")
      << answer.revision().number() << '\n';
}

void PrintCutShort(const v1::EvaluateScenarioResponse& answer, const WhatIfShown& shown, const Options& o,
                   std::ostream& out) {
  if (!answer.gap_deltas_complete())
    out << o.Word("more gaps differ than are shown; ask for a --chain or a --kind\n",
                  "变动缺口未全部列出，请用 --chain 或 --kind 缩小范围\n");
  if (shown.segments && !answer.segment_deltas_complete())
    out << o.Word("more segments differ than are shown; ask for a --chain\n",
                  "变动环节未全部列出，请用 --chain 缩小范围\n");
}

void PrintSection(const Table& table, std::ostream& out) {
  if (table.size() == 0) return;
  table.PrintAligned(out, kWidestCell);
  out << '\n';
}

void PrintGaps(const std::vector<GapLine>& lines, int limit, const Options& o, std::ostream& out) {
  const auto count = limit > 0 ? std::min(lines.size(), static_cast<std::size_t>(limit)) : lines.size();
  PrintSection(GapTable({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(count)}, o), out);
  if (count < lines.size())
    out << "… " << lines.size() - count
        << o.Word(" more (without --limit all are shown)\n\n", " 项未列出（不加 --limit 则全部列出）\n\n");
}

}  // namespace

std::string UnmetBar(const std::optional<v1::Bounds>& before, const std::optional<v1::Bounds>& after) {
  constexpr int kCells = 10;
  if (!before || !after) return "";
  // To the nearest, but a little is not nothing and nearly all not all.
  const auto cells = [](double share) {
    if (share <= 0) return 0;
    return share >= 1 ? kCells : std::clamp(static_cast<int>(std::lround(share * kCells)), 1, kCells - 1);
  };
  const int was = cells(before->lower()), is = cells(after->lower());
  std::string bar;
  for (int i = 0; i < kCells; ++i) bar += i < std::min(was, is) ? "█" : i < is ? "▓" : i < was ? "░" : "·";
  return bar;
}

void PrintWhatIf(const v1::EvaluateScenarioResponse& answer, const WhatIfShown& shown, const Options& o,
                 std::ostream& out) {
  std::vector<GapLine> lines = GapLinesOf(answer);
  if (o.output == Output::kCsv) {
    if (!answer.match_deltas().empty()) return CandidateTable(answer, shown.names, o).PrintCsv(out);
    if (!answer.risk_deltas().empty()) return RiskTable(answer, o).PrintCsv(out);
    return shown.segments ? SegmentTable(answer, o).PrintCsv(out) : GapTable(lines, o).PrintCsv(out);
  }
  const std::size_t left_out = std::erase_if(lines, [&](const GapLine& line) { return LooksTheSame(line, o); });
  PrintGaps(lines, shown.limit, o, out);
  if (shown.segments) PrintSection(SegmentTable(answer, o), out);
  PrintSection(CandidateTable(answer, shown.names, o), out);
  PrintSection(RiskTable(answer, o), out);
  PrintLegend(lines, o, out);
  PrintSums(answer, lines, left_out, shown, o, out);
  PrintDivergentParts(answer.divergent_parts(), o, out);
  PrintCutShort(answer, shown, o, out);
}

}  // namespace bulian::cli
