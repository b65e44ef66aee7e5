#include "services/enterprise/enterprise_filter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "services/resource/field_rules.h"
#include "services/resource/filters.h"

namespace bulian::enterprise {
namespace {

using model::ResourceType;

// The rows with a value of each field that is set; null: all.
std::shared_ptr<const model::RowMask> RowsWith(const v1::EnterpriseFilter& filter, const resource::RegionSet& regions,
                                               const model::Snapshot& snapshot) {
  const model::EnterpriseIndex& index = snapshot.enterprise_index();
  std::shared_ptr<const model::RowMask> rows;
  const auto keep = [&](const auto& values, const auto& add) {
    if (values.empty()) return;
    resource::Keep(&rows, snapshot.RowLimit(ResourceType::kEnterprise), [&](model::RowMask* mask) {
      for (const auto& value : values) add(value, mask);
    });
  };
  keep(filter.kinds(), [&](int kind, auto* mask) { index.AddKind(static_cast<v1::Enterprise::Kind>(kind), mask); });
  keep(regions.codes(), [&](std::uint32_t region, auto* mask) { index.AddRegion(region, mask); });
  keep(filter.industry_codes(), [&](const std::string& code, auto* mask) { index.AddIndustry(code, mask); });
  keep(filter.qualifications(), [&](const std::string& one, auto* mask) { index.AddQualification(one, mask); });
  return rows;
}

}  // namespace

std::shared_ptr<const model::RowMask> RowsOf(const v1::EnterpriseFilter& filter, const model::Snapshot& snapshot,
                                             model::Violations* violations) {
  const resource::RegionSet regions(filter.region_codes(), "filter.region_codes", violations);
  for (int i = 0; i < filter.industry_codes_size(); ++i) {
    resource::CheckIndustryCode(filter.industry_codes(i), absl::StrCat("filter.industry_codes[", i, "]"), violations);
  }
  for (int i = 0; i < filter.kinds_size(); ++i) {
    resource::CheckEnum(v1::Enterprise::Kind_IsValid(filter.kinds(i)), absl::StrCat("filter.kinds[", i, "]"),
                        violations);
  }
  return RowsWith(filter, regions, snapshot);
}

}  // namespace bulian::enterprise
