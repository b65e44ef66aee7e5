#include "services/exchange/waiting_records.h"

#include <algorithm>

namespace bulian::exchange {
namespace {

// A missing segment comes with its chain.
std::string WaitKey(const std::string& name) {
  const auto segment = model::ParseSegmentName(name);
  return segment ? std::string(segment->chain_name) : name;
}

std::size_t BytesOf(const Record& record) {
  std::size_t bytes = sizeof(Record) + record.resource->SpaceUsedLong();
  if (record.pristine != nullptr) bytes += record.pristine->SpaceUsedLong();
  for (const std::string& name : record.waits_for) bytes += sizeof(name) + 2 * name.capacity();
  return bytes;
}

}  // namespace

bool WaitingRecords::Add(std::unique_ptr<Record>& record) {
  record->waits_for = record->missing;
  record->waiting_bytes = BytesOf(*record);
  if (waiting_.size() >= limits_.records || bytes_ + record->waiting_bytes > limits_.bytes) return false;
  PutBack(std::move(record));
  return true;
}

void WaitingRecords::PutBack(std::unique_ptr<Record> record) {
  const Position position(record->sequence, record->index);
  for (const std::string& name : record->waits_for) waiting_for_[WaitKey(name)].push_back(position);
  bytes_ += record->waiting_bytes;
  waiting_[position] = std::move(record);
}

std::unique_ptr<Record> WaitingRecords::Take(std::map<Position, std::unique_ptr<Record>>::iterator at) {
  std::unique_ptr<Record> record = std::move(at->second);
  waiting_.erase(at);
  bytes_ -= record->waiting_bytes;
  for (const std::string& name : record->waits_for) {
    const auto waiting = waiting_for_.find(WaitKey(name));
    if (waiting == waiting_for_.end()) continue;
    std::erase(waiting->second, Position(record->sequence, record->index));
    if (waiting->second.empty()) waiting_for_.erase(waiting);
  }
  return record;
}

std::vector<std::unique_ptr<Record>> WaitingRecords::TakeCompletable(std::vector<std::string> keys,
                                                                     const std::string& parent) {
  std::vector<std::unique_ptr<Record>> taken;
  while (!keys.empty() && !waiting_.empty()) {
    const auto it = waiting_for_.find(keys.back());
    keys.pop_back();
    if (it == waiting_for_.end()) continue;
    const std::vector<Position> positions = std::move(it->second);
    waiting_for_.erase(it);
    for (const Position& position : positions) {
      const auto found = waiting_.find(position);
      if (found == waiting_.end()) continue;
      for (std::string& more : KeysOf(*found->second, parent)) keys.push_back(std::move(more));
      taken.push_back(Take(found));
    }
  }
  std::sort(taken.begin(), taken.end(), [](const auto& one, const auto& other) {
    return Position(one->sequence, one->index) < Position(other->sequence, other->index);
  });
  return taken;
}

std::vector<std::unique_ptr<Record>> WaitingRecords::TakeOf(std::int64_t sequence) {
  std::vector<std::unique_ptr<Record>> taken;
  for (auto at = waiting_.lower_bound({sequence, 0}); at != waiting_.end() && at->first.first == sequence;) {
    taken.push_back(Take(at++));
  }
  return taken;
}

std::vector<std::unique_ptr<Record>> WaitingRecords::TakeAll() {
  std::vector<std::unique_ptr<Record>> taken;
  for (auto& [position, record] : waiting_) taken.push_back(std::move(record));
  waiting_.clear();
  waiting_for_.clear();
  bytes_ = 0;
  return taken;
}

}  // namespace bulian::exchange
