#include "services/store/loaded_log.h"

#include <algorithm>

#include "services/model/error.h"
#include "services/store/log_codec.h"

namespace bulian::store {
namespace {

absl::Status Refuse(std::string_view field, const std::string& why) {
  model::Violations violations;
  violations.Add(field, why);
  return violations.ToStatus();
}

// Far beyond any log, and with room above it.
constexpr std::int64_t kMaxNumber = std::int64_t{1} << 60;

bool IsName(std::string_view name) { return !name.empty() && name.size() <= kMaxNameBytes; }

}  // namespace

absl::Status LoadedLog::CheckRecord(std::string_view name, std::int64_t revision) {
  if (!IsName(name)) return Refuse("name", "must have 1 to " + std::to_string(kMaxNameBytes) + " bytes");
  if (revision < 1) return Refuse("revision", "must be at least 1");
  highest_ = std::max(highest_, revision);
  return absl::OkStatus();
}

absl::Status LoadedLog::CheckEntry(const LogEntry& entry) {
  const std::string field = "entry " + std::to_string(entry.revision);
  if (entry.revision > kMaxNumber || entry.epoch > kMaxNumber) return Refuse(field, "has a number that cannot be");
  if (first_ == 0 ? entry.revision < 1 : entry.revision != revision_ + 1)
    return Refuse(field, "must follow entry " + std::to_string(revision_));
  if (entry.epoch < std::max(epoch_, std::int64_t{1}))
    return Refuse(field, "has an epoch before that of its predecessor");
  if (entry.commit_time < time_) return Refuse(field, "is older than its predecessor");
  if (entry.changes.empty()) return Refuse(field, "changes nothing");
  if (entry.predecessor_digest.size() != kDigestBytes) return Refuse(field, "has no predecessor digest");
  for (const LoggedChange& change : entry.changes) {
    if (!IsName(change.name)) return Refuse(field, "changes a record whose name cannot be");
    if (change.before_revision < 0 || change.before_revision >= entry.revision ||
        (change.before_revision > 0) != change.before.has_value())
      return Refuse(field, "tells of a record before it that cannot have been");
  }
  if (first_ == 0) first_ = entry.revision;
  revision_ = entry.revision;
  epoch_ = entry.epoch;
  time_ = entry.commit_time;
  return absl::OkStatus();
}

absl::Status LoadedLog::CheckRequest(const StoredRequest& request) {
  if (request.scope.size() != kDigestBytes) return Refuse("scope", "must have 32 bytes");
  if (request.revision < 1) return Refuse("revision", "must be at least 1");
  highest_ = std::max(highest_, request.revision);
  return absl::OkStatus();
}

absl::Status LoadedLog::CheckPosition(const LogPosition& position) const {
  if (first_ == 0) return Refuse("entries", "must not be empty");
  if (position.uid.empty()) return Refuse("uid", "is required");
  if (position.revision != revision_ || position.commit_time != time_)
    return Refuse("position", "must be that of entry " + std::to_string(revision_));
  if (position.epoch > 2 * kMaxNumber) return Refuse("epoch", "cannot be");
  if (position.epoch < epoch_) return Refuse("epoch", "must not be before that of the last entry");
  if (highest_ > revision_) return Refuse("revision", "is after the last entry");
  return absl::OkStatus();
}

}  // namespace bulian::store
