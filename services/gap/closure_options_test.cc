// Options against making their changes for real and analysing the cluster again, and worked examples.
#include "services/gap/closure_options.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>

#include "services/gap/analysis_fixture.h"
#include "services/gap/closure_report.h"
#include "services/gap/closure_search.h"
#include "services/gap/random_writer.h"
#include "services/gap/test_cluster.h"
#include "tests/harness/cases.h"

namespace bulian::gap {
namespace {

using model::ResourceType;

ClosureQuery Whole(const ClusterAnalysis& analysis, int set) {
  ClosureQuery query{.set = set};
  query.segments.resize(static_cast<std::size_t>(analysis.graph().size()));
  std::iota(query.segments.begin(), query.segments.end(), 0);
  query.subjects.fill(true);
  query.changes.fill(true);
  query.changes[v1::CLOSURE_CHANGE_UNSPECIFIED] = false;
  return query;
}

Closures Find(const ClusterAnalysis& analysis, const ClosureQuery& query) { return *FindClosures(analysis, query, {}); }

// `e: MOVE_IN 0.5 +1` for each option, in order.
std::vector<std::string> Told(const ClusterAnalysis& analysis, const ClosureQuery& query) {
  const Closures closures = Find(analysis, query);
  std::vector<std::string> told;
  for (std::size_t i = 0; i < closures.options.size(); ++i) {
    v1::ClosureOption option;
    FillClosureOption(analysis, query, closures, static_cast<int>(i), &option);
    char share[32];
    std::snprintf(share, sizeof share, "%.4g", option.closed_share());
    told.push_back(option.name().substr(11) + ": " + v1::ClosureChange_Name(option.change()) + " " + share + " +" +
                   std::to_string(option.closes_missing()));
  }
  return told;
}

// ---------------------------------------------------------------------------------------------------------------------

// What a change brings to a segment: capacity at the lower end, and whether there is a supplier who was none.
struct Brought {
  double capacity = 0;
  bool begins = false;
};
using BroughtBy = std::map<std::tuple<std::string, v1::ClosureChange, int>, Brought>;  // by source, change, segment

// Random clusters, where every change is made for real.
class RealChanges {
 public:
  explicit RealChanges(unsigned seed) : writer_(&cluster_, seed) {
    for (int i = 0; i < 160; ++i) writer_.Write();
    const model::SnapshotPtr now = cluster_.Snapshot();
    for (const char* local : {"330502", "330500"}) local_ = now->IsLocal(std::stoi(local)) == 1 ? local : local_;
  }

  std::shared_ptr<const ClusterAnalysis> Analyse() { return cluster_.Analyse(); }

  BroughtBy All(int set) {
    BroughtBy brought;
    const auto before = Analyse();
    const model::Snapshot& snapshot = *before->snapshot();
    snapshot.VisitByName(ResourceType::kCapability, "", "", [&](model::Row row) {
      for (const v1::ClosureChange change :
           {v1::MOVE_IN, v1::RAISE_LEVEL, v1::STATE_FIT, v1::VERIFY, v1::ALLOT_TO_CLUSTER}) {
        ChangeCapability(*before, row, change, set, &brought);
      }
      return true;
    });
    snapshot.VisitByName(ResourceType::kProject, "", "", [&](model::Row row) {
      Produce(*before, row, set, &brought);
      return true;
    });
    return brought;
  }

 private:
  static std::string Relative(const std::string& name) { return name.substr(11); }

  void Note(const ClusterAnalysis& before, const std::string& name, v1::ClosureChange change, int set,
            BroughtBy* brought) {
    const auto after = Analyse();
    const auto at = static_cast<std::size_t>(set);
    for (int i = 0; i < before.graph().size(); ++i) {
      const SetMetrics &old = before.segment(i).metrics[at], &now = after->segment(i).metrics[at];
      const Brought found{now.capacity.lower - old.capacity.lower, old.independent == 0 && now.independent > 0};
      if (found.capacity > 1e-9 || found.begins) (*brought)[{name, change, i}] = found;
    }
  }

