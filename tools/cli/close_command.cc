#include "tools/cli/close_command.h"

#include <array>
#include <iostream>
#include <string_view>

#include "bulian/v1/gap.pb.h"
#include "services/model/day.h"
#include "tools/cli/bars.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

struct Word {
  int value;
  std::string_view typed, en, zh;
};

constexpr std::array<Word, 3> kSubjects = {{{v1::CLOSE_BY_ENTERPRISE, "enterprise", "enterprise", "企业"},
                                            {v1::CLOSE_BY_CAPABILITY, "capability", "capability", "能力"},
                                            {v1::CLOSE_BY_PROJECT, "project", "project", "项目"}}};

constexpr std::array<Word, 6> kChanges = {{{v1::MOVE_IN, "move-in", "moves in", "迁入本地"},
                                           {v1::RAISE_LEVEL, "raise-level", "raises level", "提升等级"},
                                           {v1::STATE_FIT, "state-fit", "states fit", "补全信息"},
                                           {v1::VERIFY, "verify", "is verified", "核实"},
                                           {v1::ALLOT_TO_CLUSTER, "allot-to-cluster", "allots to cluster", "转供本地"},
                                           {v1::COME_INTO_PRODUCTION, "come-into-production", "is built", "投产"}}};

template <class Words>
std::vector<std::string> Typed(const Words& words) {
  std::vector<std::string> typed;
  for (const Word& word : words) typed.emplace_back(word.typed);
  return typed;
}

template <class Words>
int ValueOf(const Words& words, const std::string& typed) {
  for (const Word& word : words) {
    if (word.typed == typed) return word.value;
  }
  return 0;
}

template <class Words>
std::string TextOf(const Words& words, int value, const Options& o) {
  for (const Word& word : words) {
    if (word.value == value) return std::string(o.Word(word.en, word.zh));
  }
  return "?";
}

v1::SupplierSet SetOf(const std::string& typed) {
  if (typed == "verified") return v1::VERIFIED_SET;
  return typed == "possible" ? v1::POSSIBLE_SET : v1::CLAIMED_SET;
}

// What one change is of the first source: `PILOT → VOLUME`, `110000 →`, `level site`.
std::string ChangeText(const v1::ClosureOption& option, const Options& o) {
  std::string text = TextOf(kChanges, option.change(), o);
  if (option.sources().empty()) return text;
  const v1::ClosureSource& first = option.sources(0);
  if (!first.change_from().empty()) {
    text += " " + first.change_from();
    if (!first.change_to().empty()) text += " → " + first.change_to();
  }
  for (const std::string& unknown : first.unknown()) text += " " + unknown;
  if (option.sources_size() > 1) text += " ×" + std::to_string(option.sources_size());
  return text;
}

// `wafer-fab +34157 of 34157 H87` for each segment, the first three.
std::string EffectsText(const v1::ClosureOption& option, const Options& o) {
  std::string text;
  int told = 0;
  for (const v1::ClosureEffect& effect : option.effects()) {
    if (++told > 3) return text + " …";
    const std::string name = ShortName(effect.segment());
    text += (text.empty() ? "" : ", ") + name.substr(name.rfind('/') + 1);
    if (effect.added() > 0 || effect.unmet_before() > 0) {
      text += " +" + NumberText(effect.added()) + std::string(o.Word(" of ", "，缺口 ")) +
              NumberText(effect.unmet_before()) + " " + effect.unit();
    } else {
      text += std::string(o.Word(" gets a supplier", " 有供应商"));
    }
  }
  return text;
}

void PrintRanking(const v1::FindClosuresResponse& response, const Options& o) {
  Table table({">#", std::string(o.Word("OPTION", "选项")), std::string(o.Word("KIND", "类别")),
               std::string(o.Word("CHANGE", "变化")), ">" + std::string(o.Word("CLOSES", "补足")), "",
               ">" + std::string(o.Word("MISSING", "补缺")), std::string(o.Word("SEGMENTS", "环节")),
               std::string(o.Word("NAME", "资源名"))});
  int rank = 0;
  for (const v1::ClosureOption& option : response.options()) {
    table.AddRow({std::to_string(++rank), o.Text(option.display_name()), TextOf(kSubjects, option.subject(), o),
                  ChangeText(option, o), NumberText(option.closed_share() * 100) + " %",
                  o.output == Output::kTable ? Bar(option.closed_share(), response.unmet_share()) : "",
                  std::to_string(option.closes_missing()), EffectsText(option, o), ShortName(option.name())});
  }
  o.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout, 64);
}

