#include "tools/cli/timeline_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "services/model/day.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

constexpr std::array<std::string_view, 9> kBars = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

std::string DayText(const google::type::Date& date) {
  const auto day = model::ToDay(date);
  return day ? model::FormatDay(*day) : "?";
}

bool HoldsOnClaimed(const v1::TimelineStep& step, v1::GapKind kind) {
  return std::any_of(step.verdicts().begin(), step.verdicts().end(), [&](const v1::KindVerdict& verdict) {
    return verdict.kind() == kind && verdict.on_claimed() == v1::HOLDS;
  });
}

bool OtherGapHolds(const v1::TimelineStep& step) {
  return std::any_of(step.verdicts().begin(), step.verdicts().end(), [](const v1::KindVerdict& verdict) {
    return verdict.kind() != v1::UNVERIFIED && verdict.on_claimed() == v1::HOLDS;
  });
}

// A bar as high as the share of demand certainly not met, `o` for another gap, `?` if it is not sure, a dot for none.
std::string_view SignOf(const v1::TimelineStep& step) {
  if (HoldsOnClaimed(step, v1::MISSING)) return kBars.back();
  const double unmet = step.has_unmet_share() ? step.unmet_share().lower() : 0;
  if (unmet > 0) return kBars[static_cast<std::size_t>(std::clamp(std::ceil(unmet * 8), 1.0, 8.0))];
  if (step.verdicts().empty()) return kBars.front();
  return OtherGapHolds(step) ? "o" : "?";
}

std::string ChartOf(const v1::SegmentTimeline& timeline, const v1::GapReport& report) {
  std::string chart;
  int at = 0;
  for (const google::type::Date& start : report.period_starts()) {
    while (at + 1 < timeline.steps_size() && model::ToDay(timeline.steps(at + 1).valid_from()) <= model::ToDay(start)) {
      ++at;
    }
    chart += SignOf(timeline.steps(at));
  }
  return chart;
}

}  // namespace

void PrintTimelines(const v1::GapReport& report, const Options& o, std::ostream& out) {
  Table table({std::string(o.Word("SEGMENT", "环节")), std::string(o.Word("DISPLAY NAME", "名称")),
               std::string(o.Word("PERIODS", "各期")), std::string(o.Word("FIRST SHORTAGE", "首次短缺"))});
  for (const v1::SegmentTimeline& timeline : report.timelines()) {
    table.AddRow({ShortName(timeline.segment()), o.Text(timeline.segment_display_name()), ChartOf(timeline, report),
                  timeline.has_first_shortage() ? DayText(timeline.first_shortage()) : ""});
  }
  if (o.output == Output::kCsv) return table.PrintCsv(out);
  table.PrintAligned(out);
  if (report.period_starts_size() == 0) return;
  out << '\n'
      << report.period_starts_size() << o.Word(" periods from ", " 期，起 ") << DayText(report.period_starts(0))
      << o.Word(" to ", " 止 ") << DayText(report.period_starts(report.period_starts_size() - 1))
      << o.Word("; █ nothing of the demand is met, ▁ nearly all, o another gap, ? perhaps one or unverified, · none\n",
                "；█ 需求完全未满足，▁ 几乎满足，o 其他缺口，? 可能有缺口或未核实，· 无缺口\n");
  for (const v1::SegmentTimeline& timeline : report.timelines()) {
    for (const v1::ProjectEffect& effect : timeline.effects()) {
      out << DayText(effect.closes()) << ' ' << ShortName(effect.project()) << o.Word(" ends ", " 消除 ")
          << KindText(effect.kind(), o) << o.Word(" of ", "：") << ShortName(timeline.segment())
          << (effect.only_possible() ? o.Word(" (if it comes)", "（若落地）") : "")
          << o.Word("; without it: ", "；否则：")
          << (effect.has_closes_without() ? DayText(effect.closes_without()) : std::string(o.Word("not", "不会")))
          << '\n';
    }
  }
  if (!report.timelines_complete())
    out << o.Word("More segments than shown; ask chain by chain.\n", "环节未全部列出，请按产业链查询。\n");
}

}  // namespace bulian::cli
