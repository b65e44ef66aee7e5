#include "tools/cli/plan_command.h"

#include <iostream>

#include "bulian/v1/match.pb.h"
#include "services/model/day.h"
#include "services/model/resource_name.h"
#include "tools/cli/bars.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

constexpr int kPage = 1000;

std::string UnitOf(const v1::PlanGap& gap, const Options& o) {
  if (gap.counts_suppliers()) return std::string(o.Word("suppliers", "家供应商"));
  return gap.unit() + (gap.per_year() ? std::string(o.Word("/year", "/年")) : "");
}

std::string FitText(const v1::PlanAssignment& one, const Options& o) {
  std::string text = one.held() ? v1::Fit_Name(one.fit()) : std::string(o.Word("POTENTIAL", "潜在"));
  if (one.recruit()) text += std::string(o.Word(", outside", "，外地"));
  return text;
}

void PrintAssignments(const v1::PlanMatchesResponse& plan, const Options& o) {
  Table table({std::string(o.Word("SEGMENT", "环节")), std::string(o.Word("ENTERPRISE", "企业")),
               ">" + std::string(o.Word("GIVES", "供给")), std::string(o.Word("UNIT", "单位")),
               ">" + std::string(o.Word("SHARE", "占缺口")), ">" + std::string(o.Word("SCORE", "得分")),
               std::string(o.Word("FIT", "匹配")), std::string(o.Word("NAME", "资源名"))});
  for (const v1::PlanGap& gap : plan.gaps()) {
    for (const v1::PlanAssignment& one : gap.assignments()) {
      table.AddRow({ShortName(gap.segment()), o.Text(one.display_name()), NumberText(one.amount()), UnitOf(gap, o),
                    NumberText(one.share() * 100) + " %", NumberText(one.score()), FitText(one, o),
                    ShortName(one.enterprise())});
    }
  }
  o.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout, 64);
}

void PrintGaps(const v1::PlanMatchesResponse& plan, const Options& o) {
  std::cout << '\n';
  Table table({std::string(o.Word("SEGMENT", "环节")), ">" + std::string(o.Word("LACKS", "缺口")),
               ">" + std::string(o.Word("ASSIGNED", "已安排")), ">" + std::string(o.Word("STILL UNMET", "仍缺")),
               std::string(o.Word("UNIT", "单位")), "", ">" + std::string(o.Word("CANDIDATES", "候选")),
               ">" + std::string(o.Word("WORTH OF ONE MORE", "每增一单位价值"))});
  for (const v1::PlanGap& gap : plan.gaps()) {
    table.AddRow({ShortName(gap.segment()), NumberText(gap.need()), NumberText(gap.assigned()), NumberText(gap.unmet()),
                  UnitOf(gap, o), FilledBar(0, gap.assigned(), gap.need()),
                  std::to_string(gap.candidate_count() - gap.candidates_without_capacity()) + "/" +
                      std::to_string(gap.candidate_count() + gap.candidates_left_out()),
                  NumberText(gap.worth())});
  }
  table.PrintAligned(std::cout);
}

void PrintScarce(const v1::PlanMatchesResponse& plan, const Options& o) {
  Table table({std::string(o.Word("SCARCE CAPACITY", "紧缺产能")), ">" + std::string(o.Word("FREE", "可用")),
               ">" + std::string(o.Word("USED", "已用")), std::string(o.Word("UNIT", "单位")),
               ">" + std::string(o.Word("WORTH OF ONE MORE", "每增一单位价值"))});
  bool any = false;
  for (const v1::PlanCapacity& capacity : plan.capacities()) {
    if (capacity.price() <= 0) continue;
    any = true;
    table.AddRow({ShortName(capacity.capacity()), NumberText(capacity.free()), NumberText(capacity.used()),
                  capacity.unit(), NumberText(capacity.price())});
  }
  if (!any) return;
  std::cout << '\n';
  table.PrintAligned(std::cout);
}

void PrintFoot(const v1::PlanMatchesResponse& plan, const Options& o) {
  const auto day = model::ToDay(plan.as_of());
  std::cout << '\n'
            << plan.gap_count() << o.Word(plan.gap_count() == 1 ? " gap, " : " gaps, ", " 个缺口，")
            << NumberText(plan.closed_share() * 100) << o.Word(" % of ", " % / ")
            << NumberText(plan.wanted_share() * 100)
            << o.Word(" % closed (shares of what lacks added up); ", " %（各缺口满足率之和）；");
  if (plan.optimal()) {
    std::cout << o.Word("no plan is worth more", "没有更优的方案");
  } else {
    std::cout << o.Word("no plan is worth more than ", "任何方案至多高出 ") << NumberText(plan.relative_gap() * 100)
              << o.Word(" % over this one", " %");
  }
  std::cout << o.Word(", as of ", "，日期 ") << (day ? model::FormatDay(*day) : "?") << o.Word(", revision ", "，版本 ")
            << plan.revision().number();
  for (int i = 1; i < plan.clusters_size(); ++i)
    std::cout << o.Word(", ", "，") << plan.clusters(i).cluster() << o.Word(" revision ", " 版本 ")
              << plan.clusters(i).revision().number();
  std::cout << '\n';
  for (const auto& missed : plan.unreachable()) std::cout << o.Word("could not ask: ", "无法查询：") << missed << '\n';
}

}  // namespace

int PlanMatches(Connection& connection, const Options& options, const std::vector<std::string>& targets,
                const PlanFlags& flags) {
  v1::PlanMatchesRequest request;
  for (const std::string& typed : targets) {
    const std::string name = FullName(typed);
    request.set_parent("clusters/" + std::string(model::ClusterIdOf(name)));
    if (name != request.parent()) request.add_targets(name);
  }
  if (!SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  if (flags.as_of.empty()) request.clear_as_of();
  request.set_scope(flags.potential ? v1::FindCandidatesRequest::HELD_AND_POTENTIAL
                                    : v1::FindCandidatesRequest::HELD_ONLY);
  request.set_local_only(flags.local);
  request.set_include_recruits(flags.recruits);
  v1::PlanConstraints* const constraints = request.mutable_constraints();
  constraints->set_min_suppliers(flags.min_suppliers);
  constraints->set_max_supplier_share(flags.greatest_share);
  constraints->set_lot_share(flags.lot_share);
  constraints->set_candidates_per_gap(flags.candidates);
  constraints->set_count_unknown_capacity(flags.count_unknown);
  request.set_score_weight(flags.score_weight);
  request.set_page_size(kPage);
  v1::PlanMatchesResponse plan;
  do {
    v1::PlanMatchesResponse page;
    const auto status = connection.Call("bulian.v1.MatchService/PlanMatches", request, &page);
    if (!status.ok()) return PrintError(status);
    request.set_page_token(page.next_page_token());
    plan.clear_clusters();  // they stand on every page
    plan.clear_unreachable();
    plan.MergeFrom(page);
  } while (!request.page_token().empty());
  plan.clear_next_page_token();
  if (options.output == Output::kJson) {
    std::cout << ToJson(plan);
    return 0;
  }
  PrintAssignments(plan, options);
  if (options.output == Output::kCsv) return 0;
  PrintGaps(plan, options);
  PrintScarce(plan, options);
  PrintFoot(plan, options);
  return 0;
}

}  // namespace bulian::cli
