// What recent commits of one log changed, in memory, so that conflicts are found without reading the log.
// Not thread-safe.
#ifndef SERVICES_STORE_LMDB_RECENT_CHANGES_H_
#define SERVICES_STORE_LMDB_RECENT_CHANGES_H_

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"

namespace bulian::store::lmdb {

// Names and guards are told apart by 64-bit fingerprints: a collision makes a commit validate again, never miss a
// conflict.
std::uint64_t Fingerprint(std::string_view name);
using FingerprintSet = absl::flat_hash_set<std::uint64_t>;

class RecentChanges {
 public:
  // `revision` must follow the one added before.
  void Add(std::int64_t revision, std::vector<std::uint64_t> changed);
  // Forgets commits after `revision`: they were not made durable.
  void ForgetAfter(std::int64_t revision);
  // Whether everything after `revision` up to `head` is still known.
  bool Covers(std::int64_t revision, std::int64_t head) const;
  // Whether a known commit after `revision`, other than those of the revisions `but` (ascending), changed one of
  // `wanted`.
  bool ChangedAfter(std::int64_t revision, const FingerprintSet& wanted, std::span<const std::int64_t> but = {}) const;

 private:
  struct Item {
    std::int64_t revision;
    std::vector<std::uint64_t> changed;
  };
  std::deque<Item> items_;
  std::size_t names_ = 0;
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_RECENT_CHANGES_H_
