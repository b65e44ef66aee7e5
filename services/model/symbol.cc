#include "services/model/symbol.h"

#include <array>
#include <atomic>
#include <cassert>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace bulian::model {
namespace {

// Texts are found by symbol in blocks that double in size, so that a block never moves once a reader may know of it.
constexpr int kFirstBlockBits = 10;
constexpr std::size_t kFirstBlockSize = std::size_t{1} << kFirstBlockBits;
constexpr std::size_t kBlockCount = 32 - kFirstBlockBits + 1;
constexpr std::size_t kArenaChunk = std::size_t{64} << 10;

struct Place {
  std::size_t block, index;
};

Place PlaceOf(Symbol symbol) {
  const std::uint64_t shifted = std::uint64_t{symbol} + kFirstBlockSize;
  const int bits = 63 - __builtin_clzll(shifted);
  return {static_cast<std::size_t>(bits - kFirstBlockBits),
          static_cast<std::size_t>(shifted - (std::uint64_t{1} << bits))};
}

class SymbolTable {
 public:
  SymbolTable() { Add(""); }

  Symbol Intern(std::string_view text) {
    if (const auto found = Find(text)) return *found;
    const std::unique_lock lock(mutex_);
    const auto known = symbols_.find(absl::string_view(text.data(), text.size()));
    return known != symbols_.end() ? known->second : Add(text);
  }

  std::optional<Symbol> Find(std::string_view text) const {
    const std::shared_lock lock(mutex_);
    const auto known = symbols_.find(absl::string_view(text.data(), text.size()));
    return known != symbols_.end() ? std::optional<Symbol>(known->second) : std::nullopt;
  }

  // Who holds a symbol got it after Add released the lock (or from one who did), so the block's entry is there to read.
  std::string_view Text(Symbol symbol) const {
    assert(symbol < count_.load(std::memory_order_acquire));
    const Place place = PlaceOf(symbol);
    return blocks_[place.block].load(std::memory_order_acquire)[place.index];
  }

  std::size_t Count() const { return count_.load(std::memory_order_acquire); }

 private:
  Symbol Add(std::string_view text) {
    const auto symbol = static_cast<Symbol>(count_.load(std::memory_order_relaxed));
    const Place place = PlaceOf(symbol);
    if (blocks_[place.block].load(std::memory_order_relaxed) == nullptr) {
      blocks_[place.block].store(new std::string_view[kFirstBlockSize << place.block], std::memory_order_release);
    }
    const std::string_view kept = Keep(text);
    blocks_[place.block].load(std::memory_order_relaxed)[place.index] = kept;
    symbols_.emplace(absl::string_view(kept.data(), kept.size()), symbol);
    count_.store(std::size_t{symbol} + 1, std::memory_order_release);
    return symbol;
  }

  std::string_view Keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > free_) {
      const std::size_t size = text.size() > kArenaChunk / 4 ? text.size() : kArenaChunk;
      chunks_.push_back(std::make_unique<char[]>(size));
      next_ = chunks_.back().get();
      free_ = size;
    }
    std::memcpy(next_, text.data(), text.size());
    const std::string_view kept(next_, text.size());
    next_ += text.size();
    free_ -= text.size();
    return kept;
  }

  mutable std::shared_mutex mutex_;
  absl::flat_hash_map<absl::string_view, Symbol> symbols_;
  std::array<std::atomic<std::string_view*>, kBlockCount> blocks_{};
  std::atomic<std::size_t> count_{0};
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t free_ = 0;
};

// Never destroyed: symbols are used until the last thread ends.
SymbolTable& Table() {
  static SymbolTable* const table = new SymbolTable;
  return *table;
}

}  // namespace

Symbol Intern(std::string_view text) { return Table().Intern(text); }
std::optional<Symbol> FindSymbol(std::string_view text) { return Table().Find(text); }
std::string_view SymbolText(Symbol symbol) { return Table().Text(symbol); }
std::size_t SymbolCount() { return Table().Count(); }

}  // namespace bulian::model
