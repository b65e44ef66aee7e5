#include "services/match/score_parts.h"

#include <optional>
#include <string>

namespace bulian::match {
namespace {

constexpr PartWeights kDefaultWeights = {0.30, 0.25, 0.15, 0.10, 0.10, 0.10};

std::optional<double> WeightOf(const v1::RankingWeights& weights, int part) {
  switch (part) {
    case kFitPart:
      return weights.has_fit() ? std::optional(weights.fit()) : std::nullopt;
    case kCapacityPart:
      return weights.has_capacity() ? std::optional(weights.capacity()) : std::nullopt;
    case kReadinessPart:
      return weights.has_readiness() ? std::optional(weights.readiness()) : std::nullopt;
    case kCertificatesPart:
      return weights.has_certificates() ? std::optional(weights.certificates()) : std::nullopt;
    case kProximityPart:
      return weights.has_proximity() ? std::optional(weights.proximity()) : std::nullopt;
    default:
      return weights.has_embedding() ? std::optional(weights.embedding()) : std::nullopt;
  }
}

// Dividing by the greatest first keeps the sum of huge weights finite.
bool Normalise(PartWeights* weights) {
  const double greatest = *std::max_element(weights->begin(), weights->end());
  if (!(greatest > 0)) return false;
  double sum = 0;
  for (double& weight : *weights) sum += (weight /= greatest);
  for (double& weight : *weights) weight /= sum;
  return true;
}

}  // namespace

PartWeights NormaliseWeights(const v1::RankingWeights* asked, const v1::RankingWeights& cluster, std::string_view field,
                             model::Violations* violations) {
  PartWeights weights = kDefaultWeights;
  bool refused = false;
  for (int part = 0; part < kPartCount; ++part) {
    const std::optional<double> of_cluster = WeightOf(cluster, part);
    if (of_cluster && std::isfinite(*of_cluster) && *of_cluster >= 0) weights[part] = *of_cluster;
    if (asked == nullptr) continue;
    const std::optional<double> of_request = WeightOf(*asked, part);
    if (!of_request) continue;
    if (!std::isfinite(*of_request) || *of_request < 0) {
      violations->Add(std::string(field) + "." + std::string(kPartNames[part]), "must be a finite number, 0 or more");
      refused = true;
      continue;
    }
    weights[part] = *of_request;
  }
  if (Normalise(&weights)) return weights;
  if (asked != nullptr && !refused) violations->Add(field, "at least one weight must be above 0");
  weights = kDefaultWeights;
  Normalise(&weights);
  return weights;
}

void ToProto(const PartWeights& weights, v1::RankingWeights* message) {
  message->set_fit(weights[kFitPart]);
  message->set_capacity(weights[kCapacityPart]);
  message->set_readiness(weights[kReadinessPart]);
  message->set_certificates(weights[kCertificatesPart]);
  message->set_proximity(weights[kProximityPart]);
  message->set_embedding(weights[kEmbeddingPart]);
}

}  // namespace bulian::match
