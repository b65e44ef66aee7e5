#include "tools/cli/calls_command.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iostream>

#include "bulian/v1/investigation.pb.h"
#include "services/model/csv_rows.h"
#include "services/model/day.h"
#include "services/model/resource_name.h"
#include "tools/cli/phrases.h"
#include "tools/cli/record_source.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

using Request = v1::OrderInvestigationsRequest;
using Response = v1::OrderInvestigationsResponse;

int Usage(const std::string& message) {
  std::cerr << "error: " << message << '\n';
  return 1;
}

bool ReadNumber(std::string_view text, double* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// False after telling the error; so are the two below.
bool ReadProspects(const std::string& file, Request* request) {
  const auto text = ReadText(file);
  if (!text) return Usage("cannot read " + file) == 0;
  const auto rows = model::ParseCsv(*text, {"enterprise", "probability", "value", "effort"});
  if (!rows.ok()) return Usage(file + ": " + std::string(rows.status().message())) == 0;
  for (const model::CsvRow& row : *rows) {
    double numbers[3] = {};
    for (std::size_t i = 0; i < 3; ++i) {
      if (!ReadNumber(row.fields[i + 1], &numbers[i]))
        return Usage(file + " line " + std::to_string(row.line) + ": not a number: " + row.fields[i + 1]) == 0;
    }
    v1::Prospect* const prospect = request->add_prospects();
    prospect->set_enterprise(row.fields[0]);
    prospect->set_probability(numbers[0]);
    prospect->set_value(numbers[1]);
    prospect->set_effort(numbers[2]);
  }
  return true;
}

// `held-unknown=0.3`
bool ReadAssumption(const std::string& typed, v1::ProspectTerms* terms) {
  const std::size_t equals = typed.find('=');
  std::string ground = "GROUND_" + typed.substr(0, equals);
  for (char& c : ground) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  v1::ProspectGround named = {};
  double probability = 0;
  if (equals == std::string::npos || !v1::ProspectGround_Parse(ground, &named) ||
      !ReadNumber(std::string_view(typed).substr(equals + 1), &probability)) {
    return Usage("not GROUND=PROBABILITY: " + typed +
                 " (grounds: held-verified, held-claimed, held-unknown, planned, below-requirement, near-type, "
                 "likely)") == 0;
  }
  v1::GroundTerms* const added = terms->add_grounds();
  added->set_ground(named);
  added->set_probability(probability);
  return true;
}

bool SetSearch(const CallsFlags& flags, Request* request) {
  const std::string name = FullName(flags.target);
  request->set_parent(ClusterOf(name));
  if (model::ParseGapName(name)) {
    request->mutable_target()->set_gap(name);
  } else if (model::ParseSegmentName(name)) {
    request->mutable_target()->set_segment(name);
  } else {
    return Usage("not a segment or gap: " + flags.target + " (for example beibei/smart-sensor/soi-wafer)") == 0;
  }
  v1::ProspectTerms& terms = *request->mutable_terms();
  terms.set_value(flags.value);
  terms.set_effort(flags.effort);
  if (flags.willingness >= 0) terms.set_willingness(flags.willingness);
  for (const std::string& typed : flags.assumptions)
    if (!ReadAssumption(typed, &terms)) return false;
  request->set_held_only(flags.held_only);
  request->set_include_outside(flags.outside);
  request->set_exclude_current_suppliers(flags.exclude_current);
  request->set_limit(flags.limit);
  return flags.as_of.empty() || SetAsOf(flags.as_of, request->mutable_as_of());
}

std::string_view GroundText(v1::ProspectGround ground, const Options& o) {
  switch (ground) {
    case v1::GROUND_HELD_VERIFIED:
      return o.Word("holds it, verified", "已具备（已核实）");
    case v1::GROUND_HELD_CLAIMED:
      return o.Word("holds it, claimed", "已具备（自述）");
    case v1::GROUND_HELD_UNKNOWN:
      return o.Word("holds the type, not all known", "具备同类，部分未知");
    case v1::GROUND_PLANNED:
      return o.Word("has a project", "有在建项目");
    case v1::GROUND_BELOW_REQUIREMENT:
      return o.Word("below the requirement", "低于要求");
    case v1::GROUND_NEAR_TYPE:
      return o.Word("holds a near type", "具备相近能力");
    case v1::GROUND_LIKELY:
      return o.Word("likely by its data", "数据显示有潜力");
    default:
      return "";
  }
}

std::string_view SourceText(v1::ProbabilitySource source, const Options& o) {
  switch (source) {
    case v1::PROBABILITY_GIVEN:
      return o.Word("given", "给定");
    case v1::PROBABILITY_LEARNED:
      return o.Word("learned", "学得");
    case v1::PROBABILITY_ASSUMED:
      return o.Word("assumed", "假定");
    default:
      return "";
  }
}

std::string_view ReasonText(v1::LeftOutProspect::Reason reason, const Options& o) {
  switch (reason) {
    case v1::LeftOutProspect::IN_TALKS:
      return o.Word("in talks already", "已在对接");
    case v1::LeftOutProspect::CANNOT_MAKE:
      return o.Word("cannot make it, says the record", "记录显示无法生产");
    case v1::LeftOutProspect::SOLD_OUT:
      return o.Word("nothing is free", "没有可用产能");
    default:
      return o.Word("nobody says how likely", "没有概率");
  }
}

void PrintRows(const Response& response, bool found, const Options& o) {
  std::vector<std::string> heads = {">#", std::string(o.Word("ENTERPRISE", "企业"))};
  if (found) {
    heads.emplace_back(o.Word("NAME", "名称"));
    heads.emplace_back(o.Word("GROUND", "依据"));
    heads.push_back(">" + std::string(o.Word("ABLE %", "能力 %")));
    heads.emplace_back(o.Word("FROM", "来源"));
    heads.emplace_back(o.Word("MATCH", "对接"));
  }
  for (const auto& head : {o.Word("INDEX", "指数"), o.Word("REACHED", "轮到概率"), o.Word("GAIN", "期望增益")})
    heads.push_back(">" + std::string(head));
  Table table(heads);
  constexpr int kShownInVain = 3;  // of those not worth finding out about
  int in_vain = 0;
  for (const v1::OrderedProspect& one : response.prospects()) {
    if (found && o.output != Output::kCsv && one.position() == 0 && in_vain++ >= kShownInVain) continue;
    std::vector<std::string> row = {one.position() == 0 ? "-" : std::to_string(one.position()),
                                    found ? ShortName(one.enterprise()) : one.enterprise()};
    if (found) {
      row.push_back(o.Text(one.display_name()));
      row.emplace_back(GroundText(one.ground(), o));
      row.push_back(NumberText(100 * one.able_probability()));
      row.emplace_back(SourceText(one.probability_source(), o));
      row.emplace_back(one.has_standing_match() ? MatchStateText(one.standing_match().state(), o) : "");
    }
    row.push_back(one.has_index() ? NumberText(one.index()) : "");
    row.push_back(NumberText(one.reach_probability()));
    row.push_back(NumberText(one.expected_gain()));
    table.AddRow(row);
  }
  o.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout, 60);
  if (in_vain > kShownInVain) {
    std::cout << o.Word("and ", "另有 ") << in_vain - kShownInVain
              << o.Word(" more whose likelihood is not worth the effort\n", " 家可能性过低，不值得投入\n");
  }
}

