#include "services/match/find.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/match/embedding.h"
#include "services/match/enterprise_marks.h"
#include "services/match/offer_screen.h"
#include "services/match/recruits.h"

namespace bulian::match {
namespace {

using model::Offer;
using model::ResourceType;
using model::Row;

// Offers of the type that miss the target, put aside until it is known who holds a fitting one.
struct Below {
  model::OfferRef offer;
  Range score;  // without embedding
};

class Finder {
 public:
  Finder(const FindQuery& query, Found* found)
      : query_(query),
        target_(*query.target),
        records_(*query.snapshot),
        found_(*found),
        names_(&query, &found->planned),
        places_(records_),
        embedding_(records_, target_.neighbour_types, target_.as_of),
        best_(query.offset + query.size, &names_),
        done_(records_.RowLimit(ResourceType::kEnterprise)),
        here_(records_.RowLimit(ResourceType::kEnterprise)) {}

  void Run() {
    for (const Row row : query_.excluded) done_.Mark(row);
    bool whole = OffersOfType();
    if (query_.potential)
      whole = whole && Planned() && BelowRequirement() && (query_.ranking ? NearOffers() : NearTypes());
    whole = whole && (query_.others.empty() || Recruits());
    if (!whole) {
      found_.stopped = true;
      return;
    }
    found_.page = best_.Take();
    const auto skipped = static_cast<std::ptrdiff_t>(std::min(query_.offset, found_.page.size()));
    found_.page.erase(found_.page.begin(), found_.page.begin() + skipped);
    if (query_.potential && query_.ranking) Likely();
  }

 private:
  bool Allowed(const Place& place) const { return query_.outside || place.local != 0; }

  bool OffersOfType() {
    const OfferScreen screen(target_);
    const bool whole = VisitOfferBlocks(records_, target_.types, query_.stop, &found_.examined,
                                        [&](const model::OfferBlock& block, std::size_t slots) {
                                          const OfferScreen::Sight sight = screen.Look(block, slots);
                                          Holders(screen, block, sight);
                                          if (query_.potential) Missing(block, sight);
                                        });
    EndBasis(query_.held);
    return whole;
  }

  void Holders(const OfferScreen& screen, const model::OfferBlock& block, const OfferScreen::Sight& sight) {
    const bool some_done = done_.count() != 0;
    for (OfferScreen::SlotMask left = sight.valid & ~sight.violated; left != 0; left &= left - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(left));
      const Offer& offer = block.offers[slot];
      const Place& place = places_.Of(offer.region);
      if (!Allowed(place) || offer.enterprise == model::kNoRow) continue;
      if (some_done && done_.Has(offer.enterprise)) continue;
      here_.Mark(offer.enterprise);
      if (!query_.held) continue;
      const Standing standing = StandingOf(v1::HELD, (sight.unknown >> slot & 1) != 0 ? v1::UNKNOWN : v1::SATISFIED);
      if (!best_.MayEnter(standing, screen.ScoreLimit(offer, slot, sight, place))) continue;
      const model::OfferRef ref(&block, slot);
      Consider(offer.enterprise, ref, standing,
               WithoutEmbedding(ScoreOffer(target_, FitOfOffer(target_, ref), offer, place, 1), target_.weights));
    }
  }

  void Missing(const model::OfferBlock& block, const OfferScreen::Sight& sight) {
    for (OfferScreen::SlotMask left = sight.valid & sight.violated; left != 0; left &= left - 1) {
      const model::OfferRef ref(&block, static_cast<std::size_t>(std::countr_zero(left)));
      const Place& place = places_.Of(ref->region);
      if (!Allowed(place) || ref->enterprise == model::kNoRow || done_.Has(ref->enterprise)) continue;
      below_.push_back(
          {ref, WithoutEmbedding(ScoreOffer(target_, FitOfOffer(target_, ref), *ref, place, 1), target_.weights)});
    }
  }

  bool Planned() {
    found_.planned = FindPlanned(query_.snapshot, target_.types);
    // The branch interns words of its own: compile the requirement after it.
    const Target target = Recompiled(target_);
    for (std::size_t i = 0; i < found_.planned.offers.size(); ++i) {
      const PlannedOffer& planned = found_.planned.offers[i];
      const model::Snapshot& branch = *found_.planned.branch;
      const model::OfferRef ref = branch.offer(planned.capability);
      const Offer& offer = *ref;
      ++found_.examined;
      const Place& place = places_.Of(offer.region);
      if (!Allowed(place) || done_.Has(planned.owner) || offer.valid_until < target_.as_of) continue;
      const OfferFit fit = FitOfOffer(target, ref);
      here_.Mark(planned.owner);
      Consider(planned.owner, ref, StandingOf(v1::PLANNED, fit.fit),
               WithoutEmbedding(ScoreOffer(target_, fit, offer, place, 1), target_.weights), static_cast<Row>(i));
    }
    EndBasis(true);
    return true;
  }

