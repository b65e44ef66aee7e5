// Looking ahead, against analyses of each date after the project's capabilities really came.
#include "services/gap/look_ahead.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gap/analysis_fixture.h"
#include "services/gap/report.h"

namespace bulian::gap {
namespace {

using testing::ElementsAre;

class LookAheadTest : public AnalysisTest {
 protected:
  static google::type::Date Date(int year, int month) { return TestCluster::Date(year, month, 1); }

  v1::Project Project(const std::string& id, v1::Project::State state, const google::type::Date& day, double pieces) {
    cluster_.Put("enterprises/" + id, cluster_.Company(id));
    v1::Project project;
    project.set_owner("clusters/t/enterprises/" + id);
    project.set_state(state);
    if (day.year() != 0) *project.mutable_production_date() = day;
    v1::PlannedCapability* planned = project.add_planned_capabilities();
    planned->set_capability_id("new");
    *planned->mutable_capability() = cluster_.Offer(id, "p", pieces);
    cluster_.Put("projects/" + id, project);
    return project;
  }

  // Months from June 2026 on.
  std::vector<LookAhead> Look(int months) {
    analysis_ = Analyse();
    days_ = PeriodStarts(analysis_->as_of(), analysis_->as_of() + 31 * months, v1::MONTH, 240);
    return *LookAheadOf(*analysis_, "", days_, {});
  }
  // `2026-06-01 30..30 UNDER_CAPACITY`: each step with claimed capacity and the kinds that hold there.
  std::vector<std::string> Steps(const LookAhead& look) {
    std::vector<std::string> texts;
    for (const LookStep& step : look.steps) {
      const Bounds& capacity = step.metrics[kClaimedSet].capacity;
      std::string text = model::FormatDay(step.from) + " " + std::to_string(static_cast<int>(capacity.lower)) + ".." +
                         std::to_string(static_cast<int>(step.metrics[kPossibleSet].capacity.upper)) + "/" +
                         std::to_string(static_cast<int>(step.demand.per_year));
      for (const v1::GapKind kind : {v1::MISSING, v1::SINGLE_SOURCE, v1::CONCENTRATED, v1::UNDER_CAPACITY}) {
        if (step.verdicts.of_kind[kind][kClaimedSet] == Truth::kHolds) text += " " + v1::GapKind_Name(kind);
      }
      texts.push_back(text);
    }
    return texts;
  }
  std::vector<std::string> Effects(const LookAhead& look) {
    std::vector<std::string> texts;
    for (const LookEffect& effect : look.effects) {
      texts.push_back(analysis_->snapshot()->Name(model::ResourceType::kProject, effect.project).substr(20) + " " +
                      v1::GapKind_Name(effect.kind) + " " + model::FormatDay(effect.closes) + " else " +
                      (effect.closes_without ? model::FormatDay(*effect.closes_without) : "never") +
                      (effect.only_possible ? " possible" : ""));
    }
    return texts;
  }

