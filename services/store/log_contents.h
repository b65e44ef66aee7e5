// What a log holds, in digests: to tell whether two stores hold the same. Predecessor digests and the epoch of the log
// itself are left out, which a move changes. Some 64 bytes of memory for each record and request id. Not thread-safe.
#ifndef SERVICES_STORE_LOG_CONTENTS_H_
#define SERVICES_STORE_LOG_CONTENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/store/digest.h"
#include "services/store/store.h"

namespace bulian::store {

class LogContents {
 public:
  // As the methods of LogLoader.
  void AddRecord(std::string_view name, std::optional<std::string_view> value, std::int64_t revision);
  void AddEntry(const LogEntry& entry);
  void AddRequest(const StoredRequest& request);

  // Empty: the same; else the first kind of thing that differs, for an operator.
  std::string DifferenceTo(const LogContents& other) const;

 private:
  using Half = std::pair<std::uint64_t, std::uint64_t>;  // of a digest
  static Half HalfDigest(std::string_view bytes);

  absl::flat_hash_map<Half, Half> records_, requests_;  // by what names them, of the rest
  std::string entries_;                                 // digest over all
  std::int64_t first_ = 0, last_ = 0;                   // revisions of entries
};

// What the store holds of a log that is not written meanwhile.
absl::StatusOr<LogContents> ContentsOf(Store& store, std::string_view log);

}  // namespace bulian::store

#endif  // SERVICES_STORE_LOG_CONTENTS_H_