  void ChangeCapability(const ClusterAnalysis& before, model::Row row, v1::ClosureChange change, int set,
                        BroughtBy* brought) {
    const model::Snapshot& snapshot = *before.snapshot();
    const model::Row holder = snapshot.offer(row)->enterprise;
    if (holder == model::kNoRow) return;
    v1::Capability old;
    snapshot.Read(ResourceType::kCapability, row, &old);
    v1::Enterprise old_enterprise;
    snapshot.Read(ResourceType::kEnterprise, holder, &old_enterprise);
    v1::Capability changed = old;
    v1::Enterprise enterprise = old_enterprise;
    if (!Change(snapshot, snapshot.offer(row)->region, change, &changed, &enterprise)) return;
    Put(old_enterprise.name(), enterprise);
    Put(old.name(), changed);
    Note(before, old.name(), change, set, brought);
    Put(old_enterprise.name(), old_enterprise);
    Put(old.name(), old);
  }

  template <class Message>
  void Put(const std::string& name, Message message) {
    message.clear_name();
    cluster_.Put(Relative(name), message);
  }

  void Settle(v1::Capability* capability, v1::Enterprise* enterprise) {
    v1::Site* site = enterprise->add_sites();
    site->set_site_id("new");
    site->set_region_code(local_);
    capability->set_site("new");
  }

  bool Change(const model::Snapshot& snapshot, std::uint32_t region, v1::ClosureChange change,
              v1::Capability* capability, v1::Enterprise* enterprise) {
    if (change == v1::MOVE_IN) {
      if (snapshot.IsLocal(region) != 0) return false;
      Settle(capability, enterprise);
    }
    if (change == v1::RAISE_LEVEL) {
      if (capability->level() == v1::LEVEL_UNSPECIFIED || capability->level() == v1::VOLUME) return false;
      capability->set_level(static_cast<v1::Level>(capability->level() + 1));
    }
    if (change == v1::STATE_FIT) {
      if (snapshot.IsLocal(region) < 0) Settle(capability, enterprise);
      if (capability->level() == v1::LEVEL_UNSPECIFIED) capability->set_level(v1::VOLUME);
      capability->add_certificates()->set_scheme("ISO_9001");
      *capability->mutable_certificates()->rbegin()->mutable_valid_until() = TestCluster::Date(2099, 1, 1);
    }
    if (change == v1::VERIFY) *capability->mutable_evidence() = TestCluster::Verified(TestCluster::Date(2026, 5, 30));
    if (change == v1::ALLOT_TO_CLUSTER) {
      capability->mutable_capacity()->set_in_cluster_share(1);
      capability->mutable_capacity()->set_outside_share(0);
      capability->mutable_capacity()->set_free_share(0);
    }
    return true;
  }

  void Produce(const ClusterAnalysis& before, model::Row row, int set, BroughtBy* brought) {
    const std::shared_ptr<const v1::Project> project = before.snapshot()->project(row);
    if (!IsOnItsWay(*project) || before.snapshot()->Find(ResourceType::kEnterprise, project->owner()) == model::kNoRow)
      return;
    v1::Capability capability = project->planned_capabilities(0).capability();
    capability.clear_valid_until();  // it is valid once it comes
    const std::string name = project->owner() + "/capabilities/planned";
    Put(name, capability);
    Note(before, project->name(), v1::COME_INTO_PRODUCTION, set, brought);
    cluster_.Delete(Relative(name));
  }

