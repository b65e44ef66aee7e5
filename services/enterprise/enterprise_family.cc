#include "services/enterprise/enterprise_family.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/enterprise/enterprise_references.h"
#include "services/enterprise/identifier_rules.h"
#include "services/resource/field_rules.h"

namespace bulian::enterprise {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;

constexpr int kMaxAliases = 32, kMaxIndustries = 16, kMaxQualifications = 32, kMaxSites = 64, kMaxOwners = 64,
              kMaxPools = 32, kMaxMembers = 2000, kMaxContacts = 8;

const v1::Enterprise& EnterpriseOf(const Message& message) { return static_cast<const v1::Enterprise&>(message); }

void Normalise(Message* message) {
  auto& enterprise = static_cast<v1::Enterprise&>(*message);
  if (enterprise.has_display_name()) resource::Trim(enterprise.mutable_display_name());
  if (enterprise.has_description()) resource::Trim(enterprise.mutable_description());
  for (std::string& alias : *enterprise.mutable_aliases()) resource::Trim(&alias);
  for (std::string& alias : *enterprise.mutable_former_names()) resource::Trim(&alias);
  for (std::string& code : *enterprise.mutable_industry_codes()) resource::Trim(&code);
  for (std::string& code : *enterprise.mutable_qualifications()) resource::Trim(&code);
  resource::Trim(enterprise.mutable_website());
  for (v1::Site& site : *enterprise.mutable_sites()) {
    resource::Trim(site.mutable_region_code());
    resource::Trim(site.mutable_address());
  }
  NormaliseIdentifiers(&enterprise);
}

void CheckSite(const v1::Site& site, const FieldPath& field, Violations* violations) {
  resource::CheckId(site.site_id(), field / "site_id", violations);
  if (site.has_display_name()) {
    resource::CheckLocalized(site.display_name(), false, resource::kMaxNameChars, field / "display_name", violations);
  }
  if (!site.region_code().empty()) resource::CheckRegionCode(site.region_code(), field / "region_code", violations);
  resource::CheckText(site.address(), 300, field / "address", violations);
  if (!site.has_location()) return;
  const auto within = [](double value, double limit) { return value >= -limit && value <= limit; };
  if (!within(site.location().latitude(), 90))
    violations->Add((field / "location" / "latitude").str(), "must be from -90 to 90");
  if (!within(site.location().longitude(), 180))
    violations->Add((field / "location" / "longitude").str(), "must be from -180 to 180");
}

void CheckOwner(const v1::Ownership& owner, const std::string& name, const FieldPath& field, Violations* violations) {
  if (owner.owner_case() == v1::Ownership::OWNER_NOT_SET) {
    violations->Add(field.str(), "an owner is required: enterprise or external_id");
  } else if (owner.has_enterprise()) {
    resource::CheckReference(owner.enterprise(), ResourceType::kEnterprise, name, field / "enterprise", violations);
    const bool all = owner.control() || (owner.has_share() && owner.share() >= 1);
    if (owner.enterprise() == name && all)
      violations->Add(field.str(), "an enterprise cannot own or control all of itself");
  } else {
    resource::CheckRequiredText(owner.external_id(), 256, field / "external_id", violations);
  }
  if (owner.has_share()) resource::CheckShare(owner.share(), field / "share", violations);
  resource::CheckValidity(owner, field, violations);
  if (owner.has_evidence()) resource::CheckEvidence(owner.evidence(), field / "evidence", violations);
}

void CheckMembers(const v1::Enterprise& enterprise, const FieldPath& field, Violations* violations) {
  if (enterprise.members().empty()) return;
  if (enterprise.kind() != v1::Enterprise::ALLIANCE)
    violations->Add((field / "members").str(), "only an ALLIANCE has members");
  resource::CheckCount(enterprise.members_size(), kMaxMembers, field / "members", violations);
  for (int i = 0; i < enterprise.members_size(); ++i) {
    const FieldPath at = field.At("members", i);
    const v1::Membership& member = enterprise.members(i);
    resource::CheckReference(member.enterprise(), ResourceType::kEnterprise, enterprise.name(), at / "enterprise",
                             violations);
    if (member.enterprise() == enterprise.name())
      violations->Add((at / "enterprise").str(), "must not be the alliance itself");
    resource::CheckValidity(member, at, violations);
  }
}

template <class List, class IdOf>
void CheckIdsOnce(const List& list, std::string_view list_name, std::string_view id_name, const FieldPath& field,
                  IdOf id_of, Violations* violations) {
  if (list.size() < 2) return;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < list.size(); ++i) {
    if (!seen.insert(id_of(list[i])).second) violations->Add((field.At(list_name, i) / id_name).str(), "stands twice");
  }
}

