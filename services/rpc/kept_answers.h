// The last answers of a method whose pages are dear to compute one by one. Bounded in bytes: the answer used longest
// ago goes first, and one that is too great by itself is not kept. Thread-safe.
#ifndef SERVICES_RPC_KEPT_ANSWERS_H_
#define SERVICES_RPC_KEPT_ANSWERS_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace bulian::rpc {

// All that the pages of one answer are made of.
template <class Response>
struct PagedAnswer {
  Response head;                   // what stands on a page besides its items
  std::vector<std::string> items;  // serialised, in order

  std::size_t Bytes() const {
    std::size_t bytes = sizeof(PagedAnswer) + head.SpaceUsedLong();
    for (const std::string& item : items) bytes += sizeof(std::string) + item.capacity();
    return bytes;
  }
};

template <class Response>
class KeptAnswers {
 public:
  using Answer = PagedAnswer<Response>;
  using AnswerPtr = std::shared_ptr<const Answer>;

  explicit KeptAnswers(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null if there is none. `key` tells the revision and the request.
  AnswerPtr Find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto at = Entry(key);
    if (at == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at);
    return at->answer;
  }

  // Of two of one key the last is kept.
  void Keep(const std::string& key, AnswerPtr answer) {
    const std::size_t bytes = answer->Bytes() + key.size();
    if (bytes > most_bytes_) return;
    std::list<Kept> gone;  // dropped after the lock
    const std::lock_guard lock(mutex_);
    const auto drop = [&](typename std::list<Kept>::iterator entry) {
      bytes_ -= entry->bytes;
      gone.splice(gone.end(), entries_, entry);
    };
    if (const auto same = Entry(key); same != entries_.end()) drop(same);
    while (bytes_ + bytes > most_bytes_) drop(std::prev(entries_.end()));
    entries_.push_front({key, std::move(answer), bytes});
    bytes_ += bytes;
  }

  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  struct Kept {
    std::string key;
    AnswerPtr answer;
    std::size_t bytes = 0;
  };

  typename std::list<Kept>::iterator Entry(const std::string& key) {
    return std::find_if(entries_.begin(), entries_.end(), [&](const Kept& entry) { return entry.key == key; });
  }

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Kept> entries_;  // last used first
  std::size_t bytes_ = 0;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_KEPT_ANSWERS_H_
