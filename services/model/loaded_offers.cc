#include "services/model/loaded_offers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bulian::model {
namespace {

// What one offer of a chunk states, from where the one before it ends.
template <class T>
std::span<const T> Between(const std::vector<T>& all, std::uint32_t begin, std::uint32_t end) {
  return std::span(all).subspan(begin, end - begin);
}

// Lists of a block's offers, put one behind the other.
template <class T>
class Packer {
 public:
  void Add(std::size_t slot, std::span<const T> items) {
    items_.insert(items_.end(), items.begin(), items.end());
    std::fill(ends_.begin() + static_cast<std::ptrdiff_t>(slot), ends_.end(),
              static_cast<std::uint32_t>(items_.size()));
  }
  bool empty() const { return items_.empty(); }
  void Fill(PackedRows<T, kOfferBlockSlots>* rows) const { rows->Fill(items_, ends_); }

 private:
  std::vector<T> items_;
  std::array<std::uint32_t, kOfferBlockSlots> ends_{};
};

}  // namespace

std::uint32_t& LoadedOffers::CountOf(Row type) {
  if (type == kNoRow) return without_type_;
  if (type >= counts_.size()) counts_.resize(type + std::size_t{1});
  return counts_[type];
}

std::uint32_t LoadedOffers::Add(Row row, const Offer& offer, const CompiledCapability& compiled) {
  if (chunks_.empty() || chunks_.back()->offers.size() == kChunkOffers) {
    chunks_.push_back(std::make_unique<Chunk>());
    chunks_.back()->rows.reserve(kChunkOffers);
    chunks_.back()->offers.reserve(kChunkOffers);
    chunks_.back()->ends.reserve(kChunkOffers);
  }
  Chunk& chunk = *chunks_.back();
  chunk.rows.push_back(row);
  chunk.offers.push_back(offer);
  chunk.attributes.insert(chunk.attributes.end(), compiled.attributes.begin(), compiled.attributes.end());
  chunk.words.insert(chunk.words.end(), compiled.words.begin(), compiled.words.end());
  chunk.certificates.insert(chunk.certificates.end(), compiled.certificates.begin(), compiled.certificates.end());
  chunk.ends.push_back({static_cast<std::uint32_t>(chunk.attributes.size()),
                        static_cast<std::uint32_t>(chunk.words.size()),
                        static_cast<std::uint32_t>(chunk.certificates.size())});
  return CountOf(offer.type)++;
}

// Numbers of the offers (their place in the load), those of one type together and in order.
std::vector<std::uint32_t> LoadedOffers::ByType() const {
  std::vector<std::uint32_t> next(counts_.size() + 1);  // the last: without a type
  std::uint32_t sum = 0;
  for (std::size_t type = 0; type < counts_.size(); ++type) next[type] = std::exchange(sum, sum + counts_[type]);
  next.back() = sum;
  std::vector<std::uint32_t> numbers(sum + without_type_);
  std::uint32_t number = 0;
  for (const auto& chunk : chunks_) {
    for (std::size_t i = 0; i < chunk->offers.size(); ++i, ++number) {
      const Row type = chunk->offers[i].type;
      numbers[next[type == kNoRow ? counts_.size() : type]++] = number;
    }
  }
  return numbers;
}

void LoadedOffers::Prefetch(std::span<const std::uint32_t> numbers) const {
  for (const std::uint32_t number : numbers) {
    const Chunk& chunk = *chunks_[number / kChunkOffers];
    const std::size_t i = number % kChunkOffers;
    __builtin_prefetch(&chunk.offers[i]);
    __builtin_prefetch(&chunk.ends[i]);
  }
}

OfferBlock LoadedOffers::BlockOf(std::span<const std::uint32_t> numbers) const {
  OfferBlock block;
  Packer<OfferAttribute> attributes;
  Packer<Symbol> words;
  Packer<OfferCertificate> certificates;
  for (std::size_t slot = 0; slot < numbers.size(); ++slot) {
    const Chunk& chunk = *chunks_[numbers[slot] / kChunkOffers];
    const std::size_t i = numbers[slot] % kChunkOffers;
    const Ends begin = i == 0 ? Ends() : chunk.ends[i - 1], end = chunk.ends[i];
    block.rows[slot] = chunk.rows[i];
    block.offers[slot] = chunk.offers[i];
    attributes.Add(slot, Between(chunk.attributes, begin.attributes, end.attributes));
    words.Add(slot, Between(chunk.words, begin.words, end.words));
    certificates.Add(slot, Between(chunk.certificates, begin.certificates, end.certificates));
  }
  if (attributes.empty() && words.empty() && certificates.empty()) return block;
  OfferExtras& extras = block.extras.Mutable();
  attributes.Fill(&extras.attributes);
  words.Fill(&extras.words);
  certificates.Fill(&extras.certificates);
  return block;
}

OfferPostings LoadedOffers::PostingsOf(std::span<const std::uint32_t> numbers) const {
  OfferPostings postings;
  for (std::size_t begin = 0; begin < numbers.size(); begin += kOfferBlockSlots) {
    const std::size_t slots = std::min(kOfferBlockSlots, numbers.size() - begin);
    postings.AppendBlock(BlockOf(numbers.subspan(begin, slots)), slots);
  }
  return postings;
}

void LoadedOffers::Build(const std::function<void(Row type, OfferPostings offers)>& place) {
  constexpr std::size_t kAhead = 32;
  const std::vector<std::uint32_t> numbers = ByType();
  std::span<const std::uint32_t> left = numbers;
  for (std::size_t type = 0; type <= counts_.size(); ++type) {
    const bool without_type = type == counts_.size();
    const std::size_t count = without_type ? without_type_ : counts_[type];
    if (count == 0) continue;
    if (left.size() > count) Prefetch(left.subspan(count, std::min(kAhead, left.size() - count)));
    place(without_type ? kNoRow : static_cast<Row>(type), PostingsOf(left.first(count)));
    left = left.subspan(count);
  }
  *this = {};
}

}  // namespace bulian::model
