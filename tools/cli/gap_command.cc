#include <cmath>
#include <cstdio>
#include <iostream>

#include "bulian/v1/gap.pb.h"
#include "services/model/day.h"
#include "services/model/resource_name.h"
#include "tools/cli/analysis_commands.h"
#include "tools/cli/gap_words.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"
#include "tools/cli/timeline_table.h"

namespace bulian::cli {
namespace {

std::string Projects(const v1::Gap& gap, const Options& o) {
  if (gap.projects().empty()) return "";
  const auto& first = gap.projects(0);
  std::string text = o.Text(first.display_name());
  if (first.has_production_date())
    if (const auto day = model::ToDay(first.production_date())) text += " " + model::FormatDay(*day);
  if (!first.closes()) text += std::string(o.Word(" (part)", "（部分）"));
  if (gap.projects_size() > 1) text += " +" + std::to_string(gap.projects_size() - 1);
  return text;
}

void PrintTable(const v1::GapReport& report, const Options& o) {
  Table table({std::string(o.Word("GAP", "缺口")), std::string(o.Word("CERTAINTY", "确定性")),
               std::string(o.Word("CHAIN", "产业链")), std::string(o.Word("SEGMENT", "环节")),
               ">" + std::string(o.Word("PRIORITY", "优先级")),
               std::string(o.Word("NUMBERS (verified / +claimed / +possible)", "数值（已核实 / 含声称 / 含可能）")),
               ">" + std::string(o.Word("UNMET", "未满足")), std::string(o.Word("PROJECT ON ITS WAY", "在途项目")),
               std::string(o.Word("NAME", "资源名"))});
  for (const auto& gap : report.gaps())
    table.AddRow({std::string(KindText(gap.kind(), o)), std::string(CertaintyText(gap.certainty(), o)),
                  o.Text(gap.chain_display_name()), o.Text(gap.segment_display_name()),
                  gap.priority() ? std::to_string(gap.priority()) : "", NumbersText(gap, o),
                  ShareText(UnmetShareOf(gap)), Projects(gap, o), ShortName(gap.name())});
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  table.PrintAligned(std::cout, 78);
  const auto day = model::ToDay(report.as_of());
  std::cout << '\n'
            << report.gap_count() << o.Word(" gaps in ", " 个缺口，共 ") << report.segment_count()
            << o.Word(" segments, as of ", " 个环节，日期 ") << (day ? model::FormatDay(*day) : "?")
            << o.Word(", revision ", "，版本 ") << report.revision().number() << '\n';
  PrintDivergentParts(report.divergent_parts(), o, std::cout);
}

// False after telling the error.
bool SetHorizon(const GapFlags& flags, v1::AnalyzeGapsRequest* request) {
  std::string period = flags.period;
  for (char& c : period) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  v1::Period parsed = v1::PERIOD_UNSPECIFIED;
  v1::Period_Parse(period, &parsed);
  request->set_period(parsed);
  return SetAsOf(flags.horizon, request->mutable_horizon());
}

void PrintSegments(const v1::AssessSegmentsResponse& all, const Options& o) {
  Table table({std::string(o.Word("SEGMENT", "环节")), std::string(o.Word("DISPLAY NAME", "名称")), ">k", ">HHI",
               ">" + std::string(o.Word("CAPACITY", "产能")), ">" + std::string(o.Word("DEMAND", "需求")),
               std::string(o.Word("UNIT", "单位")), std::string(o.Word("GAPS", "缺口"))});
  for (const auto& s : all.segments()) {
    std::string gaps;
    for (const auto& verdict : s.verdicts()) {
      const bool holds =
          verdict.on_verified() == v1::HOLDS || verdict.on_claimed() == v1::HOLDS || verdict.on_possible() == v1::HOLDS;
      const bool on_all =
          verdict.on_verified() == v1::HOLDS && verdict.on_claimed() == v1::HOLDS && verdict.on_possible() == v1::HOLDS;
      if (holds) gaps += (gaps.empty() ? "" : " ") + std::string(KindText(verdict.kind(), o)) + (on_all ? "" : "?");
    }
    const auto& m = s.metrics();
    table.AddRow({ShortName(s.segment()), o.Text(s.display_name()), ThreeText(m.independent_suppliers()),
                  ThreeText(m.hhi()), ThreeText(m.capacity()),
                  m.demand().state() == v1::Demand::KNOWN ? NumberText(m.demand().per_year()) : "?", m.unit(), gaps});
  }
  o.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout);
}

int Segments(Connection& connection, const Options& options, const std::string& parent, const GapFlags& flags) {
  v1::AssessSegmentsRequest request;
  request.set_joint_allocation(flags.joint);
  request.set_parent(parent);
  if (!SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  if (flags.as_of.empty()) request.clear_as_of();
  request.set_page_size(1000);
  v1::AssessSegmentsResponse all;
  do {
    v1::AssessSegmentsResponse page;
    const auto status = connection.Call("bulian.v1.GapService/AssessSegments", request, &page);
    if (!status.ok()) return PrintError(status);
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
    all.set_next_page_token(page.next_page_token());
  } while (!all.next_page_token().empty());
  if (options.output == Output::kJson)
    std::cout << ToJson(all);
  else
    PrintSegments(all, options);
  return 0;
}

}  // namespace

int Gaps(Connection& connection, const Options& options, const std::string& typed, const GapFlags& flags) {
  const std::string parent = FullName(typed);
  if (flags.segments) return Segments(connection, options, parent, flags);
  v1::AnalyzeGapsRequest request;
  request.set_parent(parent);
  request.set_certain_only(flags.certain_only);
  request.set_joint_allocation(flags.joint);
  if (!ParseKinds(flags.kinds, request.mutable_kinds()) || !SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  if (flags.as_of.empty()) request.clear_as_of();
  if (!flags.horizon.empty() && !SetHorizon(flags, &request)) return 1;
  v1::GapReport all;
  do {
    request.set_page_size(flags.limit > 0 ? std::min(flags.limit - all.gaps_size(), 1000) : 1000);
    v1::GapReport page;
    const auto status = connection.Call("bulian.v1.GapService/AnalyzeGaps", request, &page);
    if (!status.ok()) return PrintError(status);
    request.set_page_token(page.next_page_token());
    if (all.gaps().empty()) {
      all = std::move(page);
    } else {
      for (auto& gap : *page.mutable_gaps()) *all.add_gaps() = std::move(gap);
      all.set_next_page_token(page.next_page_token());
    }
  } while (!all.next_page_token().empty() && (flags.limit == 0 || all.gaps_size() < flags.limit));
  if (options.output == Output::kJson)
    std::cout << ToJson(all);
  else if (!flags.horizon.empty())
    PrintTimelines(all, options, std::cout);
  else
    PrintTable(all, options);
  return 0;
}

}  // namespace bulian::cli
