// What today's data say about recorded matches (the findings of match_review.proto). Pure; belongs to one thread.
#ifndef SERVICES_MATCH_MATCH_REVIEW_H_
#define SERVICES_MATCH_MATCH_REVIEW_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/match_review.pb.h"
#include "services/gap/segment_need.h"
#include "services/model/snapshot.h"

namespace bulian::match {

inline constexpr char kReviewVersion[] = "review-1";

class MatchReview {
 public:
  // Reads every match of the snapshot once. Nothing is looked at if `stop` says so; see stopped().
  explicit MatchReview(gap::AnalysisPtr analysis, const gap::StopSignal& stop = {});
  ~MatchReview();
  bool stopped() const { return stopped_; }

  // Rows of the matches with a segment in `chain` (full name; empty: all matches), by name.
  std::vector<model::Row> MatchesOf(std::string_view chain) const;
  // Fills in the match, its idle days and its findings.
  void Fill(model::Row match, v1::ReviewedMatch* reviewed);

 private:
  struct Need;
  // A capability held against a need: VIOLATED and no row when there is none.
  struct Holding {
    v1::Fit fit = v1::VIOLATED;
    model::Row capability = model::kNoRow;
  };

  void ReadPromises(const gap::StopSignal& stop);
  const Need& NeedOf(const v1::Match& match);
  // The best of what the enterprise holds for the need at the date.
  Holding Held(const v1::Match& match, const Need& need) const;
  // The best of what the match promises, as if it were there unless it is.
  Holding Promised(const v1::Match& match, const Need& need) const;
  v1::Fit FitOf(const model::Snapshot& records, model::Row capability, const Need& need) const;
  void FindIdle(const v1::Match& match, v1::ReviewedMatch* reviewed) const;
  void FindOpen(const v1::Match& match, const Need& need, const Holding& held, v1::ReviewedMatch* reviewed) const;
  void FindBroken(const v1::Match& match, const Need& need, v1::ReviewedMatch* reviewed) const;

  gap::AnalysisPtr analysis_;
  model::SnapshotPtr snapshot_;
  bool stopped_ = false;
  model::SnapshotPtr branch_;  // the snapshot and all that is promised and not there
  // (match, number of the promised capability) -> its row in the branch.
  std::map<std::pair<std::string, int>, model::Row> promised_;
  std::map<std::string, std::string> first_open_;       // need and enterprise -> the first open match by name
  std::map<std::string, std::unique_ptr<Need>> needs_;  // by what NeedKey() says
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_MATCH_REVIEW_H_
