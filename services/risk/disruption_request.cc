#include "services/risk/disruption_request.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "services/model/region.h"
#include "services/model/resource_name.h"

namespace bulian::risk {
namespace {

using model::ResourceType;

constexpr int kMostFailures = 200, kMostNames = 10'000;
constexpr std::size_t kMostLabelBytes = 256;

void CheckEnterprises(const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& names,
                      std::string_view cluster, model::Violations* violations) {
  std::set<std::string_view> seen;
  for (int i = 0; i < names.size(); ++i) {
    const std::string at = field + "[" + std::to_string(i) + "]";
    const auto parsed = model::ParseResourceName(names[i]);
    if (!parsed || parsed->type != ResourceType::kEnterprise) {
      violations->Add(at, "must be `clusters/{cluster}/enterprises/{enterprise}`");
    } else if (parsed->cluster != cluster) {
      violations->Add(at, "must be of the cluster of `parent`");
    } else if (!seen.insert(names[i]).second) {
      violations->Add(at, "is named twice");
    }
  }
}

int NamesIn(const v1::Failure& failure) {
  int names = failure.enterprises_size() + failure.region_codes_size();
  for (const auto& supplier : failure.segment_suppliers()) names += 1 + supplier.enterprises_size();
  return names;
}

void CheckFailure(const std::string& field, const v1::Failure& failure, std::string_view cluster,
                  model::Violations* violations) {
  if (failure.label().size() > kMostLabelBytes) violations->Add(field + ".label", "must be at most 256 bytes");
  if (NamesIn(failure) == 0) violations->Add(field, "must name what stops");
  CheckEnterprises(field + ".enterprises", failure.enterprises(), cluster, violations);
  for (int i = 0; i < failure.segment_suppliers_size(); ++i) {
    const v1::SegmentSupplierFailure& supplier = failure.segment_suppliers(i);
    const std::string at = field + ".segment_suppliers[" + std::to_string(i) + "]";
    const bool is_segment = model::ParseSegmentName(supplier.segment()).has_value();
    if (!is_segment) {
      violations->Add(at + ".segment", "must be `clusters/{cluster}/chains/{chain}/segments/{segment}`");
    } else if (model::ClusterIdOf(supplier.segment()) != cluster) {
      violations->Add(at + ".segment", "must be of the cluster of `parent`");
    }
    if (supplier.enterprises().empty()) violations->Add(at + ".enterprises", "is required");
    CheckEnterprises(at + ".enterprises", supplier.enterprises(), cluster, violations);
  }
  std::set<std::string_view> regions;
  for (int i = 0; i < failure.region_codes_size(); ++i) {
    const std::string at = field + ".region_codes[" + std::to_string(i) + "]";
    const std::string problem = model::RegionProblem(failure.region_codes(i));
    if (!problem.empty()) {
      violations->Add(at, problem);
    } else if (!regions.insert(failure.region_codes(i)).second) {
      violations->Add(at, "is named twice");
    }
  }
}

absl::StatusOr<std::vector<model::Row>> RowsOf(const google::protobuf::RepeatedPtrField<std::string>& names,
                                               const model::Snapshot& snapshot) {
  std::vector<model::Row> rows;
  for (const std::string& name : names) {
    rows.push_back(snapshot.Find(ResourceType::kEnterprise, name));
    if (rows.back() == model::kNoRow) return model::NotFound(name);
  }
  return rows;
}

}  // namespace

void CheckFailures(const v1::AssessDisruptionRequest& request, model::Violations* violations) {
  const std::string_view cluster = model::ClusterIdOf(request.parent());
  if (request.failures_size() > kMostFailures) violations->Add("failures", "must be at most 200");
  int names = 0;
  for (int i = 0; i < std::min(request.failures_size(), kMostFailures); ++i) {
    names += NamesIn(request.failures(i));
    if (names > kMostNames) {
      violations->Add("failures", "must hold at most 10000 names in all");
      break;
    }
    CheckFailure("failures[" + std::to_string(i) + "]", request.failures(i), cluster, violations);
  }
  if (!v1::FailureUnit_IsValid(request.unit())) violations->Add("unit", "is not known");
  if (!request.failures().empty() && request.unit() != v1::FAILURE_UNIT_UNSPECIFIED)
    violations->Add("unit", "must not be set with failures");
  if (!v1::Sourcing_IsValid(request.sourcing())) violations->Add("sourcing", "is not known");
}

absl::StatusOr<std::vector<Stoppage>> StoppagesOf(const v1::AssessDisruptionRequest& request,
                                                  const gap::ClusterAnalysis& analysis) {
  std::vector<Stoppage> stoppages;
  for (const v1::Failure& failure : request.failures()) {
    Stoppage& stoppage = stoppages.emplace_back();
    auto enterprises = RowsOf(failure.enterprises(), *analysis.snapshot());
    if (!enterprises.ok()) return enterprises.status();
    stoppage.enterprises = *std::move(enterprises);
    for (const v1::SegmentSupplierFailure& supplier : failure.segment_suppliers()) {
      const int segment = analysis.graph().Find(supplier.segment());
      if (segment < 0) return model::NotFound(supplier.segment());
      auto rows = RowsOf(supplier.enterprises(), *analysis.snapshot());
      if (!rows.ok()) return rows.status();
      stoppage.segment_suppliers.emplace_back(segment, *std::move(rows));
    }
    stoppage.regions.assign(failure.region_codes().begin(), failure.region_codes().end());
  }
  return stoppages;
}

}  // namespace bulian::risk
