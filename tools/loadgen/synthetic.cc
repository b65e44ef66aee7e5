#include "tools/loadgen/synthetic.h"

#include <algorithm>

namespace bulian::loadgen {
namespace {

constexpr std::int64_t kBroadOffers = 100'000, kNarrowOffers = 1'000, kSegmentsPerChain = 100;
// Beibei and its neighbours first, so that most offers are local to a cluster of Chongqing.
constexpr const char* kRegions[] = {"500109", "500109", "500109", "500112", "500107", "500106", "510104", "310115"};
constexpr const char* kWords[] = {"silicon", "glass", "ceramic", "steel", "polymer", "copper"};

void SetDate(google::type::Date* date, int year, int month, int day) {
  date->set_year(year);
  date->set_month(month);
  date->set_day(day);
}

}  // namespace

Synthetic::Synthetic(SyntheticOptions options) : options_(std::move(options)) {
  offers_ = options_.enterprises * options_.capabilities_each;
  // A fifth of the offers in broad types, a fifth in narrow ones, the rest spread.
  broad_ = std::min(offers_ / 5 / kBroadOffers, options_.types / 4);
  narrow_ = std::min(offers_ / 5 / kNarrowOffers, options_.types / 4);
}

std::uint64_t Synthetic::Random(std::uint64_t stream, std::uint64_t index) const {
  std::uint64_t z = options_.seed * 0x9E3779B97F4A7C15u + stream * 0xBF58476D1CE4E5B9u + index * 0x94D049BB133111EBu;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::int64_t Synthetic::chain_count() const { return (options_.segments + kSegmentsPerChain - 1) / kSegmentsPerChain; }

std::int64_t Synthetic::record_count() const {
  return 1 + options_.types + options_.enterprises * (1 + options_.capabilities_each) + chain_count() + options_.links;
}

void Synthetic::Record(std::int64_t index, v1::ImportRecord* record) const {
  record->Clear();
  if (index-- == 0) {
    auto* cluster = record->mutable_cluster();
    cluster->set_name("clusters/" + options_.cluster);
    cluster->mutable_display_name()->set_en("Synthetic cluster");
    cluster->add_region_codes("500000");
    SetDate(cluster->mutable_as_of(), 2026, 6, 30);
    return;
  }
  if (index < options_.types) return Type(index, record->mutable_capability_type());
  index -= options_.types;
  const std::int64_t per_enterprise = 1 + options_.capabilities_each;
  if (index < options_.enterprises * per_enterprise) {
    if (index % per_enterprise == 0) return Enterprise(index / per_enterprise, record->mutable_enterprise());
    return Capability(index / per_enterprise, index % per_enterprise - 1, record->mutable_capability());
  }
  index -= options_.enterprises * per_enterprise;
  if (index < chain_count()) return Chain(index, record->mutable_chain());
  SupplyLink(index - chain_count(), record->mutable_supply_link());
}

std::string Synthetic::TypeName(std::int64_t type) const {
  const std::string prefix = "clusters/" + options_.cluster + "/capabilityTypes/";
  if (type < broad_) return prefix + "broad-" + std::to_string(type);
  if (type < broad_ + narrow_) return prefix + "narrow-" + std::to_string(type - broad_);
  return prefix + "type-" + std::to_string(type - broad_ - narrow_);
}

std::string Synthetic::EnterpriseName(std::int64_t enterprise) const {
  return "clusters/" + options_.cluster + "/enterprises/e" + std::to_string(enterprise);
}

std::string Synthetic::SegmentName(std::int64_t segment) const {
  return "clusters/" + options_.cluster + "/chains/chain-" + std::to_string(segment / kSegmentsPerChain) +
         "/segments/s" + std::to_string(segment % kSegmentsPerChain);
}

std::int64_t Synthetic::SegmentType(std::int64_t segment) const {
  if (broad_ > 0 && segment % 10 == 9) return (segment / 10) % broad_;
  if (narrow_ > 0) return broad_ + segment % narrow_;
  return segment % options_.types;
}

std::int64_t Synthetic::OfferType(std::int64_t offer) const {
  // Spread each group over all enterprises: take every fifth offer, in an order that is not that of the rows.
  const std::int64_t slot = offer / 5;
  const std::int64_t rest = std::max<std::int64_t>(1, options_.types - broad_ - narrow_);
  if (offer % 5 == 0 && broad_ > 0) return slot % broad_;
  if (offer % 5 == 1 && narrow_ > 0) return broad_ + slot % narrow_;
  return std::min(options_.types - 1, broad_ + narrow_ +
                                          static_cast<std::int64_t>(Random(1, static_cast<std::uint64_t>(offer)) %
                                                                    static_cast<std::uint64_t>(rest)));
}

void Synthetic::Type(std::int64_t index, v1::CapabilityType* type) const {
  type->set_name(TypeName(index));
  type->set_kind(v1::CapabilityType::PRODUCT);
  type->mutable_display_name()->set_en("Synthetic product " + std::to_string(index));
  type->mutable_display_name()->set_zh("合成产品 " + std::to_string(index));
  type->set_unit("H87");
  type->set_basis(v1::CapabilityType::RATE);
  // The spread types form groups of 50 under their first member.
  const std::int64_t position = index - broad_ - narrow_;
  if (position > 0 && position % 50 != 0) type->add_parents(TypeName(broad_ + narrow_ + position / 50 * 50));
}

void Synthetic::Enterprise(std::int64_t index, v1::Enterprise* enterprise) const {
  enterprise->set_name(EnterpriseName(index));
  enterprise->set_kind(v1::Enterprise::COMPANY);
  enterprise->mutable_display_name()->set_en("Synthetic Works " + std::to_string(index));
  enterprise->mutable_display_name()->set_zh("合成企业" + std::to_string(index));
  enterprise->add_industry_codes("C39");
  auto* site = enterprise->add_sites();
  site->set_site_id("main");
  site->set_region_code(kRegions[Random(2, static_cast<std::uint64_t>(index)) % std::size(kRegions)]);
}

void Synthetic::Capability(std::int64_t enterprise, std::int64_t index, v1::Capability* capability) const {
  const std::int64_t offer = enterprise * options_.capabilities_each + index;
  const std::uint64_t r = Random(3, static_cast<std::uint64_t>(offer));
  capability->set_name(EnterpriseName(enterprise) + "/capabilities/c" + std::to_string(index));
  capability->set_capability_type(TypeName(OfferType(offer)));
  capability->set_site("main");
  capability->set_level(r % 10 == 0 ? v1::PILOT : v1::VOLUME);
  auto* capacity = capability->mutable_capacity();
  capacity->mutable_total()->set_value(static_cast<double>(100 + r / 16 % 100'000));
  capacity->mutable_total()->set_unit("H87");
  capacity->mutable_total()->set_period(v1::MONTH);
  capacity->set_free_share(static_cast<double>(r / 1024 % 10) / 20);
  capacity->set_in_cluster_share(0.25);
  capability->set_lead_time_days(static_cast<double>(5 + r / 65536 % 90));
  auto* width = capability->add_attributes();
  width->set_key("line_width");
  width->mutable_interval()->set_min(0.1 + static_cast<double>(r / 4096 % 50) / 100);
  width->mutable_interval()->set_max(2);
  width->mutable_interval()->set_unit("4H");
  auto* material = capability->add_attributes();
  material->set_key("material");
  material->mutable_words()->add_words(kWords[r / 7 % std::size(kWords)]);
  if (r % 3 == 0) capability->add_certificates()->set_scheme("ISO_9001");
  capability->mutable_evidence()->set_state(r % 4 ? v1::Evidence::VERIFIED : v1::Evidence::CLAIMED);
  if (r % 4) capability->mutable_evidence()->set_verified_by("register");
  SetDate(capability->mutable_evidence()->mutable_date(), 2026, 1 + static_cast<int>(r / 32 % 6), 15);
}

void Synthetic::Chain(std::int64_t index, v1::Chain* chain) const {
  chain->set_name("clusters/" + options_.cluster + "/chains/chain-" + std::to_string(index));
  chain->mutable_display_name()->set_en("Synthetic chain " + std::to_string(index));
  const std::int64_t first = index * kSegmentsPerChain, end = std::min(options_.segments, first + kSegmentsPerChain);
  for (std::int64_t s = first; s < end; ++s) {
    auto* segment = chain->add_segments();
    segment->set_segment_id("s" + std::to_string(s - first));
    segment->mutable_display_name()->set_en("Synthetic segment " + std::to_string(s));
    segment->mutable_requirement()->set_capability_type(TypeName(SegmentType(s)));
    segment->set_priority(1 + static_cast<int>(s % 5));
    auto* width = segment->mutable_requirement()->add_attributes();
    width->set_key("line_width");
    width->set_relation(v1::AttributeRequirement::COVERS);
    width->mutable_interval()->set_min(0.7);
    width->mutable_interval()->set_max(1.5);
    width->mutable_interval()->set_unit("4H");
    if (s == first) {
      segment->mutable_final_demand()->set_value(1e6);
      segment->mutable_final_demand()->set_unit("H87");
      segment->mutable_final_demand()->set_period(v1::YEAR);
    }
    if (s + 1 < end) {
      auto* input = segment->add_inputs();
      input->set_segment("s" + std::to_string(s + 1 - first));
      input->set_coefficient(1.05);
    }
  }
}

void Synthetic::SupplyLink(std::int64_t index, v1::SupplyLink* link) const {
  const std::uint64_t r = Random(4, static_cast<std::uint64_t>(index));
  const auto enterprises = static_cast<std::uint64_t>(options_.enterprises);
  const std::uint64_t supplier = r % enterprises;
  link->set_name("clusters/" + options_.cluster + "/supplyLinks/l" + std::to_string(index));
  link->set_supplier(EnterpriseName(static_cast<std::int64_t>(supplier)));
  link->set_buyer(
      EnterpriseName(static_cast<std::int64_t>((supplier + 1 + r / enterprises % (enterprises - 1)) % enterprises)));
  link->set_product_type(TypeName(OfferType(static_cast<std::int64_t>(supplier) * options_.capabilities_each)));
  link->set_year(2025);
  link->mutable_value()->set_currency_code("CNY");
  link->mutable_value()->set_units(static_cast<std::int64_t>(10'000 + r / 64 % 10'000'000));
  link->mutable_evidence()->set_state(v1::Evidence::CLAIMED);
}

}  // namespace bulian::loadgen
