// Persistent arrays: copying one is a pointer copy; writing an element copies the path to it once per version.
//
// CowArray<T> holds heap-allocated elements under a three-level root (32 x 64 elements below one entry of the top), so
// that a version that changes few elements copies little. ChunkedVector<T, N> packs N values into one element. Elements
// that were never written read as a default value. Thread-safety as Cow.
#ifndef SERVICES_MODEL_COW_ARRAY_H_
#define SERVICES_MODEL_COW_ARRAY_H_

#include <array>
#include <cstddef>
#include <vector>

#include "services/model/cow.h"

namespace bulian::model {

// Cow pointers copied and dropped together: reference counts are fetched ahead, for they are spread over memory.
template <class Child, std::size_t kFanout>
struct CowFan {
  CowFan() = default;
  CowFan(const CowFan& other) {
    for (const auto& child : other.slots) child.Prefetch();
    for (std::size_t i = 0; i < kFanout; ++i) slots[i] = other.slots[i];
  }
  CowFan& operator=(const CowFan&) = delete;
  ~CowFan() {
    for (const auto& child : slots) child.Prefetch();
  }
  std::array<Cow<Child>, kFanout> slots;
};

template <class T>
class CowArray {
 public:
  // The element, or null if it was never written.
  const T* Find(std::size_t index) const {
    const auto* root = root_.get();
    if (root == nullptr || (index >> kTopShift) >= root->size()) return nullptr;
    const auto* top = (*root)[index >> kTopShift].get();
    if (top == nullptr) return nullptr;
    const auto* mid = top->slots[(index >> kMidShift) & (kTopFanout - 1)].get();
    return mid == nullptr ? nullptr : mid->slots[index & (kMidFanout - 1)].get();
  }

  // Where the pointer to an element that was written stands; for prefetching in steps.
  const Cow<T>* SlotOf(std::size_t index) const {
    const auto& mid = (*root_)[index >> kTopShift]->slots[(index >> kMidShift) & (kTopFanout - 1)];
    return &mid->slots[index & (kMidFanout - 1)];
  }

  // The element, which must have been written.
  const T& operator[](std::size_t index) const {
    return *(*root_)[index >> kTopShift]
                ->slots[(index >> kMidShift) & (kTopFanout - 1)]
                ->slots[index & (kMidFanout - 1)];
  }

  T& Mutable(std::size_t index) { return Slot(index).Mutable(); }
  void Put(std::size_t index, Cow<T> element) { Slot(index) = std::move(element); }

  // Calls visit(index, element, other's element or null) for each element that `other` does not share, and returns the
  // bytes of inner nodes it does not share.
  template <class Visit>
  std::size_t VisitUnshared(const CowArray& other, Visit&& visit) const {
    if (!root_ || root_.get() == other.root_.get()) return 0;
    std::size_t bytes = root_->capacity() * sizeof((*root_)[0]);
    for (std::size_t t = 0; t < root_->size(); ++t) {
      const Top* top = (*root_)[t].get();
      const Top* other_top =
          other.root_.get() != nullptr && t < other.root_->size() ? (*other.root_)[t].get() : nullptr;
      if (top == nullptr || top == other_top) continue;
      bytes += Cow<Top>::NodeBytes();
      for (std::size_t m = 0; m < kTopFanout; ++m) {
        const Mid* mid = top->slots[m].get();
        const Mid* other_mid = other_top == nullptr ? nullptr : other_top->slots[m].get();
        if (mid == nullptr || mid == other_mid) continue;
        bytes += Cow<Mid>::NodeBytes();
        for (std::size_t i = 0; i < kMidFanout; ++i) {
          const T* element = mid->slots[i].get();
          const T* other_element = other_mid == nullptr ? nullptr : other_mid->slots[i].get();
          if (element == nullptr || element == other_element) continue;
          visit((t << kTopShift) + (m << kMidShift) + i, *element, other_element);
        }
      }
    }
    return bytes;
  }

 private:
  static constexpr std::size_t kMidFanout = 32, kTopFanout = 64;
  static constexpr int kMidShift = 5, kTopShift = 11;
  using Mid = CowFan<T, kMidFanout>;
  using Top = CowFan<Mid, kTopFanout>;

  Cow<T>& Slot(std::size_t index) {
    auto& root = root_.Mutable();
    if ((index >> kTopShift) >= root.size()) root.resize((index >> kTopShift) + 1);
    return root[index >> kTopShift]
        .Mutable()
        .slots[(index >> kMidShift) & (kTopFanout - 1)]
        .Mutable()
        .slots[index & (kMidFanout - 1)];
  }

  Cow<std::vector<Cow<Top>>> root_;
};

template <class T, std::size_t kRows>
class ChunkedVector {
 public:
  const T& operator[](std::size_t row) const {
    const Chunk* chunk = chunks_.Find(row / kRows);
    return chunk == nullptr ? kDefault : chunk->rows[row % kRows];
  }
  T& Mutable(std::size_t row) { return chunks_.Mutable(row / kRows).rows[row % kRows]; }

  // Bytes not shared with `other`; `more(row value)` adds what a value holds outside itself.
  template <class More>
  std::size_t UnsharedBytes(const ChunkedVector& other, More&& more) const {
    std::size_t bytes = 0;
    bytes += chunks_.VisitUnshared(other.chunks_, [&](std::size_t, const Chunk& chunk, const Chunk* other_chunk) {
      bytes += Cow<Chunk>::NodeBytes();
      for (std::size_t i = 0; i < kRows; ++i)
        bytes += more(chunk.rows[i], other_chunk == nullptr ? kDefault : other_chunk->rows[i]);
    });
    return bytes;
  }

 private:
  struct Chunk {
    std::array<T, kRows> rows{};
  };
  inline static const T kDefault{};
  CowArray<Chunk> chunks_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_COW_ARRAY_H_
