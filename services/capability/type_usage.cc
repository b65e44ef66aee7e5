#include "services/capability/type_usage.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/model/units.h"
#include "services/resource/type_facts.h"

namespace bulian::capability {
namespace {

using model::ResourceType;
using model::Row;
using resource::Lookup;
using resource::TypeFacts;

// Keeps the least name seen that the commit does not change.
class LeastUser {
 public:
  explicit LeastUser(Lookup& lookup) : lookup_(lookup) {}
  void See(ResourceType type, Row row) {
    std::string name = lookup_.base().Name(type, row);
    if ((least_.empty() || name < least_) && !lookup_.Changed(name)) least_ = std::move(name);
  }
  const std::string& least() const { return least_; }

 private:
  Lookup& lookup_;
  std::string least_;
};

bool Fits(std::string_view unit, bool has_period, const TypeFacts& facts, bool rate) {
  const model::Unit* known = model::FindUnit(unit);
  const bool same =
      known == nullptr || facts.dimension == model::Dimension::kNone || known->dimension == facts.dimension;
  return same && (!rate || has_period != facts.stock);
}

bool Fits(const v1::Rate& rate, const TypeFacts& facts) {
  return Fits(rate.unit(), rate.period() != v1::PERIOD_UNSPECIFIED, facts, true);
}

void SeeMisfits(const std::string& name, Row row, const TypeFacts& facts, const model::Snapshot& base,
                LeastUser* users) {
  base.OffersOfType(row).ForEach([&](const model::OfferRef& offer) {
    if (std::isnan(offer->capacity)) return;
    const bool same = facts.dimension == model::Dimension::kNone || offer->dimension == facts.dimension;
    if (!same || offer->stock != facts.stock) users->See(ResourceType::kCapability, offer.row());
  });
  base.SegmentChainsOfType(row).ForEach([&](Row chain) {
    for (const v1::Segment& segment : base.chain(chain)->segments()) {
      if (segment.requirement().capability_type() != name || !segment.has_final_demand()) continue;
      if (!Fits(segment.final_demand(), facts)) users->See(ResourceType::kChain, chain);
    }
  });
  base.ProjectsPlanning(row).ForEach([&](Row project) {
    for (const v1::PlannedCapability& planned : base.project(project)->planned_capabilities()) {
      if (planned.capability().capability_type() != name || !planned.capability().capacity().has_total()) continue;
      if (!Fits(planned.capability().capacity().total(), facts)) users->See(ResourceType::kProject, project);
    }
  });
  base.MatchesNaming(row).ForEach([&](Row match_row) {
    const auto match = base.match(match_row);
    for (const v1::PlannedCapability& promised : match->promised_capabilities()) {
      if (promised.capability().capability_type() != name || !promised.capability().capacity().has_total()) continue;
      if (!Fits(promised.capability().capacity().total(), facts)) users->See(ResourceType::kMatch, match_row);
    }
    for (const v1::PromisedSupplyLink& promised : match->promised_supply_links()) {
      const v1::SupplyLink& link = promised.supply_link();
      if (link.product_type() == name && link.has_volume() && !Fits(link.volume().unit(), false, facts, false))
        users->See(ResourceType::kMatch, match_row);
    }
  });
  base.LinksOfType(row).ForEach([&](Row link_row) {
    v1::SupplyLink link;
    base.Read(ResourceType::kSupplyLink, link_row, &link);
    if (link.has_volume() && !Fits(link.volume().unit(), false, facts, false))
      users->See(ResourceType::kSupplyLink, link_row);
  });
}

}  // namespace

std::string UserOfType(std::string_view name, Lookup& lookup) {
  const model::Snapshot& base = lookup.base();
  const Row row = lookup.BaseRow(ResourceType::kCapabilityType, name);
  if (row == model::kNoRow) return {};
  LeastUser users(lookup);
  for (Row child : base.type(row).children) users.See(ResourceType::kCapabilityType, child);
  base.OffersOfType(row).ForEach(
      [&](const model::OfferRef& offer) { users.See(ResourceType::kCapability, offer.row()); });
  base.SegmentChainsOfType(row).ForEach([&](Row chain) { users.See(ResourceType::kChain, chain); });
  base.LinksOfType(row).ForEach([&](Row link) { users.See(ResourceType::kSupplyLink, link); });
  base.ProjectsPlanning(row).ForEach([&](Row project) { users.See(ResourceType::kProject, project); });
  base.MatchesNaming(row).ForEach([&](Row match) { users.See(ResourceType::kMatch, match); });
  if (!users.least().empty()) return users.least();
  // Typical inputs have no index: a taxonomy is small.
  base.VisitByName(ResourceType::kCapabilityType, "", "", [&](Row other) {
    v1::CapabilityType type;
    base.Read(ResourceType::kCapabilityType, other, &type);
    for (const v1::TypicalInput& input : type.typical_inputs()) {
      if (other != row && input.capability_type() == name) users.See(ResourceType::kCapabilityType, other);
    }
    return users.least().empty();
  });
  return users.least();
}

void CheckUsesStayTrue(const v1::CapabilityType& type, const resource::FieldPath& field, Lookup& lookup,
                       resource::Findings* findings) {
  const Row row = lookup.BaseRow(ResourceType::kCapabilityType, type.name());
  if (row == model::kNoRow) return;
  const model::TypeNode& before = lookup.base().type(row);
  const TypeFacts facts = resource::FactsOfType(type);
  if (before.dimension == facts.dimension && before.stock == facts.stock) return;
  lookup.DependOn(resource::RefsGuard(type.name()));
  LeastUser users(lookup);
  SeeMisfits(type.name(), row, facts, lookup.base(), &users);
  if (users.least().empty()) return;
  findings->violations.Add((field / (before.dimension != facts.dimension ? "unit" : "basis")).str(),
                           absl::StrCat("does not fit an amount that ", users.least(), " states"));
}

}  // namespace bulian::capability
