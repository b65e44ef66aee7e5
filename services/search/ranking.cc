#include "services/search/ranking.h"

#include <algorithm>
#include <tuple>

namespace bulian::search {

bool Ranking::Before(const Text& text, double score, const Hit& other) const {
  if (score != other.match.score) return score > other.match.score;
  if (text.enterprise != other.enterprise)
    return snapshot_->CompareNames(model::ResourceType::kEnterprise, text.enterprise, other.enterprise) < 0;
  return std::tie(text.field, text.ordinal) < std::tie(other.text.field, other.text.ordinal);
}

void Ranking::Offer(const Text& text, const TextMatch& match) {
  if (match.score <= 0 || size_ == 0) return;
  if (hits_.size() == size_ && !Before(text, match.score, hits_.back())) return;
  const auto same =
      std::find_if(hits_.begin(), hits_.end(), [&](const Hit& one) { return one.enterprise == text.enterprise; });
  if (same != hits_.end()) {
    if (!Before(text, match.score, *same)) return;
    hits_.erase(same);
  }
  const auto after =
      std::partition_point(hits_.begin(), hits_.end(), [&](const Hit& one) { return !Before(text, match.score, one); });
  hits_.insert(after, Hit{.enterprise = text.enterprise, .text = text, .match = match});
  if (hits_.size() > size_) hits_.pop_back();
}

}  // namespace bulian::search
