// Synthetic clusters as snapshots, without a store, and the rules of all stored types, for tests and benchmarks of
// branches.
#ifndef TESTS_HARNESS_SYNTHETIC_SNAPSHOT_H_
#define TESTS_HARNESS_SYNTHETIC_SNAPSHOT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/model/snapshot.h"
#include "services/resource/resource.h"
#include "tools/loadgen/synthetic.h"

namespace bulian::harness {

// Full names with stored bytes, by name, as a store's scan gives them.
using StoredRecords = std::vector<std::pair<std::string, std::string>>;
StoredRecords RecordsOf(const loadgen::Synthetic& synthetic);

// All of them at revision 1.
model::SnapshotPtr SnapshotOf(const loadgen::Synthetic& synthetic, const StoredRecords& records);

std::shared_ptr<const resource::Families> AllFamilies();

}  // namespace bulian::harness

#endif  // TESTS_HARNESS_SYNTHETIC_SNAPSHOT_H_
