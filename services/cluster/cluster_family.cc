#include "services/cluster/cluster_family.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/cluster.pb.h"
#include "services/resource/field_rules.h"

namespace bulian::cluster {
namespace {

using google::protobuf::Message;
using model::ResourceType;
using model::Violations;
using resource::FieldPath;

constexpr int kMaxRegions = 1000, kMaxIndustryPairs = 20000;

void Normalise(Message* message) {
  auto& cluster = static_cast<v1::Cluster&>(*message);
  if (cluster.has_display_name()) resource::Trim(cluster.mutable_display_name());
  for (std::string& code : *cluster.mutable_region_codes()) resource::Trim(&code);
  for (v1::IndustryEssentiality& pair : *cluster.mutable_industry_essentiality()) {
    resource::Trim(pair.mutable_supplier_industry());
    resource::Trim(pair.mutable_buyer_industry());
  }
}

void CheckPolicy(const v1::ClusterPolicy& policy, const FieldPath& field, Violations* violations) {
  if (policy.has_min_suppliers() && policy.min_suppliers() < 1)
    violations->Add((field / "min_suppliers").str(), "must be at least 1");
  if (policy.has_max_hhi()) resource::CheckShare(policy.max_hhi(), field / "max_hhi", violations);
  if (policy.has_max_external_share()) {
    resource::CheckShare(policy.max_external_share(), field / "max_external_share", violations);
  }
  if (policy.has_max_single_loss()) {
    resource::CheckShare(policy.max_single_loss(), field / "max_single_loss", violations);
  }
  if (policy.has_match_max_idle_days() && policy.match_max_idle_days() < 1) {
    violations->Add((field / "match_max_idle_days").str(), "must be at least 1");
  }
  if (policy.has_evidence_max_age_days() && policy.evidence_max_age_days() < 1) {
    violations->Add((field / "evidence_max_age_days").str(), "must be at least 1");
  }
}

void CheckWeights(const v1::RankingWeights& weights, const FieldPath& field, Violations* violations) {
  // An absent weight has its default, which is above 0.
  bool some = false;
  const auto weight = [&](bool has, double value, std::string_view name) {
    some = some || !has || value > 0;
    if (has) resource::CheckAmount(value, field / name, violations);
  };
  weight(weights.has_fit(), weights.fit(), "fit");
  weight(weights.has_capacity(), weights.capacity(), "capacity");
  weight(weights.has_readiness(), weights.readiness(), "readiness");
  weight(weights.has_certificates(), weights.certificates(), "certificates");
  weight(weights.has_proximity(), weights.proximity(), "proximity");
  weight(weights.has_embedding(), weights.embedding(), "embedding");
  if (!some) violations->Add(field.str(), "at least one weight must be above 0");
}

void CheckEssentiality(const v1::Cluster& cluster, const FieldPath& field, Violations* violations) {
  resource::CheckCount(cluster.industry_essentiality_size(), kMaxIndustryPairs, field / "industry_essentiality",
                       violations);
  absl::flat_hash_set<std::pair<std::string_view, std::string_view>> seen;
  for (int i = 0; i < std::min(cluster.industry_essentiality_size(), kMaxIndustryPairs); ++i) {
    const v1::IndustryEssentiality& pair = cluster.industry_essentiality(i);
    const FieldPath at = field.At("industry_essentiality", i);
    resource::CheckIndustryCode(pair.supplier_industry(), at / "supplier_industry", violations);
    resource::CheckIndustryCode(pair.buyer_industry(), at / "buyer_industry", violations);
    if (pair.essentiality() == v1::IndustryEssentiality::ESSENTIALITY_UNSPECIFIED) {
      violations->Add((at / "essentiality").str(), "is required");
    } else {
      resource::CheckEnum(v1::IndustryEssentiality::Essentiality_IsValid(pair.essentiality()), at / "essentiality",
                          violations);
    }
    if (!seen.emplace(pair.supplier_industry(), pair.buyer_industry()).second)
      violations->Add(at.str(), "the pair stands twice");
  }
}

void Check(const Message& message, const FieldPath& field, Violations* violations) {
  const auto& cluster = static_cast<const v1::Cluster&>(message);
  resource::CheckLocalized(cluster.display_name(), false, resource::kMaxNameChars, field / "display_name", violations);
  resource::CheckCount(cluster.region_codes_size(), kMaxRegions, field / "region_codes", violations);
  for (int i = 0; i < cluster.region_codes_size(); ++i) {
    resource::CheckRegionCode(cluster.region_codes(i), field.At("region_codes", i), violations);
  }
  if (cluster.has_as_of()) resource::CheckDate(cluster.as_of(), field / "as_of", violations);
  if (cluster.has_policy()) CheckPolicy(cluster.policy(), field / "policy", violations);
  if (cluster.has_ranking_weights()) CheckWeights(cluster.ranking_weights(), field / "ranking_weights", violations);
  resource::CheckAnnotations(cluster.annotations(), field, violations);
  CheckEssentiality(cluster, field, violations);
}

// Everything in a cluster is its child; the log goes as a whole, so one of them is enough to ask for force.
std::vector<std::string> Children(std::string_view, const model::Snapshot& snapshot) {
  for (int i = 0; i < model::kResourceTypeCount; ++i) {
    const auto type = static_cast<ResourceType>(i);
    if (type == ResourceType::kCluster || snapshot.Count(type) == 0) continue;
    std::vector<std::string> first;
    snapshot.VisitByName(type, "", "", [&](model::Row row) {
      first.push_back(snapshot.Name(type, row));
      return false;
    });
    return first;
  }
  return {};
}

}  // namespace

resource::Family ClusterFamily() {
  resource::Family family;
  family.type = ResourceType::kCluster;
  family.prototype = &v1::Cluster::default_instance();
  family.normalise = Normalise;
  family.check = Check;
  family.children = Children;
  return family;
}

}  // namespace bulian::cluster
