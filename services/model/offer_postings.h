// Offers of one type, kept together so that a search reads memory in order.
//
// Offers stand in slots without holes; one that goes leaves its slot to the last, so the order of slots depends on the
// history and means nothing. Thread-safety as Cow; references and views live as long as the postings are not written.
#ifndef SERVICES_MODEL_OFFER_POSTINGS_H_
#define SERVICES_MODEL_OFFER_POSTINGS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "services/model/cow.h"
#include "services/model/offer.h"
#include "services/model/offer_attribute.h"
#include "services/model/packed_rows.h"
#include "services/model/row_list.h"
#include "services/model/symbol.h"

namespace bulian::model {

inline constexpr std::size_t kOfferBlockSlots = 16;

// What a block's offers state of variable length; apart from their rows, for most changes leave it as it is.
struct OfferExtras {
  PackedRows<OfferAttribute, kOfferBlockSlots> attributes;
  PackedRows<Symbol, kOfferBlockSlots> words;
  PackedRows<OfferCertificate, kOfferBlockSlots> certificates;
};

struct OfferBlock {
  Cow<OfferExtras> extras;
  std::array<Row, kOfferBlockSlots> rows{};  // of the capabilities
  std::array<Offer, kOfferBlockSlots> offers{};
};

// One offer with what it states. A default one refers to none.
class OfferRef {
 public:
  OfferRef() = default;
  OfferRef(const OfferBlock* block, std::size_t slot) : block_(block), slot_(slot) {}
  Row row() const { return block_->rows[slot_]; }
  const Offer& operator*() const { return block_->offers[slot_]; }
  const Offer* operator->() const { return &block_->offers[slot_]; }
  std::span<const OfferAttribute> attributes() const {
    return block_->extras ? block_->extras->attributes.Get(slot_) : std::span<const OfferAttribute>();
  }
  std::span<const Symbol> words(const OfferAttribute& attribute) const {
    return words().subspan(attribute.words_begin, attribute.words_count);
  }
  // The words of all attributes together.
  std::span<const Symbol> words() const {
    return block_->extras ? block_->extras->words.Get(slot_) : std::span<const Symbol>();
  }
  std::span<const OfferCertificate> certificates() const {
    return block_->extras ? block_->extras->certificates.Get(slot_) : std::span<const OfferCertificate>();
  }

 private:
  const OfferBlock* block_ = nullptr;
  std::size_t slot_ = 0;
};

class OfferPostings {
 public:
  std::size_t size() const { return rep_ ? rep_->size : 0; }
  bool empty() const { return size() == 0; }
  OfferRef operator[](std::size_t slot) const {
    const std::size_t block = slot / kOfferBlockSlots;
    return {rep_->groups[block / kGroupBlocks]->blocks[block % kGroupBlocks].get(), slot % kOfferBlockSlots};
  }

  // Calls visit(block, slots) for every block, whose first `slots` hold offers, and after(number) with the number of
  // offers visited since it was last called, every few hundred offers; after returns false to stop.
  template <class Visit, class After>
  void VisitBlocks(Visit&& visit, After&& after) const {
    if (!rep_) return;
    std::size_t left = rep_->size;
    for (const Cow<Group>& group : rep_->groups) {
      const std::size_t count = std::min(left, kGroupBlocks * kOfferBlockSlots);
      VisitGroup(*group, count, visit);
      left -= count;
      if (!after(count)) return;
    }
  }
  // The same with visit(OfferRef) for every offer.
  template <class Visit, class After>
  void VisitSome(Visit&& visit, After&& after) const {
    VisitBlocks(
        [&](const OfferBlock& block, std::size_t slots) {
          for (std::size_t slot = 0; slot < slots; ++slot) visit(OfferRef(&block, slot));
        },
        after);
  }
  template <class Visit>
  void ForEach(Visit&& visit) const {
    VisitSome(visit, [](std::size_t) { return true; });
  }

