#include "services/match_record/match_history.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"
#include "services/resource/field_rules.h"

namespace bulian::match_record {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using resource::FieldPath;

bool IsTime(const Timestamp& time) {
  return time.seconds() >= TimeUtil::kTimestampMinSeconds && time.seconds() <= TimeUtil::kTimestampMaxSeconds &&
         time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

bool Says(const v1::MatchEvent& event, const v1::Match& match) {
  return event.state() == match.state() && event.rejection_reason() == match.rejection_reason() &&
         event.note() == match.note();
}

void CheckReason(v1::Match::State state, v1::Match::RejectionReason reason, const FieldPath& field,
                 model::Violations* violations) {
  resource::CheckEnum(v1::Match::RejectionReason_IsValid(reason), field, violations);
  if (state == v1::Match::REJECTED && reason == v1::Match::REJECTION_REASON_UNSPECIFIED) {
    violations->Add(field.str(), "is required of a match that is REJECTED");
  } else if (state != v1::Match::REJECTED && reason != v1::Match::REJECTION_REASON_UNSPECIFIED) {
    violations->Add(field.str(), "is only allowed of a match that is REJECTED");
  }
}

void CheckState(v1::Match::State state, const FieldPath& field, model::Violations* violations) {
  if (state == v1::Match::STATE_UNSPECIFIED) {
    violations->Add(field.str(), "is required");
  } else {
    resource::CheckEnum(v1::Match::State_IsValid(state), field, violations);
  }
}

}  // namespace

bool MayFollow(v1::Match::State from, v1::Match::State to) {
  if (from == to) return true;
  if (from == v1::Match::REJECTED) return to < v1::Match::CONTRACTED;
  return to > from;
}

void CarryHistory(const v1::Match* before, absl::Time now, const std::string& actor, v1::Match* after) {
  if (before != nullptr) {
    *after->mutable_history() = before->history();
    const bool moved = after->state() != before->state();
    if (moved && before->state() == v1::Match::REJECTED) after->clear_rejection_reason();
    if (moved && after->note() == before->note()) after->clear_note();
    if (!moved && after->rejection_reason() == before->rejection_reason() &&
        (after->note() == before->note() || after->note().empty()))
      return;
  } else if (!after->history().empty() && Says(*after->history().rbegin(), *after)) {
    return;
  }
  Timestamp time = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(now));
  if (!after->history().empty()) time = std::max(time, after->history().rbegin()->time());
  v1::MatchEvent* event = after->add_history();
  *event->mutable_time() = time;
  event->set_state(after->state());
  event->set_rejection_reason(after->rejection_reason());
  event->set_note(after->note());
  event->set_actor(actor);
}

void CheckStates(const v1::Match& match, const FieldPath& field, model::Violations* violations) {
  CheckState(match.state(), field / "state", violations);
  CheckReason(match.state(), match.rejection_reason(), field / "rejection_reason", violations);
  resource::CheckText(match.note(), resource::kMaxDescriptionChars, field / "note", violations);
  resource::CheckCount(match.history_size(), kMaxEvents, field / "history", violations);
  for (int i = 0; i < std::min(match.history_size(), kMaxEvents); ++i) {
    const FieldPath at = field.At("history", i);
    const v1::MatchEvent& event = match.history(i);
    // What the server added says what the match says, which is checked above.
    if (i + 1 == match.history_size() && Says(event, match)) continue;
    CheckState(event.state(), at / "state", violations);
    CheckReason(event.state(), event.rejection_reason(), at / "rejection_reason", violations);
    resource::CheckText(event.note(), resource::kMaxDescriptionChars, at / "note", violations);
    resource::CheckText(event.actor(), resource::kMaxNameChars, at / "actor", violations);
    if (!IsTime(event.time())) violations->Add((at / "time").str(), "must be a time");
  }
}

void CheckSteps(const v1::Match& match, const FieldPath& field, model::Violations* violations) {
  if (match.history_size() > kMaxEvents) {
    return violations->Add((field / "history").str(),
                           absl::StrCat("is full at ", kMaxEvents, " events: go on in another match"));
  }
  for (int i = 1; i < match.history_size(); ++i) {
    const v1::MatchEvent& earlier = match.history(i - 1);
    const v1::MatchEvent& event = match.history(i);
    const FieldPath at = field.At("history", i);
    if (event.time() < earlier.time()) violations->Add((at / "time").str(), "must not be before the event before");
    if (MayFollow(earlier.state(), event.state())) continue;
    const bool last = i + 1 == match.history_size();
    violations->Add(last ? (field / "state").str() : (at / "state").str(),
                    absl::StrCat("cannot go from ", v1::Match::State_Name(earlier.state()), " to ",
                                 v1::Match::State_Name(event.state())));
  }
}

}  // namespace bulian::match_record
