#include "tools/cli/search_command.h"

#include <cstdio>
#include <iostream>

#include "bulian/v1/enterprise.pb.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

std::string WayText(const v1::EnterpriseHit& hit, const Options& o) {
  switch (hit.way()) {
    case v1::EnterpriseHit::EXACT:
      return std::string(o.Word("exact", "相同"));
    case v1::EnterpriseHit::PREFIX:
      return std::string(o.Word("begins with it", "以此开头"));
    case v1::EnterpriseHit::CONTAINED:
      return std::string(o.Word("contains it", "包含"));
    case v1::EnterpriseHit::FULL_PINYIN:
      return std::string(o.Word("sounds like it", "读音相同"));
    case v1::EnterpriseHit::PINYIN_INITIALS:
      return std::string(o.Word("pinyin initials", "拼音首字母"));
    case v1::EnterpriseHit::PARTLY:
      return std::string(o.Word("partly", "部分"));
    case v1::EnterpriseHit::TYPING_ERRORS:
      return o.chinese ? std::to_string(hit.typing_errors()) + " 处差错"
                       : std::to_string(hit.typing_errors()) +
                             (hit.typing_errors() == 1 ? " typing error" : " typing errors");
    default:
      return "";
  }
}

std::string FieldText(v1::EnterpriseHit::Field field, const Options& o) {
  switch (field) {
    case v1::EnterpriseHit::DISPLAY_NAME_ZH:
      return std::string(o.Word("Chinese name", "名称"));
    case v1::EnterpriseHit::DISPLAY_NAME_EN:
      return std::string(o.Word("English name", "英文名称"));
    case v1::EnterpriseHit::ALIAS:
      return std::string(o.Word("alias", "别名"));
    case v1::EnterpriseHit::FORMER_NAME:
      return std::string(o.Word("former name", "曾用名"));
    case v1::EnterpriseHit::USCC:
      return std::string(o.Word("credit code", "统一社会信用代码"));
    case v1::EnterpriseHit::LEI:
      return "LEI";
    case v1::EnterpriseHit::IDENTIFIER:
      return std::string(o.Word("identifier", "标识"));
    default:
      return "";
  }
}

std::string ScoreText(double score) {
  char text[16];
  std::snprintf(text, sizeof(text), "%.2f", score);
  return text;
}

void PrintHits(const v1::SearchEnterprisesResponse& response, const std::string& cluster, const Options& o) {
  Table table({">#", std::string(o.Word("NAME", "名称")), ">" + std::string(o.Word("SCORE", "得分")),
               std::string(o.Word("FOUND BY", "依据")), std::string(o.Word("TEXT", "文本")),
               std::string(o.Word("HOW", "方式")), std::string(o.Word("ENTERPRISE", "企业"))});
  int rank = 0;
  for (const auto& hit : response.hits()) {
    const std::string& name = hit.enterprise().name();
    table.AddRow({std::to_string(++rank), o.Text(hit.enterprise().display_name()), ScoreText(hit.score()),
                  FieldText(hit.field(), o), hit.text(), WayText(hit, o), name.substr(name.rfind('/') + 1)});
  }
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  table.PrintAligned(std::cout, 60);
  std::cout << '\n';
  if (response.hits().empty()) {
    std::cout << o.Word("nothing found", "没有找到");
  } else {
    std::cout << response.hits_size() << o.Word(" shown", " 家");
    if (!response.next_page_token().empty()) std::cout << o.Word(", there are more", "，还有更多");
  }
  if (!response.complete())
    std::cout << o.Word("; too many match to look at all: type more", "；匹配过多，未全部比较：请输入更多字符");
  std::cout << o.Word(", ", "，") << cluster << o.Word(" revision ", " 版本 ") << response.revision().number() << '\n';
}

}  // namespace

int Search(Connection& connection, const Options& options, const std::string& cluster, const SearchFlags& flags) {
  v1::SearchEnterprisesRequest request;
  request.set_parent(FullName(cluster));
  request.set_query(flags.text);
  request.set_page_size(flags.top);
  for (const std::string& region : flags.regions) request.mutable_filter()->add_region_codes(region);
  for (const std::string& industry : flags.industries) request.mutable_filter()->add_industry_codes(industry);
  v1::SearchEnterprisesResponse response;
  const auto status = connection.Call("bulian.v1.EnterpriseService/SearchEnterprises", request, &response);
  if (!status.ok()) return PrintError(status);
  if (options.output == Output::kJson)
    std::cout << ToJson(response);
  else
    PrintHits(response, request.parent(), options);
  return 0;
}

}  // namespace bulian::cli
