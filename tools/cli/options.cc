#include "tools/cli/options.h"

#include <google/protobuf/util/json_util.h>

#include <vector>

#include "services/model/resource_name.h"

namespace bulian::cli {

const std::string& Options::Text(const v1::LocalizedText& text) const {
  const std::string& wanted = chinese ? text.zh() : text.en();
  return !wanted.empty() ? wanted : chinese ? text.en() : text.zh();
}

std::string ToJson(const google::protobuf::Message& message, bool indent) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indent;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) json = "{}";
  if (indent) return json;
  return json + "\n";
}

std::string FullName(std::string_view typed) {
  if (typed.rfind("clusters/", 0) == 0) return std::string(typed);
  static constexpr std::string_view kCollections[] = {"clusters/", "/chains/", "/segments/", "/gaps/"};
  std::string name;
  std::size_t start = 0;
  for (std::string_view collection : kCollections) {
    const std::size_t end = typed.find('/', start);
    name += std::string(collection) + std::string(typed.substr(start, end - start));
    if (end == std::string_view::npos) return name;
    start = end + 1;
  }
  return std::string(typed);
}

std::string EnterpriseName(std::string_view typed, std::string_view cluster) {
  if (typed.rfind("clusters/", 0) == 0) return std::string(typed);
  return std::string(cluster) + "/enterprises/" + std::string(typed);
}

std::string NameIn(std::string_view typed, std::string_view cluster) {
  if (typed.rfind("clusters/", 0) == 0) return std::string(typed);
  const std::string id(cluster.substr(std::string_view("clusters/").size()));
  if (typed == id) return std::string(cluster);
  if (typed.rfind(id + "/", 0) == 0) typed.remove_prefix(id.size() + 1);
  for (std::string_view collection :
       {"capabilityTypes/", "chains/", "enterprises/", "matches/", "projects/", "supplyLinks/"}) {
    if (typed.rfind(collection, 0) == 0) return std::string(cluster) + "/" + std::string(typed);
  }
  return FullName(id + "/" + std::string(typed));
}

std::string ClusterOf(std::string_view name) {
  const std::string_view id = model::ClusterIdOf(name);
  return id.empty() ? "" : "clusters/" + std::string(id);
}

}  // namespace bulian::cli
