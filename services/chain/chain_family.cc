#include "services/chain/chain_family.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "bulian/v1/chain.pb.h"
#include "services/chain/requirement_rules.h"
#include "services/chain/segment_references.h"
#include "services/model/day.h"
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

constexpr int kMaxSegments = 500, kMaxInputs = 200, kMaxPriority = 100, kMaxGroupChars = 63, kMaxPlannedDemands = 120;
constexpr double kSplitRounding = 1e-6;

const v1::Chain& ChainOf(const Message& message) { return static_cast<const v1::Chain&>(message); }

void Normalise(Message* message) {
  auto& chain = static_cast<v1::Chain&>(*message);
  if (chain.has_display_name()) resource::Trim(chain.mutable_display_name());
  if (chain.has_description()) resource::Trim(chain.mutable_description());
  for (v1::Segment& segment : *chain.mutable_segments()) {
    if (segment.has_display_name()) resource::Trim(segment.mutable_display_name());
    if (segment.has_stage()) resource::Trim(segment.mutable_stage());
    NormaliseRequirement(segment.mutable_requirement());
    for (v1::Input& input : *segment.mutable_inputs()) {
      // A segment of the chain itself is kept by its id, however it was written.
      const auto full = model::ParseSegmentName(input.segment());
      if (full && full->chain_name == chain.name()) input.set_segment(std::string(full->segment));
    }
  }
}

void CheckPolicy(const v1::SegmentPolicy& policy, const FieldPath& field, Violations* violations) {
  if (policy.has_min_suppliers() && policy.min_suppliers() < 1)
    violations->Add((field / "min_suppliers").str(), "must be at least 1");
  if (policy.has_max_hhi()) resource::CheckShare(policy.max_hhi(), field / "max_hhi", violations);
  if (policy.has_max_external_share()) {
    resource::CheckShare(policy.max_external_share(), field / "max_external_share", violations);
  }
  if (policy.has_max_single_loss()) {
    resource::CheckShare(policy.max_single_loss(), field / "max_single_loss", violations);
  }
}

// Days in order, each once, each with a rate.
void CheckDemandPlan(const v1::Segment& segment, const FieldPath& field, Violations* violations) {
  resource::CheckCount(segment.demand_plan_size(), kMaxPlannedDemands, field / "demand_plan", violations);
  std::optional<model::Day> last;
  for (int i = 0; i < segment.demand_plan_size(); ++i) {
    const v1::PlannedDemand& planned = segment.demand_plan(i);
    const FieldPath at = field.At("demand_plan", i);
    resource::CheckDate(planned.valid_from(), at / "valid_from", violations);
    const std::optional<model::Day> day = model::ToDay(planned.valid_from());
    if (day && last && *day <= *last) violations->Add((at / "valid_from").str(), "must be after the one before");
    if (day) last = day;
    if (planned.has_final_demand()) {
      resource::CheckRate(planned.final_demand(), at / "final_demand", violations);
    } else {
      violations->Add((at / "final_demand").str(), "is required");
    }
  }
}

// The splits of each alternatives group are all absent or sum to 1; an absent one among stated ones is 0.
void CheckSplits(const v1::Segment& segment, const FieldPath& field, Violations* violations) {
  std::map<std::string_view, double> sums;
  for (const v1::Input& input : segment.inputs()) {
    if (!input.alternatives_group().empty() && input.has_split()) sums[input.alternatives_group()] += input.split();
  }
  for (const auto& [group, sum] : sums) {
    if (!(std::abs(sum - 1) <= kSplitRounding)) {
      violations->Add((field / "inputs").str(), absl::StrCat("the splits of the alternatives group `",
                                                             std::string(group), "` sum to ", sum, ", not to 1"));
    }
  }
}

void CheckInputs(const v1::Segment& segment, const absl::flat_hash_set<std::string>& ids, std::string_view cluster,
                 const FieldPath& field, Violations* violations) {
  resource::CheckCount(segment.inputs_size(), kMaxInputs, field / "inputs", violations);
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < segment.inputs_size(); ++i) {
    const FieldPath at = field.At("inputs", i);
    const v1::Input& input = segment.inputs(i);
    if (model::IsValidId(input.segment())) {
      if (!ids.contains(input.segment())) violations->Add((at / "segment").str(), "is no segment of the chain");
    } else {
      const auto full = model::ParseSegmentName(input.segment());
      if (!full || full->cluster != cluster) {
        violations->Add((at / "segment").str(),
                        "must be the id of a segment of the chain, or the full name of one of the cluster");
      }
    }
    if (!seen.insert(input.segment()).second) violations->Add((at / "segment").str(), "stands twice");
    if (input.has_coefficient()) resource::CheckAmount(input.coefficient(), at / "coefficient", violations);
    resource::CheckText(input.alternatives_group(), kMaxGroupChars, at / "alternatives_group", violations);
    if (!input.has_split()) continue;
    resource::CheckShare(input.split(), at / "split", violations);
    if (input.alternatives_group().empty())
      violations->Add((at / "split").str(), "is only allowed within an alternatives group");
  }
  CheckSplits(segment, field, violations);
}

