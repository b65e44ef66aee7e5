#include "tools/cli/draft_command.h"

#include <cstdio>
#include <iostream>
#include <map>

#include "bulian/v1/chain.pb.h"
#include "bulian/v1/exchange.pb.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

std::string ProductName(const std::string& typed) {
  const std::size_t slash = typed.find('/');
  if (typed.rfind("clusters/", 0) == 0 || slash == std::string::npos) return typed;
  return "clusters/" + typed.substr(0, slash) + "/capabilityTypes/" + typed.substr(typed.rfind('/') + 1);
}

std::string NumberText(double value) {
  char text[16];
  std::snprintf(text, sizeof(text), "%.2f", value);
  return text;
}

std::string GroundText(const v1::DraftGround& ground, const Options& o) {
  const std::string of = std::to_string(ground.count()) + "/" + std::to_string(ground.of());
  switch (ground.kind()) {
    case v1::DraftGround::TYPICAL_INPUT:
      return std::string(o.Word("typical input", "典型投入"));
    case v1::DraftGround::BROADER_TYPE:
      return std::string(o.Word("of a broader type", "上级类型的典型投入"));
    case v1::DraftGround::NARROWER_TYPES:
      return std::string(o.Word("of narrower types ", "下级类型的典型投入 ")) + of;
    case v1::DraftGround::SIBLING_TYPES:
      return std::string(o.Word("of sibling types ", "同级类型的典型投入 ")) + of;
    case v1::DraftGround::SUPPLY_LINKS:
      return std::string(o.Word("bought by makers ", "制造商有采购 ")) + of;
    default:
      return "";
  }
}

std::string_view ReasonText(v1::PrunedInput::Reason reason, const Options& o) {
  switch (reason) {
    case v1::PrunedInput::LOW_CONFIDENCE:
      return o.Word("low confidence", "可信度低");
    case v1::PrunedInput::TOO_DEEP:
      return o.Word("too deep", "层级过深");
    case v1::PrunedInput::TOO_MANY:
      return o.Word("too many", "数量过多");
    case v1::PrunedInput::CLOSES_CYCLE:
      return o.Word("closes a cycle", "形成循环");
    default:
      return "";
  }
}

void PrintDraft(const v1::DraftChainResponse& response, const Options& o) {
  Table table({std::string(o.Word("SEGMENT", "环节")), std::string(o.Word("INPUT", "投入")),
               std::string(o.Word("OR", "可替代组")), ">" + std::string(o.Word("CONFIDENCE", "可信度")),
               ">" + std::string(o.Word("ALONG THE PATH", "路径可信度")),
               std::string(o.Word("WHAT SPEAKS FOR IT", "依据"))});
  int next = 0;
  for (const auto& segment : response.chain().segments()) {
    std::string shown = segment.segment_id();
    for (const auto& input : segment.inputs()) {
      const auto& told = response.inputs(next++);
      std::string grounds;
      for (const auto& ground : told.grounds()) grounds += (grounds.empty() ? "" : "; ") + GroundText(ground, o);
      table.AddRow({shown, input.segment(), input.alternatives_group(), NumberText(told.confidence()),
                    NumberText(told.path_confidence()), grounds});
      if (o.output == Output::kTable) shown.clear();
    }
    if (segment.inputs().empty()) table.AddRow({shown, "-"});
  }
  if (o.output == Output::kCsv) return table.PrintCsv(std::cout);
  table.PrintAligned(std::cout, 60);
  std::cout << '\n'
            << response.chain().segments_size() << o.Word(" segments, ", " 个环节，") << response.inputs_size()
            << o.Word(" inputs", " 个投入");
  std::map<v1::PrunedInput::Reason, int> left;
  for (const auto& one : response.pruned()) ++left[one.reason()];
  for (const auto& [reason, count] : left)
    std::cout << o.Word(", left out: ", "，未采用：") << count << ' ' << ReasonText(reason, o);
  std::cout << o.Word(", revision ", "，版本 ") << response.revision().number() << '\n';
}

}  // namespace

int Draft(Connection& connection, const Options& options, const std::string& product, const DraftFlags& flags) {
  v1::DraftChainRequest request;
  request.set_product(ProductName(product));
  request.set_parent(ClusterOf(request.product()));
  request.set_chain_id(flags.chain);
  request.set_depth(flags.depth);
  request.set_max_segments(flags.segments);
  request.set_min_confidence(flags.confidence);
  v1::DraftChainResponse response;
  const auto status = connection.Call("bulian.v1.ChainService/DraftChain", request, &response);
  if (!status.ok()) return PrintError(status);
  if (flags.record) {
    v1::ImportRecord record;
    *record.mutable_chain() = response.chain();
    std::cout << ToJson(record);
  } else if (options.output == Output::kJson) {
    std::cout << ToJson(response);
  } else {
    PrintDraft(response, options);
  }
  return 0;
}

}  // namespace bulian::cli
