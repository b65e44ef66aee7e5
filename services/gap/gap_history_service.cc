#include "services/gap/gap_history_service.h"

namespace bulian::gap {

std::shared_ptr<GapLine> GapHistory::Find(std::int64_t after) {
  std::shared_ptr<GapLine> next;
  std::vector<std::shared_ptr<GapLine>> held;  // let go after the lock: a line's end frees a branch
  const std::lock_guard lock(mutex_);
  std::erase_if(lines_, [](const auto& line) { return line.expired(); });
  for (const auto& weak : lines_) {
    std::shared_ptr<GapLine> line = weak.lock();
    if (line == nullptr) continue;
    if (line->Find(after + 1) != nullptr) return line;
    if (next == nullptr && line->head() == after) next = line;
    held.push_back(std::move(line));
  }
  return next;
}

absl::StatusOr<std::shared_ptr<GapLine>> GapHistory::Make(std::int64_t after) {
  const std::lock_guard making(make_mutex_);
  if (auto found = Find(after)) return found;
  auto line = GapLine::After(after, log_, sources_, limits_);
  if (!line.ok()) return line.status();
  const std::lock_guard lock(mutex_);
  lines_.push_back(*line);
  return line;
}

std::shared_ptr<GapHistory> GapHistories::Of(const watch::WatchedLogId& log) {
  const std::lock_guard lock(mutex_);
  std::erase_if(histories_, [](const auto& history) { return history.second.expired(); });
  std::weak_ptr<GapHistory>& place = histories_[{log.uid, log.epoch}];
  std::shared_ptr<GapHistory> history = place.lock();
  if (history == nullptr) place = history = std::make_shared<GapHistory>(log, sources_, limits_);
  return history;
}

}  // namespace bulian::gap
