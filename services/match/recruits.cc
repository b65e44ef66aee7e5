#include "services/match/recruits.h"

#include <algorithm>
#include <utility>

#include "services/match/fit.h"
#include "services/match/retrieval.h"
#include "services/match/same_types.h"
#include "services/model/record_fields.h"

namespace bulian::match {
namespace {

using model::Offer;
using model::ResourceType;
using model::Row;

bool Collect(const FindQuery& query, std::size_t other, PlaceTable* places, std::vector<Entry>* entries,
             std::int64_t* examined) {
  const Target& target = *query.target;
  const model::Snapshot& records = *query.others[other];
  const std::vector<Row> types = FindSameTypes(*query.snapshot, target.types, records);
  return VisitOffers(records, types, target.as_of, query.stop, examined, [&](const model::OfferRef& ref) {
    const Offer& offer = *ref;
    if (offer.enterprise == model::kNoRow) return;
    const OfferFit fit = FitOfOffer(target, ref);
    if (records.EnterpriseKind(offer.enterprise) == v1::Enterprise::ALLIANCE) return;
    const v1::CandidateBasis basis = fit.fit == v1::VIOLATED ? v1::BELOW_REQUIREMENT : v1::HELD;
    const Range score = WithoutEmbedding(ScoreOffer(target, fit, offer, places->Of(offer.region), 1), target.weights);
    entries->push_back(
        {score, offer.enterprise, ref.row(), static_cast<std::uint16_t>(other + 1), StandingOf(basis, fit.fit), ref});
  });
}

// Keeps the best entry of each enterprise: `entries` are of one cluster.
void KeepBest(std::vector<Entry>* entries, const EntryNames& names) {
  std::sort(entries->begin(), entries->end(), [&](const Entry& a, const Entry& b) {
    return a.enterprise != b.enterprise ? a.enterprise < b.enterprise : RanksBefore(a, b, names);
  });
  const auto same = [](const Entry& a, const Entry& b) { return a.enterprise == b.enterprise; };
  entries->erase(std::unique(entries->begin(), entries->end(), same), entries->end());
}

struct Identified {
  Recruit recruit;
  std::string uscc, lei;
};

// Of records with a common identifier only the first by rank stays. An enterprise known by USCC here and by LEI there
// meets itself where one record carries both.
void DropRepeated(std::vector<Identified>* all, const EntryNames& names) {
  std::sort(all->begin(), all->end(), [&](const Identified& a, const Identified& b) {
    return RanksBefore(a.recruit.entry, b.recruit.entry, names);
  });
  std::vector<std::pair<std::string_view, std::size_t>> ids;
  for (std::size_t i = 0; i < all->size(); ++i) {
    if (!(*all)[i].uscc.empty()) ids.emplace_back((*all)[i].uscc, i);
    if (!(*all)[i].lei.empty()) ids.emplace_back((*all)[i].lei, i);
  }
  std::sort(ids.begin(), ids.end());
  std::vector<bool> repeated(all->size());
  for (std::size_t i = 1; i < ids.size(); ++i) {
    if (ids[i].first == ids[i - 1].first) repeated[ids[i].second] = true;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all->size(); ++i) {
    if (repeated[i]) continue;
    if (kept != i) (*all)[kept] = std::move((*all)[i]);
    ++kept;
  }
  all->resize(kept);
}

}  // namespace

bool FindRecruits(const FindQuery& query, const EnterpriseMarks& candidates, const EntryNames& names,
                  PlaceTable* places, std::vector<Recruit>* recruits, std::int64_t* examined) {
  std::vector<Identified> all;
  for (std::size_t other = 0; other < query.others.size(); ++other) {
    std::vector<Entry> entries;
    if (!Collect(query, other, places, &entries, examined)) return false;
    KeepBest(&entries, names);
    const model::Snapshot& records = *query.others[other];
    for (const Entry& entry : entries) {
      if (BasisOf(entry.standing) == v1::HELD ? !query.held : !query.potential) continue;
      const EnterpriseIds ids = ReadEnterpriseIds(records.RecordBytes(ResourceType::kEnterprise, entry.enterprise));
      const Row here = FindByIds(*query.snapshot, ids);
      if (here != model::kNoRow && (candidates.Has(here) || IsLocalEnterprise(*query.snapshot, here))) continue;
      all.push_back({{entry, here}, std::string(ids.uscc), std::string(ids.lei)});
    }
  }
  DropRepeated(&all, names);
  for (const Identified& one : all) recruits->push_back(one.recruit);
  return true;
}

EnterpriseIds ReadEnterpriseIds(std::string_view bytes) {
  return {model::StringField(bytes, v1::Enterprise::kUsccFieldNumber),
          model::StringField(bytes, v1::Enterprise::kLeiFieldNumber)};
}

Row FindByIds(const model::Snapshot& snapshot, const EnterpriseIds& ids) {
  Row row = model::kNoRow;
  if (!ids.uscc.empty()) row = snapshot.FindIdentifier("uscc", ids.uscc);
  if (row == model::kNoRow && !ids.lei.empty()) row = snapshot.FindIdentifier("lei", ids.lei);
  return row;
}

bool IsLocalEnterprise(const model::Snapshot& snapshot, Row enterprise) {
  if (snapshot.IsLocal(snapshot.SeatRegion(enterprise)) == 1) return true;
  bool local = false;
  snapshot.OffersOfEnterprise(enterprise).ForEach([&](Row row) {
    local = local || snapshot.IsLocal(snapshot.offer(row)->region) == 1;
  });
  return local;
}

}  // namespace bulian::match
