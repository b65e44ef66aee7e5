#include "services/model/snapshot_writer.h"

#include <algorithm>

#include "services/model/record_fields.h"
#include "services/model/resource_name.h"

namespace bulian::model {

void SnapshotWriter::Put(std::string_view name, std::string_view bytes, std::int64_t revision, bool is_new) {
  const auto parsed = ParseResourceName(name);
  if (!parsed || parsed->cluster != state_.position.cluster) return;
  const std::string_view relative = RelativeName(name);
  ResourceTable& table = state_.table(parsed->type);
  const Row row = is_new ? kNoRow : table.FindOrAfterLast(relative);
  if (row == kNoRow) return Enter(parsed->type, table.Insert(relative, bytes, revision));
  // Only these are looked at again.
  const bool indexed = parsed->type == ResourceType::kEnterprise || parsed->type == ResourceType::kCapabilityType;
  const std::string old_bytes(indexed ? table.Bytes(row) : std::string_view());
  table.Update(row, bytes, revision);
  Derive(parsed->type, row);
  Reindex(parsed->type, row, old_bytes, bytes);
  if (parsed->type == ResourceType::kEnterprise && SitesOf(old_bytes) != SitesOf(bytes)) UpdateSites(row);
  Touch(parsed->type, row, true, true);
}

void SnapshotWriter::Enter(ResourceType type, Row row) {
  const ResourceTable& table = state_.table(type);
  Derive(type, row);
  Reindex(type, row, std::nullopt, table.Bytes(row));
  Touch(type, row, false, true);
  Mend(type, table.RelativeName(row));
}

void SnapshotWriter::Remove(std::string_view name) {
  const auto parsed = ParseResourceName(name);
  if (!parsed || parsed->cluster != state_.position.cluster) return;
  ResourceTable& table = state_.table(parsed->type);
  const Row row = table.Find(RelativeName(name));
  if (row == kNoRow) return;
  const std::vector<Referrer> referrers = ReferrersOf(parsed->type, row);
  const std::string old_bytes(table.Bytes(row));
  Clear(parsed->type, row);
  table.Erase(row);
  Reindex(parsed->type, row, old_bytes, std::nullopt);
  Touch(parsed->type, row, true, false);
  for (const auto& [type, referrer] : referrers) {
    if (!state_.table(type).Exists(referrer)) continue;
    Derive(type, referrer);
    Touch(type, referrer, true, true);
  }
}

void SnapshotWriter::Derive(ResourceType type, Row row) {
  switch (type) {
    case ResourceType::kCluster:
      return DeriveCluster(row);
    case ResourceType::kCapabilityType:
      return DeriveType(row);
    case ResourceType::kEnterprise:
      return DeriveEnterprise(row);
    case ResourceType::kCapability:
      return DeriveCapability(row);
    case ResourceType::kChain:
      return DeriveChain(row);
    case ResourceType::kSupplyLink:
      return DeriveLink(row);
    case ResourceType::kProject:
      return DeriveProject(row);
    case ResourceType::kMatch:
      return DeriveMatch(row);
  }
}

void SnapshotWriter::Clear(ResourceType type, Row row) {
  switch (type) {
    case ResourceType::kCluster:
      state_.cluster = ClusterFacts();
      state_.stated_as_of.reset();
      return;
    case ResourceType::kCapabilityType: {
      // Children stay listed until they are derived again; then nothing refers to the row.
      Cow<TypeNode>& node = state_.types.Mutable(row);
      SetParents(row, node.Mutable(), {});
      return;
    }
    case ResourceType::kEnterprise: {
      SetOwners(row, {});
      EnterpriseChunk& chunk = MutableEnterprise(row);
      chunk.seat_region[EnterpriseSlot(row)] = 0;
      chunk.kind[EnterpriseSlot(row)] = 0;
      return;
    }
    case ResourceType::kCapability: {
      ListForEnterprise(row, OfferOf(row).enterprise, kNoRow);
      RemoveOffer(row);
      return;
    }
    case ResourceType::kSupplyLink:
      return SetLink(row, Link());
    case ResourceType::kChain:
      MoveUses(row, state_.chains[row].types, {}, &TypeUses::chains);
      state_.chains.Mutable(row) = {};
      return;
    case ResourceType::kProject:
      MoveUses(row, state_.projects[row].types, {}, &TypeUses::projects);
      state_.projects.Mutable(row) = {};
      return;
    case ResourceType::kMatch:
      MoveUses(row, state_.matches[row].types, {}, &TypeUses::matches);
      state_.matches.Mutable(row) = {};
      return;
  }
}

std::vector<Referrer> SnapshotWriter::ReferrersOf(ResourceType type, Row row) const {
  std::vector<Referrer> referrers;
  const auto add = [&](ResourceType referrer_type, const RowList& rows) {
    rows.ForEach([&](Row referrer) { referrers.emplace_back(referrer_type, referrer); });
  };
  if (type == ResourceType::kCapabilityType) {
    const TypeUses& uses = state_.type_uses[row];
    uses.offers.ForEach([&](const OfferRef& offer) { referrers.emplace_back(ResourceType::kCapability, offer.row()); });
    add(ResourceType::kSupplyLink, uses.links);
    add(ResourceType::kChain, uses.chains);
    add(ResourceType::kProject, uses.projects);
    add(ResourceType::kMatch, uses.matches);
    if (const auto& node = state_.types[row])
      for (const Row child : node->children) referrers.emplace_back(ResourceType::kCapabilityType, child);
  } else if (type == ResourceType::kEnterprise) {
    const EnterpriseChunk& chunk = state_.enterprises[row / EnterpriseChunk::kRows];
    add(ResourceType::kCapability, chunk.offers[EnterpriseSlot(row)]);
    add(ResourceType::kSupplyLink, chunk.sold[EnterpriseSlot(row)]);
    add(ResourceType::kSupplyLink, chunk.bought[EnterpriseSlot(row)]);
    for (const Row owned : chunk.owned.Get(EnterpriseSlot(row)))
      referrers.emplace_back(ResourceType::kEnterprise, owned);
  }
  std::sort(referrers.begin(), referrers.end());
  referrers.erase(std::unique(referrers.begin(), referrers.end()), referrers.end());
  return referrers;
}

void SnapshotWriter::Mend(ResourceType type, std::string_view relative) {
  if (type != ResourceType::kEnterprise && type != ResourceType::kCapabilityType) return;  // none is named by others
  if (!state_.unresolved || state_.unresolved->empty()) return;
  const std::pair key(type, std::string(relative));
  if (!state_.unresolved->contains(key)) return;
  const auto waiting = std::move(state_.unresolved.Mutable().extract(key).mapped());
  for (const auto& [referrer_type, referrer] : waiting) {
    if (!state_.table(referrer_type).Exists(referrer)) continue;
    Derive(referrer_type, referrer);
    Touch(referrer_type, referrer, true, true);
  }
}

Row SnapshotWriter::Resolve(ResourceType type, std::string_view name, Referrer referrer, Row guess) {
  if (name.empty() || ClusterIdOf(name) != state_.position.cluster) return kNoRow;
  return ResolveRelative(type, RelativeName(name), referrer, guess);
}

Row SnapshotWriter::ResolveRelative(ResourceType type, std::string_view relative, Referrer referrer, Row guess) {
  const Row row = state_.table(type).Find(relative, guess);
  if (row != kNoRow) return row;
  std::pair key(type, std::string(relative));
  if (state_.unresolved) {
    const auto found = state_.unresolved->find(key);
    if (found != state_.unresolved->end() && found->second.contains(referrer)) return kNoRow;
  }
  state_.unresolved.Mutable()[std::move(key)].insert(referrer);
  return kNoRow;
}

std::vector<Row> SnapshotWriter::ResolveTypes(const std::vector<std::string_view>& names, Referrer referrer) {
  std::vector<Row> rows;
  for (const std::string_view name : names)
    if (const Row row = Resolve(ResourceType::kCapabilityType, name, referrer); row != kNoRow) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

void SnapshotWriter::Touch(ResourceType type, Row row, bool existed_before, bool exists_after) {
  if (delta_ != nullptr) delta_->push_back({type, row, existed_before, exists_after});
}

void SnapshotWriter::Reindex(ResourceType type, Row row, std::optional<std::string_view> old_bytes,
                             std::optional<std::string_view> bytes) {
  if (type == ResourceType::kEnterprise) {
    state_.enterprise_index.Change(row, old_bytes, bytes);
    const auto old_identifiers = IdentifiersOf(old_bytes.value_or("")), identifiers = IdentifiersOf(bytes.value_or(""));
    if (old_identifiers != identifiers) {
      for (const auto& [system, value] : old_identifiers) state_.identifiers.Erase(IdentifierHash(system, value), row);
      for (const auto& [system, value] : identifiers) state_.identifiers.Insert(IdentifierHash(system, value), row);
    }
  } else if (type == ResourceType::kCapabilityType) {
    ReindexCodes(row, old_bytes.value_or(""), bytes.value_or(""));
  }
}

}  // namespace bulian::model
