// A scenario's answer against the same changes really made to a copy, on random histories.
#include <algorithm>
#include <map>
#include <set>

#include "services/scenario/world_service_test.h"

namespace bulian::scenario {
namespace {

constexpr int kBest = 3;

std::string TextOf(v1::Gap gap) {
  gap.clear_revision();
  gap.clear_as_of();
  return gap.DebugString();
}

std::string NumbersOf(v1::SegmentAssessment segment) {
  segment.clear_display_name();
  segment.clear_priority();
  segment.clear_capability_type();
  return segment.DebugString();
}

// Applies deltas to what is before and expects what is after.
template <class Deltas, class Name, class Text>
void ExpectPatched(std::map<std::string, std::string> texts, const std::map<std::string, std::string>& wanted,
                   const Deltas& deltas, Name name, Text text) {
  for (const auto& delta : deltas) {
    const std::string key = name(delta.kind() == v1::GONE ? delta.before() : delta.after());
    ASSERT_EQ(delta.has_before(), delta.kind() != v1::APPEARED) << key;
    ASSERT_EQ(delta.has_after(), delta.kind() != v1::GONE) << key;
    ASSERT_EQ(texts.contains(key), delta.has_before()) << key;
    const std::string was = delta.has_before() ? text(delta.before()) : "",
                      is = delta.has_after() ? text(delta.after()) : "";
    ASSERT_EQ(delta.has_before() ? texts[key] : "", was) << key;
    ASSERT_NE(was, is) << key;
    texts.erase(key);
    if (delta.has_after()) texts[key] = is;
  }
  ASSERT_EQ(texts, wanted);
}

std::map<std::string, std::string> TextsOf(const v1::GapReport& report) {
  std::map<std::string, std::string> texts;
  for (const v1::Gap& gap : report.gaps()) texts[gap.name()] = TextOf(gap);
  return texts;
}

std::map<std::string, std::string> TextsOf(const std::vector<v1::SegmentAssessment>& segments) {
  std::map<std::string, std::string> texts;
  for (const v1::SegmentAssessment& segment : segments) texts[segment.segment()] = NumbersOf(segment);
  return texts;
}

std::string StandingOf(const v1::Candidate& candidate, int rank) {
  v1::CandidateStanding standing;
  standing.set_rank(rank);
  standing.set_capability(candidate.capability());
  standing.set_basis(candidate.basis());
  standing.set_fit(candidate.fit());
  *standing.mutable_score() = candidate.score();
  return standing.DebugString();
}

std::map<std::string, std::string> StandingsOf(const v1::FindCandidatesResponse& found) {
  std::map<std::string, std::string> standings;
  for (int i = 0; i < found.candidates_size(); ++i)
    standings[found.candidates(i).enterprise()] = StandingOf(found.candidates(i), i + 1);
  return standings;
}

void ExpectStandings(const v1::MatchDelta& delta, World& now, World& then) {
  const auto found_before = now.Candidates(delta.segment(), kBest);
  const auto found_after = then.Candidates(delta.segment(), kBest);
  ASSERT_EQ(delta.count_before(), found_before.candidate_count()) << delta.segment();
  ASSERT_EQ(delta.count_after(), found_after.candidate_count()) << delta.segment();
  auto standings = StandingsOf(found_before);
  for (const v1::CandidateDelta& candidate : delta.candidates()) {
    const std::string& name = candidate.enterprise();
    ASSERT_EQ(candidate.has_before() ? candidate.before().DebugString() : "", standings[name]) << name;
    ASSERT_EQ(candidate.kind(), !candidate.has_before()  ? v1::APPEARED
                                : !candidate.has_after() ? v1::GONE
                                                         : v1::CHANGED);
    standings.erase(name);
    if (candidate.has_after()) standings[name] = candidate.after().DebugString();
  }
  ASSERT_EQ(standings, StandingsOf(found_after));
}

void ExpectSame(const v1::EvaluateScenarioResponse& told, World& now, World& then) {
  const v1::GapReport before = now.Gaps(), after = then.Gaps();
  ASSERT_TRUE(told.gap_deltas_complete() && told.segment_deltas_complete());
  ASSERT_EQ(told.gap_count_before(), before.gap_count());
  ASSERT_EQ(told.gap_count_after(), after.gap_count());
  ASSERT_EQ(told.appeared_count() + told.changed_count() + told.gone_count(), told.gap_deltas_size());
  ASSERT_EQ(told.as_of().SerializeAsString(), before.as_of().SerializeAsString());
  ASSERT_EQ(told.as_of_after().SerializeAsString(), after.as_of().SerializeAsString());
  ExpectPatched(
      TextsOf(before), TextsOf(after), told.gap_deltas(), [](const v1::Gap& gap) { return gap.name(); }, TextOf);
  ExpectPatched(
      TextsOf(now.Segments()), TextsOf(then.Segments()), told.segment_deltas(),
      [](const v1::SegmentAssessment& segment) { return segment.segment(); }, NumbersOf);
  ASSERT_EQ(told.divergent_parts_size(), after.divergent_parts_size());
  for (const v1::MatchDelta& delta : told.match_deltas()) ExpectStandings(delta, now, then);
  // Worst first.
  std::vector<std::string> order, wanted;
  for (const v1::GapDelta& delta : told.gap_deltas())
    if (delta.has_after()) order.push_back(delta.after().name());
  for (const v1::Gap& gap : after.gaps())
    if (std::find(order.begin(), order.end(), gap.name()) != order.end()) wanted.push_back(gap.name());
  ASSERT_EQ(order, wanted);
}

int FirstIndex(const std::vector<std::string>& fields) {
  int first = 1 << 20;
  for (const std::string& field : fields)
    first = std::min(first, std::atoi(field.substr(std::string("changes[").size()).c_str()));
  return first;
}

class ScenarioHistoryTest : public testing::TestWithParam<unsigned> {};

TEST_P(ScenarioHistoryTest, EqualsTheSameChangesReallyMade) {
  int answered = 0, refused = 0, gaps = 0, candidates = 0;
  for (unsigned round = 0; round < 4; ++round) {
    RandomChanges random(GetParam() * 10 + round);
    World now, then;
    for (int i = 0; i < 150; ++i) {
      const v1::ScenarioChange change = random.Next();
      const absl::Status made = now.MakeReally(change);
      ASSERT_EQ(made.ok(), then.MakeReally(change).ok());
    }
    for (int step = 0; step < 12; ++step) {
      v1::EvaluateScenarioRequest request;
      request.set_parent("clusters/t");
      const int count = 1 + random.Pick(4);
      for (int i = 0; i < count; ++i) *request.add_changes() = random.Next();
      for (const std::string& segment : now.SegmentNames())
        if (request.match_for_size() < 5) request.add_match_for(segment);
      request.set_match_size(kBest);
      const auto stored = exchange::Comparable(now.registry.Export("t"));
      const std::int64_t revision = now.registry.Revision("t");
      const auto told = now.Evaluate(request);
      ASSERT_EQ(now.registry.Revision("t"), revision);
      ASSERT_EQ(exchange::Comparable(now.registry.Export("t")), stored);
      int failed = count;
      for (int i = 0; i < count; ++i) {
        const absl::Status made = then.MakeReally(request.changes(i));
        if (!made.ok()) failed = std::min(failed, i);
      }
      if (told.ok()) {
        ++answered;
        ASSERT_EQ(failed, count) << request.DebugString();
        gaps += told->gap_deltas_size();
        for (const v1::MatchDelta& delta : told->match_deltas()) candidates += delta.candidates_size();
        ExpectSame(*told, now, then);
      } else {
        ++refused;
        ASSERT_EQ(told.status().code(), absl::StatusCode::kInvalidArgument) << told.status();
        ASSERT_EQ(FirstIndex(FieldsOf(told.status())), failed) << told.status() << request.DebugString();
      }
      if (HasFatalFailure()) FAIL() << "round " << round << " step " << step << "\n" << request.DebugString();
      // The copy's changes, for the next step; those it refused are refused here too.
      for (int i = 0; i < count; ++i) (void)now.MakeReally(request.changes(i));
    }
  }
  // The test must not only compare nothing with nothing.
  EXPECT_GT(answered, 20);
  EXPECT_GT(refused, 3);
  EXPECT_GT(gaps, 40);
  EXPECT_GT(candidates, 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ScenarioHistoryTest, testing::Range(1u, 7u));

}  // namespace
}  // namespace bulian::scenario
