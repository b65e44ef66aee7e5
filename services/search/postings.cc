#include "services/search/postings.h"

#include <utility>

namespace bulian::search {

// The last block that begins at or before `doc`, else the first.
std::size_t Postings::BlockOf(const Rep& rep, Doc doc) {
  const auto after = std::upper_bound(rep.firsts.begin(), rep.firsts.end(), doc);
  return after == rep.firsts.begin() ? 0 : static_cast<std::size_t>(after - rep.firsts.begin()) - 1;
}

void Postings::Assign(std::span<const Doc> docs) {
  if (docs.empty()) return;
  Rep& rep = rep_.Mutable();
  rep.size = static_cast<std::uint32_t>(docs.size());
  if (docs.size() <= kBlock) {
    rep.few.assign(docs.begin(), docs.end());
    return;
  }
  const std::size_t count = (docs.size() + kBlock - 1) / kBlock;
  rep.firsts.reserve(count);
  rep.blocks.reserve(count);
  for (; !docs.empty(); docs = docs.subspan(std::min(kBlock, docs.size()))) {
    const std::span<const Doc> some = docs.first(std::min(kBlock, docs.size()));
    rep.firsts.push_back(some.front());
    rep.blocks.emplace_back(Block(some.begin(), some.end()));
  }
}

void Postings::Split(Rep* rep, std::size_t block) {
  Block& full = rep->blocks[block].Mutable();
  const auto half = static_cast<std::ptrdiff_t>(full.size() / 2);
  Block upper(full.begin() + half, full.end());
  full.resize(static_cast<std::size_t>(half));
  full.shrink_to_fit();
  const auto next = static_cast<std::ptrdiff_t>(block + 1);
  rep->firsts.insert(rep->firsts.begin() + next, upper.front());
  rep->blocks.insert(rep->blocks.begin() + next, model::Cow<Block>(std::move(upper)));
}

void Postings::Insert(Doc doc) {
  Rep& rep = rep_.Mutable();
  const bool few = rep.blocks.empty();
  const std::size_t at = few ? 0 : BlockOf(rep, doc);
  const Block& now = few ? rep.few : *rep.blocks[at];
  const auto place = std::lower_bound(now.begin(), now.end(), doc) - now.begin();
  if (place < static_cast<std::ptrdiff_t>(now.size()) && now[static_cast<std::size_t>(place)] == doc) return;
  Block& block = few ? rep.few : rep.blocks[at].Mutable();
  block.insert(block.begin() + place, doc);
  ++rep.size;
  if (few && block.size() > kBlock) {
    rep.firsts.push_back(block.front());
    rep.blocks.emplace_back(std::exchange(rep.few, Block()));
    Split(&rep, 0);
  } else if (!few) {
    rep.firsts[at] = block.front();
    if (block.size() > kBlock) Split(&rep, at);
  }
}

void Postings::Erase(Doc doc) {
  if (!rep_) return;
  const bool few = rep_->blocks.empty();
  const std::size_t at = few ? 0 : BlockOf(*rep_, doc);
  const Block& now = few ? rep_->few : *rep_->blocks[at];
  const auto place = std::lower_bound(now.begin(), now.end(), doc) - now.begin();
  if (place == static_cast<std::ptrdiff_t>(now.size()) || now[static_cast<std::size_t>(place)] != doc) return;
  Rep& rep = rep_.Mutable();
  Block& block = few ? rep.few : rep.blocks[at].Mutable();
  block.erase(block.begin() + place);
  if (--rep.size == 0) {
    rep_ = model::Cow<Rep>();
  } else if (!few && block.empty()) {
    rep.firsts.erase(rep.firsts.begin() + static_cast<std::ptrdiff_t>(at));
    rep.blocks.erase(rep.blocks.begin() + static_cast<std::ptrdiff_t>(at));
  } else if (!few) {
    rep.firsts[at] = block.front();
  }
}

std::size_t Postings::Bytes() const {
  if (!rep_) return 0;
  constexpr std::size_t kAllocation = 16;  // what the allocator adds, about
  const Rep& rep = *rep_;
  std::size_t bytes = model::Cow<Rep>::NodeBytes() + kAllocation + rep.few.capacity() * sizeof(Doc) + kAllocation;
  bytes += rep.firsts.capacity() * sizeof(Doc) + rep.blocks.capacity() * sizeof(rep.blocks[0]);
  for (const auto& block : rep.blocks)
    bytes += model::Cow<Block>::NodeBytes() + block->capacity() * sizeof(Doc) + 2 * kAllocation;
  return bytes;
}

PostingCursor::PostingCursor(const Postings& list) : rep_(list.rep_.get()) {
  if (rep_ == nullptr) return;
  if (rep_->blocks.empty()) {
    here_ = rep_->few;
  } else {
    EnterBlock(0);
  }
}

void PostingCursor::EnterBlock(std::size_t block) {
  block_ = block;
  at_ = 0;
  here_ = rep_ != nullptr && block < rep_->blocks.size() ? std::span<const Doc>(*rep_->blocks[block])
                                                         : std::span<const Doc>();
}

void PostingCursor::Seek(Doc doc) {
  if (this->doc() >= doc) return;
  if (here_.back() < doc) {
    const auto& firsts = rep_->firsts;
    // The first block that begins behind it; what is looked for is in the one before, or is where that one begins.
    std::size_t low = block_ + 1, step = 1;
    while (low + step < firsts.size() && firsts[low + step] <= doc) {
      low += step;
      step *= 2;
    }
    const auto begin = firsts.begin() + static_cast<std::ptrdiff_t>(std::min(low, firsts.size()));
    const auto end = firsts.begin() + static_cast<std::ptrdiff_t>(std::min(low + step + 1, firsts.size()));
    const auto after = std::upper_bound(begin, end, doc);
    const auto index = static_cast<std::size_t>(after - firsts.begin());
    EnterBlock(std::max(block_ + 1, index == 0 ? 0 : index - 1));
    if (here_.empty()) return;
    if (here_.back() < doc) return EnterBlock(block_ + 1);
  }
  // Usually it is near.
  std::size_t step = 1, low = at_;
  while (low + step < here_.size() && here_[low + step] < doc) {
    low += step;
    step *= 2;
  }
  const auto end = here_.begin() + static_cast<std::ptrdiff_t>(std::min(low + step + 1, here_.size()));
  at_ = static_cast<std::size_t>(std::lower_bound(here_.begin() + static_cast<std::ptrdiff_t>(low), end, doc) -
                                 here_.begin());
}

}  // namespace bulian::search
