// Resource names: `clusters/{cluster}/enterprises/{enterprise}` and the like. Pure functions, thread-safe.
#ifndef SERVICES_MODEL_RESOURCE_NAME_H_
#define SERVICES_MODEL_RESOURCE_NAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bulian::model {

// The stored resource types; the order is the order of an export, so that a record follows those it names.
enum class ResourceType : std::uint8_t {
  kCluster,
  kCapabilityType,
  kEnterprise,
  kCapability,
  kChain,
  kSupplyLink,
  kProject,
  kMatch
};
inline constexpr int kResourceTypeCount = 8;

// `[a-z]([a-z0-9-]{0,61}[a-z0-9])?`
bool IsValidId(std::string_view id);

// A parsed resource name; views into the text it was parsed from.
struct ResourceName {
  ResourceType type;
  std::string_view cluster;  // the id
  std::string_view
      parent;           // the name of the parent: empty for a cluster, else `clusters/c` or `clusters/c/enterprises/e`
  std::string_view id;  // the last part
};

// Parses a full name of a stored resource; nullopt unless every id is valid and the pattern is one of the stored types.
std::optional<ResourceName> ParseResourceName(std::string_view name);

// The cluster id of any name that starts with `clusters/{cluster}`; empty if there is none.
std::string_view ClusterIdOf(std::string_view name);

// The part after `clusters/{cluster}/`; empty for the cluster itself. Unique in the cluster over all types.
std::string_view RelativeName(std::string_view name);

// `clusters/{cluster}/chains/{chain}/segments/{segment}`
struct SegmentName {
  std::string_view cluster, chain, segment;
  std::string_view chain_name;  // `clusters/{cluster}/chains/{chain}`
};
std::optional<SegmentName> ParseSegmentName(std::string_view name);

// `.../segments/{segment}/gaps/{kind}`; `segment_name` is the full name of the segment.
struct GapName {
  std::string_view segment_name, kind;
};
std::optional<GapName> ParseGapName(std::string_view name);

// Collection id of a type (`enterprises`, `capabilityTypes` ...) and its singular for messages (`enterprise`).
std::string_view CollectionOf(ResourceType type);
std::string_view SingularOf(ResourceType type);

// parent + "/" + collection + "/" + id, for example ("clusters/c", kChain, "x").
std::string MakeName(std::string_view parent, ResourceType type, std::string_view id);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_RESOURCE_NAME_H_
