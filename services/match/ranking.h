// The order of candidates, and the best of many in one pass.
#ifndef SERVICES_MATCH_RANKING_H_
#define SERVICES_MATCH_RANKING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bulian/v1/attribute.pb.h"
#include "bulian/v1/match.pb.h"
#include "services/match/score_parts.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// Where an offer stands among all: lower comes first. Basis in the order of CandidateBasis, then fit: SATISFIED before
// UNKNOWN before VIOLATED.
using Standing = std::uint8_t;
inline Standing StandingOf(v1::CandidateBasis basis, v1::Fit fit) {
  const int fit_rank = fit == v1::SATISFIED ? 0 : fit == v1::UNKNOWN ? 1 : 2;
  return static_cast<Standing>(static_cast<int>(basis) * 4 + fit_rank);
}
inline v1::CandidateBasis BasisOf(Standing standing) { return static_cast<v1::CandidateBasis>(standing / 4); }
inline v1::Fit FitOf(Standing standing) {
  return standing % 4 == 0 ? v1::SATISFIED : standing % 4 == 1 ? v1::UNKNOWN : v1::VIOLATED;
}

// An offer in the running. `source` is the place of its cluster in the answer (0: the asked one); `offer` is a row of
// capabilities, or for PLANNED the number of the planned capability; `ref` lives as long as the snapshots, among them
// the branch of what is planned.
struct Entry {
  Range score;
  model::Row enterprise = model::kNoRow;
  model::Row offer = model::kNoRow;
  std::uint16_t source = 0;
  Standing standing = 0;
  model::OfferRef ref;
};

// -1 if `a` comes before `b` by standing and score, 1 if after, 0 if only names decide.
inline int CompareKeys(Standing a, Range a_score, Standing b, Range b_score) {
  if (a != b) return a < b ? -1 : 1;
  if (a_score.lower != b_score.lower) return a_score.lower > b_score.lower ? -1 : 1;
  if (a_score.upper != b_score.upper) return a_score.upper > b_score.upper ? -1 : 1;
  return 0;
}

// Names of what entries stand for; views live as long as the snapshots.
class EntryNames {
 public:
  virtual ~EntryNames() = default;
  // Cluster id, and the enterprise's name in the cluster.
  virtual std::string_view Cluster(const Entry& entry) const = 0;
  virtual std::string_view Enterprise(const Entry& entry) const = 0;
  // Name of the capability or project in the cluster, unique with `offer` as the last resort.
  virtual std::string_view Offer(const Entry& entry) const = 0;
  // Below 0 if the name of a's enterprise is before that of b's; both are of one cluster.
  virtual int CompareEnterprises(const Entry& a, const Entry& b) const { return Enterprise(a).compare(Enterprise(b)); }
  // Told before the enterprises of these are compared with one another.
  virtual void Prefetch(std::span<const Entry>) const {}
};

// Whether `a` ranks before `b`: standing, score, full name of the enterprise, name of the offer. A total order.
bool RanksBefore(const Entry& a, const Entry& b, const EntryNames& names);

// Keeps the best `capacity` enterprises of all entries shown to it, each with its best entry; exact. An entry is worth
// showing only if MayEnter says so, which costs a few comparisons; names are read only on a tie with the last place.
// Memory stays within twice the capacity. Belongs to one thread.
class BestEntries {
 public:
  BestEntries(std::size_t capacity, const EntryNames* names);

  // Whether an entry of this key could still be among the best.
  bool MayEnter(Standing standing, Range score) const {
    return !full_ || CompareKeys(standing, score, last_.standing, last_.score) <= 0;
  }
  // Whether one of this standing could whose score's lower end is no more than `limit`.
  bool MayEnter(Standing standing, double limit) const {
    return !full_ || standing < last_.standing || (standing == last_.standing && limit >= last_.score.lower);
  }
  void Add(const Entry& entry);
  // The best, in order. The object is empty afterwards.
  std::vector<Entry> Take();

 private:
  void Compact();

  std::size_t capacity_;
  std::size_t limit_;
  const EntryNames* names_;
  std::vector<Entry> entries_;
  bool full_ = false;  // `capacity_` different enterprises are known to reach `last_`
  Entry last_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_RANKING_H_