  // Adds an offer in the slot size().
  void Append(Row row, const Offer& offer);
  // Adds a block whose first `slots` hold offers; all blocks before it must be full.
  void AppendBlock(OfferBlock block, std::size_t slots);
  // Removes the last slot after moving what it holds to `slot`; returns the row moved, kNoRow if it was the last
  // itself.
  Row RemoveBySwap(std::size_t slot);
  void SetOffer(std::size_t slot, const Offer& offer);
  // Leaves the block as it is if nothing differs.
  void SetExtras(std::size_t slot, std::span<const OfferAttribute> attributes, std::span<const Symbol> words,
                 std::span<const OfferCertificate> certificates);

  // Bytes that `other` does not share.
  std::size_t UnsharedBytes(const OfferPostings& other) const;

 private:
  static constexpr std::size_t kGroupBlocks = 32;
  struct Group {
    Group() = default;
    // Reference counts are fetched ahead, for they are spread over memory.
    Group(const Group& other) {
      for (const auto& block : other.blocks) block.Prefetch();
      blocks = other.blocks;
    }
    Group& operator=(const Group&) = delete;
    ~Group() {
      for (const auto& block : blocks) block.Prefetch();
    }
    std::vector<Cow<OfferBlock>> blocks;
  };
  struct Rep {
    std::size_t size = 0;
    std::vector<Cow<Group>> groups;
  };

  template <class Visit>
  static void VisitGroup(const Group& group, std::size_t count, Visit&& visit);
  // Asks for a block, for where its attributes stand, for its attributes: in that order, each before the next.
  static void FetchBlock(const OfferBlock& block);
  static void FetchExtras(const OfferBlock& block);
  static void FetchAttributes(const OfferBlock& block);
  OfferBlock& MutableBlock(std::size_t slot);
  void RemoveLast();
  static std::size_t UnsharedBytes(const OfferBlock& block, const OfferBlock* other);

  Cow<Rep> rep_;
};

inline void OfferPostings::FetchBlock(const OfferBlock& block) {
  const auto* begin = reinterpret_cast<const char*>(&block);
  for (std::size_t at = 0; at < sizeof(OfferBlock); at += 64) __builtin_prefetch(begin + at);
}

inline void OfferPostings::FetchExtras(const OfferBlock& block) {
  if (!block.extras) return;
  const auto* begin = reinterpret_cast<const char*>(block.extras.get());
  for (std::size_t at = 0; at < sizeof(OfferExtras); at += 64) __builtin_prefetch(begin + at);
}

inline void OfferPostings::FetchAttributes(const OfferBlock& block) {
  if (block.extras) block.extras->attributes.Prefetch();
}

template <class Visit>
void OfferPostings::VisitGroup(const Group& group, std::size_t count, Visit&& visit) {
  const std::size_t blocks = (count + kOfferBlockSlots - 1) / kOfferBlockSlots;
  const auto fetch = [&](std::size_t b) {
    if (b + 3 < blocks) FetchBlock(*group.blocks[b + 3]);
    if (b + 2 < blocks) FetchExtras(*group.blocks[b + 2]);
    if (b + 1 < blocks) FetchAttributes(*group.blocks[b + 1]);
  };
  for (std::size_t b = 0; b < std::min<std::size_t>(blocks, 3); ++b) FetchBlock(*group.blocks[b]);
  for (std::size_t b = 0; b < std::min<std::size_t>(blocks, 2); ++b) FetchExtras(*group.blocks[b]);
  if (blocks > 0) FetchAttributes(*group.blocks[0]);
  for (std::size_t b = 0; b < blocks; ++b) {
    fetch(b);
    visit(*group.blocks[b], std::min(kOfferBlockSlots, count - b * kOfferBlockSlots));
  }
}

}  // namespace bulian::model

#endif  // SERVICES_MODEL_OFFER_POSTINGS_H_
