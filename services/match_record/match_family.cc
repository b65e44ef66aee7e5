#include "services/match_record/match_family.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/match_record.pb.h"
#include "services/capability/planned_capability.h"
#include "services/chain/requirement_rules.h"
#include "services/chain/segment_references.h"
#include "services/chain/supply_link_family.h"
#include "services/match_record/match_history.h"
#include "services/resource/field_rules.h"
#include "services/resource/resource_message.h"
#include "services/resource/type_facts.h"

namespace bulian::match_record {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;
using resource::Findings;
using resource::Lookup;

constexpr int kMaxLinks = 64;

const v1::Match& MatchOf(const Message& message) { return static_cast<const v1::Match&>(message); }

const resource::Family& LinkRules() {
  static const auto* const kRules = new resource::Family(chain::SupplyLinkFamily());
  return *kRules;
}

// The promised link as it will be stored.
v1::SupplyLink PromisedLink(const v1::Match& match, const v1::PromisedSupplyLink& promised) {
  v1::SupplyLink link = promised.supply_link();
  const std::string_view cluster = model::ClusterIdOf(match.name());
  link.set_name(model::MakeName(model::MakeName("", ResourceType::kCluster, cluster), ResourceType::kSupplyLink,
                                promised.supply_link_id()));
  return link;
}

void Normalise(Message* message) {
  auto& match = static_cast<v1::Match&>(*message);
  resource::Trim(match.mutable_note());
  if (match.has_requirement()) chain::NormaliseRequirement(match.mutable_requirement());
  capability::NormalisePlanned(match.mutable_promised_capabilities());
  for (v1::PromisedSupplyLink& promised : *match.mutable_promised_supply_links()) {
    v1::SupplyLink& link = *promised.mutable_supply_link();
    link.clear_name();
    resource::ClearServerFields(ResourceType::kSupplyLink, &link);
    link.set_supplier(match.enterprise());
  }
}

void CheckNeed(const v1::Match& match, const FieldPath& field, Violations* violations) {
  switch (match.need_case()) {
    case v1::Match::kSegment: {
      const auto segment = model::ParseSegmentName(match.segment());
      if (!segment || segment->cluster != model::ClusterIdOf(match.name()))
        violations->Add((field / "segment").str(), "must be the full name of a segment of the cluster");
      return;
    }
    case v1::Match::kRequirement:
      return chain::CheckRequirement(match.requirement(), match.name(), field / "requirement", violations);
    case v1::Match::NEED_NOT_SET:
      violations->Add((field / "segment").str(), "a segment or a requirement is required");
  }
}

void CheckPromisedLinks(const v1::Match& match, const FieldPath& field, Violations* violations) {
  const auto& links = match.promised_supply_links();
  resource::CheckCount(links.size(), kMaxLinks, field / "promised_supply_links", violations);
  for (int i = 0; i < links.size(); ++i) {
    const FieldPath at = field.At("promised_supply_links", i);
    resource::CheckId(links[i].supply_link_id(), at / "supply_link_id", violations);
    for (int j = 0; j < std::min(i, kMaxLinks); ++j) {
      if (links[j].supply_link_id() == links[i].supply_link_id())
        violations->Add((at / "supply_link_id").str(), "stands twice");
    }
  }
  for (int i = 0; i < links.size(); ++i) {
    const FieldPath promise = field.At("promised_supply_links", i);
    const FieldPath at = promise / "supply_link";
    Violations of_link;
    LinkRules().check(PromisedLink(match, links[i]), at, &of_link);
    // Its supplier is the match's enterprise, of which all is said above.
    for (const auto& [wrong, why] : of_link.items())
      if (wrong != (at / "supplier").str()) violations->Add(wrong, why);
  }
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::Match& match = MatchOf(message);
  CheckNeed(match, field, violations);
  resource::CheckReference(match.enterprise(), ResourceType::kEnterprise, match.name(), field / "enterprise",
                           violations);
  CheckStates(match, field, violations);
  capability::CheckPlanned(match.promised_capabilities(), "promised_capabilities", match.name(), field, violations);
  CheckPromisedLinks(match, field, violations);
  resource::CheckAnnotations(match.annotations(), field, violations);
}

void CheckReferences(const Message& message, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const v1::Match& match = MatchOf(message);
  CheckSteps(match, field, &findings->violations);
  if (const auto segment = model::ParseSegmentName(match.segment()))
    chain::CheckSegmentExists(*segment, field / "segment", lookup, findings);
  if (match.has_requirement()) {
    resource::CheckTypeExists(lookup, match.requirement().capability_type(), match.name(),
                              field / "requirement" / "capability_type", findings);
  }
  const bool known = resource::CheckExists(lookup, ResourceType::kEnterprise, match.enterprise(), match.name(),
                                           field / "enterprise", findings);
  capability::CheckPlannedReferences(match.promised_capabilities(), "promised_capabilities", match.enterprise(), known,
                                     match.name(), field, lookup, findings);
  for (int i = 0; i < match.promised_supply_links_size(); ++i) {
    LinkRules().check_references(PromisedLink(match, match.promised_supply_links(i)),
                                 field.At("promised_supply_links", i) / "supply_link", lookup, findings);
  }
}

void References(const Message& message, std::vector<std::string_view>* names) {
  const v1::Match& match = MatchOf(message);
  names->push_back(match.enterprise());
  if (const auto segment = model::ParseSegmentName(match.segment())) names->push_back(segment->chain_name);
  if (match.has_requirement()) names->push_back(match.requirement().capability_type());
  for (const auto& promised : match.promised_capabilities()) names->push_back(promised.capability().capability_type());
  for (const auto& promised : match.promised_supply_links()) {
    names->push_back(promised.supply_link().buyer());
    names->push_back(promised.supply_link().product_type());
  }
}

void FollowUp(const Message* before, const Message& after, Lookup& lookup,
              std::vector<std::unique_ptr<Message>>* more) {
  const v1::Match& match = MatchOf(after);
  if (match.state() != v1::Match::CONTRACTED) return;
  if (before != nullptr && MatchOf(*before).state() == v1::Match::CONTRACTED) return;
  capability::AddPlanned(match.promised_capabilities(), match.enterprise(), lookup, more);
  for (const v1::PromisedSupplyLink& promised : match.promised_supply_links()) {
    auto link = std::make_unique<v1::SupplyLink>(PromisedLink(match, promised));
    if (!lookup.Exists(ResourceType::kSupplyLink, link->name())) more->push_back(std::move(link));
  }
}

}  // namespace

resource::Family MatchFamily() {
  resource::Family family;
  family.type = ResourceType::kMatch;
  family.prototype = &v1::Match::default_instance();
  family.content_used = false;
  family.normalise = Normalise;
  family.carry = [](const Message* before, const resource::Stamper& stamper, Message* after) {
    CarryHistory(static_cast<const v1::Match*>(before), stamper.now, stamper.actor, static_cast<v1::Match*>(after));
  };
  family.check = Check;
  family.check_references = CheckReferences;
  family.references = References;
  family.follow_up = FollowUp;
  family.enterprise_names = [](Message* message, const std::function<void(std::string*)>& visit) {
    auto* match = static_cast<v1::Match*>(message);
    visit(match->mutable_enterprise());
    for (v1::PromisedSupplyLink& promised : *match->mutable_promised_supply_links())
      visit(promised.mutable_supply_link()->mutable_buyer());
  };
  return family;
}

}  // namespace bulian::match_record
