#include "services/resource/filters.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/resource/field_rules.h"

namespace bulian::resource {

RegionSet::RegionSet(const google::protobuf::RepeatedPtrField<std::string>& codes, const FieldPath& field,
                     model::Violations* violations) {
  for (int i = 0; i < codes.size(); ++i) {
    CheckRegionCode(codes[i], FieldPath("").At(field.str(), i), violations);
    std::uint32_t code = 0;
    if (codes[i].size() == 6 && absl::SimpleAtoi(codes[i], &code)) codes_.push_back(code);
  }
}

bool RegionSet::Holds(std::uint32_t region) const {
  return std::any_of(codes_.begin(), codes_.end(), [&](std::uint32_t code) {
    if (code % 10000 == 0) return region / 10000 == code / 10000;
    if (code % 100 == 0) return region / 100 == code / 100;
    return region == code;
  });
}

void RowSet::Add(model::Row row) {
  if (Holds(row)) return;
  if (row >= bits_.size()) bits_.resize(row + 1);
  bits_[row] = true;
  rows_.push_back(row);
}

RowSet TypesWithin(const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view cluster_name,
                   const model::Snapshot& snapshot, const FieldPath& field, model::Violations* violations) {
  RowSet set;
  for (int i = 0; i < names.size(); ++i) {
    const std::string at = absl::StrCat(field.str(), "[", i, "]");
    if (!CheckReference(names[i], model::ResourceType::kCapabilityType, cluster_name, at, violations)) continue;
    const model::Row row = snapshot.Find(model::ResourceType::kCapabilityType, names[i]);
    if (row == model::kNoRow) {
      violations->Add(at, absl::StrCat("there is no ", names[i]));
      continue;
    }
    for (model::Row each : snapshot.Subtree(row)) set.Add(each);
  }
  return set;
}

RowSet RowsNamed(const google::protobuf::RepeatedPtrField<std::string>& names, model::ResourceType type,
                 const model::Snapshot& snapshot, const FieldPath& field, model::Violations* violations) {
  RowSet set;
  const std::string cluster_name = absl::StrCat("clusters/", snapshot.position().cluster);
  for (int i = 0; i < names.size(); ++i) {
    const std::string at = absl::StrCat(field.str(), "[", i, "]");
    if (!CheckReference(names[i], type, cluster_name, at, violations)) continue;
    const model::Row row = snapshot.Find(type, names[i]);
    if (row != model::kNoRow) set.Add(row);
  }
  return set;
}

}  // namespace bulian::resource
