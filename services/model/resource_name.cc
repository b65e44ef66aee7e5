#include "services/model/resource_name.h"

#include <array>

namespace bulian::model {
namespace {

constexpr std::size_t kMaxIdLength = 63;
constexpr std::string_view kClusterPrefix = "clusters/";

struct TypeWords {
  std::string_view collection, singular;
};
constexpr std::array<TypeWords, kResourceTypeCount> kWords = {{
    {"clusters", "cluster"},
    {"capabilityTypes", "capability type"},
    {"enterprises", "enterprise"},
    {"capabilities", "capability"},
    {"chains", "chain"},
    {"supplyLinks", "supply link"},
    {"projects", "project"},
    {"matches", "match"},
}};

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The part up to the next '/', or all; `rest` moves behind the '/'.
std::string_view TakePart(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return part;
}

// Splits `stem/{word}/{last}` at its last two slashes; false unless the word is the one asked for.
bool SplitLast(std::string_view name, std::string_view word, std::string_view* stem, std::string_view* last) {
  const std::size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return false;
  *last = name.substr(slash + 1);
  const std::string_view front = name.substr(0, slash);
  if (front.size() <= word.size() + 1 || !front.ends_with(word) || front[front.size() - word.size() - 1] != '/')
    return false;
  *stem = front.substr(0, front.size() - word.size() - 1);
  return true;
}

std::optional<ResourceType> TypeUnderCluster(std::string_view collection) {
  for (const ResourceType type : {ResourceType::kCapabilityType, ResourceType::kEnterprise, ResourceType::kChain,
                                  ResourceType::kSupplyLink, ResourceType::kProject, ResourceType::kMatch}) {
    if (CollectionOf(type) == collection) return type;
  }
  return std::nullopt;
}

// `part` must lie within `name`.
std::string_view Before(std::string_view name, std::string_view part) {
  return name.substr(0, static_cast<std::size_t>(part.data() - name.data()) - 1);
}

}  // namespace

bool IsValidId(std::string_view id) {
  if (id.empty() || id.size() > kMaxIdLength || !IsLower(id.front()) || id.back() == '-') return false;
  for (const char c : id) {
    if (!IsLower(c) && !IsDigit(c) && c != '-') return false;
  }
  return true;
}

std::optional<ResourceName> ParseResourceName(std::string_view name) {
  std::array<std::string_view, 6> parts;
  std::size_t count = 0;
  std::string_view rest = name;
  if (name.empty() || name.back() == '/') return std::nullopt;
  for (; !rest.empty(); ++count) {
    if (count == parts.size()) return std::nullopt;
    parts[count] = TakePart(rest);
  }
  if (count % 2 != 0 || parts[0] != CollectionOf(ResourceType::kCluster)) return std::nullopt;
  for (std::size_t i = 1; i < count; i += 2) {
    if (!IsValidId(parts[i])) return std::nullopt;
  }
  if (count == 2) return ResourceName{ResourceType::kCluster, parts[1], {}, parts[1]};
  std::optional<ResourceType> type = TypeUnderCluster(parts[2]);
  if (!type) return std::nullopt;
  if (count == 6) {
    if (*type != ResourceType::kEnterprise || parts[4] != CollectionOf(ResourceType::kCapability)) return std::nullopt;
    type = ResourceType::kCapability;
  }
  return ResourceName{*type, parts[1], Before(name, parts[count - 2]), parts[count - 1]};
}

std::string_view ClusterIdOf(std::string_view name) {
  if (!name.starts_with(kClusterPrefix)) return {};
  name.remove_prefix(kClusterPrefix.size());
  const std::string_view id = TakePart(name);
  return IsValidId(id) ? id : std::string_view();
}

std::string_view RelativeName(std::string_view name) {
  if (!name.starts_with(kClusterPrefix)) return {};
  name.remove_prefix(kClusterPrefix.size());
  TakePart(name);
  return name;
}

std::optional<SegmentName> ParseSegmentName(std::string_view name) {
  SegmentName parsed;
  if (!SplitLast(name, "segments", &parsed.chain_name, &parsed.segment) || !IsValidId(parsed.segment))
    return std::nullopt;
  const std::optional<ResourceName> chain = ParseResourceName(parsed.chain_name);
  if (!chain || chain->type != ResourceType::kChain) return std::nullopt;
  parsed.cluster = chain->cluster;
  parsed.chain = chain->id;
  return parsed;
}

std::optional<GapName> ParseGapName(std::string_view name) {
  GapName parsed;
  if (!SplitLast(name, "gaps", &parsed.segment_name, &parsed.kind) || !IsValidId(parsed.kind)) return std::nullopt;
  if (!ParseSegmentName(parsed.segment_name)) return std::nullopt;
  return parsed;
}

std::string_view CollectionOf(ResourceType type) { return kWords[static_cast<std::size_t>(type)].collection; }

std::string_view SingularOf(ResourceType type) { return kWords[static_cast<std::size_t>(type)].singular; }

std::string MakeName(std::string_view parent, ResourceType type, std::string_view id) {
  const std::string_view collection = CollectionOf(type);
  std::string name;
  name.reserve(parent.size() + collection.size() + id.size() + 2);
  if (!parent.empty()) name.append(parent).push_back('/');
  name.append(collection).push_back('/');
  return name.append(id);
}

}  // namespace bulian::model
