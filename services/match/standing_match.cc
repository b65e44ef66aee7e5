#include "services/match/standing_match.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "services/match/recruits.h"
#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using MatchPtr = std::shared_ptr<const v1::Match>;

// What matches are of the need.
class Need {
 public:
  Need(const model::Snapshot& snapshot, std::string_view segment, Row type) : snapshot_(snapshot), type_(type) {
    if (!segment.empty()) {
      segments_.emplace(segment);
      return;
    }
    free_ = true;
    snapshot.SegmentChainsOfType(type).ForEach([&](Row row) {
      const auto chain = snapshot.chain(row);
      for (const v1::Segment& one : chain->segments()) {
        if (snapshot.Find(ResourceType::kCapabilityType, one.requirement().capability_type()) == type)
          segments_.insert(chain->name() + "/segments/" + one.segment_id());
      }
    });
  }

  bool Asks(const v1::Match& match) const {
    if (!match.has_requirement()) return segments_.contains(match.segment());
    return free_ && snapshot_.Find(ResourceType::kCapabilityType, match.requirement().capability_type()) == type_;
  }

 private:
  const model::Snapshot& snapshot_;
  const Row type_;
  bool free_ = false;
  absl::flat_hash_set<std::string> segments_;
};

std::pair<std::int64_t, int> TimeOf(const v1::Match& match) {
  if (match.history().empty()) return {0, 0};
  const auto& time = match.history().rbegin()->time();
  return {time.seconds(), time.nanos()};
}

bool StandsBefore(const v1::Match& a, const v1::Match& b) {
  const bool a_rejected = a.state() == v1::Match::REJECTED, b_rejected = b.state() == v1::Match::REJECTED;
  if (a_rejected != b_rejected) return b_rejected;
  if (TimeOf(a) != TimeOf(b)) return TimeOf(a) > TimeOf(b);
  return a.name() < b.name();
}

// Name of the candidate's enterprise in the asked cluster; empty if it has no record there.
std::string NameHere(const FindQuery& query, const v1::Candidate& candidate) {
  if (candidate.place() != v1::OTHER_CLUSTER) return candidate.enterprise();
  const std::string_view cluster = model::ClusterIdOf(candidate.enterprise());
  for (const model::SnapshotPtr& other : query.others) {
    if (other->position().cluster != cluster) continue;
    const Row row = other->Find(ResourceType::kEnterprise, candidate.enterprise());
    const Row here = FindByIds(*query.snapshot, ReadEnterpriseIds(other->RecordBytes(ResourceType::kEnterprise, row)));
    return here == model::kNoRow ? "" : query.snapshot->Name(ResourceType::kEnterprise, here);
  }
  return "";
}

}  // namespace

void AddStandingMatches(const FindQuery& query, std::string_view segment, std::span<v1::Candidate* const> candidates) {
  const model::Snapshot& snapshot = *query.snapshot;
  if (candidates.empty() || snapshot.Count(ResourceType::kMatch) == 0) return;
  absl::flat_hash_map<std::string, MatchPtr> standing;
  std::vector<std::string> names;
  for (const v1::Candidate* candidate : candidates) {
    names.push_back(NameHere(query, *candidate));
    if (!names.back().empty()) standing.try_emplace(names.back());
  }
  const Need need(snapshot, segment, query.target->type);
  for (Row row = 0; row < snapshot.RowLimit(ResourceType::kMatch); ++row) {
    if (!snapshot.Exists(ResourceType::kMatch, row)) continue;
    MatchPtr match = snapshot.match(row);
    if (!need.Asks(*match)) continue;
    const auto at = standing.find(match->enterprise());
    if (at == standing.end()) continue;
    if (at->second == nullptr || StandsBefore(*match, *at->second)) at->second = std::move(match);
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto at = standing.find(names[i]);
    if (at == standing.end() || at->second == nullptr) continue;
    v1::StandingMatch* const told = candidates[i]->mutable_standing_match();
    told->set_match(at->second->name());
    told->set_state(at->second->state());
    told->set_rejection_reason(at->second->rejection_reason());
    if (!at->second->history().empty()) *told->mutable_last_event_time() = at->second->history().rbegin()->time();
  }
}

}  // namespace bulian::match
