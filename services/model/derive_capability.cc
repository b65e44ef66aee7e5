// Facts of capabilities: offers in SI units with their attributes and certificates.
#include <algorithm>
#include <cmath>
#include <limits>

#include "services/model/attribute_algebra.h"
#include "services/model/offer_attributes.h"
#include "services/model/snapshot_writer.h"

namespace bulian::model {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

void ReadCapacity(const v1::Capability& capability, Offer& offer) {
  offer.capacity = std::numeric_limits<double>::quiet_NaN();
  const v1::Capacity& capacity = capability.capacity();
  offer.in_cluster_share = capacity.has_in_cluster_share() ? static_cast<float>(capacity.in_cluster_share()) : kUnknown;
  offer.outside_share = capacity.has_outside_share() ? static_cast<float>(capacity.outside_share()) : kUnknown;
  offer.free_share = capacity.has_free_share() ? static_cast<float>(capacity.free_share()) : kUnknown;
  if (!capacity.has_total()) return;
  const Unit* unit = FindUnit(capacity.total().unit());
  if (unit == nullptr) return;
  offer.stock = capacity.total().period() == v1::PERIOD_UNSPECIFIED;
  offer.dimension = unit->dimension;
  offer.capacity = capacity.total().value() * unit->factor * PeriodsPerYear(capacity.total().period());
}

void ReadEvidence(const v1::Evidence& evidence, Offer& offer) {
  offer.verified = evidence.state() == v1::Evidence::VERIFIED;
  if (evidence.has_date()) offer.evidence_day = ToDay(evidence.date()).value_or(kDistantFuture);
}

// `enterprises/e` of `enterprises/e/capabilities/c`.
std::string_view ParentOf(std::string_view capability) {
  const std::size_t end = capability.find('/', capability.find('/') + 1);
  return capability.substr(0, end);
}

}  // namespace

void SnapshotWriter::DeriveCapability(Row row) {
  const ResourceTable& table = state_.table(ResourceType::kCapability);
  const std::string_view bytes = table.Bytes(row);
  capability_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const Referrer self{ResourceType::kCapability, row};
  Offer offer;
  const Offer old_offer = OfferOf(row);
  offer.enterprise = ResolveRelative(ResourceType::kEnterprise, ParentOf(table.RelativeName(row)), self,
                                     old_offer.enterprise == kNoRow ? last_parent_ : old_offer.enterprise);
  last_parent_ = offer.enterprise;
  offer.type = Resolve(ResourceType::kCapabilityType, capability_.capability_type(), self, old_offer.type);
  if (capability_.has_valid_from()) offer.valid_from = ToDay(capability_.valid_from()).value_or(kDistantPast);
  if (capability_.has_valid_until()) offer.valid_until = ToDay(capability_.valid_until()).value_or(kDistantFuture);
  offer.region = RegionOfSite(offer.enterprise, capability_.site());
  offer.lead_time_days = capability_.has_lead_time_days() ? static_cast<float>(capability_.lead_time_days()) : kUnknown;
  offer.level = static_cast<std::uint8_t>(capability_.level());
  offer.pool_count = static_cast<std::uint8_t>(std::min(capability_.pool_loads_size(), 255));
  ReadCapacity(capability_, offer);
  ReadEvidence(capability_.evidence(), offer);
  SetOffer(row, offer);
  SetExtras(row);
}

Offer SnapshotWriter::OfferOf(Row row) const {
  const OfferPlace place = state_.offer_places[row];
  return place.slot == OfferPlace::kNowhere ? Offer() : *state_.PostingsOf(place.type)[place.slot];
}

OfferPostings& SnapshotWriter::MutablePostings(Row type) {
  return type == kNoRow ? state_.offers_without_type : state_.type_uses.Mutable(type).offers;
}

void SnapshotWriter::SetOffer(Row row, const Offer& offer) {
  ListForEnterprise(row, OfferOf(row).enterprise, offer.enterprise);
  OfferPlace place = state_.offer_places[row];
  if (place.slot != OfferPlace::kNowhere && place.type == offer.type)
    return MutablePostings(place.type).SetOffer(place.slot, offer);
  if (place.slot != OfferPlace::kNowhere) RemoveOffer(row);
  OfferPostings& postings = MutablePostings(offer.type);
  state_.offer_places.Mutable(row) = {offer.type, static_cast<std::uint32_t>(postings.size())};
  postings.Append(row, offer);
}

void SnapshotWriter::RemoveOffer(Row row) {
  const OfferPlace place = state_.offer_places[row];
  if (place.slot == OfferPlace::kNowhere) return;
  const Row moved = MutablePostings(place.type).RemoveBySwap(place.slot);
  if (moved != kNoRow) state_.offer_places.Mutable(moved) = place;
  state_.offer_places.Mutable(row) = {};
}

void SnapshotWriter::ListForEnterprise(Row row, Row old_enterprise, Row enterprise) {
  if (old_enterprise == enterprise) return;
  if (old_enterprise != kNoRow)
    RowListEditor::Erase(MutableEnterprise(old_enterprise).offers[EnterpriseSlot(old_enterprise)], row);
  if (enterprise != kNoRow)
    RowListEditor::Insert(MutableEnterprise(enterprise).offers[EnterpriseSlot(enterprise)], row);
}

void SnapshotWriter::SetExtras(Row row) {
  CompileAttributes(capability_, &attributes_, &words_);
  certificates_.clear();
  for (const auto& certificate : capability_.certificates()) certificates_.push_back(CompileCertificate(certificate));
  const OfferPlace place = state_.offer_places[row];
  MutablePostings(place.type).SetExtras(place.slot, attributes_, words_, certificates_);
}

}  // namespace bulian::model
