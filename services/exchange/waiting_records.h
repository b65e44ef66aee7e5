// The records of an import that wait for others: bounded in number and bytes, found by what they wait for. Belongs to
// one thread.
#ifndef SERVICES_EXCHANGE_WAITING_RECORDS_H_
#define SERVICES_EXCHANGE_WAITING_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/exchange/import_record.h"

namespace bulian::exchange {

class WaitingRecords {
 public:
  struct Limits {
    std::size_t records = 10'000;
    std::size_t bytes = std::size_t{64} << 20;  // of memory
  };
  explicit WaitingRecords(Limits limits) : limits_(limits) {}
  WaitingRecords() : WaitingRecords(Limits()) {}

  const Limits& limits() const { return limits_; }
  std::size_t size() const { return waiting_.size(); }
  // Sequence of the oldest; 0 if there is none.
  std::int64_t first_sequence() const { return waiting_.empty() ? 0 : waiting_.begin()->first.first; }

  // Takes a record that waits for `record->missing`. False: full, it was not taken.
  bool Add(std::unique_ptr<Record>& record);
  // Takes back one that was taken out, whatever the limits.
  void PutBack(std::unique_ptr<Record> record);

  // Takes out, in order: what may be complete with records of these names (KeysOf), and what may be with those; what
  // came in one message; everything.
  std::vector<std::unique_ptr<Record>> TakeCompletable(std::vector<std::string> keys, const std::string& parent);
  std::vector<std::unique_ptr<Record>> TakeOf(std::int64_t sequence);
  std::vector<std::unique_ptr<Record>> TakeAll();

 private:
  using Position = std::pair<std::int64_t, std::int32_t>;  // sequence, index
  std::unique_ptr<Record> Take(std::map<Position, std::unique_ptr<Record>>::iterator at);

  Limits limits_;
  std::size_t bytes_ = 0;
  std::map<Position, std::unique_ptr<Record>> waiting_;
  // By name waited for.
  absl::flat_hash_map<std::string, std::vector<Position>> waiting_for_;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WAITING_RECORDS_H_