void CheckSegment(const v1::Segment& segment, const v1::Chain& chain, const absl::flat_hash_set<std::string>& ids,
                  const FieldPath& field, Violations* violations) {
  resource::CheckLocalized(segment.display_name(), true, resource::kMaxNameChars, field / "display_name", violations);
  CheckRequirement(segment.requirement(), chain.name(), field / "requirement", violations);
  if (segment.has_final_demand()) resource::CheckRate(segment.final_demand(), field / "final_demand", violations);
  if (segment.priority() < 0 || segment.priority() > kMaxPriority)
    violations->Add((field / "priority").str(), "must be from 0 to 100");
  if (segment.has_policy()) CheckPolicy(segment.policy(), field / "policy", violations);
  CheckInputs(segment, ids, model::ClusterIdOf(chain.name()), field, violations);
  resource::CheckLocalized(segment.stage(), false, resource::kMaxNameChars, field / "stage", violations);
  if (segment.has_unit_margin()) resource::CheckMoney(segment.unit_margin(), field / "unit_margin", violations);
  CheckDemandPlan(segment, field, violations);
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const v1::Chain& chain = ChainOf(message);
  resource::CheckLocalized(chain.display_name(), true, resource::kMaxNameChars, field / "display_name", violations);
  resource::CheckLocalized(chain.description(), false, resource::kMaxDescriptionChars, field / "description",
                           violations);
  resource::CheckCount(chain.segments_size(), kMaxSegments, field / "segments", violations);
  absl::flat_hash_set<std::string> ids;
  for (int i = 0; i < chain.segments_size(); ++i) {
    const FieldPath at = field.At("segments", i);
    resource::CheckId(chain.segments(i).segment_id(), at / "segment_id", violations);
    if (!ids.insert(chain.segments(i).segment_id()).second) violations->Add((at / "segment_id").str(), "stands twice");
  }
  for (int i = 0; i < chain.segments_size(); ++i) {
    CheckSegment(chain.segments(i), chain, ids, field.At("segments", i), violations);
  }
  resource::CheckAnnotations(chain.annotations(), field, violations);
}

void CheckReferences(const Message& message, const FieldPath& field, Lookup& lookup, Findings* findings) {
  const v1::Chain& chain = ChainOf(message);
  for (int i = 0; i < chain.segments_size(); ++i) {
    const v1::Segment& segment = chain.segments(i);
    const FieldPath at = field.At("segments", i);
    const auto facts = resource::CheckTypeExists(lookup, segment.requirement().capability_type(), chain.name(),
                                                 at / "requirement" / "capability_type", findings);
    if (facts && segment.has_final_demand()) {
      resource::CheckRateOfType(segment.final_demand(), *facts, at / "final_demand", &findings->violations);
    }
    for (int j = 0; facts && j < segment.demand_plan_size(); ++j) {
      if (!segment.demand_plan(j).has_final_demand()) continue;
      resource::CheckRateOfType(segment.demand_plan(j).final_demand(), *facts, at.At("demand_plan", j) / "final_demand",
                                &findings->violations);
    }
    for (int j = 0; j < segment.inputs_size(); ++j) {
      CheckForeignSegment(segment.inputs(j).segment(), chain, at.At("inputs", j) / "segment", lookup, findings);
    }
  }
  CheckRemovedSegments(chain, field, lookup, findings);
}

void References(const Message& message, std::vector<std::string_view>* names) {
  const v1::Chain& chain = ChainOf(message);
  for (const v1::Segment& segment : chain.segments()) {
    names->push_back(segment.requirement().capability_type());
    for (const v1::Input& input : segment.inputs()) {
      if (const auto full = model::ParseSegmentName(input.segment()); full && full->chain_name != chain.name()) {
        names->push_back(full->chain_name);
      }
    }
  }
}

}  // namespace

resource::Family ChainFamily() {
  resource::Family family;
  family.type = ResourceType::kChain;
  family.prototype = &v1::Chain::default_instance();
  family.normalise = Normalise;
  family.check = Check;
  family.check_references = CheckReferences;
  family.references = References;
  family.referrer = [](std::string_view name, Lookup& lookup) { return UserOfSegment(name, "", lookup); };
  return family;
}

}  // namespace bulian::chain
