#include "services/store/lmdb/recent_changes.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace bulian::store::lmdb {
namespace {

// About 2 MB a log at most.
constexpr std::size_t kMaxCommits = 4096;
constexpr std::size_t kMaxNames = 200'000;

}  // namespace

std::uint64_t Fingerprint(std::string_view name) {
  return absl::Hash<absl::string_view>{}(absl::string_view(name.data(), name.size()));
}

void RecentChanges::Add(std::int64_t revision, std::vector<std::uint64_t> changed) {
  names_ += changed.size();
  items_.push_back({revision, std::move(changed)});
  while (items_.size() > 1 && (items_.size() > kMaxCommits || names_ > kMaxNames)) {
    names_ -= items_.front().changed.size();
    items_.pop_front();
  }
}

void RecentChanges::ForgetAfter(std::int64_t revision) {
  while (!items_.empty() && items_.back().revision > revision) {
    names_ -= items_.back().changed.size();
    items_.pop_back();
  }
}

bool RecentChanges::Covers(std::int64_t revision, std::int64_t head) const {
  return revision >= head || (!items_.empty() && items_.front().revision <= revision + 1);
}

bool RecentChanges::ChangedAfter(std::int64_t revision, const FingerprintSet& wanted,
                                 std::span<const std::int64_t> but) const {
  for (auto item = items_.rbegin(); item != items_.rend() && item->revision > revision; ++item) {
    if (std::binary_search(but.begin(), but.end(), item->revision)) continue;
    if (std::any_of(item->changed.begin(), item->changed.end(),
                    [&](std::uint64_t name) { return wanted.contains(name); })) {
      return true;
    }
  }
  return false;
}

}  // namespace bulian::store::lmdb