  std::shared_ptr<const ClusterAnalysis> analysis_;
  std::vector<model::Day> days_;
};

TEST(PeriodStartsTest, KeepTheDayOfTheMonthWhereThereIsOne) {
  const auto text = [](std::string_view from, std::string_view to, v1::Period period) {
    std::string joined;
    for (const model::Day day : PeriodStarts(*model::ParseDay(from), *model::ParseDay(to), period, 240))
      joined += model::FormatDay(day) + " ";
    return joined;
  };
  EXPECT_EQ(text("2026-12-31", "2027-04-01", v1::MONTH), "2026-12-31 2027-01-31 2027-02-28 2027-03-31 ");
  EXPECT_EQ(text("2024-02-29", "2026-03-01", v1::YEAR), "2024-02-29 2025-02-28 2026-02-28 ");
  EXPECT_EQ(text("2026-12-28", "2027-01-04", v1::WEEK), "2026-12-28 2027-01-04 ");
  EXPECT_EQ(text("2026-06-01", "2026-06-02", v1::DAY), "2026-06-01 2026-06-02 ");
  EXPECT_EQ(text("2026-06-01", "2026-05-31", v1::MONTH), "");
  EXPECT_EQ(text("2026-06-01", "2026-06-01", v1::PERIOD_UNSPECIFIED), "2026-06-01 ");
  EXPECT_TRUE(PeriodStarts(0, 400, v1::DAY, 240).empty());
}

TEST_F(LookAheadTest, CapacityDemandAndProjectsHaveDates) {
  cluster_.Supplier("a", "p", 60);
  v1::Capability ends = cluster_.Offer("b", "p", 60);
  *ends.mutable_valid_until() = TestCluster::Date(2026, 8, 15);
  cluster_.Put("enterprises/b", cluster_.Company("b"));
  cluster_.PutOffer("b", "c", ends);
  Project("q", v1::Project::STARTED, Date(2026, 11), 50);
  v1::PlannedDemand* more = segment_->add_demand_plan();
  *more->mutable_valid_from() = TestCluster::Date(2027, 1, 10);
  *more->mutable_final_demand() = segment_->final_demand();
  more->mutable_final_demand()->set_value(segment_->final_demand().value() * 1.2);
  const auto looks = Look(10);
  ASSERT_EQ(looks.size(), 1U);
  EXPECT_THAT(Steps(looks[0]),
              ElementsAre("2026-06-01 120..120/100", "2026-09-01 60..60/100 SINGLE_SOURCE UNDER_CAPACITY",
                          "2026-11-01 110..110/100", "2027-02-01 110..110/120 UNDER_CAPACITY"));
  EXPECT_EQ(looks[0].first_shortage, model::ParseDay("2026-09-01"));
  EXPECT_THAT(Effects(looks[0]),
              ElementsAre("q SINGLE_SOURCE 2026-11-01 else never", "q UNDER_CAPACITY 2026-11-01 else never"));
}

TEST_F(LookAheadTest, WhatSlipsWithAProjectIsWhatNoOtherClosesBefore) {
  cluster_.Supplier("a", "p", 60);
  Project("q", v1::Project::TRIAL, Date(2026, 8), 50);
  Project("r", v1::Project::STARTED, Date(2026, 12), 50);
  Project("s", v1::Project::STARTED, {}, 50);
  const auto looks = Look(12);
  EXPECT_THAT(Effects(looks[0]),
              ElementsAre("q SINGLE_SOURCE 2026-08-01 else 2026-12-01", "q UNDER_CAPACITY 2026-08-01 else 2026-12-01"));
  EXPECT_THAT(looks[0].undated_projects, ElementsAre("clusters/t/projects/s"));
}

TEST_F(LookAheadTest, WhatIsOnlySignedCountsAtTheUpperEndAlone) {
  cluster_.Supplier("a", "p", 60);
  Project("q", v1::Project::SIGNED, Date(2026, 8), 50);
  const auto looks = Look(4);
  EXPECT_THAT(Steps(looks[0]), ElementsAre("2026-06-01 60..60/100 SINGLE_SOURCE UNDER_CAPACITY",
                                           "2026-08-01 60..110/100 SINGLE_SOURCE UNDER_CAPACITY"));
  EXPECT_THAT(Effects(looks[0]), ElementsAre("q SINGLE_SOURCE 2026-08-01 else never possible"));
}

TEST_F(LookAheadTest, CancelledProjectsAndWhatExistsAlreadyAddNothing) {
  cluster_.Supplier("a", "p", 60);
  Project("q", v1::Project::CANCELLED, Date(2026, 8), 50);
  Project("r", v1::Project::STARTED, Date(2026, 8), 50);
  cluster_.PutOffer("r", "new", cluster_.Offer("r", "p", 7));
  EXPECT_THAT(Steps(Look(4)[0]), ElementsAre("2026-06-01 67..67/100 CONCENTRATED UNDER_CAPACITY"));
}

TEST_F(LookAheadTest, EvidenceAgesWithinTheHorizon) {
  cluster_.Supplier("a", "p", 120);
  cluster_.Supplier("b", "p", 120);
  const auto looks = Look(24);
  ASSERT_EQ(looks.size(), 1U);  // fine today, unverified a year after the evidence
  ASSERT_EQ(looks[0].steps.size(), 2U);
  EXPECT_TRUE(IsListed(looks[0].steps[1].verdicts.of_kind[v1::UNVERIFIED]));
}

TEST_F(LookAheadTest, AClusterWithoutGapsOrWithoutChainsHasNothingToShow) {
  EXPECT_TRUE(LookAheadOf(*cluster_.Analyse(), "", {0}, {})->empty());
  cluster_.Supplier("a", "p", 120);
  cluster_.Supplier("b", "p", 120);
  EXPECT_TRUE(Look(2).empty());
}

TEST_F(LookAheadTest, StopsWhenAsked) {
  cluster_.Supplier("a", "p", 60);
  const auto analysis = Analyse();
  EXPECT_FALSE(LookAheadOf(*analysis, "", {analysis->as_of()}, [] { return true; }));
}

// Each step is what an analysis of that day says once the capabilities came for real.
TEST_F(LookAheadTest, EqualsAnalysesOfTheDaysOnceTheProjectCame) {
  cluster_.Supplier("a", "p", 30);
  Project("q", v1::Project::STARTED, Date(2026, 9), 50);
  Project("r", v1::Project::TRIAL, Date(2027, 2), 25);
  const auto looks = Look(12);
  for (const char* id : {"q", "r"}) {
    v1::Capability came = cluster_.Offer(id, "p", id[0] == 'q' ? 50 : 25);
    came.clear_evidence();
    *came.mutable_valid_from() = id[0] == 'q' ? Date(2026, 9) : Date(2027, 2);
    cluster_.PutOffer(id, "new", came);
  }
  const model::SnapshotPtr snapshot = cluster_.Snapshot();
  for (const LookStep& step : looks[0].steps) {
    const auto then = AnalyzeFromScratch(snapshot, step.from);
    std::array<SetMetrics, kSetCount> metrics = then->segment(0).metrics;
    for (SetMetrics& each : metrics) each.single_loss.reset();  // what a look ahead does not tell
    EXPECT_EQ(metrics, step.metrics) << model::FormatDay(step.from);
    for (int kind = v1::MISSING; kind <= v1::UNVERIFIED; ++kind)
      EXPECT_EQ(then->segment(0).verdicts.of_kind[kind], step.verdicts.of_kind[kind]) << kind;
  }
  EXPECT_EQ(looks[0].steps.size(), 4U);  // the first evidence gets stale on the way
}

}  // namespace
}  // namespace bulian::gap