  bool BelowRequirement() {
    for (const Below& below : below_) {
      const Row enterprise = below.offer->enterprise;
      if (done_.Has(enterprise)) continue;
      here_.Mark(enterprise);
      Consider(enterprise, below.offer, StandingOf(v1::BELOW_REQUIREMENT, v1::VIOLATED), below.score);
    }
    EndBasis(true);
    return true;
  }

  bool NearTypes() {
    found_.near = FindNearTypes(records_, target_.type);
    for (const NearType& near : found_.near) {
      const bool whole = VisitOffers(
          records_, std::span(&near.type, 1), target_.as_of, query_.stop, &found_.examined,
          [&](const model::OfferRef& ref) {
            const Offer& offer = *ref;
            const Place& place = places_.Of(offer.region);
            if (!Allowed(place) || offer.enterprise == model::kNoRow || done_.Has(offer.enterprise)) return;
            const OfferFit fit = FitOfOffer(target_, ref);
            here_.Mark(offer.enterprise);
            Consider(offer.enterprise, ref, StandingOf(v1::NEAR_TYPE, v1::VIOLATED),
                     WithoutEmbedding(ScoreOffer(target_, fit, offer, place, near.similarity), target_.weights));
          });
      if (!whole) return false;
    }
    EndBasis(true);
    return true;
  }

  // The best offer of a near type of each enterprise that may yet be listed.
  bool NearOffers() {
    found_.near = FindNearTypes(records_, target_.type);
    for (const NearType& near : found_.near) {
      const bool whole = VisitOffers(
          records_, std::span(&near.type, 1), target_.as_of, query_.stop, &found_.examined,
          [&](const model::OfferRef& ref) {
            const Place& place = places_.Of(ref->region);
            if (!Allowed(place) || ref->enterprise == model::kNoRow || done_.Has(ref->enterprise)) return;
            const OfferFit fit = FitOfOffer(target_, ref);
            const Range score =
                AddEmbedding(WithoutEmbedding(ScoreOffer(target_, fit, *ref, place, near.similarity), target_.weights),
                             EmbeddingOf(ref->enterprise), target_.weights);
            const Entry entry{score, ref->enterprise, ref.row(), 0, StandingOf(v1::NEAR_TYPE, v1::VIOLATED), ref};
            const auto [at, fresh] = near_offers_.try_emplace(ref->enterprise, entry);
            if (!fresh && RanksBefore(entry, at->second, names_)) at->second = entry;
          });
      if (!whole) return false;
    }
    return true;
  }

  // Everyone not listed yet, in the order of the ranking, then by name whom it does not know; the page goes on where
  // the bases before ended. Who is not looked at is counted.
  void Likely() {
    rank_ = found_.count;
    found_.count += CountLikely();
    AddRanked(query_.ranking->best());
    if (!PageIsFull()) AddRanked(query_.ranking->others(*query_.model));
    if (PageIsFull()) return;
    std::vector<Row> unranked;
    for (const Row row : query_.unranked) {
      if (records_.Exists(ResourceType::kEnterprise, row)) unranked.push_back(row);
    }
    std::sort(unranked.begin(), unranked.end(),
              [&](Row a, Row b) { return records_.CompareNames(ResourceType::kEnterprise, a, b) < 0; });
    for (const Row row : unranked) AddLikely(row, 0);
  }

  bool PageIsFull() const { return rank_ >= std::min(query_.offset + query_.size, found_.count); }

  void AddRanked(std::span<const PotentialRanking::Likely> ranked) {
    for (const PotentialRanking::Likely& likely : ranked) {
      if (PageIsFull()) return;
      if (query_.Ranked(likely.enterprise)) AddLikely(likely.enterprise, likely.probability);
    }
  }

  bool SeatAllowed(Row enterprise) { return query_.outside || Allowed(places_.Of(records_.SeatRegion(enterprise))); }

  // Whose seat is allowed but who is listed already, and who has an offer of a near type here and its seat elsewhere.
  std::size_t CountLikely() {
    std::size_t count = query_.outside ? query_.census->others : query_.census->seated_here;
    done_.Visit([&](Row row) { count -= !query_.IsAlliance(row) && SeatAllowed(row) ? 1 : 0; });
    if (query_.outside) return count;
    for (const auto& [row, entry] : near_offers_) {
      count += !done_.Has(row) && !query_.IsAlliance(row) && !SeatAllowed(row) ? 1 : 0;
    }
    return count;
  }

