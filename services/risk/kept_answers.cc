#include "services/risk/kept_answers.h"

#include <algorithm>
#include <iterator>

namespace bulian::risk {

std::size_t RankedAnswer::Bytes() const {
  std::size_t bytes = sizeof(RankedAnswer) + head.SpaceUsedLong();
  for (const std::string& result : results) bytes += sizeof(std::string) + result.capacity();
  return bytes;
}

RankedAnswerPtr KeptAnswers::Find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  if (at == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, at);
  return at->answer;
}

void KeptAnswers::Keep(const std::string& key, RankedAnswerPtr answer) {
  const std::size_t bytes = answer->Bytes() + key.size();
  if (bytes > most_bytes_) return;
  std::list<Entry> gone;  // dropped after the lock
  const std::lock_guard lock(mutex_);
  const auto drop = [&](std::list<Entry>::iterator entry) {
    bytes_ -= entry->bytes;
    gone.splice(gone.end(), entries_, entry);
  };
  const auto same =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  if (same != entries_.end()) drop(same);
  while (bytes_ + bytes > most_bytes_) drop(std::prev(entries_.end()));
  entries_.push_front({key, std::move(answer), bytes});
  bytes_ += bytes;
}

std::size_t KeptAnswers::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace bulian::risk
