// Parts of list filters that several services share. Pure, thread-safe.
#ifndef SERVICES_RESOURCE_FILTERS_H_
#define SERVICES_RESOURCE_FILTERS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"
#include "services/resource/field_path.h"

namespace bulian::resource {

// GB/T 2260 codes of a filter, and whether a region is one of them or lies within one.
class RegionSet {
 public:
  RegionSet(const google::protobuf::RepeatedPtrField<std::string>& codes, const FieldPath& field,
            model::Violations* violations);
  bool empty() const { return codes_.empty(); }
  bool Holds(std::uint32_t region) const;
  const std::vector<std::uint32_t>& codes() const { return codes_; }

 private:
  std::vector<std::uint32_t> codes_;
};

// Rows of one resource type.
class RowSet {
 public:
  bool empty() const { return rows_.empty(); }
  bool Holds(model::Row row) const { return row < bits_.size() && bits_[row]; }
  const std::vector<model::Row>& rows() const { return rows_; }
  void Add(model::Row row);

 private:
  std::vector<bool> bits_;
  std::vector<model::Row> rows_;
};

// Keeps in `mask` (null: all rows so far) only the rows that `add` puts into an empty mask.
template <class Add>
void Keep(std::shared_ptr<const model::RowMask>* mask, model::Row limit, const Add& add) {
  auto kept = std::make_shared<model::RowMask>(limit);
  add(kept.get());
  if (*mask != nullptr) kept->And(**mask);
  *mask = std::move(kept);
}

// The types named and all they subsume. A name that is no type's is a violation.
RowSet TypesWithin(const google::protobuf::RepeatedPtrField<std::string>& names, std::string_view cluster_name,
                   const model::Snapshot& snapshot, const FieldPath& field, model::Violations* violations);
// The resources named. A name of the wrong form is a violation, one that does not exist holds nothing.
RowSet RowsNamed(const google::protobuf::RepeatedPtrField<std::string>& names, model::ResourceType type,
                 const model::Snapshot& snapshot, const FieldPath& field, model::Violations* violations);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_FILTERS_H_
