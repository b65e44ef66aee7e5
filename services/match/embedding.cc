#include "services/match/embedding.h"

namespace bulian::match {

Embedding::Embedding(const model::Snapshot& snapshot, std::span<const model::Row> neighbour_types, model::Day as_of)
    : snapshot_(snapshot), as_of_(as_of) {
  for (const model::Row type : neighbour_types) {
    if (type == model::kNoRow) continue;
    is_neighbour_.resize(snapshot.RowLimit(model::ResourceType::kCapabilityType));
    for (const model::Row row : snapshot.Subtree(type)) is_neighbour_[row] = 1;
  }
}

bool Embedding::Holds(model::Row enterprise) const {
  bool holds = false;
  snapshot_.OffersOfEnterprise(enterprise).ForEach([&](model::Row row) {
    const model::Offer& offer = *snapshot_.offer(row);
    holds = holds || (IsNeighbour(offer.type) && offer.valid_from <= as_of_ && as_of_ <= offer.valid_until);
  });
  return holds;
}

double Embedding::Of(model::Row enterprise) const {
  bool supplies = false;
  snapshot_.LinksOfSupplier(enterprise).ForEach([&](model::Row row) {
    if (supplies) return;
    const model::Link& link = snapshot_.link(row);
    if (link.valid_from > as_of_ || as_of_ > link.valid_until) return;
    supplies = IsNeighbour(link.type) || (link.buyer != model::kNoRow && Holds(link.buyer));
  });
  if (supplies) return 1;
  return Holds(enterprise) ? 0.5 : 0;
}

}  // namespace bulian::match
