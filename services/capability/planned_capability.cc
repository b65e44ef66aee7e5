#include "services/capability/planned_capability.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/capability/capability_family.h"
#include "services/resource/field_rules.h"
#include "services/resource/resource_message.h"
#include "services/resource/type_facts.h"

namespace bulian::capability {
namespace {

using model::ResourceType;
using resource::FieldPath;

constexpr int kMaxPlanned = 64;

}  // namespace

void NormalisePlanned(PlannedCapabilities* planned) {
  for (v1::PlannedCapability& one : *planned) {
    if (!one.has_capability()) continue;
    v1::Capability& capability = *one.mutable_capability();
    capability.clear_name();
    resource::ClearServerFields(ResourceType::kCapability, &capability);
    NormaliseCapability(&capability);
  }
}

void CheckPlanned(const PlannedCapabilities& planned, std::string_view list, std::string_view within,
                  const FieldPath& field, model::Violations* violations) {
  resource::CheckCount(planned.size(), kMaxPlanned, field / list, violations);
  for (int i = 0; i < planned.size(); ++i) {
    const FieldPath at = field.At(list, i);
    resource::CheckId(planned[i].capability_id(), at / "capability_id", violations);
    for (int j = 0; j < std::min(i, kMaxPlanned); ++j) {
      if (planned[j].capability_id() == planned[i].capability_id())
        violations->Add((at / "capability_id").str(), "stands twice");
    }
    CheckCapability(planned[i].capability(), within, at / "capability", violations);
  }
}

void CheckPlannedReferences(const PlannedCapabilities& planned, std::string_view list, std::string_view owner,
                            bool owned, std::string_view within, const FieldPath& field, resource::Lookup& lookup,
                            resource::Findings* findings) {
  for (int i = 0; i < planned.size(); ++i) {
    const FieldPath at = field.At(list, i);
    const v1::Capability& capability = planned[i].capability();
    if (owned) {
      CheckCapabilityReferences(capability, owner, at / "capability", lookup, findings);
    } else {
      resource::CheckTypeExists(lookup, capability.capability_type(), within, at / "capability" / "capability_type",
                                findings);
    }
  }
}

void AddPlanned(const PlannedCapabilities& planned, std::string_view owner, resource::Lookup& lookup,
                std::vector<std::unique_ptr<google::protobuf::Message>>* more) {
  for (const v1::PlannedCapability& one : planned) {
    std::string name = model::MakeName(owner, ResourceType::kCapability, one.capability_id());
    if (lookup.Exists(ResourceType::kCapability, name)) continue;
    auto capability = std::make_unique<v1::Capability>(one.capability());
    capability->set_name(std::move(name));
    more->push_back(std::move(capability));
  }
}

}  // namespace bulian::capability
