// N lists of values packed into one buffer without slack: what a chunk holds of variable length.
// Spans live until the next Set(). Not thread-safe for writing; reading is.
#ifndef SERVICES_MODEL_PACKED_ROWS_H_
#define SERVICES_MODEL_PACKED_ROWS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace bulian::model {

template <class T, std::size_t kRows>
class PackedRows {
 public:
  std::span<const T> Get(std::size_t row) const {
    const std::uint32_t begin = row == 0 ? 0 : ends_[row - 1];
    return {items_.data() + begin, ends_[row] - begin};
  }

  // Asks for all values; the container itself must be close already.
  void Prefetch() const {
    const auto* begin = reinterpret_cast<const char*>(items_.data());
    for (std::size_t at = 0; at < items_.size() * sizeof(T); at += 64) __builtin_prefetch(begin + at);
  }

  // `values` must not lie in this container.
  void Set(std::size_t row, std::span<const T> values) { Set(row, values, {}); }

  // Sets a row to `first` followed by `second`.
  void Set(std::size_t row, std::span<const T> first, std::span<const T> second) { Splice(row, 0, first, second); }

  // Sets all rows: `items` one row after the other, row i up to ends[i].
  void Fill(std::span<const T> items, const std::array<std::uint32_t, kRows>& ends) {
    items_.assign(items.begin(), items.end());
    ends_ = ends;
  }

  // Replaces all of a row but its first `keep` values.
  void SetTail(std::size_t row, std::size_t keep, std::span<const T> values) { Splice(row, keep, values, {}); }

  std::size_t HeapBytes() const { return items_.capacity() * sizeof(T); }

 private:
  void Splice(std::size_t row, std::size_t keep, std::span<const T> first, std::span<const T> second) {
    const std::size_t begin = (row == 0 ? 0 : ends_[row - 1]) + keep, end = ends_[row],
                      size = first.size() + second.size();
    if (end - begin == size) {
      std::copy(second.begin(), second.end(),
                std::copy(first.begin(), first.end(), items_.begin() + static_cast<std::ptrdiff_t>(begin)));
      return;
    }
    if (end == begin && end == items_.size()) {
      items_.insert(items_.end(), first.begin(), first.end());
      items_.insert(items_.end(), second.begin(), second.end());
      if (row + 1 == kRows) items_.shrink_to_fit();  // rows come in order when a cluster is loaded
    } else {
      std::vector<T> items;
      items.reserve(items_.size() - (end - begin) + size);
      const auto old = items_.begin();
      items.insert(items.end(), old, old + static_cast<std::ptrdiff_t>(begin));
      items.insert(items.end(), first.begin(), first.end());
      items.insert(items.end(), second.begin(), second.end());
      items.insert(items.end(), old + static_cast<std::ptrdiff_t>(end), items_.end());
      items_ = std::move(items);
    }
    const auto shift = static_cast<std::uint32_t>(size - (end - begin));  // modulo 2^32 when shrinking
    for (std::size_t i = row; i < kRows; ++i) ends_[i] += shift;
  }

  std::array<std::uint32_t, kRows> ends_{};
  std::vector<T> items_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_PACKED_ROWS_H_
