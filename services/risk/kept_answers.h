// The last answers of AssessDisruption, so that their pages are not computed one by one. Bounded in bytes: the answer
// used longest ago goes first, and one that is too great by itself is not kept. Thread-safe.
#ifndef SERVICES_RISK_KEPT_ANSWERS_H_
#define SERVICES_RISK_KEPT_ANSWERS_H_

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/disruption.pb.h"

namespace bulian::risk {

// All that the pages of one answer are made of.
struct RankedAnswer {
  v1::AssessDisruptionResponse head;  // without results: what the first page tells besides
  std::vector<std::string> results;   // FailureResult messages, in order

  std::size_t Bytes() const;
};

using RankedAnswerPtr = std::shared_ptr<const RankedAnswer>;

class KeptAnswers {
 public:
  explicit KeptAnswers(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null if there is none. `key` tells the revision and the request.
  RankedAnswerPtr Find(const std::string& key);
  // Of two of one key the last is kept.
  void Keep(const std::string& key, RankedAnswerPtr answer);
  std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    RankedAnswerPtr answer;
    std::size_t bytes = 0;
  };

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // last used first
  std::size_t bytes_ = 0;
};

}  // namespace bulian::risk

#endif  // SERVICES_RISK_KEPT_ANSWERS_H_
