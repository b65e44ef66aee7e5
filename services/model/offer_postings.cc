#include "services/model/offer_postings.h"

#include <functional>
#include <utility>

namespace bulian::model {
namespace {

template <class T, class Same>
bool Equal(std::span<const T> a, std::span<const T> b, const Same& same) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool SameAttribute(const OfferAttribute& a, const OfferAttribute& b) {
  return a.key == b.key && a.kind == b.kind && a.flag == b.flag && a.dimension == b.dimension && a.min == b.min &&
         a.max == b.max && a.words_begin == b.words_begin && a.words_count == b.words_count;
}

bool SameCertificate(const OfferCertificate& a, const OfferCertificate& b) {
  return a.scheme == b.scheme && a.valid_until == b.valid_until;
}

}  // namespace

OfferBlock& OfferPostings::MutableBlock(std::size_t slot) {
  const std::size_t block = slot / kOfferBlockSlots;
  Rep& rep = rep_.Mutable();
  if (block / kGroupBlocks == rep.groups.size()) rep.groups.emplace_back();
  std::vector<Cow<OfferBlock>>& blocks = rep.groups[block / kGroupBlocks].Mutable().blocks;
  if (block % kGroupBlocks == blocks.size()) blocks.emplace_back();
  return blocks[block % kGroupBlocks].Mutable();
}

void OfferPostings::Append(Row row, const Offer& offer) {
  const std::size_t slot = size();
  OfferBlock& block = MutableBlock(slot);
  block.rows[slot % kOfferBlockSlots] = row;
  block.offers[slot % kOfferBlockSlots] = offer;
  ++rep_.Mutable().size;
}

void OfferPostings::AppendBlock(OfferBlock block, std::size_t slots) {
  Rep& rep = rep_.Mutable();
  if (rep.size / kOfferBlockSlots / kGroupBlocks == rep.groups.size()) rep.groups.emplace_back();
  rep.groups.back().Mutable().blocks.emplace_back(std::move(block));
  rep.size += slots;
}

Row OfferPostings::RemoveBySwap(std::size_t slot) {
  const std::size_t last = size() - 1;
  Row moved = kNoRow;
  if (slot != last) {
    const OfferRef from = (*this)[last];
    moved = from.row();
    const Offer offer = *from;
    // Copies: the two may stand in one block.
    const std::vector<OfferAttribute> attributes(from.attributes().begin(), from.attributes().end());
    const std::vector<Symbol> words(from.words().begin(), from.words().end());
    const std::vector<OfferCertificate> certificates(from.certificates().begin(), from.certificates().end());
    MutableBlock(slot).rows[slot % kOfferBlockSlots] = moved;
    SetOffer(slot, offer);
    SetExtras(slot, attributes, words, certificates);
  }
  RemoveLast();
  return moved;
}

void OfferPostings::RemoveLast() {
  const std::size_t last = size() - 1;
  if (last == 0) {
    rep_ = {};
    return;
  }
  SetExtras(last, {}, {}, {});
  Rep& rep = rep_.Mutable();
  rep.size = last;
  if (last % kOfferBlockSlots != 0) return;
  std::vector<Cow<OfferBlock>>& blocks = rep.groups.back().Mutable().blocks;
  blocks.pop_back();
  if (blocks.empty()) rep.groups.pop_back();
}

void OfferPostings::SetOffer(std::size_t slot, const Offer& offer) {
  MutableBlock(slot).offers[slot % kOfferBlockSlots] = offer;
}

void OfferPostings::SetExtras(std::size_t slot, std::span<const OfferAttribute> attributes,
                              std::span<const Symbol> words, std::span<const OfferCertificate> certificates) {
  const OfferRef now = (*this)[slot];
  if (Equal(now.attributes(), attributes, SameAttribute) && Equal(now.words(), words, std::equal_to<>()) &&
      Equal(now.certificates(), certificates, SameCertificate))
    return;
  OfferExtras& extras = MutableBlock(slot).extras.Mutable();
  const std::size_t at = slot % kOfferBlockSlots;
  extras.attributes.Set(at, attributes);
  extras.words.Set(at, words);
  extras.certificates.Set(at, certificates);
}

std::size_t OfferPostings::UnsharedBytes(const OfferPostings& other) const {
  if (!rep_ || rep_.get() == other.rep_.get()) return 0;
  std::size_t bytes = Cow<Rep>::NodeBytes() + rep_->groups.capacity() * sizeof(rep_->groups[0]);
  for (std::size_t g = 0; g < rep_->groups.size(); ++g) {
    const Group* theirs = other.rep_ && g < other.rep_->groups.size() ? other.rep_->groups[g].get() : nullptr;
    const Group& group = *rep_->groups[g];
    if (&group == theirs) continue;
    bytes += Cow<Group>::NodeBytes() + group.blocks.capacity() * sizeof(group.blocks[0]);
    for (std::size_t b = 0; b < group.blocks.size(); ++b) {
      const OfferBlock* their_block =
          theirs != nullptr && b < theirs->blocks.size() ? theirs->blocks[b].get() : nullptr;
      bytes += UnsharedBytes(*group.blocks[b], their_block);
    }
  }
  return bytes;
}

std::size_t OfferPostings::UnsharedBytes(const OfferBlock& block, const OfferBlock* other) {
  if (&block == other) return 0;
  std::size_t bytes = Cow<OfferBlock>::NodeBytes();
  if (!block.extras || (other != nullptr && block.extras.get() == other->extras.get())) return bytes;
  const OfferExtras& extras = *block.extras;
  return bytes + Cow<OfferExtras>::NodeBytes() + extras.attributes.HeapBytes() + extras.words.HeapBytes() +
         extras.certificates.HeapBytes();
}

}  // namespace bulian::model
