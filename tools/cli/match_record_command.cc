#include "tools/cli/match_record_command.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/match_review.pb.h"
#include "services/model/resource_name.h"
#include "tools/cli/phrases.h"
#include "tools/cli/record_source.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::size_t kMostIdBytes = 63;

int Usage(const std::string& message) {
  std::cerr << "error: " << message << '\n';
  return 1;
}

std::string Typed(std::string enum_name) {
  for (char& c : enum_name) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return enum_name;
}

std::string EnumName(std::string typed) {
  for (char& c : typed) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return typed;
}

// All values but the one that says nothing.
std::vector<std::string> ValuesOf(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> values;
  for (int i = 1; i < type->value_count(); ++i) values.push_back(Typed(type->value(i)->name()));
  return values;
}

// Adds what the file promises; false after telling the error.
bool AddPromise(const std::string& file, v1::Match* match) {
  if (file.empty()) return true;
  const auto text = ReadText(file);
  if (!text) return Usage("cannot read " + file) == 0;
  v1::Match promise;
  if (const auto parsed = google::protobuf::util::JsonStringToMessage(*text, &promise); !parsed.ok())
    return Usage(file + ": " + std::string(parsed.message())) == 0;
  match->mutable_promised_capabilities()->Swap(promise.mutable_promised_capabilities());
  match->mutable_promised_supply_links()->Swap(promise.mutable_promised_supply_links());
  return true;
}

std::string_view FindingText(v1::MatchFinding::Kind kind, const Options& o) {
  switch (kind) {
    case v1::MatchFinding::STALE:
      return o.Word("stale", "长期无进展");
    case v1::MatchFinding::ALREADY_SUPPLIES:
      return o.Word("already supplies", "已能供应");
    case v1::MatchFinding::NEED_MET:
      return o.Word("the gap is closed", "缺口已补");
    case v1::MatchFinding::DUPLICATE:
      return o.Word("duplicate of", "重复于");
    case v1::MatchFinding::PROMISE_UNFIT:
      return o.Word("what it promises does not fit", "所承诺能力不符合要求");
    case v1::MatchFinding::PROMISE_ABSENT:
      return o.Word("promises nothing", "未承诺任何能力");
    case v1::MatchFinding::PROMISE_BROKEN:
      return o.Word("promise not kept:", "承诺未兑现：");
    case v1::MatchFinding::REJECTION_CONTRADICTED:
      return o.Word("can make it after all:", "实际具备能力：");
    default:
      return "?";
  }
}

std::string DayText(const google::type::Date& date) {
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year(), date.month(), date.day());
  return text;
}

// Small letters, digits and hyphens, no longer than an id may be.
std::string IdOf(const std::string& segment, const std::string& enterprise) {
  std::string id = segment.substr(segment.rfind('/') + 1) + "-" + enterprise.substr(enterprise.rfind('/') + 1);
  if (id.size() > kMostIdBytes) id.resize(kMostIdBytes);
  while (id.back() == '-') id.pop_back();
  return id;
}

int Show(const v1::Match& match, const Options& o) {
  if (o.output == Output::kJson) {
    std::cout << ToJson(match);
    return 0;
  }
  Table table({std::string(o.Word("TIME", "时间")), std::string(o.Word("STATE", "阶段")),
               std::string(o.Word("NOTE", "备注")), std::string(o.Word("BY", "操作方"))});
  for (const v1::MatchEvent& event : match.history()) {
    std::string state(MatchStateText(event.state(), o));
    if (event.state() == v1::Match::REJECTED)
      state += " (" + Typed(v1::Match::RejectionReason_Name(event.rejection_reason())) + ")";
    table.AddRow({TimeUtil::ToString(event.time()).substr(0, 16), state, event.note(), event.actor()});
  }
  if (o.output == Output::kCsv) {
    table.PrintCsv(std::cout);
    return 0;
  }
  std::cout << match.name() << '\n';
  table.PrintAligned(std::cout, 80);
  return 0;
}

