// Facts of enterprises: kind, seat, owners.
#include <algorithm>
#include <limits>

#include "services/model/record_fields.h"
#include "services/model/snapshot_writer.h"

namespace bulian::model {

bool SnapshotWriter::IsGovernment(Row enterprise) const {
  const EnterpriseChunk* chunk = state_.enterprises.Find(enterprise / EnterpriseChunk::kRows);
  return chunk != nullptr && chunk->kind[EnterpriseSlot(enterprise)] == v1::Enterprise::GOVERNMENT;
}

void SnapshotWriter::DeriveEnterprise(Row row) {
  const std::string_view bytes = state_.table(ResourceType::kEnterprise).Bytes(row);
  enterprise_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const bool was_government = IsGovernment(row);
  const auto kind = static_cast<std::uint8_t>(enterprise_.kind());
  const std::uint32_t seat = enterprise_.sites_size() == 0 ? 0 : RegionNumber(enterprise_.sites(0).region_code());
  const EnterpriseChunk* chunk = state_.enterprises.Find(row / EnterpriseChunk::kRows);
  const std::size_t slot = EnterpriseSlot(row);
  if (chunk == nullptr || chunk->kind[slot] != kind || chunk->seat_region[slot] != seat) {
    MutableEnterprise(row).kind[slot] = kind;
    MutableEnterprise(row).seat_region[slot] = seat;
  }
  SetOwners(row, ReadOwners(row));
  if (was_government == IsGovernment(row)) return;
  const auto owned = state_.enterprises[row / EnterpriseChunk::kRows].owned.Get(slot);
  for (const Row other : std::vector<Row>(owned.begin(), owned.end())) {
    DeriveEnterprise(other);
    Touch(ResourceType::kEnterprise, other, true, true);
  }
}

std::vector<Owner> SnapshotWriter::ReadOwners(Row row) {
  std::vector<Owner> owners;
  for (const auto& ownership : enterprise_.owners()) {
    Owner owner;
    if (ownership.has_enterprise())
      owner.enterprise = Resolve(ResourceType::kEnterprise, ownership.enterprise(), {ResourceType::kEnterprise, row});
    if (ownership.has_external_id()) owner.external = Intern(ownership.external_id());
    owner.government = ownership.government() || (owner.enterprise != kNoRow && IsGovernment(owner.enterprise));
    owner.control = ownership.control();
    owner.share =
        ownership.has_share() ? static_cast<float>(ownership.share()) : std::numeric_limits<float>::quiet_NaN();
    if (ownership.has_valid_from()) owner.valid_from = ToDay(ownership.valid_from()).value_or(kDistantPast);
    if (ownership.has_valid_until()) owner.valid_until = ToDay(ownership.valid_until()).value_or(kDistantFuture);
    owners.push_back(owner);
  }
  return owners;
}

void SnapshotWriter::SetOwners(Row row, const std::vector<Owner>& owners) {
  const auto owner_rows = [](const auto& list) {
    std::vector<Row> rows;
    for (const Owner& owner : list)
      if (owner.enterprise != kNoRow) rows.push_back(owner.enterprise);
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  };
  const EnterpriseChunk* chunk = state_.enterprises.Find(row / EnterpriseChunk::kRows);
  const auto old_owners = chunk == nullptr ? std::span<const Owner>() : chunk->owners.Get(EnterpriseSlot(row));
  if (owners.empty() && old_owners.empty()) return;
  const std::vector<Row> old_rows = owner_rows(old_owners), rows = owner_rows(owners);
  MutableEnterprise(row).owners.Set(EnterpriseSlot(row), owners);
  const auto move_owned = [&](const std::vector<Row>& from, const std::vector<Row>& to, bool add) {
    for (const Row owner : from) {
      if (std::binary_search(to.begin(), to.end(), owner)) continue;
      auto& packed = MutableEnterprise(owner).owned;
      const auto old_owned = packed.Get(EnterpriseSlot(owner));
      std::vector<Row> owned(old_owned.begin(), old_owned.end());
      std::erase(owned, row);
      if (add) owned.insert(std::lower_bound(owned.begin(), owned.end(), row), row);
      packed.Set(EnterpriseSlot(owner), owned);
    }
  };
  move_owned(old_rows, rows, false);
  move_owned(rows, old_rows, true);
}

std::uint32_t SnapshotWriter::RegionOfSite(Row enterprise, std::string_view site_id) const {
  if (enterprise == kNoRow) return 0;
  if (site_id.empty()) {
    const EnterpriseChunk* chunk = state_.enterprises.Find(enterprise / EnterpriseChunk::kRows);
    return chunk == nullptr ? 0 : chunk->seat_region[EnterpriseSlot(enterprise)];
  }
  for (const auto& [id, region] : SitesOf(state_.table(ResourceType::kEnterprise).Bytes(enterprise)))
    if (id == site_id) return region;
  return 0;
}

void SnapshotWriter::UpdateSites(Row enterprise) {
  const std::vector<Row> offers =
      state_.enterprises[enterprise / EnterpriseChunk::kRows].offers[EnterpriseSlot(enterprise)].ToVector();
  for (const Row row : offers) {
    Offer offer = OfferOf(row);
    const std::uint32_t region = RegionOfSite(enterprise, SiteOf(state_.table(ResourceType::kCapability).Bytes(row)));
    if (region == offer.region) continue;
    offer.region = region;
    SetOffer(row, offer);
    Touch(ResourceType::kCapability, row, true, true);
  }
}

}  // namespace bulian::model
