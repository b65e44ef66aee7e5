#include "tools/cli/structure_commands.h"

#include <algorithm>
#include <iostream>

#include "bulian/v1/structure.pb.h"
#include "services/model/resource_name.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

std::string LinkageText(const v1::LinkageValue& linkage) {
  if (linkage.state() == v1::LinkageValue::KNOWN) return NumberText(linkage.value());
  return linkage.state() == v1::LinkageValue::DIVERGENT ? "∞" : "?";
}

std::string VerdictText(v1::Verdict verdict, const Options& o) {
  if (verdict == v1::HOLDS) return std::string(o.Word("yes", "是"));
  return verdict == v1::ABSENT ? std::string(o.Word("no", "否")) : "?";
}

template <class Request>
bool SetCommon(const std::string& parent, const StructureFlags& flags, Request* request) {
  request->set_parent(FullName(parent));
  request->set_page_size(1000);
  return flags.as_of.empty() || SetAsOf(flags.as_of, request->mutable_as_of());
}

// All pages as one answer. The exit status.
template <class Request, class Response>
int CallAll(Connection& connection, const std::string& method, Request request, Response* all) {
  do {
    Response page;
    const auto status = connection.Call("bulian.v1.StructureService/" + method, request, &page);
    if (!status.ok()) return PrintError(status);
    request.set_page_token(page.next_page_token());
    all->MergeFrom(page);
    all->set_next_page_token(page.next_page_token());
  } while (!all->next_page_token().empty());
  return 0;
}

void PrintStructure(const v1::AssessStructureResponse& all, const Options& o) {
  Table table({std::string(o.Word("SEGMENT", "环节")), std::string(o.Word("DISPLAY NAME", "名称")), ">k",
               ">" + std::string(o.Word("EFFECTIVE", "等效家数")), ">" + std::string(o.Word("FEEDS", "供给终端")),
               ">" + std::string(o.Word("DOMINATES", "必经终端")), std::string(o.Word("CUT", "割点")),
               std::string(o.Word("DEPENDENT", "对外依赖")), ">" + std::string(o.Word("UPSTREAM", "上游度")),
               ">" + std::string(o.Word("BACKWARD", "后向关联")), ">" + std::string(o.Word("FORWARD", "前向关联"))});
  for (const auto& s : all.segments()) {
    table.AddRow(
        {ShortName(s.segment()), o.Text(s.display_name()), ThreeText(s.independent_suppliers()),
         ThreeText(s.effective_suppliers()), std::to_string(s.feeds().count()), std::to_string(s.dominates().count()),
         VerdictText(s.articulation_point() ? v1::HOLDS : v1::ABSENT, o), VerdictText(s.dependency().dependent(), o),
         LinkageText(s.upstreamness()), LinkageText(s.backward_linkage()), LinkageText(s.forward_linkage())});
  }
  o.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout);
}

std::string_view SetText(v1::SupplierSet set, const Options& o) {
  if (set == v1::VERIFIED_SET) return o.Word("verified", "已核实");
  return set == v1::CLAIMED_SET ? o.Word("+claimed", "含声称") : o.Word("+possible", "含可能");
}

bool IsSameOnAllSets(const v1::EndProductFeasibility& end) {
  return std::all_of(end.on_sets().begin(), end.on_sets().end(), [&](const auto& answer) {
    return answer.feasible() == end.on_sets(0).feasible() &&
           std::equal(answer.missing().begin(), answer.missing().end(), end.on_sets(0).missing().begin(),
                      end.on_sets(0).missing().end());
  });
}

void PrintFeasibility(const v1::AssessFeasibilityResponse& all, const Options& o) {
  Table table({std::string(o.Word("END PRODUCT", "终端产品")), std::string(o.Word("DISPLAY NAME", "名称")),
               std::string(o.Word("SUPPLIERS", "供应商集合")), std::string(o.Word("FEASIBLE", "可制造")),
               ">" + std::string(o.Word("MISSING", "缺失数")), std::string(o.Word("MISSING SEGMENTS", "缺失环节"))});
  for (const auto& end : all.end_products()) {
    const bool same = o.output != Output::kCsv && IsSameOnAllSets(end);
    for (const auto& answer : end.on_sets()) {
      std::string missing;
      for (const auto& segment : answer.missing()) missing += (missing.empty() ? "" : " ") + ShortName(segment);
      table.AddRow({ShortName(end.segment()), o.Text(end.display_name()),
                    std::string(same ? o.Word("all", "全部") : SetText(answer.set(), o)),
                    VerdictText(answer.feasible() ? v1::HOLDS : v1::ABSENT, o), std::to_string(answer.missing_size()),
                    missing});
      if (same) break;
    }
  }
  o.output == Output::kCsv ? table.PrintCsv(std::cout) : table.PrintAligned(std::cout, 78);
}

}  // namespace

int Structure(Connection& connection, const Options& options, const std::string& parent, const StructureFlags& flags) {
  v1::AssessStructureRequest request;
  if (!SetCommon(parent, flags, &request)) return 1;
  v1::AssessStructureResponse all;
  if (const int status = CallAll(connection, "AssessStructure", request, &all); status != 0) return status;
  if (options.output == Output::kJson)
    std::cout << ToJson(all);
  else
    PrintStructure(all, options);
  return 0;
}

int Feasible(Connection& connection, const Options& options, const std::string& parent, const StructureFlags& flags) {
  v1::AssessFeasibilityRequest request;
  if (!SetCommon(parent, flags, &request)) return 1;
  for (const std::string& segment : flags.end_products) request.add_end_products(FullName(segment));
  v1::AssessFeasibilityResponse all;
  if (const int status = CallAll(connection, "AssessFeasibility", request, &all); status != 0) return status;
  if (options.output == Output::kJson)
    std::cout << ToJson(all);
  else
    PrintFeasibility(all, options);
  return 0;
}

}  // namespace bulian::cli
