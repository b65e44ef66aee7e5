// From hashes to rows, shared between versions: linear hashing over small buckets, so that growth is one split at a
// time. Keys are not stored: the caller compares. Thread-safety as Cow.
#ifndef SERVICES_MODEL_HASH_INDEX_H_
#define SERVICES_MODEL_HASH_INDEX_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "services/model/cow_array.h"
#include "services/model/row_list.h"

namespace bulian::model {

class HashIndex {
 public:
  struct Entry {
    std::uint32_t hash;
    Row row;
  };

  static std::uint32_t Hash(std::string_view key);

  // The first row with this hash for which matches(row) holds; kNoRow if there is none.
  template <class Matches>
  Row Find(std::uint32_t hash, Matches&& matches) const {
    const Bucket* bucket = buckets_.Find(BucketOf(hash));
    if (bucket != nullptr)
      for (const Entry& entry : *bucket)
        if (entry.hash == hash && matches(entry.row)) return entry.row;
    return kNoRow;
  }

  void Insert(std::uint32_t hash, Row row);
  // The index that inserting these in this order makes, in a fraction of the time.
  static HashIndex Of(std::span<const Entry> entries);
  void Erase(std::uint32_t hash, Row row);
  std::size_t UnsharedBytes(const HashIndex& other) const;

 private:
  using Bucket = std::vector<Entry>;
  static constexpr std::size_t kEntriesPerBucket = 12;

  // Buckets below `split_` of the current round are split already.
  std::size_t BucketOf(std::uint32_t hash) const {
    const std::size_t wide = hash & (2 * round_ - 1);
    return wide < round_ + split_ ? wide : hash & (round_ - 1);
  }
  void Split();

  CowArray<Bucket> buckets_;
  std::size_t round_ = 1, split_ = 0;  // buckets at the start of this round of doubling, and how many of them are split
  std::size_t count_ = 0;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_HASH_INDEX_H_
