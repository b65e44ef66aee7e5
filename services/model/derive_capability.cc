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

template <class T, class Same>
bool Equal(std::span<const T> a, std::span<const T> b, const Same& same) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

}  // namespace

void SnapshotWriter::DeriveCapability(Row row) {
  const ResourceTable& table = state_.table(ResourceType::kCapability);
  const std::string_view bytes = table.Bytes(row);
  capability_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const Referrer self{ResourceType::kCapability, row};
  Offer offer;
  const OfferChunk* chunk = state_.offers.Find(row / OfferChunk::kRows);
  const Offer old_offer = chunk == nullptr ? Offer() : chunk->offers[row % OfferChunk::kRows];
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

void SnapshotWriter::SetOffer(Row row, const Offer& offer) {
  Offer& slot = state_.offers.Mutable(row / OfferChunk::kRows).offers[row % OfferChunk::kRows];
  const Row old_type = slot.type, old_enterprise = slot.enterprise;
  slot = offer;
  if (old_type != offer.type) {
    if (old_type != kNoRow) RowListEditor::Erase(state_.type_uses.Mutable(old_type).offers, row);
    if (offer.type != kNoRow) RowListEditor::Insert(state_.type_uses.Mutable(offer.type).offers, row);
  }
  if (old_enterprise != offer.enterprise) {
    if (old_enterprise != kNoRow)
      RowListEditor::Erase(MutableEnterprise(old_enterprise).offers[EnterpriseSlot(old_enterprise)], row);
    if (offer.enterprise != kNoRow)
      RowListEditor::Insert(MutableEnterprise(offer.enterprise).offers[EnterpriseSlot(offer.enterprise)], row);
  }
}

void SnapshotWriter::SetExtras(Row row) {
  CompileAttributes(capability_, &attributes_, &words_);
  certificates_.clear();
  for (const auto& certificate : capability_.certificates()) certificates_.push_back(CompileCertificate(certificate));
  Cow<OfferExtras>& extras = state_.offers.Mutable(row / OfferChunk::kRows).extras;
  const std::size_t slot = row % OfferChunk::kRows;
  if (!extras && attributes_.empty() && certificates_.empty()) return;
  const auto same_attribute = [](const OfferAttribute& a, const OfferAttribute& b) {
    return a.key == b.key && a.kind == b.kind && a.flag == b.flag && a.dimension == b.dimension && a.min == b.min &&
           a.max == b.max && a.words_begin == b.words_begin && a.words_count == b.words_count;
  };
  const auto same_certificate = [](const OfferCertificate& a, const OfferCertificate& b) {
    return a.scheme == b.scheme && a.valid_until == b.valid_until;
  };
  if (extras && Equal<OfferAttribute>(extras->attributes.Get(slot), attributes_, same_attribute) &&
      Equal<Symbol>(extras->words.Get(slot), words_, std::equal_to<>()) &&
      Equal<OfferCertificate>(extras->certificates.Get(slot), certificates_, same_certificate))
    return;
  OfferExtras& mine = extras.Mutable();
  mine.attributes.Set(slot, attributes_);
  mine.words.Set(slot, words_);
  mine.certificates.Set(slot, certificates_);
}

}  // namespace bulian::model
