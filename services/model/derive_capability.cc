// Facts of capabilities: offers in SI units with their attributes and certificates.
#include <algorithm>
#include <utility>

#include "services/model/compiled_capability.h"
#include "services/model/snapshot_writer.h"

namespace bulian::model {
namespace {

// `enterprises/e` of `enterprises/e/capabilities/c`.
std::string_view ParentOf(std::string_view capability) {
  const std::size_t end = capability.find('/', capability.find('/') + 1);
  return capability.substr(0, end);
}

}  // namespace

void SnapshotWriter::DeriveCapability(Row row) {
  if (!loaded_offers_.empty()) BuildOffers();  // its own may be among them
  SetCapability(row, compiler_.Compile(state_.table(ResourceType::kCapability).Bytes(row)));
}

Offer SnapshotWriter::Resolved(Row row, const CompiledCapability& compiled, const Offer& old) {
  const ResourceTable& table = state_.table(ResourceType::kCapability);
  const Referrer self{ResourceType::kCapability, row};
  Offer offer = compiled.offer;
  offer.enterprise = ResolveRelative(ResourceType::kEnterprise, ParentOf(table.RelativeName(row)), self,
                                     old.enterprise == kNoRow ? last_parent_ : old.enterprise);
  last_parent_ = offer.enterprise;
  offer.type = Resolve(ResourceType::kCapabilityType, compiled.type_name, self,
                       old.type == kNoRow ? compiled.type_guess : old.type);
  offer.region = RegionOfSite(offer.enterprise, compiled.site);
  return offer;
}

void SnapshotWriter::SetCapability(Row row, const CompiledCapability& compiled) {
  SetOffer(row, Resolved(row, compiled, OfferOf(row)));
  SetExtras(row, compiled);
}

void SnapshotWriter::EnterCapability(Row row, const CompiledCapability& compiled) {
  if (offers_built_) {
    SetCapability(row, compiled);
    return Touch(ResourceType::kCapability, row, false, true);
  }
  const Offer offer = Resolved(row, compiled, {});
  ListForEnterprise(row, kNoRow, offer.enterprise);
  state_.offer_places.Mutable(row) = {offer.type, loaded_offers_.Add(row, offer, compiled)};
  Touch(ResourceType::kCapability, row, false, true);
}

void SnapshotWriter::BuildOffers() {
  offers_built_ = true;
  loaded_offers_.Build([this](Row type, OfferPostings offers) { MutablePostings(type) = std::move(offers); });
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

void SnapshotWriter::SetExtras(Row row, const CompiledCapability& compiled) {
  const OfferPlace place = state_.offer_places[row];
  MutablePostings(place.type).SetExtras(place.slot, compiled.attributes, compiled.words, compiled.certificates);
}

}  // namespace bulian::model
