#include "services/match/same_types.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/capability.pb.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

}  // namespace

std::vector<Row> FindSameTypes(const model::Snapshot& snapshot, std::span<const Row> types,
                               const model::Snapshot& other) {
  std::vector<Row> same;
  absl::flat_hash_set<std::string> own_names;
  v1::CapabilityType record;
  for (const Row type : types) {
    snapshot.Read(ResourceType::kCapabilityType, type, &record);
    own_names.insert(record.name());
    for (const v1::StandardCode& code : record.codes()) {
      const std::span<const Row> rows = other.TypesWithCode(code.system(), code.code());
      same.insert(same.end(), rows.begin(), rows.end());
    }
    for (const std::string& name : record.equivalents()) {
      if (model::ClusterIdOf(name) != other.position().cluster) continue;
      if (const Row row = other.Find(ResourceType::kCapabilityType, name); row != model::kNoRow) same.push_back(row);
    }
  }
  // Declared over there: no index by foreign name, but a taxonomy is small.
  for (Row row = 0; row < other.RowLimit(ResourceType::kCapabilityType); ++row) {
    if (!other.Exists(ResourceType::kCapabilityType, row)) continue;
    other.Read(ResourceType::kCapabilityType, row, &record);
    for (const std::string& name : record.equivalents()) {
      if (own_names.contains(name)) same.push_back(row);
    }
  }
  std::vector<Row> all;
  for (const Row row : same) {
    const std::vector<Row> subtree = other.Subtree(row);
    all.insert(all.end(), subtree.begin(), subtree.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace bulian::match
