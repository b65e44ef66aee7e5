#include "services/match/ranking.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace bulian::match {
namespace {

constexpr std::size_t kLeastRoom = 64;

bool SameEnterprise(const Entry& a, const Entry& b) { return a.source == b.source && a.enterprise == b.enterprise; }

}  // namespace

bool RanksBefore(const Entry& a, const Entry& b, const EntryNames& names) {
  if (const int order = CompareKeys(a.standing, a.score, b.standing, b.score); order != 0) return order < 0;
  if (!SameEnterprise(a, b)) {
    if (a.source != b.source) {
      if (const int order = names.Cluster(a).compare(names.Cluster(b)); order != 0) return order < 0;
      return names.Enterprise(a) < names.Enterprise(b);
    }
    return names.CompareEnterprises(a, b) < 0;
  }
  if (a.offer == b.offer) return false;
  const int order = names.Offer(a).compare(names.Offer(b));
  return order != 0 ? order < 0 : a.offer < b.offer;
}

BestEntries::BestEntries(std::size_t capacity, const EntryNames* names)
    : capacity_(capacity), limit_(capacity + std::max(capacity, kLeastRoom)), names_(names) {
  entries_.reserve(std::min<std::size_t>(limit_, 4096));
}

void BestEntries::Add(const Entry& entry) {
  if (capacity_ == 0) return;
  if (full_ && !SameEnterprise(entry, last_) && !RanksBefore(entry, last_, *names_)) return;
  entries_.push_back(entry);
  if (entries_.size() >= limit_) Compact();
}

void BestEntries::Compact() {
  const auto by_enterprise = [this](const Entry& a, const Entry& b) {
    if (!SameEnterprise(a, b)) return std::tie(a.source, a.enterprise) < std::tie(b.source, b.enterprise);
    return RanksBefore(a, b, *names_);
  };
  std::sort(entries_.begin(), entries_.end(), by_enterprise);
  entries_.erase(std::unique(entries_.begin(), entries_.end(), SameEnterprise), entries_.end());
  if (entries_.size() < capacity_) return;
  // Names, which lie far apart, are read only of those that tie with the last place.
  const auto by_key = [](const Entry& a, const Entry& b) {
    return CompareKeys(a.standing, a.score, b.standing, b.score) < 0;
  };
  const auto last = entries_.begin() + static_cast<std::ptrdiff_t>(capacity_ - 1);
  std::nth_element(entries_.begin(), last, entries_.end(), by_key);
  const Entry key = *last;
  const auto tied = std::partition(entries_.begin(), last, [&](const Entry& entry) { return by_key(entry, key); });
  const auto end = std::partition(last, entries_.end(), [&](const Entry& entry) { return !by_key(key, entry); });
  if (end - tied > 1) {
    names_->Prefetch({tied, end});
    std::nth_element(tied, last, end, [this](const Entry& a, const Entry& b) { return RanksBefore(a, b, *names_); });
  }
  last_ = *last;
  full_ = true;
  entries_.resize(capacity_);
}

std::vector<Entry> BestEntries::Take() {
  Compact();
  names_->Prefetch(entries_);
  std::sort(entries_.begin(), entries_.end(),
            [this](const Entry& a, const Entry& b) { return RanksBefore(a, b, *names_); });
  full_ = false;
  return std::exchange(entries_, {});
}

}  // namespace bulian::match