void PrintReview(const v1::ReviewMatchesResponse& response, const Options& o) {
  Table table({std::string(o.Word("MATCH", "对接")), std::string(o.Word("STATE", "阶段")),
               std::string(o.Word("NEED", "需求")), std::string(o.Word("ENTERPRISE", "企业")),
               ">" + std::string(o.Word("IDLE DAYS", "停滞天数")), std::string(o.Word("FINDINGS", "提示"))});
  for (const v1::ReviewedMatch& reviewed : response.matches()) {
    const v1::Match& match = reviewed.match();
    std::string findings;
    for (const v1::MatchFinding& finding : reviewed.findings()) {
      findings += (findings.empty() ? "" : "; ") + std::string(FindingText(finding.kind(), o));
      if (!finding.related().empty()) findings += " " + finding.related().substr(finding.related().rfind('/') + 1);
    }
    const std::string need = match.has_requirement() ? match.requirement().capability_type() : match.segment();
    table.AddRow({match.name().substr(match.name().rfind('/') + 1), std::string(MatchStateText(match.state(), o)),
                  ShortName(need), ShortName(match.enterprise()), std::to_string(std::max(0, reviewed.idle_days())),
                  findings});
  }
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  if (table.size() > 0) table.PrintAligned(std::cout, 90);
  std::cout << (table.size() > 0 ? "\n" : "") << o.Word("matches: ", "对接：") << response.match_count()
            << o.Word(", as of ", "，截至 ") << DayText(response.as_of()) << '\n';
}

}  // namespace

const std::vector<std::string>& MatchStates() {
  static const std::vector<std::string> states = ValuesOf(v1::Match::State_descriptor());
  return states;
}

const std::vector<std::string>& RejectionReasons() {
  static const std::vector<std::string> reasons = ValuesOf(v1::Match::RejectionReason_descriptor());
  return reasons;
}

int Propose(Connection& connection, const Options& options, const std::string& segment, const std::string& enterprise,
            const MatchRecordFlags& flags) {
  v1::CreateMatchRequest request;
  std::string name = FullName(segment);
  if (const auto gap = model::ParseGapName(name)) name = std::string(gap->segment_name);
  if (!model::ParseSegmentName(name)) return Usage("not a segment or gap: " + segment);
  request.set_parent(ClusterOf(name));
  v1::Match& match = *request.mutable_match();
  match.set_segment(name);
  match.set_enterprise(EnterpriseName(enterprise, request.parent()));
  request.set_match_id(flags.id.empty() ? IdOf(name, match.enterprise()) : flags.id);
  match.set_state(v1::Match::PROPOSED);
  match.set_note(flags.note);
  if (!AddPromise(flags.promise, &match)) return 1;
  v1::Match made;
  const auto status = connection.Call("bulian.v1.MatchRecordService/CreateMatch", request, &made);
  return status.ok() ? Show(made, options) : PrintError(status);
}

int Progress(Connection& connection, const Options& options, const std::string& typed, const MatchRecordFlags& flags) {
  v1::UpdateMatchRequest request;
  v1::Match& match = *request.mutable_match();
  const std::size_t slash = typed.find('/');
  const bool full = typed.rfind("clusters/", 0) == 0;
  if (slash == std::string::npos) return Usage("not a match: " + typed + " (for example beibei/soi-wafer-x)");
  match.set_name(full ? typed
                      : "clusters/" + typed.substr(0, slash) + "/matches/" + typed.substr(typed.rfind('/') + 1));
  v1::Match::State state = {};
  v1::Match::RejectionReason reason = {};
  v1::Match::State_Parse(EnumName(flags.state), &state);
  match.set_state(state);
  request.mutable_update_mask()->add_paths("state");
  if (!flags.reason.empty() && v1::Match::RejectionReason_Parse(EnumName(flags.reason), &reason)) {
    match.set_rejection_reason(reason);
    request.mutable_update_mask()->add_paths("rejection_reason");
  }
  if (!flags.note.empty()) {
    match.set_note(flags.note);
    request.mutable_update_mask()->add_paths("note");
  }
  if (!flags.promise.empty()) {
    if (!AddPromise(flags.promise, &match)) return 1;
    request.mutable_update_mask()->add_paths("promised_capabilities");
    request.mutable_update_mask()->add_paths("promised_supply_links");
  }
  v1::Match changed;
  const auto status = connection.Call("bulian.v1.MatchRecordService/UpdateMatch", request, &changed);
  return status.ok() ? Show(changed, options) : PrintError(status);
}

int Matches(Connection& connection, const Options& options, const std::string& parent, const MatchRecordFlags& flags) {
  v1::ReviewMatchesRequest request;
  request.set_parent(FullName(parent));
  request.set_all_matches(flags.all);
  for (const std::string& typed : flags.states) {
    v1::Match::State state = {};
    v1::Match::State_Parse(EnumName(typed), &state);
    request.add_states(state);
  }
  v1::ReviewMatchesResponse all;
  do {
    v1::ReviewMatchesResponse page;
    const auto status = connection.Call("bulian.v1.MatchService/ReviewMatches", request, &page);
    if (!status.ok()) return PrintError(status);
    request.set_page_token(page.next_page_token());
    all.MergeFrom(page);
    all.clear_next_page_token();
  } while (!request.page_token().empty());
  if (options.output == Output::kJson)
    std::cout << ToJson(all);
  else
    PrintReview(all, options);
  return 0;
}

}  // namespace bulian::cli
