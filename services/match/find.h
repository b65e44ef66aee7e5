// Ranks the enterprises that could meet a target. Pure: a function of snapshots, a date and the query.
#ifndef SERVICES_MATCH_FIND_H_
#define SERVICES_MATCH_FIND_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "services/match/enterprise_census.h"
#include "services/match/near_types.h"
#include "services/match/planned.h"
#include "services/match/potential_model.h"
#include "services/match/ranking.h"
#include "services/match/retrieval.h"
#include "services/match/target.h"
#include "services/model/snapshot.h"

namespace bulian::match {

struct FindQuery {
  const Target* target = nullptr;
  model::SnapshotPtr snapshot;             // of the asked cluster
  std::vector<model::SnapshotPtr> others;  // other clusters to look in, by name
  bool held = true, potential = false;
  bool outside = false;                         // also sites outside the cluster's regions
  std::span<const model::Row> excluded;         // enterprises to leave out
  const EnterpriseCensus* census = &kNoCensus;  // of `snapshot`; needed for potential candidates
  // Ranks the enterprises that could come to the target's type. Null: only holders of near types are potential
  // candidates, by the score of their offers.
  std::shared_ptr<const PotentialModel> model;
  std::shared_ptr<const PotentialRanking> ranking;
  model::SnapshotPtr model_records;    // what the model is of: of the history of `snapshot`
  std::vector<model::Row> unranked{};  // enterprises the model does not know as they are now, ascending
  bool IsAlliance(model::Row enterprise) const {
    return std::binary_search(census->alliances.begin(), census->alliances.end(), enterprise);
  }
  bool Ranked(model::Row enterprise) const {
    return ranking != nullptr && !std::binary_search(unranked.begin(), unranked.end(), enterprise);
  }
  std::size_t offset = 0, size = 20;  // the ranks wanted
  StopToken stop;
};

struct Found {
  std::vector<Entry> page;      // in order
  std::size_t count = 0;        // candidates of all ranks
  std::int64_t examined = 0;    // offers looked at
  std::int64_t embeddings = 0;  // enterprises whose links had to be read
  bool stopped = false;         // by the stop token; nothing else is filled in
  PlannedOffers planned;        // what PLANNED entries' `offer` counts in
  std::vector<NearType> near;   // types of NEAR_TYPE entries, by row
};

// Of an enterprise of the asked cluster without a bearing offer: `offer` and `ref` stand for nothing.
Entry LikelyEntry(model::Row enterprise, double probability);

// Exact. One pass over the posting lists; what is costly (links, names) is read only for offers that may still reach
// the page. A candidate is one enterprise with its best offer; bases go first: who holds a capability is not listed as
// potential. With a ranking all other enterprises follow, by its
// order.
Found Find(const FindQuery& query);

// Names of the entries of a result. Keeps what it is given.
class FoundNames final : public EntryNames {
 public:
  FoundNames(const FindQuery* query, const PlannedOffers* planned) : query_(query), planned_(planned) {}
  const model::Snapshot& Records(const Entry& entry) const {
    return entry.source == 0 ? *query_->snapshot : *query_->others[entry.source - 1u];
  }
  std::string_view Cluster(const Entry& entry) const override { return Records(entry).position().cluster; }
  std::string_view Enterprise(const Entry& entry) const override {
    return Records(entry).RelativeName(model::ResourceType::kEnterprise, entry.enterprise);
  }
  std::string_view Offer(const Entry& entry) const override;
  int CompareEnterprises(const Entry& a, const Entry& b) const override {
    return Records(a).CompareNames(model::ResourceType::kEnterprise, a.enterprise, b.enterprise);
  }
  void Prefetch(std::span<const Entry> entries) const override;

 private:
  const FindQuery* query_;
  const PlannedOffers* planned_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_FIND_H_
