#include "services/risk/systemic_request.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "services/model/day.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"

namespace bulian::risk {
namespace {

using model::ResourceType;
using model::Row;

constexpr int kMostEnterprises = 100'000, kMostScenarios = 1000, kMostLosses = 100'000;
constexpr std::size_t kMostLabelBytes = 256;
// The summary is one message: with names of the greatest length so many losers are 3 MB.
constexpr int kDefaultTop = 100, kMostLosersListed = 16'384;
constexpr int kFirstYear = 1900, kLastYear = 2200;

void CheckRange(std::string_view field, int value, int least, int most, model::Violations* violations) {
  if (value != 0 && (value < least || value > most))
    violations->Add(field, "must be 0 or " + std::to_string(least) + " to " + std::to_string(most));
}

void CheckEnterprise(const std::string& field, std::string_view name, std::string_view cluster,
                     model::Violations* violations) {
  const auto parsed = model::ParseResourceName(name);
  if (name.empty())
    violations->Add(field, "is required");
  else if (!parsed || parsed->type != ResourceType::kEnterprise)
    violations->Add(field, "must be `clusters/{cluster}/enterprises/{enterprise}`");
  else if (!cluster.empty() && parsed->cluster != cluster)
    violations->Add(field, "must be of the cluster of `parent`");
}

void CheckShare(const std::string& field, bool has, double share, model::Violations* violations) {
  if (has && !(share >= 0 && share <= 1)) violations->Add(field, "must be 0 to 1");
}

void CheckScenarios(const v1::AssessSystemicRiskRequest& request, std::string_view cluster,
                    model::Violations* violations) {
  if (request.scenarios_size() > kMostScenarios) {
    violations->Add("scenarios", "must be at most " + std::to_string(kMostScenarios));
    return;
  }
  int losses = 0;
  for (const v1::ShockScenario& scenario : request.scenarios()) losses += scenario.losses_size();
  if (losses > kMostLosses) {
    violations->Add("scenarios", "must have at most " + std::to_string(kMostLosses) + " losses");
    return;
  }
  for (int i = 0; i < request.scenarios_size(); ++i) {
    const v1::ShockScenario& scenario = request.scenarios(i);
    const std::string at = "scenarios[" + std::to_string(i) + "].";
    if (scenario.label().size() > kMostLabelBytes) violations->Add(at + "label", "is too long");
    if (scenario.losses().empty()) violations->Add(at + "losses", "is required");
    std::set<std::string_view> seen;
    for (int k = 0; k < scenario.losses_size(); ++k) {
      const v1::EnterpriseShock& loss = scenario.losses(k);
      const std::string here = at + "losses[" + std::to_string(k) + "].";
      CheckEnterprise(here + "enterprise", loss.enterprise(), cluster, violations);
      if (!seen.insert(loss.enterprise()).second) violations->Add(here + "enterprise", "is there twice");
      CheckShare(here + "downstream_share", loss.has_downstream_share(), loss.downstream_share(), violations);
      CheckShare(here + "upstream_share", loss.has_upstream_share(), loss.upstream_share(), violations);
    }
  }
}

bool IsCurrency(std::string_view code) {
  return code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

absl::Status CheckRequest(const v1::AssessSystemicRiskRequest& request) {
  model::Violations violations;
  const auto parent = model::ParseResourceName(request.parent());
  const bool is_cluster = parent && parent->type == ResourceType::kCluster;
  if (!is_cluster) violations.Add("parent", request.parent().empty() ? "is required" : "must be `clusters/{cluster}`");
  const std::string_view cluster = is_cluster ? parent->cluster : std::string_view();
  if (request.has_as_of() && !model::ToDay(request.as_of())) violations.Add("as_of", "must be a full date");
  if (request.enterprises_size() > kMostEnterprises) {
    violations.Add("enterprises", "must be at most " + std::to_string(kMostEnterprises));
  } else {
    for (int i = 0; i < request.enterprises_size(); ++i)
      CheckEnterprise("enterprises[" + std::to_string(i) + "]", request.enterprises(i), cluster, &violations);
  }
  CheckScenarios(request, cluster, &violations);
  if (request.has_threshold() && !(request.threshold() > 0 && request.threshold() <= 1))
    violations.Add("threshold", "must be above 0 and at most 1");
  if (!v1::SystemicStoppingRule_IsValid(request.stopping_rule())) violations.Add("stopping_rule", "is not a rule");
  if (!request.currency().empty() && !IsCurrency(request.currency()))
    violations.Add("currency", "must be an ISO 4217 code of three capital letters");
  CheckRange("year", request.year(), kFirstYear, kLastYear, &violations);
  CheckRange("industry_digits", request.industry_digits(), 2, 4, &violations);
  CheckRange("loser_count", request.loser_count(), 1, 100, &violations);
  CheckRange("top_count", request.top_count(), 1, 1000, &violations);
  const std::int64_t listed = TopCount(request);
  if (listed <= 1000 && request.loser_count() <= 100 && listed * request.loser_count() > kMostLosersListed)
    violations.Add("loser_count",
                   "must be at most " + std::to_string(kMostLosersListed) + " in all for the list in the summary");
  return violations.ToStatus();
}

int TopCount(const v1::AssessSystemicRiskRequest& request) {
  return request.top_count() == 0 ? kDefaultTop : request.top_count();
}

SystemicQuery QueryOf(const v1::AssessSystemicRiskRequest& request, const model::Snapshot& snapshot) {
  SystemicQuery query;
  query.as_of = request.has_as_of() ? *model::ToDay(request.as_of()) : snapshot.cluster().as_of;
  query.currency = request.currency();
  query.year = request.year();
  query.industry_digits = request.industry_digits();
  query.replaceability = !request.no_replacement();
  return query;
}

EsriOptions OptionsOf(const v1::AssessSystemicRiskRequest& request) {
  EsriOptions options;
  options.threshold = request.has_threshold() ? request.threshold() : kDefaultThreshold;
  if (request.stopping_rule() == v1::INDEX_GROWTH) options.rule = StoppingRule::kIndexGrowth;
  return options;
}

absl::StatusOr<std::vector<SystemicQuestion>> QuestionsOf(const v1::AssessSystemicRiskRequest& request,
                                                          const model::Snapshot& snapshot,
                                                          const SystemicNetwork& network) {
  std::vector<SystemicQuestion> questions;
  const auto add = [&](std::string_view name, double down, double up, SystemicQuestion* question) {
    const Row row = snapshot.Find(ResourceType::kEnterprise, name);
    if (row == model::kNoRow) return model::NotFound(name);
    if (const auto firm = network.FirmOf(snapshot, row))
      question->shock.losses.push_back({*firm, down, up});
    else
      question->unlinked.emplace_back(name);
    return absl::OkStatus();
  };
  if (request.enterprises().empty() && request.scenarios().empty()) {
    for (std::size_t i = 0; i < network.enterprises.size(); ++i) {
      SystemicQuestion& question = questions.emplace_back();
      question.enterprise = snapshot.Name(ResourceType::kEnterprise, network.enterprises[i]);
      question.shock.losses.push_back({static_cast<std::int32_t>(i), 1, 1});
    }
    return questions;
  }
  std::vector<std::string> names(request.enterprises().begin(), request.enterprises().end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (std::string& name : names) {
    SystemicQuestion& question = questions.emplace_back();
    if (absl::Status status = add(name, 1, 1, &question); !status.ok()) return status;
    question.enterprise = std::move(name);
  }
  for (int i = 0; i < request.scenarios_size(); ++i) {
    SystemicQuestion& question = questions.emplace_back();
    question.scenario = i;
    for (const v1::EnterpriseShock& loss : request.scenarios(i).losses()) {
      const double down = loss.has_downstream_share() ? loss.downstream_share() : 1;
      const double up = loss.has_upstream_share() ? loss.upstream_share() : down;
      if (absl::Status status = add(loss.enterprise(), down, up, &question); !status.ok()) return status;
    }
  }
  return questions;
}

}  // namespace bulian::risk
