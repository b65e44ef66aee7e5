// Facts of the cluster's own record and of capability types.
#include <algorithm>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "services/model/record_fields.h"
#include "services/model/snapshot_writer.h"

namespace bulian::model {

void SnapshotWriter::DeriveCluster(Row row) {
  const std::string_view bytes = state_.table(ResourceType::kCluster).Bytes(row);
  v1::Cluster cluster;
  cluster.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  ClusterFacts facts;
  for (const auto& code : cluster.region_codes())
    if (const std::uint32_t region = RegionNumber(code); region != 0) facts.regions.push_back(region);
  state_.stated_as_of = cluster.has_as_of() ? ToDay(cluster.as_of()) : std::nullopt;
  facts.as_of = state_.cluster.as_of;
  const auto& policy = cluster.policy();
  if (policy.has_min_suppliers()) facts.min_suppliers = policy.min_suppliers();
  if (policy.has_max_hhi()) facts.max_hhi = policy.max_hhi();
  if (policy.has_max_external_share()) facts.max_external_share = policy.max_external_share();
  if (policy.has_max_single_loss()) facts.max_single_loss = policy.max_single_loss();
  if (policy.has_match_max_idle_days()) facts.match_max_idle_days = policy.match_max_idle_days();
  if (policy.has_evidence_max_age_days()) facts.evidence_max_age_days = policy.evidence_max_age_days();
  facts.weights = cluster.ranking_weights();
  state_.cluster = std::move(facts);
}

void SnapshotWriter::DeriveType(Row row) {
  const std::string_view bytes = state_.table(ResourceType::kCapabilityType).Bytes(row);
  v1::CapabilityType type;
  type.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  TypeNode& node = state_.types.Mutable(row).Mutable();
  SetParents(row, node,
             ResolveTypes({type.parents().begin(), type.parents().end()}, {ResourceType::kCapabilityType, row}));
  const Unit* unit = type.unit().empty() ? nullptr : FindUnit(type.unit());
  node.unit = type.unit();
  node.dimension = unit == nullptr ? Dimension::kNone : unit->dimension;
  node.unit_factor = unit == nullptr ? 1 : unit->factor;
  node.stock = type.basis() == v1::CapabilityType::STOCK;
  node.kind = static_cast<std::uint8_t>(type.kind());
  state_.type_uses.Mutable(row);  // so that every type has its lists
}

void SnapshotWriter::SetParents(Row row, TypeNode& node, std::vector<Row> parents) {
  const auto move_child = [&](const std::vector<Row>& from, const std::vector<Row>& to, bool add) {
    for (const Row parent : from) {
      if (std::binary_search(to.begin(), to.end(), parent)) continue;
      auto& children = state_.types.Mutable(parent).Mutable().children;
      const auto at = std::lower_bound(children.begin(), children.end(), row);
      const bool listed = at != children.end() && *at == row;
      if (add && !listed) children.insert(at, row);
      if (!add && listed) children.erase(at);
      if (parent != row && state_.table(ResourceType::kCapabilityType).Exists(parent))
        Touch(ResourceType::kCapabilityType, parent, true, true);
    }
  };
  const std::vector<Row> old_parents = node.parents;
  move_child(old_parents, parents, false);
  move_child(parents, old_parents, true);
  node.parents = std::move(parents);
}

void SnapshotWriter::MoveUses(Row row, const std::vector<Row>& old_types, const std::vector<Row>& types,
                              RowList TypeUses::*list) {
  for (const Row type : old_types)
    if (!std::binary_search(types.begin(), types.end(), type))
      RowListEditor::Erase(state_.type_uses.Mutable(type).*list, row);
  for (const Row type : types)
    if (!std::binary_search(old_types.begin(), old_types.end(), type))
      RowListEditor::Insert(state_.type_uses.Mutable(type).*list, row);
}

void SnapshotWriter::ReindexCodes(Row row, std::string_view old_bytes, std::string_view bytes) {
  const auto codes_of = [](std::string_view record) {
    std::vector<std::string> keys;
    VisitField(record, v1::CapabilityType::kCodesFieldNumber, [&](std::string_view code) {
      keys.push_back(CodeKey(StringField(code, v1::StandardCode::kSystemFieldNumber),
                             StringField(code, v1::StandardCode::kCodeFieldNumber)));
    });
    return keys;
  };
  const auto old_codes = codes_of(old_bytes), codes = codes_of(bytes);
  if (old_codes == codes) return;
  auto& index = state_.codes.Mutable();
  for (const auto& key : old_codes) {
    const auto found = index.find(key);
    if (found == index.end()) continue;
    std::erase(found->second, row);
    if (found->second.empty()) index.erase(found);
  }
  for (const auto& key : codes) {
    auto& rows = index[key];
    const auto at = std::lower_bound(rows.begin(), rows.end(), row);
    if (at == rows.end() || *at != row) rows.insert(at, row);
  }
}

}  // namespace bulian::model
