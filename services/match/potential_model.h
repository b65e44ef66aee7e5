// Who could make what nobody, or few, are known to make: every company ranked by what the cluster's own data teach.
// Formulas and sources: docs/science/matching.md.
#ifndef SERVICES_MATCH_POTENTIAL_MODEL_H_
#define SERVICES_MATCH_POTENTIAL_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "services/match/potential_lesson.h"
#include "services/match/potential_ranking.h"
#include "services/match/retrieval.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// Signals of a snapshot's enterprises, types, capabilities and supply links, and a lesson to weigh them with, learned
// from the same snapshot or an earlier one: a pure function of the two, the same records in any history give the same
// model. Immutable but for rankings it keeps, thread-safe. Holds no snapshot; rows are those of the one it was built
// from.
class PotentialModel {
 public:
  // With a lesson of its own: some seconds for tens of thousands of capabilities; memory in proportion to the words of
  // the records and, within a fixed limit, to companies x directions. nullptr if stopped.
  static std::shared_ptr<const PotentialModel> Build(const model::Snapshot& snapshot, const StopToken& stop = {},
                                                     const SubjectLimits& limits = {});
  // The model of a later (or earlier) snapshot after `changes`: the old one if they do not concern it; with the old
  // one's lesson (weights and directions) while less than a fiftieth of what was learned from has changed since, which
  // costs a fraction of learning; else built anew. A small cluster always learns anew, so that its model depends on the
  // snapshot alone.
  static std::shared_ptr<const PotentialModel> Advance(const std::shared_ptr<const PotentialModel>& old,
                                                       const model::Snapshot& snapshot, const model::Delta& changes,
                                                       const StopToken& stop = {});
  PotentialModel(PotentialData data, const SubjectLimits& limits);  // by Build and Advance

  // The revisions whose records the signals and the lesson are of.
  std::int64_t revision() const { return revision_; }
  std::int64_t lesson_revision() const { return lesson_->revision; }
  // Whether it is built within a moment, so that callers may wait for the model of their own snapshot.
  bool Small() const;

  // nullptr for a type it does not know. Costs some milliseconds, however many companies there are; the last ones are
  // kept, so that pages and explanations cost it once.
  std::shared_ptr<const PotentialRanking> Rank(model::Row type) const;

  const PotentialData& data() const { return data_; }
  const PotentialSpace& space() const { return *space_; }
  const PotentialLesson& lesson() const { return *lesson_; }
  // Per company, what the lesson adds to its score for types with and without known makers.
  const std::vector<float>& leans(bool warm) const { return warm ? warm_leans_ : cold_leans_; }

 private:
  void TakeLesson(std::shared_ptr<const PotentialLesson> lesson);

  static constexpr std::size_t kKeptBytes = std::size_t{256} << 20;

  PotentialData data_;
  const SubjectLimits limits_;
  TypeLikeness types_;
  std::int64_t revision_ = 0;
  std::size_t changed_ = 0;  // records since the lesson's revision
  std::shared_ptr<const PotentialLesson> lesson_;
  std::vector<float> warm_leans_, cold_leans_;
  std::unique_ptr<const PotentialSpace> space_;
  mutable std::mutex mutex_;
  mutable std::list<std::shared_ptr<const PotentialRanking>> kept_;  // last used first
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_MODEL_H_