  TestCluster cluster_;
  RandomWriter writer_;
  std::string local_ = "330502";
};

// All sources, of the segments that want something.
BroughtBy OfSources(const ClusterAnalysis& analysis, const Closures& closures) {
  BroughtBy brought;
  const model::Snapshot& snapshot = *analysis.snapshot();
  for (std::size_t i = 0; i < closures.sources.size(); ++i) {
    const ClosureSource& source = closures.sources[i];
    const std::string name = source.project == model::kNoRow
                                 ? snapshot.Name(ResourceType::kCapability, source.capability)
                                 : snapshot.Name(ResourceType::kProject, source.project);
    const ClosureSupply& supply = closures.problem.supplies[i];
    for (const int demand : supply.feeds) {
      const int segment = closures.segments[static_cast<std::size_t>(demand)];
      const double factor = snapshot.type(analysis.graph().nodes()[static_cast<std::size_t>(segment)].type).unit_factor;
      brought[{name, source.change, segment}].capacity = supply.amount / factor;
    }
    for (const int demand : supply.begins)
      brought[{name, source.change, closures.segments[static_cast<std::size_t>(demand)]}].begins = true;
  }
  return brought;
}

TEST(ClosureOptions, AreWhatTheChangesReallyBring) {
  std::map<v1::ClosureChange, int> seen;
  for (unsigned seed = 1; seed <= harness::Cases(120); ++seed) {
    const int set = static_cast<int>(seed % kSetCount);
    RealChanges world(seed);
    const auto analysis = world.Analyse();
    const Closures closures = Find(*analysis, Whole(*analysis, set));
    std::map<int, ClosureDemand> wanted;
    for (std::size_t i = 0; i < closures.segments.size(); ++i)
      wanted[closures.segments[i]] = closures.problem.demands[i];
    const BroughtBy found = OfSources(*analysis, closures);
    BroughtBy expected = world.All(set);
    // Only what a segment wants is told: capacity where demand is unmet, a supplier where there is none.
    for (auto at = expected.begin(); at != expected.end();) {
      const auto want = wanted.find(std::get<2>(at->first));
      if (want == wanted.end() || want->second.unmet <= 0) at->second.capacity = 0;
      const bool told = want != wanted.end() && (at->second.capacity > 0 || at->second.begins);
      at = told ? std::next(at) : expected.erase(at);
    }
    for (const auto& [key, brought] : expected) {
      const std::string where = "seed " + std::to_string(seed) + " " + std::get<0>(key) + " " +
                                v1::ClosureChange_Name(std::get<1>(key)) + " segment " +
                                std::to_string(std::get<2>(key));
      const auto at = found.find(key);
      ASSERT_TRUE(at != found.end()) << where;
      ASSERT_NEAR(at->second.capacity, brought.capacity, 1e-6) << where;
      ASSERT_EQ(at->second.begins, brought.begins) << where;
      ++seen[std::get<1>(key)];
    }
    ASSERT_EQ(found.size(), expected.size()) << "seed " << seed;
  }
  for (const v1::ClosureChange change :
       {v1::MOVE_IN, v1::RAISE_LEVEL, v1::STATE_FIT, v1::VERIFY, v1::ALLOT_TO_CLUSTER, v1::COME_INTO_PRODUCTION})
    EXPECT_GE(seen[change], harness::Cases(4)) << v1::ClosureChange_Name(change);
}

// The laws of the ranking and of what is told of it.
TEST(ClosureOptions, AddUp) {
  for (unsigned seed = 1; seed <= harness::Cases(240); ++seed) {
    TestCluster cluster;
    RandomWriter writer(&cluster, seed);
    for (int i = 0; i < 160; ++i) writer.Write();
    const auto analysis = cluster.Analyse();
    const ClosureQuery query = Whole(*analysis, static_cast<int>(seed % kSetCount));
    const Closures closures = Find(*analysis, query);
    for (std::size_t i = 0; i < closures.options.size(); ++i) {
      const ClosureValue& value = closures.options[i].value;
      ASSERT_TRUE(value.IsOver({}));
      if (i > 0) {
        ASSERT_GE(closures.options[i - 1].value.share, value.share);
      }
      v1::ClosureOption option;
      FillClosureOption(*analysis, query, closures, static_cast<int>(i), &option);
      double share = 0;
      int missing = 0;
      for (const v1::ClosureEffect& effect : option.effects()) {
        share += effect.closed_share();
        missing += effect.closes_missing() ? 1 : 0;
        double flows = 0;
        for (const v1::ClosureFlow& flow : effect.flows()) flows += flow.amount();
        ASSERT_NEAR(flows, effect.added(), 1e-9 * (1 + flows));
        ASSERT_NEAR(effect.unmet_after(), effect.unmet_before() - effect.added(), 1e-9 * (1 + flows));
        ASSERT_GE(effect.unmet_after(), 0);
        if (effect.has_demand()) {
          ASSERT_NEAR(effect.unmet_before(), std::max(0.0, effect.demand() - effect.capacity_before()), 1e-6);
        }
      }
      ASSERT_NEAR(share, option.closed_share(), 1e-9);
      ASSERT_EQ(missing, option.closes_missing());
      ASSERT_FALSE(option.enterprise().empty());
    }
    // The best one of the ranking is the best set of one; those that hold others are enough.
    const auto best = FindBestSet(closures.problem, closures.disjoint, 1, {});
    ASSERT_TRUE(best.ok() && best->optimal);
    if (!closures.options.empty()) {
      // Equal but for the order of additions, which compilers may fuse.
      ASSERT_NEAR(best->value.share, closures.options.front().value.share, 1e-12);
    }
    std::set<int> brought;
    for (const int option : closures.disjoint) {
      for (const int supply : closures.problem.choices[static_cast<std::size_t>(option)].supplies)
        ASSERT_TRUE(brought.insert(supply).second);
    }
  }
}

// ---------------------------------------------------------------------------------------------------------------------

class ClosureExamples : public AnalysisTest {
 protected:
  // An offer of an enterprise in another place.
  void Outside(const std::string& enterprise, double pieces, const std::string& id = "c") {
    cluster_.Put("enterprises/" + enterprise, cluster_.Company(enterprise, "110000"));
    cluster_.PutOffer(enterprise, id, cluster_.Offer(enterprise, "p", pieces));
  }
  void PutPlan(const std::string& id, const std::string& owner, double pieces) {
    v1::Project project;
    project.set_state(v1::Project::STARTED);
    project.set_owner("clusters/t/enterprises/" + owner);
    v1::PlannedCapability* planned = project.add_planned_capabilities();
    planned->set_capability_id("new");
    *planned->mutable_capability() = cluster_.Offer(owner, "p", pieces);
    cluster_.Put("projects/" + id, project);
  }
  std::vector<std::string> Told(int set = kClaimedSet) {
    const auto analysis = Analyse();
    return gap::Told(*analysis, Whole(*analysis, set));
  }
  using Strings = std::vector<std::string>;
};

TEST_F(ClosureExamples, EveryChangeOnce) {
  cluster_.Supplier("a", "p", 30);
  v1::Capability sold = cluster_.Offer("b", "p", 40);
  sold.mutable_capacity()->set_outside_share(0.75);
  sold.mutable_capacity()->set_free_share(0.25);
  cluster_.Put("enterprises/b", cluster_.Company("b"));
  cluster_.PutOffer("b", "c", sold);
  Outside("c", 500);
  v1::Capability pilot = cluster_.Offer("d", "p", 4);
  pilot.set_level(v1::PILOT);
  cluster_.Put("enterprises/d", cluster_.Company("d"));
  cluster_.PutOffer("d", "c", pilot);
  pilot.set_level(v1::RESEARCH);  // two levels are no single change
  cluster_.Put("enterprises/e", cluster_.Company("e"));
  cluster_.PutOffer("e", "c", pilot);
  cluster_.Put("enterprises/f", cluster_.Company("f", ""));
  cluster_.PutOffer("f", "c", cluster_.Offer("f", "p", 7));
  Claim("g", 9);
  PutPlan("plan", "a", 25);
  EXPECT_EQ(Told(), (Strings{"enterprises/c: MOVE_IN 0.51 +0", "enterprises/b: ALLOT_TO_CLUSTER 0.3 +0",
                             "projects/plan: COME_INTO_PRODUCTION 0.25 +0", "enterprises/f: STATE_FIT 0.07 +0",
                             "enterprises/d: RAISE_LEVEL 0.04 +0"}));
  // On the verified set the claim is not there, and a planned capability needs evidence.
  EXPECT_EQ(Told(kVerifiedSet)[0], "enterprises/c: MOVE_IN 0.6 +0");
  EXPECT_EQ(Told(kVerifiedSet)[3], "enterprises/g: VERIFY 0.09 +0");
  // On the possible set what is unknown counts already.
  EXPECT_EQ(Told(kPossibleSet),
            (Strings{"enterprises/c: MOVE_IN 0.44 +0", "enterprises/b: ALLOT_TO_CLUSTER 0.3 +0",
                     "projects/plan: COME_INTO_PRODUCTION 0.25 +0", "enterprises/d: RAISE_LEVEL 0.04 +0"}));
}

TEST_F(ClosureExamples, ACapabilityIsToldBesideItsEnterpriseIfThatBringsMore) {
  Outside("c", 20);
  cluster_.PutOffer("c", "d", cluster_.Offer("c", "p", 30));
  EXPECT_EQ(Told(), (Strings{"enterprises/c: MOVE_IN 0.5 +1", "enterprises/c/capabilities/d: MOVE_IN 0.3 +1",
                             "enterprises/c/capabilities/c: MOVE_IN 0.2 +1"}));
}

// 100 pieces for two segments that lack 60 of 100 and 180 of 200: 60 go where they count more, 40 to the other.
TEST_F(ClosureExamples, CapacityIsDividedOverSegmentsAndCountsOnce) {
  cluster_.Type("wide");
  cluster_.Type("narrow", "wide");
  v1::Chain chain;
  TestCluster::AddSegment(&chain, "n", "narrow", 100);
  TestCluster::AddSegment(&chain, "w", "wide", 200);
  cluster_.Put("chains/y", chain);
  cluster_.Supplier("a", "narrow", 40);  // counts for both, each by itself
  cluster_.Put("enterprises/b", cluster_.Company("b", "110000"));
  cluster_.PutOffer("b", "c", cluster_.Offer("b", "narrow", 100));
  const auto analysis = cluster_.Analyse();
  const ClosureQuery query = Whole(*analysis, kClaimedSet);
  const Closures closures = Find(*analysis, query);
  ASSERT_EQ(closures.options.size(), 1U);
  v1::ClosureOption option;
  FillClosureOption(*analysis, query, closures, 0, &option);
  EXPECT_NEAR(option.closed_share(), 0.8, 1e-12);
  ASSERT_EQ(option.effects_size(), 2);
  EXPECT_NEAR(option.effects(0).added(), 60, 1e-9);
  EXPECT_NEAR(option.effects(0).unmet_after(), 0, 1e-9);
  EXPECT_NEAR(option.effects(1).added(), 40, 1e-9);
  EXPECT_EQ(option.effects(1).unmet_before(), 160);
  EXPECT_EQ(option.effects(1).flows(0).source(), "clusters/t/enterprises/b/capabilities/c");
  ASSERT_EQ(option.sources_size(), 1);
  EXPECT_EQ(option.sources(0).adds(), 100);
  EXPECT_EQ(option.sources(0).change_from(), "110000");
  EXPECT_FALSE(option.sources(0).contended());
}

TEST_F(ClosureExamples, UnknownDemandLeavesTheMissingSupplier) {
  segment_->clear_final_demand();
  Outside("b", 10);
  Outside("c", 900);
  EXPECT_EQ(Told(), (Strings{"enterprises/b: MOVE_IN 0 +1", "enterprises/c: MOVE_IN 0 +1"}));
  cluster_.Supplier("a", "p", 1);
  EXPECT_EQ(Told(), Strings{});
}

TEST_F(ClosureExamples, WhatIsNotStatedIsTold) {
  Outside("b", 10);
  v1::Capability vague = cluster_.Offer("b", "p", 10);
  vague.clear_capacity();
  cluster_.PutOffer("b", "c", vague);
  const auto analysis = Analyse();
  const ClosureQuery query = Whole(*analysis, kClaimedSet);
  v1::ClosureOption option;
  FillClosureOption(*analysis, query, Find(*analysis, query), 0, &option);
  EXPECT_EQ(option.closed_share(), 0);
  EXPECT_EQ(option.closes_missing(), 1);
  EXPECT_TRUE(option.sources(0).capacity_unknown());
}

TEST_F(ClosureExamples, NothingToCloseIsNoOption) {
  cluster_.Supplier("a", "p", 100);
  Outside("b", 100);
  const auto analysis = Analyse();
  const Closures closures = Find(*analysis, Whole(*analysis, kClaimedSet));
  EXPECT_TRUE(closures.segments.empty());
  EXPECT_TRUE(closures.options.empty());
  const auto best = FindBestSet(closures.problem, closures.disjoint, 3, {});
  EXPECT_TRUE(best->optimal);
  EXPECT_TRUE(best->choices.empty());
}

TEST_F(ClosureExamples, TheRestOfACapabilityInUseIsContended) {
  cluster_.Supplier("a", "p", 30);
  v1::Segment* pilot = TestCluster::AddSegment(&chain_, "trial", "p", 10);
  pilot->mutable_requirement()->set_min_level(v1::PILOT);
  v1::Capability lab = cluster_.Offer("d", "p", 4);
  lab.set_level(v1::PILOT);
  cluster_.Put("enterprises/d", cluster_.Company("d"));
  cluster_.PutOffer("d", "c", lab);
  const auto analysis = Analyse();
  const ClosureQuery query = Whole(*analysis, kClaimedSet);
  v1::ClosureOption option;
  FillClosureOption(*analysis, query, Find(*analysis, query), 0, &option);
  EXPECT_EQ(option.change(), v1::RAISE_LEVEL);
  EXPECT_EQ(option.sources(0).change_from(), "PILOT");
  EXPECT_EQ(option.sources(0).change_to(), "VOLUME");
  EXPECT_TRUE(option.sources(0).contended());
}

TEST_F(ClosureExamples, IsStopped) {
  Outside("b", 10);
  const auto analysis = Analyse();
  EXPECT_FALSE(FindClosures(*analysis, Whole(*analysis, kClaimedSet), [] { return true; }));
}

}  // namespace
}  // namespace bulian::gap
