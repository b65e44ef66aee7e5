#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "bulian/v1/match.pb.h"
#include "services/model/resource_name.h"
#include "tools/cli/analysis_commands.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

// False after telling the error.
bool SetTarget(const std::string& typed, std::string* parent, v1::MatchTarget* target) {
  const std::string name = FullName(typed);
  *parent = ClusterOf(name);
  if (model::ParseGapName(name)) {
    target->set_gap(name);
  } else if (model::ParseSegmentName(name)) {
    target->set_segment(name);
  } else {
    std::cerr << "error: not a segment or gap: " << typed << " (for example beibei/smart-sensor/soi-wafer)\n";
    return false;
  }
  return true;
}

// The kinds of evidence that carried the probability most.
std::string Evidence(const v1::Candidate& c) {
  constexpr int kReasonsShown = 2;
  std::string text;
  int shown = 0;
  for (const auto& reason : c.reasons()) {
    if (reason.missing() || reason.weight() <= 0 || ++shown > kReasonsShown) continue;
    text += (text.empty() ? "" : "; ") + reason.text();
  }
  return text;
}

// What speaks for it, what is open, and what would have to change.
std::string Reasons(const v1::Candidate& c, const Options& o) {
  std::string changes;
  for (const auto& change : c.nearest_change()) {
    changes += (changes.empty() ? std::string(o.Word("would fit with: ", "若满足：")) : "; ") + change.what();
    if (!change.from().empty()) changes += " " + ShortTypes(change.from());
    if (!change.to().empty()) changes += " → " + ShortTypes(change.to());
  }
  const std::string evidence = Evidence(c);
  if (c.basis() == v1::LIKELY && !evidence.empty()) return evidence;  // all it lacks is the capability
  if (!changes.empty()) return evidence.empty() ? changes : changes + "; " + evidence;
  std::string text;
  for (const auto& part : c.parts())
    if (!part.reason().empty()) text += (text.empty() ? "" : "; ") + part.reason();
  return text;
}

// How far the talks with it are: `CONTACTED soi-wafer-fab`; empty if nobody works on it.
std::string StandingText(const v1::Candidate& c, const Options& o) {
  if (!c.has_standing_match()) return "";
  const std::string& match = c.standing_match().match();
  return std::string(MatchStateText(c.standing_match().state(), o)) + " " + match.substr(match.rfind('/') + 1);
}

void PrintRows(const v1::FindCandidatesResponse& response, const Options& o) {
  const bool likely = std::any_of(response.candidates().begin(), response.candidates().end(),
                                  [](const v1::Candidate& c) { return c.reasons_size() > 0; });
  const bool worked_on = std::any_of(response.candidates().begin(), response.candidates().end(),
                                     [](const v1::Candidate& c) { return c.has_standing_match(); });
  std::vector<std::string> heads = {">#",
                                    std::string(o.Word("CANDIDATE", "候选")),
                                    std::string(o.Word("BASIS", "依据")),
                                    std::string(o.Word("PLACE", "地点")),
                                    std::string(o.Word("FIT", "符合")),
                                    ">" + std::string(o.Word("SCORE", "得分"))};
  if (likely) heads.push_back(">" + std::string(o.Word("LIKELY %", "潜力 %")));
  if (worked_on) heads.emplace_back(o.Word("MATCH", "对接"));
  heads.push_back(">" + std::string(o.Word("FREE CAPACITY", "可用产能")));
  heads.emplace_back(o.Word("REASONS", "理由"));
  heads.emplace_back(o.Word("ENTERPRISE", "企业"));
  Table table(heads);
  int rank = 0;
  for (const auto& c : response.candidates()) {
    std::vector<std::string> row = {std::to_string(++rank),
                                    o.Text(c.display_name()),
                                    std::string(BasisText(c.basis(), o)),
                                    std::string(PlaceText(c.place(), o)),
                                    std::string(FitText(c.fit(), o)),
                                    BoundsText(c.score())};
    if (likely) row.push_back(c.reasons_size() > 0 ? NumberText(100 * c.probability()) : "");
    if (worked_on) row.push_back(StandingText(c, o));
    row.push_back(c.has_free_capacity() ? BoundsText(c.free_capacity()) : "?");
    row.push_back(Reasons(c, o));
    row.push_back(ShortName(c.enterprise()));
    table.AddRow(row);
  }
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  table.PrintAligned(std::cout, 90);
}

// What a ranking stands on, if it is of other revisions than the answer.
void PrintModel(const v1::PotentialModelState& state, std::int64_t revision, const Options& o) {
  if (state.records().number() != revision || state.weights().number() != revision)
    std::cout << o.Word("potential ranked by records of revision ", "潜力排序依据版本 ") << state.records().number()
              << o.Word(" and weights learned from revision ", " 的数据，权重学自版本 ") << state.weights().number()
              << '\n';
  if (state.unranked() > 0)
    std::cout << state.unranked()
              << o.Word(" enterprises are newer than that and come last\n", " 家企业晚于该版本，列于最后\n");
}

// What carried the probability of a potential candidate, and what is missing.
void PrintReasons(const v1::Candidate& candidate, const Options& o) {
  if (candidate.reasons().empty()) return;
  std::cout << o.Word("likely to come to it: ", "具备潜力的概率：") << NumberText(100 * candidate.probability())
            << " %\n";
  Table table({std::string(o.Word("EVIDENCE", "证据")), ">" + std::string(o.Word("WEIGHT", "权重")),
               std::string(o.Word("WHAT IT STANDS ON", "所依据"))});
  for (const auto& reason : candidate.reasons())
    table.AddRow({reason.kind(), reason.missing() ? std::string(o.Word("missing", "缺")) : NumberText(reason.weight()),
                  reason.text()});
  table.PrintAligned(std::cout, 110);
}

