// The lines of gap analyses of each watched cluster, found by where a watch stands: watches that stand alike share one,
// and one that catches up with another goes on with that one's. A cluster nobody watches has none, and costs nothing.
#ifndef SERVICES_GAP_GAP_HISTORY_SERVICE_H_
#define SERVICES_GAP_GAP_HISTORY_SERVICE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/gap_line_service.h"
#include "services/watch/watched_log.h"

namespace bulian::gap {

// Of one log. Thread-safe.
class GapHistory {
 public:
  GapHistory(watch::WatchedLogId log, const GapLineSources& sources, const GapLineLimits& limits)
      : log_(std::move(log)), sources_(sources), limits_(limits) {}

  // The line that has analysed the commit after `after`; else one whose next it is; else null. Never waits long.
  std::shared_ptr<GapLine> Find(std::int64_t after);
  // The same, made if there is none; the errors of GapLine::After.
  absl::StatusOr<std::shared_ptr<GapLine>> Make(std::int64_t after);

 private:
  const watch::WatchedLogId log_;
  const GapLineSources sources_;
  const GapLineLimits limits_;
  std::mutex make_mutex_;  // before mutex_; one is made at a time, for all that wait for it
  std::mutex mutex_;       // held for moments
  std::vector<std::weak_ptr<GapLine>> lines_;
};

// Of all logs. Thread-safe.
class GapHistories {
 public:
  GapHistories(const GapLineSources& sources, const GapLineLimits& limits) : sources_(sources), limits_(limits) {}

  const GapLineSources& sources() const { return sources_; }
  std::shared_ptr<GapHistory> Of(const watch::WatchedLogId& log);

 private:
  const GapLineSources sources_;
  const GapLineLimits limits_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::int64_t>, std::weak_ptr<GapHistory>> histories_;  // by uid and epoch
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_HISTORY_SERVICE_H_
