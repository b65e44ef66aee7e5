#include "services/enterprise/enterprise_references.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "bulian/v1/capability.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "services/model/error.h"
#include "services/resource/type_facts.h"

namespace bulian::enterprise {
namespace {

using model::ResourceType;
using model::Row;
using resource::FieldPath;
using resource::Findings;
using resource::Lookup;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

void CheckFree(std::string_view system, const std::string& value, const std::string& name, const FieldPath& field,
               Lookup& lookup, Findings* findings) {
  if (value.empty()) return;
  const std::string holder = lookup.IdentifierHolder(system, value);
  if (holder.empty() || holder == name) return;
  findings->Refuse(model::Error(absl::StatusCode::kAlreadyExists, v1::IDENTIFIER_TAKEN,
                                absl::StrCat(field.str(), ": ", holder, " holds this identifier"),
                                {{"identifier", absl::StrCat(ToAbsl(system), ":", value)}, {"holder", holder}}));
}

template <class List, class IdOf>
std::vector<std::string> Removed(const List& before, const List& after, IdOf id_of) {
  std::vector<std::string> removed;
  for (const auto& each : before) {
    const bool kept =
        std::any_of(after.begin(), after.end(), [&](const auto& other) { return id_of(other) == id_of(each); });
    if (!kept) removed.push_back(id_of(each));
  }
  return removed;
}

bool Contains(const std::vector<std::string>& ids, const std::string& id) {
  return !id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool UsesAny(const v1::Capability& capability, const std::vector<std::string>& sites,
             const std::vector<std::string>& pools) {
  if (Contains(sites, capability.site())) return true;
  return std::any_of(capability.pool_loads().begin(), capability.pool_loads().end(),
                     [&](const v1::PoolLoad& load) { return Contains(pools, load.pool()); });
}

// A capability, plan or promise of the enterprise that uses one of the sites or pools; empty if none does.
std::string UserOfPlaces(const std::string& name, Row row, const std::vector<std::string>& sites,
                         const std::vector<std::string>& pools, Lookup& lookup) {
  const model::Snapshot& base = lookup.base();
  std::string user;
  const auto see = [&](std::string candidate) {
    if ((user.empty() || candidate < user) && !lookup.Changed(candidate)) user = std::move(candidate);
  };
  base.OffersOfEnterprise(row).ForEach([&](Row offer) {
    v1::Capability capability;
    base.Read(ResourceType::kCapability, offer, &capability);
    if (UsesAny(capability, sites, pools)) see(capability.name());
  });
  base.VisitByName(ResourceType::kProject, "", "", [&](Row project_row) {
    const auto project = base.project(project_row);
    if (project->owner() != name) return true;
    for (const v1::PlannedCapability& planned : project->planned_capabilities()) {
      if (UsesAny(planned.capability(), sites, pools)) see(project->name());
    }
    return true;
  });
  base.VisitByName(ResourceType::kMatch, "", "", [&](Row match_row) {
    const auto match = base.match(match_row);
    if (match->enterprise() != name) return true;
    for (const v1::PlannedCapability& promised : match->promised_capabilities()) {
      if (UsesAny(promised.capability(), sites, pools)) see(match->name());
    }
    return true;
  });
  return user;
}

void CheckRemovedPlaces(const v1::Enterprise& enterprise, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const Row row = lookup.BaseRow(ResourceType::kEnterprise, enterprise.name());
  if (row == model::kNoRow) return;
  v1::Enterprise before;
  lookup.base().Read(ResourceType::kEnterprise, row, &before);
  const auto sites = Removed(before.sites(), enterprise.sites(), [](const v1::Site& site) { return site.site_id(); });
  const auto pools = Removed(before.pools(), enterprise.pools(), [](const v1::Pool& pool) { return pool.pool_id(); });
  if (sites.empty() && pools.empty()) return;
  lookup.DependOn(resource::RefsGuard(enterprise.name()));
  const std::string user = UserOfPlaces(enterprise.name(), row, sites, pools, lookup);
  if (user.empty()) return;
  findings->Refuse(model::Error(
      absl::StatusCode::kFailedPrecondition, v1::RESOURCE_IN_USE,
      absl::StrCat((field / (sites.empty() ? "pools" : "sites")).str(), ": one that is taken out is in use"),
      {{"name", enterprise.name()}, {"referrer", user}}));
}

}  // namespace

void CheckReferences(const v1::Enterprise& enterprise, const FieldPath& field, Lookup& lookup, Findings* findings) {
  CheckFree("uscc", enterprise.uscc(), enterprise.name(), field / "uscc", lookup, findings);
  CheckFree("lei", enterprise.lei(), enterprise.name(), field / "lei", lookup, findings);
  for (int i = 0; i < enterprise.identifiers_size(); ++i) {
    const v1::ExternalIdentifier& identifier = enterprise.identifiers(i);
    CheckFree(identifier.system(), identifier.value(), enterprise.name(), field.At("identifiers", i), lookup, findings);
  }
  for (int i = 0; i < enterprise.owners_size(); ++i) {
    if (!enterprise.owners(i).has_enterprise()) continue;
    resource::CheckExists(lookup, ResourceType::kEnterprise, enterprise.owners(i).enterprise(), enterprise.name(),
                          field.At("owners", i) / "enterprise", findings);
  }
  for (int i = 0; i < enterprise.members_size(); ++i) {
    resource::CheckExists(lookup, ResourceType::kEnterprise, enterprise.members(i).enterprise(), enterprise.name(),
                          field.At("members", i) / "enterprise", findings);
  }
  CheckRemovedPlaces(enterprise, field, lookup, findings);
}

std::string UserOfEnterprise(std::string_view name, Lookup& lookup) {
  const model::Snapshot& base = lookup.base();
  const Row row = lookup.BaseRow(ResourceType::kEnterprise, name);
  if (row == model::kNoRow) return {};
  std::string user;
  const auto see = [&](ResourceType type, Row referrer) {
    std::string candidate = base.Name(type, referrer);
    if ((user.empty() || candidate < user) && !lookup.Changed(candidate)) user = std::move(candidate);
  };
  base.LinksOfSupplier(row).ForEach([&](Row link) { see(ResourceType::kSupplyLink, link); });
  base.LinksOfBuyer(row).ForEach([&](Row link) { see(ResourceType::kSupplyLink, link); });
  for (Row owned : base.Owned(row)) see(ResourceType::kEnterprise, owned);
  base.VisitByName(ResourceType::kProject, "", "", [&](Row project) {
    if (base.project(project)->owner() == name) see(ResourceType::kProject, project);
    return true;
  });
  base.VisitByName(ResourceType::kMatch, "", "", [&](Row match_row) {
    const auto match = base.match(match_row);
    const auto& links = match->promised_supply_links();
    if (match->enterprise() == name || std::any_of(links.begin(), links.end(), [&](const v1::PromisedSupplyLink& link) {
          return link.supply_link().buyer() == name;
        }))
      see(ResourceType::kMatch, match_row);
    return true;
  });
  // Members have no index: only alliances are read.
  for (Row other = 0; other < base.RowLimit(ResourceType::kEnterprise); ++other) {
    if (!base.Exists(ResourceType::kEnterprise, other) || base.EnterpriseKind(other) != v1::Enterprise::ALLIANCE)
      continue;
    v1::Enterprise alliance;
    base.Read(ResourceType::kEnterprise, other, &alliance);
    const auto& members = alliance.members();
    if (std::any_of(members.begin(), members.end(),
                    [&](const v1::Membership& member) { return member.enterprise() == name; })) {
      see(ResourceType::kEnterprise, other);
    }
  }
  return user;
}

std::vector<std::string> CapabilitiesOf(std::string_view name, const model::Snapshot& snapshot) {
  std::vector<std::string> names;
  const Row row = snapshot.Find(ResourceType::kEnterprise, name);
  if (row == model::kNoRow) return names;
  snapshot.OffersOfEnterprise(row).ForEach(
      [&](Row offer) { names.push_back(snapshot.Name(ResourceType::kCapability, offer)); });
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace bulian::enterprise
