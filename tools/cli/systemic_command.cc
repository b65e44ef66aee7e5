#include "tools/cli/systemic_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "bulian/v1/risk.grpc.pb.h"
#include "services/model/day.h"
#include "tools/cli/bars.h"
#include "tools/cli/enterprise_names.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

std::string Id(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string Percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", share * 100);
  return text;
}

// What people call the enterprises of the list; left out where that cannot be read.
EnterpriseNames DisplayNames(Connection& connection, const Options& o, const std::string& cluster,
                             const v1::SystemicRiskSummary& summary) {
  std::vector<std::string> enterprises;
  for (const v1::SystemicRisk& risk : summary.top())
    if (!risk.enterprise().empty()) enterprises.push_back(risk.enterprise());
  return ReadEnterpriseNames(connection, o, cluster, enterprises);
}

std::string Losers(const v1::SystemicRisk& risk) {
  std::string text;
  for (const v1::SystemicLoss& loss : risk.losers()) {
    if (!text.empty()) text += ", ";
    text += Id(loss.enterprise()) + " " + Percent(std::max(loss.downstream_loss(), loss.upstream_loss())) + " %";
  }
  return text;
}

void PrintFoot(const v1::SystemicRiskHeader& header, const Options& o) {
  const auto day = model::ToDay(header.as_of());
  const v1::LinksNotCounted& left_out = header.links_not_counted();
  std::cout << '\n'
            << header.firm_count() << o.Word(" enterprises, ", " 家企业，") << header.link_count()
            << o.Word(" links worth ", " 条供应关系，金额 ") << NumberText(header.total_value()) << " "
            << header.currency() << o.Word(" a year; as of ", "/年；日期 ") << (day ? model::FormatDay(*day) : "?")
            << o.Word(", revision ", "，版本 ") << header.revision().number() << '\n'
            << o.Word("not counted: ", "未计入：") << left_out.not_valid() << o.Word(" links not valid, ", " 条无效，")
            << left_out.no_value() << o.Word(" without value, ", " 条无金额，") << left_out.other_currency()
            << o.Word(" in other currencies, ", " 条为其他币种，") << left_out.other_year()
            << o.Word(" of other years, ", " 条为其他年份，") << left_out.enterprise_missing()
            << o.Word(" of unknown enterprises\n", " 条企业不存在\n");
}

void PrintTable(const v1::SystemicRiskHeader& header, const v1::SystemicRiskSummary& summary,
                const EnterpriseNames& names, const SystemicFlags& flags, const Options& o) {
  std::vector<std::string> columns = {">" + std::string(o.Word("RANK", "名次")),
                                      std::string(o.Word("NAME", "资源名")),
                                      std::string(o.Word("ENTERPRISE", "企业")),
                                      ">ESRI %",
                                      "",
                                      ">" + std::string(o.Word("DOWNSTREAM %", "下游 %")),
                                      ">" + std::string(o.Word("UPSTREAM %", "上游 %")),
                                      ">" + std::string(o.Word("STEPS", "步数"))};
  if (flags.losers > 0) columns.emplace_back(o.Word("LOSE MOST", "损失最大"));
  Table table(std::move(columns));
  const double greatest = summary.top().empty() ? 0 : summary.top(0).esri();
  int rank = 0;
  for (const v1::SystemicRisk& risk : summary.top()) {
    const auto name = names.find(risk.enterprise());
    const bool known = risk.has_esri();
    table.AddRow({std::to_string(++rank), Id(risk.enterprise()), name == names.end() ? "" : name->second,
                  known ? Percent(risk.esri()) : "?",
                  known && o.output == Output::kTable ? Bar(risk.esri(), greatest) : "",
                  known ? Percent(risk.esri_downstream()) : "?", known ? Percent(risk.esri_upstream()) : "?",
                  known ? std::to_string(risk.steps()) : "", Losers(risk)});
  }
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  table.PrintAligned(std::cout);
  PrintFoot(header, o);
}

// How far the work is, on a terminal.
void ShowProgress(const v1::SystemicRiskBatch& batch) {
  static const bool terminal = isatty(STDERR_FILENO) != 0;
  if (terminal)
    std::cerr << '\r' << batch.done() << '/' << batch.total() << (batch.done() == batch.total() ? "\r\033[K" : "");
}

}  // namespace

int SystemicRisk(Connection& connection, const Options& options, const std::string& typed, const SystemicFlags& flags) {
  const std::string cluster = FullName(typed);
  v1::AssessSystemicRiskRequest request;
  request.set_parent(cluster);
  if (!SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  if (flags.as_of.empty()) request.clear_as_of();
  for (const std::string& one : flags.enterprises) request.add_enterprises(EnterpriseName(one, cluster));
  if (flags.threshold != 0) request.set_threshold(flags.threshold);
  request.set_no_replacement(flags.no_replacement);
  request.set_currency(flags.currency);
  request.set_year(flags.year);
  request.set_loser_count(flags.losers);
  request.set_top_count(std::clamp(static_cast<int>(flags.enterprises.size()), flags.top, 1000));
  request.set_top_only(true);

  grpc::ClientContext context;  // without a deadline: great networks take their time, and say how far they are
  const auto stream = v1::RiskService::NewStub(connection.channel())->AssessSystemicRisk(&context, request);
  v1::SystemicRiskHeader header;
  v1::SystemicRiskSummary summary;
  for (v1::AssessSystemicRiskResponse message; stream->Read(&message);) {
    if (message.has_batch()) {
      ShowProgress(message.batch());
      continue;
    }
    if (options.output == Output::kJson) std::cout << ToJson(message, false);
    if (message.has_header()) header = message.header();
    if (message.has_summary()) summary = message.summary();
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return PrintError(status);
  if (options.output != Output::kJson)
    PrintTable(header, summary, DisplayNames(connection, options, cluster, summary), flags, options);
  return 0;
}

}  // namespace bulian::cli
