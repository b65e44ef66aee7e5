#include "services/model/compiled_capability.h"

#include <algorithm>
#include <limits>

#include "services/model/attribute_algebra.h"
#include "services/model/offer_attributes.h"

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

template <class T>
void Append(std::vector<T>& all, std::span<const T> some) {
  all.insert(all.end(), some.begin(), some.end());
}

}  // namespace

const CompiledCapability& CapabilityCompiler::Compile(std::string_view bytes) {
  capability_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  Offer offer;
  if (capability_.has_valid_from()) offer.valid_from = ToDay(capability_.valid_from()).value_or(kDistantPast);
  if (capability_.has_valid_until()) offer.valid_until = ToDay(capability_.valid_until()).value_or(kDistantFuture);
  offer.lead_time_days = capability_.has_lead_time_days() ? static_cast<float>(capability_.lead_time_days()) : kUnknown;
  offer.level = static_cast<std::uint8_t>(capability_.level());
  offer.pool_count = static_cast<std::uint8_t>(std::min(capability_.pool_loads_size(), 255));
  ReadCapacity(capability_, offer);
  ReadEvidence(capability_.evidence(), offer);
  CompileAttributes(capability_, &attributes_, &words_);
  certificates_.clear();
  for (const auto& certificate : capability_.certificates()) certificates_.push_back(CompileCertificate(certificate));
  compiled_ = {offer, capability_.capability_type(), capability_.site(), attributes_, words_, certificates_};
  return compiled_;
}

void CompiledCapabilities::Add(const CompiledCapability& compiled) {
  Append(attributes_, compiled.attributes);
  Append(words_, compiled.words);
  Append(certificates_, compiled.certificates);
  text_.append(compiled.type_name).append(compiled.site);
  items_.push_back({compiled.offer,
                    compiled.type_guess,
                    compiled.type_name.size(),
                    {attributes_.size(), words_.size(), certificates_.size(), text_.size()}});
}

CompiledCapability CompiledCapabilities::operator[](std::size_t index) const {
  const Item& item = items_[index];
  const Ends begin = index == 0 ? Ends() : items_[index - 1].ends, &end = item.ends;
  const std::string_view text = std::string_view(text_).substr(begin.text, end.text - begin.text);
  return {item.offer,
          text.substr(0, item.type_name_size),
          text.substr(item.type_name_size),
          std::span(attributes_).subspan(begin.attributes, end.attributes - begin.attributes),
          std::span(words_).subspan(begin.words, end.words - begin.words),
          std::span(certificates_).subspan(begin.certificates, end.certificates - begin.certificates),
          item.type_guess};
}

void CompiledCapabilities::Clear() {
  items_.clear();
  attributes_.clear();
  words_.clear();
  certificates_.clear();
  text_.clear();
}

}  // namespace bulian::model