void PrintCandidates(const v1::FindCandidatesResponse& response, const Options& o) {
  PrintRows(response, o);
  if (o.output == Output::kCsv) return;
  std::cout << '\n' << response.candidate_count() << o.Word(" candidates", " 个候选");
  if (response.has_need_per_year())
    std::cout << o.Word(", need per year ", "，年需求 ") << BoundsText(response.need_per_year());
  for (const auto& cluster : response.clusters())
    std::cout << o.Word(", ", "，") << cluster.cluster() << o.Word(" revision ", " 版本 ")
              << cluster.revision().number();
  std::cout << '\n';
  if (response.has_potential_model())
    PrintModel(response.potential_model(), response.clusters(0).revision().number(), o);
  for (const auto& missed : response.unreachable())
    std::cout << o.Word("could not ask: ", "无法查询：") << missed << '\n';
}

void PrintExplanation(const v1::ExplainCandidateResponse& response, const Options& o) {
  constexpr int kNearTypesShown = 2;
  Table table({std::string(o.Word("OFFER", "能力")), std::string(o.Word("REQUIREMENT", "要求")),
               std::string(o.Word("FIT", "符合")), std::string(o.Word("REQUIRED", "需要")),
               std::string(o.Word("OFFERED", "提供")), std::string(o.Word("WHY", "原因"))});
  int near_types = 0;
  for (const auto& offer : response.offers()) {
    if (offer.basis() == v1::NEAR_TYPE && ++near_types > kNearTypesShown && o.output == Output::kTable) continue;
    std::string shown = offer.capability().substr(offer.capability().rfind('/') + 1);
    for (const auto& check : offer.checks()) {
      table.AddRow({shown, check.requirement(), std::string(FitText(check.fit(), o)), ShortTypes(check.required()),
                    ShortTypes(check.offered()), check.reason()});
      shown.clear();
    }
    table.AddRow({shown, std::string(o.Word("evidence", "证据")),
                  offer.stale() ? std::string(o.Word("STALE", "过期")) : "", "",
                  v1::Evidence::State_Name(offer.evidence().state()), offer.evidence().verified_by()});
  }
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  if (table.size() > 0) table.PrintAligned(std::cout, 60);
  if (near_types > kNearTypesShown)
    std::cout << "… " << near_types - kNearTypesShown
              << o.Word(" more of near types (-o json shows all)\n", " 项相近能力（-o json 显示全部）\n");
  if (response.has_candidate())
    std::cout << '\n'
              << o.Word("candidate: ", "候选：") << BasisText(response.candidate().basis(), o) << ' '
              << PlaceText(response.candidate().place(), o) << o.Word(", score ", "，得分 ")
              << BoundsText(response.candidate().score()) << '\n';
  if (response.candidate().has_standing_match())
    std::cout << o.Word("match on record: ", "已有对接记录：") << StandingText(response.candidate(), o) << '\n';
  PrintReasons(response.candidate(), o);
  if (response.nearest_change().empty()) {
    std::cout << o.Word("it fits as it is\n", "现状即符合要求\n");
    return;
  }
  std::cout << o.Word("smallest change that would make it fit:\n", "使其符合要求的最小改变：\n");
  for (const auto& change : response.nearest_change())
    std::cout << "  " << change.what() << ": "
              << (change.from().empty() ? std::string(o.Word("(nothing)", "（无）")) : ShortTypes(change.from()))
              << " → " << change.to()
              << (change.statement_only() ? o.Word(" (may already be so; to be stated)", "（可能已具备，待说明）") : "")
              << '\n';
}

}  // namespace

int Match(Connection& connection, const Options& options, const std::string& typed, const MatchFlags& flags) {
  v1::FindCandidatesRequest request;
  if (!SetTarget(typed, request.mutable_parent(), request.mutable_target())) return 1;
  request.set_scope(flags.potential ? v1::FindCandidatesRequest::HELD_AND_POTENTIAL
                                    : v1::FindCandidatesRequest::HELD_ONLY);
  request.set_include_recruits(flags.recruits);
  request.set_exclude_current_suppliers(flags.exclude_current);
  request.set_page_size(flags.top);
  if (!SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  if (flags.as_of.empty()) request.clear_as_of();
  v1::FindCandidatesResponse response;
  const auto status = connection.Call("bulian.v1.MatchService/FindCandidates", request, &response);
  if (!status.ok()) return PrintError(status);
  if (options.output == Output::kJson)
    std::cout << ToJson(response);
  else
    PrintCandidates(response, options);
  return 0;
}

int Explain(Connection& connection, const Options& options, const std::string& typed, const std::string& enterprise,
            const std::string& as_of) {
  v1::ExplainCandidateRequest request;
  if (!SetTarget(typed, request.mutable_parent(), request.mutable_target())) return 1;
  request.set_enterprise(EnterpriseName(enterprise, request.parent()));
  if (!SetAsOf(as_of, request.mutable_as_of())) return 1;
  if (as_of.empty()) request.clear_as_of();
  v1::ExplainCandidateResponse response;
  const auto status = connection.Call("bulian.v1.MatchService/ExplainCandidate", request, &response);
  if (!status.ok()) return PrintError(status);
  if (options.output == Output::kJson)
    std::cout << ToJson(response);
  else
    PrintExplanation(response, options);
  return 0;
}

}  // namespace bulian::cli