void PrintSearch(const Response& response, const Options& o) {
  for (const v1::LeftOutProspect& one : response.left_out())
    std::cout << o.Word("left out: ", "未列入：") << ShortName(one.enterprise()) << " (" << ReasonText(one.reason(), o)
              << ")\n";
  const int looked_at = response.prospects_size() + response.left_out_size();
  const auto day = model::ToDay(response.as_of());
  std::cout << o.Word("looked at ", "考察候选 ") << looked_at << o.Word(" of ", " / ") << response.candidate_count()
            << o.Word(" candidates; who can also will: ", "；有能力者愿意的概率：")
            << NumberText(100 * response.willingness()) << " %";
  if (response.willing_matches() + response.unwilling_matches() > 0)
    std::cout << o.Word(" by ", "，依据 ") << response.willing_matches() << o.Word(" matches agreed and ", " 项达成与 ")
              << response.unwilling_matches() << o.Word(" refused", " 项未成");
  std::cout << o.Word(", as of ", "，日期 ") << (day ? model::FormatDay(*day) : "?") << o.Word(", revision ", "，版本 ")
            << response.revision().number() << '\n';
}

void PrintOrder(const Response& response, bool found, const Options& o) {
  PrintRows(response, found, o);
  if (o.output == Output::kCsv) return;
  std::cout << '\n'
            << o.Word("expected value ", "期望价值 ") << NumberText(response.expected_value())
            << o.Word(", effort ", "，投入 ") << NumberText(response.expected_effort())
            << o.Word(", probability of as many as wanted ", "，达到所需数量的概率 ")
            << NumberText(response.full_probability()) << '\n';
  if (found) PrintSearch(response, o);
}

}  // namespace

int Calls(Connection& connection, const Options& options, const std::string& file, const CallsFlags& flags) {
  Request request;
  request.set_wanted(flags.wanted);
  const bool find = !flags.target.empty();
  if (!(find ? SetSearch(flags, &request) : ReadProspects(file, &request))) return 1;
  Response response;
  const auto status = connection.Call("bulian.v1.MatchService/OrderInvestigations", request, &response);
  if (!status.ok()) return PrintError(status);
  if (options.output == Output::kJson)
    std::cout << ToJson(response);
  else
    PrintOrder(response, find, options);
  return 0;
}

}  // namespace bulian::cli
