#include "services/model/hash_index.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace bulian::model {

std::uint32_t HashIndex::Hash(std::string_view key) {
  const std::uint64_t hash = std::hash<std::string_view>{}(key);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

void HashIndex::Insert(std::uint32_t hash, Row row) {
  if (++count_ > (round_ + split_) * kEntriesPerBucket) Split();
  buckets_.Mutable(BucketOf(hash)).push_back({hash, row});
}

HashIndex HashIndex::Of(std::span<const Entry> entries) {
  HashIndex index;
  index.count_ = entries.size();
  const std::size_t buckets = std::max<std::size_t>(1, (entries.size() + kEntriesPerBucket - 1) / kEntriesPerBucket);
  index.round_ = std::bit_floor(buckets);
  index.split_ = buckets - index.round_;
  std::vector<std::uint32_t> ends(buckets + 1);  // by bucket: the end of its entries among `sorted`
  for (const Entry& entry : entries) ++ends[index.BucketOf(entry.hash) + 1];
  for (std::size_t i = 1; i <= buckets; ++i) ends[i] += ends[i - 1];
  std::vector<Entry> sorted(entries.size());
  for (const Entry& entry : entries) sorted[ends[index.BucketOf(entry.hash)]++] = entry;
  for (std::size_t i = 0, begin = 0; i < buckets; begin = ends[i++])
    if (begin != ends[i]) index.buckets_.Mutable(i).assign(sorted.begin() + begin, sorted.begin() + ends[i]);
  return index;
}

void HashIndex::Erase(std::uint32_t hash, Row row) {
  const std::size_t at = BucketOf(hash);
  const auto is_it = [&](const Entry& entry) { return entry.hash == hash && entry.row == row; };
  const Bucket* old_bucket = buckets_.Find(at);
  if (old_bucket == nullptr || std::none_of(old_bucket->begin(), old_bucket->end(), is_it)) return;
  Bucket& bucket = buckets_.Mutable(at);
  bucket.erase(std::find_if(bucket.begin(), bucket.end(), is_it));
  --count_;
}

void HashIndex::Split() {
  const std::size_t from = split_, to = round_ + split_;
  if (const Bucket* bucket = buckets_.Find(from); bucket != nullptr && !bucket->empty()) {
    Bucket stay, go;
    for (const Entry& entry : *bucket) ((entry.hash & (2 * round_ - 1)) == from ? stay : go).push_back(entry);
    buckets_.Mutable(from) = std::move(stay);
    if (!go.empty()) buckets_.Mutable(to) = std::move(go);
  }
  if (++split_ == round_) {
    round_ *= 2;
    split_ = 0;
  }
}

std::size_t HashIndex::UnsharedBytes(const HashIndex& other) const {
  std::size_t bytes = 0;
  bytes += buckets_.VisitUnshared(other.buckets_, [&](std::size_t, const Bucket& bucket, const Bucket*) {
    bytes += Cow<Bucket>::NodeBytes() + bucket.capacity() * sizeof(Entry);
  });
  return bytes;
}

}  // namespace bulian::model
