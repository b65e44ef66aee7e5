// What happened to a match, and which states may follow one another. Pure, thread-safe.
#ifndef SERVICES_MATCH_RECORD_MATCH_HISTORY_H_
#define SERVICES_MATCH_RECORD_MATCH_HISTORY_H_

#include <string>

#include "absl/time/time.h"
#include "bulian/v1/match_record.pb.h"
#include "services/model/error.h"
#include "services/resource/field_path.h"

namespace bulian::match_record {

inline constexpr int kMaxEvents = 500;

// Whether a match may go from one state to the other; staying in one is no step and always allowed.
bool MayFollow(v1::Match::State from, v1::Match::State to);

// Brings the history of `after` up to date: that of `before` (null: what a new match brings) and, if state, reason or
// note say something new, one more event at `now`, never before the last one. A change of state that comes without a
// new note clears the note; one that leaves REJECTED clears the reason. Doing it twice is doing it once.
void CarryHistory(const v1::Match* before, absl::Time now, const std::string& actor, v1::Match* after);

// States and reasons that fit each other, and events that are whole.
void CheckStates(const v1::Match& match, const resource::FieldPath& field, model::Violations* violations);

// Events in order of time, and only steps that may be taken; for a match whose history is carried.
void CheckSteps(const v1::Match& match, const resource::FieldPath& field, model::Violations* violations);

}  // namespace bulian::match_record

#endif  // SERVICES_MATCH_RECORD_MATCH_HISTORY_H_
