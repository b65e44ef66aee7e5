#include "services/capability/capability_family.h"

#include <algorithm>

#include "bulian/v1/enterprise.pb.h"
#include "services/resource/field_rules.h"
#include "services/resource/type_facts.h"

namespace bulian::capability {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;
using resource::Findings;
using resource::Lookup;

constexpr int kMaxPoolLoads = 16;

const v1::Capability& CapabilityOf(const Message& message) { return static_cast<const v1::Capability&>(message); }

std::string_view ParentOf(std::string_view name) {
  const auto parsed = model::ParseResourceName(name);
  return parsed ? parsed->parent : std::string_view();
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::Capability& capability = CapabilityOf(message);
  CheckCapability(capability, capability.name(), field, violations);
}

void CheckReferences(const Message& message, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const v1::Capability& capability = CapabilityOf(message);
  const std::string_view parent = ParentOf(capability.name());
  resource::CheckExists(lookup, ResourceType::kEnterprise, parent, capability.name(), field / "name", findings);
  CheckCapabilityReferences(capability, parent, field, lookup, findings);
}

void References(const Message& message, std::vector<std::string_view>* names) {
  const v1::Capability& capability = CapabilityOf(message);
  names->push_back(capability.capability_type());
  names->push_back(ParentOf(capability.name()));
}

template <class List, class IdOf>
bool Holds(const List& list, const std::string& id, IdOf id_of) {
  return std::any_of(list.begin(), list.end(), [&](const auto& element) { return id_of(element) == id; });
}

}  // namespace

void NormaliseCapability(v1::Capability* capability) {
  if (capability->has_description()) resource::Trim(capability->mutable_description());
  for (v1::Certificate& certificate : *capability->mutable_certificates()) resource::Trim(certificate.mutable_scheme());
}

void CheckCapability(const v1::Capability& capability, std::string_view within, const FieldPath& field,
                     Violations* violations) {
  resource::CheckReference(capability.capability_type(), ResourceType::kCapabilityType, within,
                           field / "capability_type", violations);
  if (!capability.site().empty()) resource::CheckId(capability.site(), field / "site", violations);
  resource::CheckEnum(v1::Level_IsValid(capability.level()), field / "level", violations);
  if (capability.has_capacity()) resource::CheckCapacity(capability.capacity(), field / "capacity", violations);
  if (capability.has_lead_time_days())
    resource::CheckAmount(capability.lead_time_days(), field / "lead_time_days", violations);
  if (capability.has_stock()) resource::CheckQuantity(capability.stock(), field / "stock", violations);
  if (capability.has_recovery_time_days())
    resource::CheckAmount(capability.recovery_time_days(), field / "recovery_time_days", violations);
  resource::CheckAttributes(capability.attributes(), field, violations);
  resource::CheckCertificates(capability.certificates(), field, violations);
  resource::CheckValidity(capability, field, violations);
  if (capability.has_evidence()) resource::CheckEvidence(capability.evidence(), field / "evidence", violations);
  resource::CheckCount(capability.pool_loads_size(), kMaxPoolLoads, field / "pool_loads", violations);
  for (int i = 0; i < capability.pool_loads_size(); ++i) {
    const FieldPath at = field.At("pool_loads", i);
    const v1::PoolLoad& load = capability.pool_loads(i);
    resource::CheckId(load.pool(), at / "pool", violations);
    resource::CheckAmount(load.load_per_unit(), at / "load_per_unit", violations);
    for (int j = 0; j < std::min(i, kMaxPoolLoads); ++j) {
      if (capability.pool_loads(j).pool() == load.pool()) violations->Add((at / "pool").str(), "stands twice");
    }
  }
  if (capability.has_description()) {
    resource::CheckLocalized(capability.description(), false, resource::kMaxDescriptionChars, field / "description",
                             violations);
  }
  resource::CheckAnnotations(capability.annotations(), field, violations);
}

void CheckCapabilityReferences(const v1::Capability& capability, std::string_view enterprise, const FieldPath& field,
                               Lookup& lookup, Findings* findings) {
  const auto facts =
      resource::CheckTypeExists(lookup, capability.capability_type(), enterprise, field / "capability_type", findings);
  if (facts && capability.capacity().has_total()) {
    resource::CheckRateOfType(capability.capacity().total(), *facts, field / "capacity" / "total",
                              &findings->violations);
  }
  if (facts && capability.has_stock()) {
    resource::CheckUnitOfType(capability.stock().unit(), *facts, field / "stock" / "unit", &findings->violations);
  }
  if (capability.site().empty() && capability.pool_loads().empty()) return;
  const auto* owner = static_cast<const v1::Enterprise*>(
      enterprise.empty() ? nullptr : lookup.Get(ResourceType::kEnterprise, enterprise));
  if (owner == nullptr) return;
  if (!capability.site().empty() &&
      !Holds(owner->sites(), capability.site(), [](const v1::Site& site) { return site.site_id(); })) {
    findings->violations.Add((field / "site").str(), "is no site of the enterprise");
  }
  for (int i = 0; i < capability.pool_loads_size(); ++i) {
    if (!Holds(owner->pools(), capability.pool_loads(i).pool(), [](const v1::Pool& pool) { return pool.pool_id(); })) {
      findings->violations.Add((field.At("pool_loads", i) / "pool").str(), "is no pool of the enterprise");
    }
  }
}

resource::Family CapabilityFamily() {
  resource::Family family;
  family.type = ResourceType::kCapability;
  family.prototype = &v1::Capability::default_instance();
  family.content_used = false;
  family.normalise = [](Message* message) { NormaliseCapability(static_cast<v1::Capability*>(message)); };
  family.check = Check;
  family.check_references = CheckReferences;
  family.references = References;
  return family;
}

}  // namespace bulian::capability
