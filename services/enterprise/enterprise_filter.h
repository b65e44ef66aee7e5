// What of an EnterpriseFilter the snapshot's indexes answer. Pure, thread-safe.
#ifndef SERVICES_ENTERPRISE_ENTERPRISE_FILTER_H_
#define SERVICES_ENTERPRISE_ENTERPRISE_FILTER_H_

#include <memory>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"

namespace bulian::enterprise {

// The rows with a value of each field that is set, but for `text`; null: all. Wrong values become violations of
// `filter.…`.
std::shared_ptr<const model::RowMask> RowsOf(const v1::EnterpriseFilter& filter, const model::Snapshot& snapshot,
                                             model::Violations* violations);

}  // namespace bulian::enterprise

#endif  // SERVICES_ENTERPRISE_ENTERPRISE_FILTER_H_