  void AddLikely(Row enterprise, double probability) {
    if (done_.Has(enterprise) || query_.IsAlliance(enterprise)) return;
    const auto near = near_offers_.find(enterprise);
    if (near == near_offers_.end() && !SeatAllowed(enterprise)) return;
    const std::size_t rank = rank_++;
    if (rank < query_.offset || rank >= query_.offset + query_.size) return;
    found_.page.push_back(near != near_offers_.end() ? near->second : LikelyEntry(enterprise, probability));
  }

  bool Recruits() {
    std::vector<Recruit> recruits;
    if (!FindRecruits(query_, done_, names_, &places_, &recruits, &found_.examined)) return false;
    found_.count += recruits.size();
    for (const Recruit& recruit : recruits) {
      if (recruit.here != model::kNoRow) done_.Mark(recruit.here);
    }
    for (const Recruit& recruit : recruits) {
      Entry entry = recruit.entry;
      if (!best_.MayEnter(entry.standing, AddEmbedding(entry.score, 1, target_.weights))) continue;
      entry.score = AddEmbedding(entry.score, EmbeddingOf(recruit.here), target_.weights);
      if (best_.MayEnter(entry.standing, entry.score)) best_.Add(entry);
    }
    return true;
  }

  // An enterprise without a record here has no links here.
  double EmbeddingOf(Row enterprise) {
    if (!embedding_.asked()) return 1;
    if (enterprise == model::kNoRow) return 0;
    ++found_.embeddings;
    return embedding_.Of(enterprise);
  }

  // `planned` is the number of a planned capability.
  void Consider(Row enterprise, const model::OfferRef& offer, Standing standing, Range score,
                Row planned = model::kNoRow) {
    if (!best_.MayEnter(standing, AddEmbedding(score, 1, target_.weights))) return;
    // Not the enterprise's record, which would have to be fetched for each.
    if (query_.IsAlliance(enterprise)) return;
    const Range whole = AddEmbedding(score, EmbeddingOf(enterprise), target_.weights);
    if (!best_.MayEnter(standing, whole)) return;
    best_.Add({whole, enterprise, planned == model::kNoRow ? offer.row() : planned, 0, standing, offer});
  }

  // Closes a basis: who has been seen in it is no candidate of a later one.
  void EndBasis(bool listed) {
    if (listed) {
      found_.count += here_.count();
      for (const Row row : query_.census->alliances) found_.count -= here_.Has(row) ? 1 : 0;
    }
    if (!query_.potential && query_.others.empty()) return;
    done_.MarkAll(here_);
    here_.Clear();
  }

  const FindQuery& query_;
  const Target& target_;
  const model::Snapshot& records_;
  Found& found_;
  FoundNames names_;
  PlaceTable places_;
  Embedding embedding_;
  BestEntries best_;
  EnterpriseMarks done_, here_;
  std::vector<Below> below_;
  std::size_t rank_ = 0;                         // of the next one of the ranking
  absl::flat_hash_map<Row, Entry> near_offers_;  // by enterprise; only with a ranking
};

}  // namespace

Entry LikelyEntry(Row enterprise, double probability) {
  return {{probability, probability}, enterprise, model::kNoRow, 0, StandingOf(v1::LIKELY, v1::VIOLATED), {}};
}

Found Find(const FindQuery& query) {
  Found found;
  Finder(query, &found).Run();
  return found;
}

void FoundNames::Prefetch(std::span<const Entry> entries) const {
  if (query_->snapshot->NamesFollowRows(ResourceType::kEnterprise)) return;
  std::array<Row, 32> rows;
  std::size_t count = 0;
  const auto fetch = [&] { query_->snapshot->Prefetch(ResourceType::kEnterprise, std::span(rows).first(count)); };
  for (const Entry& entry : entries) {
    if (entry.source != 0) continue;
    rows[count++] = entry.enterprise;
    if (count < rows.size()) continue;
    fetch();
    count = 0;
  }
  fetch();
}

std::string_view FoundNames::Offer(const Entry& entry) const {
  if (BasisOf(entry.standing) != v1::PLANNED) {
    return Records(entry).RelativeName(ResourceType::kCapability, entry.offer);
  }
  return Records(entry).RelativeName(ResourceType::kProject, planned_->offers[entry.offer].project);
}

}  // namespace bulian::match
