#include "services/chain/supply_link_family.h"

#include "bulian/v1/supply_link.pb.h"
#include "services/resource/field_rules.h"
#include "services/resource/type_facts.h"

namespace bulian::chain {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;
using resource::Findings;
using resource::Lookup;

constexpr int kFirstYear = 1900, kLastYear = 2200;

const v1::SupplyLink& LinkOf(const Message& message) { return static_cast<const v1::SupplyLink&>(message); }

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::SupplyLink& link = LinkOf(message);
  resource::CheckReference(link.supplier(), ResourceType::kEnterprise, link.name(), field / "supplier", violations);
  resource::CheckReference(link.buyer(), ResourceType::kEnterprise, link.name(), field / "buyer", violations);
  if (!link.buyer().empty() && link.buyer() == link.supplier())
    violations->Add((field / "buyer").str(), "must not be the supplier");
  resource::CheckReference(link.product_type(), ResourceType::kCapabilityType, link.name(), field / "product_type",
                           violations);
  if (link.year() != 0 && (link.year() < kFirstYear || link.year() > kLastYear)) {
    violations->Add((field / "year").str(), "must be from 1900 to 2200");
  }
  if (link.has_value()) resource::CheckMoney(link.value(), field / "value", violations);
  if (link.has_volume()) resource::CheckQuantity(link.volume(), field / "volume", violations);
  resource::CheckValidity(link, field, violations);
  if (link.has_evidence()) resource::CheckEvidence(link.evidence(), field / "evidence", violations);
  resource::CheckAnnotations(link.annotations(), field, violations);
}

void CheckReferences(const Message& message, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const v1::SupplyLink& link = LinkOf(message);
  resource::CheckExists(lookup, ResourceType::kEnterprise, link.supplier(), link.name(), field / "supplier", findings);
  resource::CheckExists(lookup, ResourceType::kEnterprise, link.buyer(), link.name(), field / "buyer", findings);
  const auto facts =
      resource::CheckTypeExists(lookup, link.product_type(), link.name(), field / "product_type", findings);
  if (facts && link.has_volume()) {
    resource::CheckUnitOfType(link.volume().unit(), *facts, field / "volume" / "unit", &findings->violations);
  }
}

}  // namespace

resource::Family SupplyLinkFamily() {
  resource::Family family;
  family.type = ResourceType::kSupplyLink;
  family.prototype = &v1::SupplyLink::default_instance();
  family.content_used = false;
  family.check = Check;
  family.check_references = CheckReferences;
  family.references = [](const Message& message, std::vector<std::string_view>* names) {
    const v1::SupplyLink& link = LinkOf(message);
    names->insert(names->end(), {link.supplier(), link.buyer(), link.product_type()});
  };
  family.enterprise_names = [](Message* message, const std::function<void(std::string*)>& visit) {
    auto* link = static_cast<v1::SupplyLink*>(message);
    visit(link->mutable_supplier());
    visit(link->mutable_buyer());
  };
  return family;
}

}  // namespace bulian::chain