void PrintBest(const v1::FindClosuresResponse& response, int k, const Options& o) {
  const v1::ClosurePlan& best = response.best();
  std::cout << '\n' << o.Word("best set of at most ", "最优组合（至多 ") << k << o.Word(":\n", " 项）：\n");
  for (const v1::ClosureOption& option : best.options())
    std::cout << "  " << o.Text(option.display_name()) << ": " << ChangeText(option, o) << '\n';
  if (best.options().empty()) std::cout << o.Word("  nothing\n", "  无\n");
  std::cout << '\n';
  Table table({std::string(o.Word("SEGMENT", "环节")), ">" + std::string(o.Word("DEMAND", "需求")),
               ">" + std::string(o.Word("TODAY", "现有")), ">" + std::string(o.Word("ADDED", "新增")),
               ">" + std::string(o.Word("STILL UNMET", "仍缺")), std::string(o.Word("UNIT", "单位")), ""});
  for (const v1::ClosureEffect& effect : best.effects()) {
    table.AddRow({ShortName(effect.segment()), effect.has_demand() ? NumberText(effect.demand()) : "?",
                  NumberText(effect.capacity_before()), NumberText(effect.added()), NumberText(effect.unmet_after()),
                  effect.unit(), FilledBar(effect.capacity_before(), effect.added(), effect.demand())});
  }
  table.PrintAligned(std::cout);
  std::cout << '\n'
            << o.Word("closes ", "补足 ") << NumberText(best.closed_share() * 100) << o.Word(" %, ", " %，")
            << best.closes_missing() << o.Word(" missing segments get a supplier", " 个缺失环节有供应商");
  if (best.optimal())
    std::cout << o.Word("; no other set does better", "；没有更好的组合");
  else if (best.bound() <= best.closed_share() + 1e-9)
    std::cout << o.Word("; no other set closes more, but one may supply more missing segments",
                        "；没有补足更多的组合，但可能有覆盖更多缺失环节的组合");
  else
    std::cout << o.Word("; not shown to be best: no set closes more than ", "；未证明最优：任何组合至多补足 ")
              << NumberText(best.bound() * 100) << " %";
  std::cout << '\n';
}

void PrintFoot(const v1::FindClosuresResponse& response, const Options& o) {
  const auto day = model::ToDay(response.as_of());
  std::cout << '\n'
            << response.option_count() << o.Word(" options for ", " 个选项，涉及 ") << response.segment_count()
            << o.Word(response.segment_count() == 1 ? " segment, unmet " : " segments, unmet ", " 个环节，未满足 ")
            << NumberText(response.unmet_share() * 100)
            << o.Word(" % (shares of demand added up), ", " %（各环节需求占比之和），") << response.missing_count()
            << o.Word(" without a supplier, as of ", " 个无供应商，日期 ") << (day ? model::FormatDay(*day) : "?")
            << o.Word(", revision ", "，版本 ") << response.revision().number() << '\n';
}

}  // namespace

std::vector<std::string> ClosureSubjectWords() { return Typed(kSubjects); }
std::vector<std::string> ClosureChangeWords() { return Typed(kChanges); }

int Close(Connection& connection, const Options& options, const std::string& parent, const CloseFlags& flags) {
  v1::FindClosuresRequest request;
  request.set_parent(FullName(parent));
  if (!SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  if (flags.as_of.empty()) request.clear_as_of();
  request.set_set(SetOf(flags.set));
  for (const std::string& typed : flags.subjects)
    request.add_subjects(static_cast<v1::ClosureSubject>(ValueOf(kSubjects, typed)));
  for (const std::string& typed : flags.changes)
    request.add_changes(static_cast<v1::ClosureChange>(ValueOf(kChanges, typed)));
  request.set_set_size(flags.k);
  request.set_page_size(flags.top);
  v1::FindClosuresResponse response;
  const auto status = connection.Call("bulian.v1.GapService/FindClosures", request, &response);
  if (!status.ok()) return PrintError(status);
  if (options.output == Output::kJson) {
    std::cout << ToJson(response);
    return 0;
  }
  PrintRanking(response, options);
  if (options.output == Output::kCsv) return 0;
  if (flags.k > 1) PrintBest(response, flags.k, options);
  PrintFoot(response, options);
  return 0;
}

}  // namespace bulian::cli