void CheckPlaces(const v1::Enterprise& enterprise, const FieldPath& field, Violations* violations) {
  resource::CheckCount(enterprise.sites_size(), kMaxSites, field / "sites", violations);
  for (int i = 0; i < enterprise.sites_size(); ++i) CheckSite(enterprise.sites(i), field.At("sites", i), violations);
  CheckIdsOnce(
      enterprise.sites(), "sites", "site_id", field, [](const v1::Site& site) { return site.site_id(); }, violations);
  resource::CheckCount(enterprise.pools_size(), kMaxPools, field / "pools", violations);
  for (int i = 0; i < enterprise.pools_size(); ++i) {
    const FieldPath at = field.At("pools", i);
    const v1::Pool& pool = enterprise.pools(i);
    resource::CheckId(pool.pool_id(), at / "pool_id", violations);
    resource::CheckLocalized(pool.display_name(), false, resource::kMaxNameChars, at / "display_name", violations);
    if (pool.has_capacity()) resource::CheckRate(pool.capacity(), at / "capacity", violations);
  }
  CheckIdsOnce(
      enterprise.pools(), "pools", "pool_id", field, [](const v1::Pool& pool) { return pool.pool_id(); }, violations);
}

void CheckContacts(const v1::Enterprise& enterprise, const FieldPath& field, Violations* violations) {
  resource::CheckCount(enterprise.contacts_size(), kMaxContacts, field / "contacts", violations);
  for (int i = 0; i < enterprise.contacts_size(); ++i) {
    const FieldPath at = field.At("contacts", i);
    resource::CheckText(enterprise.contacts(i).role(), 100, at / "role", violations);
    resource::CheckText(enterprise.contacts(i).phone(), 40, at / "phone", violations);
    resource::CheckText(enterprise.contacts(i).email(), 200, at / "email", violations);
  }
  resource::CheckText(enterprise.website(), 300, field / "website", violations);
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::Enterprise& enterprise = EnterpriseOf(message);
  resource::CheckEnum(v1::Enterprise::Kind_IsValid(enterprise.kind()), field / "kind", violations);
  resource::CheckLocalized(enterprise.display_name(), true, resource::kMaxNameChars, field / "display_name",
                           violations);
  resource::CheckTexts(enterprise.aliases(), kMaxAliases, resource::kMaxNameChars, "aliases", field, violations);
  resource::CheckTexts(enterprise.former_names(), kMaxAliases, resource::kMaxNameChars, "former_names", field,
                       violations);
  CheckIdentifiers(enterprise, field, violations);
  resource::CheckCount(enterprise.industry_codes_size(), kMaxIndustries, field / "industry_codes", violations);
  for (int i = 0; i < enterprise.industry_codes_size(); ++i) {
    resource::CheckIndustryCode(enterprise.industry_codes(i), field.At("industry_codes", i), violations);
  }
  resource::CheckCount(enterprise.qualifications_size(), kMaxQualifications, field / "qualifications", violations);
  for (int i = 0; i < enterprise.qualifications_size(); ++i) {
    if (!resource::IsQualification(enterprise.qualifications(i))) {
      violations->Add(field.At("qualifications", i).str(), "must match [A-Z][A-Z0-9_]{0,62}");
    }
  }
  CheckPlaces(enterprise, field, violations);
  resource::CheckCount(enterprise.owners_size(), kMaxOwners, field / "owners", violations);
  for (int i = 0; i < enterprise.owners_size(); ++i) {
    CheckOwner(enterprise.owners(i), enterprise.name(), field.At("owners", i), violations);
  }
  CheckMembers(enterprise, field, violations);
  CheckContacts(enterprise, field, violations);
  resource::CheckLocalized(enterprise.description(), false, resource::kMaxDescriptionChars, field / "description",
                           violations);
  resource::CheckAnnotations(enterprise.annotations(), field, violations);
}

void References(const Message& message, std::vector<std::string_view>* names) {
  const v1::Enterprise& enterprise = EnterpriseOf(message);
  for (const v1::Ownership& owner : enterprise.owners()) {
    if (owner.has_enterprise()) names->push_back(owner.enterprise());
  }
  for (const v1::Membership& member : enterprise.members()) names->push_back(member.enterprise());
}

void Identifiers(const Message& message, std::vector<resource::Identifier>* identifiers) {
  const v1::Enterprise& enterprise = EnterpriseOf(message);
  if (!enterprise.uscc().empty()) identifiers->push_back({"uscc", enterprise.uscc()});
  if (!enterprise.lei().empty()) identifiers->push_back({"lei", enterprise.lei()});
  for (const v1::ExternalIdentifier& identifier : enterprise.identifiers()) {
    identifiers->push_back({identifier.system(), identifier.value()});
  }
}

void EnterpriseNames(Message* message, const std::function<void(std::string*)>& visit) {
  auto* enterprise = static_cast<v1::Enterprise*>(message);
  for (v1::Ownership& owner : *enterprise->mutable_owners()) {
    if (owner.has_enterprise()) visit(owner.mutable_enterprise());
  }
  for (v1::Membership& member : *enterprise->mutable_members()) visit(member.mutable_enterprise());
}

}  // namespace

resource::Family EnterpriseFamily() {
  resource::Family family;
  family.type = ResourceType::kEnterprise;
  family.prototype = &v1::Enterprise::default_instance();
  family.normalise = Normalise;
  family.check = Check;
  family.check_references = [](const Message& message, const FieldPath& field, resource::Lookup& lookup,
                               resource::Findings* findings) {
    CheckReferences(EnterpriseOf(message), field, lookup, findings);
  };
  family.references = References;
  family.identifiers = Identifiers;
  family.referrer = UserOfEnterprise;
  family.children = CapabilitiesOf;
  family.enterprise_names = EnterpriseNames;
  return family;
}

}  // namespace bulian::enterprise
