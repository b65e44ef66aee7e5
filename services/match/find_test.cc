// Find against a plain search: every offer of every enterprise scored in full, sorted in full.
#include "services/match/find.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "services/match/explanation.h"
#include "services/match/nearest_change.h"
#include "services/match/recruits.h"
#include "services/match/report.h"
#include "services/match/same_types.h"
#include "services/match/test_world.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;
using model::Snapshot;
using model::SnapshotPtr;

// Ranks by the order of the tuple: basis, fit, score downwards, cluster, enterprise, offer.
using Ranked = std::tuple<int, int, double, double, std::string, std::string, std::string>;

class Plain {
 public:
  explicit Plain(const FindQuery& query) : query_(query), target_(*query.target) {}

  std::vector<Ranked> All() {
    const Snapshot& own = *query_.snapshot;
    const PlannedOffers planned = FindPlanned(query_.snapshot, target_.types);
    const std::vector<NearType> near = FindNearTypes(own, target_.type);
    std::map<Row, std::optional<Ranked>> best;
    for (Row row = 0; row < own.RowLimit(ResourceType::kCapability); ++row) {
      const model::Offer& offer = *own.offer(row);
      if (offer.valid_from > target_.as_of || offer.valid_until < target_.as_of) continue;
      const std::string name(own.RelativeName(ResourceType::kCapability, row));
      if (own.Subsumes(target_.type, offer.type)) {
        const v1::Fit fit = FitAt(target_, own, row);
        Offer(own, offer.enterprise, offer, row, fit == v1::VIOLATED ? v1::BELOW_REQUIREMENT : v1::HELD, fit, 1, name,
              own, offer.enterprise, &best[offer.enterprise]);
      }
      for (const NearType& type : near) {
        if (type.type != offer.type) continue;
        Offer(own, offer.enterprise, offer, row, v1::NEAR_TYPE, v1::VIOLATED, type.similarity, name, own,
              offer.enterprise, &best[offer.enterprise]);
      }
    }
    const Target recompiled = Recompiled(target_);
    for (const PlannedOffer& one : planned.offers) {
      const model::Offer& offer = *planned.branch->offer(one.capability);
      if (offer.valid_until < target_.as_of) continue;
      Offer(*planned.branch, one.owner, offer, one.capability, v1::PLANNED,
            FitAt(recompiled, *planned.branch, one.capability), 1,
            std::string(own.RelativeName(ResourceType::kProject, one.project)), own, one.owner, &best[one.owner]);
    }
    std::vector<Ranked> all;
    // Who has an offer here is no recruit of another cluster, even an alliance or one left out.
    candidates_.assign(query_.excluded.begin(), query_.excluded.end());
    for (const auto& [row, ranked] : best) {
      if (!ranked) continue;
      if (query_.potential || std::get<0>(*ranked) == v1::HELD) candidates_.push_back(row);
      if (own.EnterpriseKind(row) == v1::Enterprise::ALLIANCE) continue;
      if (std::count(query_.excluded.begin(), query_.excluded.end(), row) == 0) Take(*ranked, &all);
    }
    Others(&all);
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  static v1::Fit FitAt(const Target& target, const Snapshot& records, Row row) {
    const model::Offer& offer = *records.offer(row);
    const v1::Fit level = offer.level == 0                  ? v1::UNKNOWN
                          : offer.level >= target.min_level ? v1::SATISFIED
                                                            : v1::VIOLATED;
    return model::And(
        level, model::FitOfAll(
                   target.compiled, records.offer(row).attributes(), records.offer(row).certificates(), target.as_of,
                   [&](const model::OfferAttribute& attribute) { return records.offer(row).words(attribute); }));
  }

  void Take(const Ranked& ranked, std::vector<Ranked>* all) const {
    if (std::get<0>(ranked) == v1::HELD ? query_.held : query_.potential) all->push_back(ranked);
  }

  double EmbeddingOf(Row enterprise) const {
    const Snapshot& own = *query_.snapshot;
    if (target_.neighbour_types.empty()) return 1;
    if (enterprise == model::kNoRow) return 0;
    const auto neighbour = [&](Row type) {
      return std::any_of(target_.neighbour_types.begin(), target_.neighbour_types.end(),
                         [&](Row wanted) { return own.Subsumes(wanted, type); });
    };
    const auto holds = [&](Row holder) {
      for (Row row = 0; row < own.RowLimit(ResourceType::kCapability); ++row) {
        const model::Offer& offer = *own.offer(row);
        if (offer.enterprise == holder && neighbour(offer.type) && offer.valid_from <= target_.as_of &&
            target_.as_of <= offer.valid_until) {
          return true;
        }
      }
      return false;
    };
    for (Row row = 0; row < own.RowLimit(ResourceType::kSupplyLink); ++row) {
      const model::Link& link = own.link(row);
      if (link.supplier != enterprise || link.valid_from > target_.as_of || link.valid_until < target_.as_of) continue;
      if (neighbour(link.type) || holds(link.buyer)) return 1;
    }
    return holds(enterprise) ? 0.5 : 0;
  }

  Range ShareOf(const std::vector<v1::Fit>& fits) const {
    if (fits.empty()) return {1, 1};
    const auto satisfied = static_cast<double>(std::count(fits.begin(), fits.end(), v1::SATISFIED));
    const auto unknown = static_cast<double>(std::count(fits.begin(), fits.end(), v1::UNKNOWN));
    const auto asked = static_cast<double>(fits.size());
    return {satisfied / asked, (satisfied + unknown) / asked};
  }

  Range CapacityOf(const model::Offer& offer) const {
    const auto free_share = static_cast<double>(offer.free_share);
    Range free = {0, kUnbounded};
    if (offer.dimension == target_.dimension && offer.stock == target_.stock && !std::isnan(offer.capacity) &&
        target_.dimension != model::Dimension::kNone) {
      const double total = offer.capacity / target_.unit_factor;
      double rest = 1;
      if (!std::isnan(offer.in_cluster_share)) rest -= static_cast<double>(offer.in_cluster_share);
      if (!std::isnan(offer.outside_share)) rest -= static_cast<double>(offer.outside_share);
      free = std::isnan(free_share) ? Range{0, total * std::max(rest, 0.0)}
                                    : Range{total * free_share, total * free_share};
    }
    if (free_share == 0 || offer.capacity == 0) free = {0, 0};
    if (!target_.need_known) return {0, free.upper == 0 ? 0.0 : 1.0};
    if (target_.need.upper == 0) return {1, 1};
    const double lower = std::min(1.0, free.lower / target_.need.upper);
    const double upper = target_.need.lower == 0 ? 1.0 : std::min(1.0, free.upper / target_.need.lower);
    return {lower, upper};
  }

  Range ReadinessOf(const model::Offer& offer) const {
    const double least[] = {0.2, 0.2, 0.5, 1}, most[] = {1, 0.2, 0.5, 1};
    if (std::isnan(offer.lead_time_days)) return {0, most[offer.level]};
    const double factor = 1 / (1 + static_cast<double>(offer.lead_time_days) / 90);
    return {least[offer.level] * factor, most[offer.level] * factor};
  }

  Range ProximityOf(std::uint32_t region) const {
    if (region == 0) return {0, 1};
    const double near = region == 500109 ? 1 : region / 100 == 5001 ? 0.8 : region / 10000 == 50 ? 0.6 : 0.2;
    return {near, near};
  }

  // Keeps the offer if it is the best of its enterprise so far.
  void Offer(const Snapshot& records, Row enterprise, const model::Offer& offer, Row row, v1::CandidateBasis basis,
             v1::Fit fit, double similarity, const std::string& name, const Snapshot& cluster, Row here,
             std::optional<Ranked>* best) const {
    if (!query_.outside && offer.region != 0 && offer.region != 500109) return;
    const Target& target = target_;
    std::vector<v1::Fit> attributes, certificates;
    const Target recompiled = Recompiled(target);
    for (const model::RequiredAttribute& required : recompiled.compiled.attributes) {
      const auto* offered = model::FindAttribute(records.offer(row).attributes(), required.value.key);
      attributes.push_back(
          model::FitOf(required, recompiled.compiled.WordsOf(required), offered,
                       offered == nullptr ? std::span<const model::Symbol>() : records.offer(row).words(*offered)));
    }
    for (const model::Symbol scheme : recompiled.compiled.certificates) {
      certificates.push_back(model::FitOfCertificate(scheme, records.offer(row).certificates(), target.as_of));
    }
    Range share = ShareOf(attributes);
    share = {share.lower * similarity, share.upper * similarity};
    const double embedding = EmbeddingOf(here);
    const Range parts[] = {share,
                           CapacityOf(offer),
                           ReadinessOf(offer),
                           ShareOf(certificates),
                           ProximityOf(offer.region),
                           {embedding, embedding}};
    Range score;
    for (int i = 0; i < kPartCount; ++i) {
      score.lower += target.weights[i] * parts[i].lower;
      score.upper += target.weights[i] * parts[i].upper;
    }
    const int fit_rank = fit == v1::SATISFIED ? 0 : fit == v1::UNKNOWN ? 1 : 2;
    const Ranked ranked = {basis,
                           fit_rank,
                           -std::min(1.0, score.lower),
                           -std::min(1.0, score.upper),
                           cluster.position().cluster,
                           std::string(cluster.RelativeName(ResourceType::kEnterprise, enterprise)),
                           name};
    if (!*best || ranked < **best) *best = ranked;
  }

  void Others(std::vector<Ranked>* all) {
    struct Other {
      Ranked ranked;
      std::string uscc, lei;
    };
    std::vector<Other> others;
    for (const SnapshotPtr& other : query_.others) {
      const std::vector<Row> types = FindSameTypes(*query_.snapshot, target_.types, *other);
      for (Row enterprise = 0; enterprise < other->RowLimit(ResourceType::kEnterprise); ++enterprise) {
        v1::Enterprise record;
        other->Read(ResourceType::kEnterprise, enterprise, &record);
        if (record.kind() == v1::Enterprise::ALLIANCE) continue;
        const Row here = FindByIds(*query_.snapshot, {record.uscc(), record.lei()});
        if (here != model::kNoRow && IsLocalEnterprise(*query_.snapshot, here)) continue;
        if (std::count(candidates_.begin(), candidates_.end(), here) > 0) continue;
        std::optional<Ranked> best;
        for (Row row = 0; row < other->RowLimit(ResourceType::kCapability); ++row) {
          const model::Offer& offer = *other->offer(row);
          if (offer.enterprise != enterprise || !std::binary_search(types.begin(), types.end(), offer.type)) continue;
          if (offer.valid_from > target_.as_of || offer.valid_until < target_.as_of) continue;
          const v1::Fit fit = FitAt(target_, *other, row);
          Offer(*other, enterprise, offer, row, fit == v1::VIOLATED ? v1::BELOW_REQUIREMENT : v1::HELD, fit, 1,
                std::string(other->RelativeName(ResourceType::kCapability, row)), *other, here, &best);
        }
        if (best) others.push_back({*best, record.uscc(), record.lei()});
      }
    }
    std::erase_if(others, [&](const Other& one) {
      return std::get<0>(one.ranked) == v1::HELD ? !query_.held : !query_.potential;
    });
    std::sort(others.begin(), others.end(), [](const Other& a, const Other& b) { return a.ranked < b.ranked; });
    for (std::size_t i = 0; i < others.size(); ++i) {
      const bool repeated =
          std::any_of(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(i), [&](const Other& a) {
            return (!a.uscc.empty() && a.uscc == others[i].uscc) || (!a.lei.empty() && a.lei == others[i].lei);
          });
      if (!repeated) all->push_back(others[i].ranked);
    }
  }

  const FindQuery& query_;
  const Target& target_;
  std::vector<Row> candidates_;
};

std::vector<Ranked> PageOf(const FindQuery& query, const Found& found) {
  const FoundNames names(&query, &found.planned);
  std::vector<Ranked> page;
  for (const Entry& entry : found.page) {
    page.push_back({BasisOf(entry.standing), entry.standing % 4, -entry.score.lower, -entry.score.upper,
                    std::string(names.Cluster(entry)), std::string(names.Enterprise(entry)),
                    std::string(names.Offer(entry))});
  }
  return page;
}

struct Case {
  TestWorld world, other_a, other_b;
  SnapshotPtr snapshot;
  Target target;
  FindQuery query;
  EnterpriseCensus census;
  std::vector<Row> excluded;

  explicit Case(std::uint32_t seed, std::uint32_t shuffle = 0)
      : world(RandomWorld("c", seed)),
        other_a(RandomWorld("a", seed + 1000)),
        other_b(RandomWorld("b", seed + 2000)),
        snapshot(world.Build(shuffle)) {
    std::mt19937 random(seed);
    std::vector<SnapshotPtr> others = {other_a.Build(shuffle), other_b.Build(shuffle)};
    target = RandomTarget(world, *snapshot, &random);
    census = TakeCensus(*snapshot);
    query.target = &target;
    query.snapshot = snapshot;
    query.census = &census;
    const auto scope = random() % 3;
    query.held = scope != 1;
    query.potential = scope != 0;
    query.outside = random() % 2 == 0;
    if (query.outside && random() % 2 == 0) query.others = others;
    if (random() % 4 == 0) {
      for (Row row = 0; row < snapshot->RowLimit(ResourceType::kEnterprise); row += 5) excluded.push_back(row);
    }
    query.excluded = excluded;
    query.size = 1 + random() % 30;
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;
};

TEST(FindTest, EqualsThePlainSearch) {
  std::size_t candidates = 0;
  std::map<int, int> bases;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    Case one(seed);
    std::vector<Ranked> all = Plain(one.query).All();
    candidates += all.size();
    for (const Ranked& ranked : all) ++bases[std::get<0>(ranked)];
    const Found found = Find(one.query);
    EXPECT_EQ(found.count, all.size()) << "seed " << seed;
    all.resize(std::min(all.size(), one.query.size));
    ASSERT_EQ(PageOf(one.query, found), all) << "seed " << seed;
  }
  // The worlds say something about each basis.
  EXPECT_GT(candidates, 1000u);
  for (const int basis : {v1::HELD, v1::PLANNED, v1::BELOW_REQUIREMENT, v1::NEAR_TYPE}) EXPECT_GT(bases[basis], 50);
}

TEST(FindTest, PagesTogetherAreTheWholeList) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    Case one(seed);
    const std::size_t page = one.query.size;
    one.query.size = 10000;
    const std::vector<Ranked> whole = PageOf(one.query, Find(one.query));
    std::vector<Ranked> pages;
    one.query.size = page;
    for (one.query.offset = 0; one.query.offset < whole.size(); one.query.offset += page) {
      for (const Ranked& ranked : PageOf(one.query, Find(one.query))) pages.push_back(ranked);
    }
    ASSERT_EQ(pages, whole) << "seed " << seed;
  }
}

std::vector<std::string> Answer(const FindQuery& query) {
  const Found found = Find(query);
  Reporter reporter(&query, &found);
  std::vector<std::string> answer = {std::to_string(found.count)};
  for (const Entry& entry : found.page) {
    v1::Candidate candidate;
    reporter.Fill(entry, &candidate);
    answer.push_back(candidate.SerializeAsString());
  }
  return answer;
}

TEST(FindTest, AnswerDoesNotHangOnTheOrderOfRecords) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    Case one(seed), two(seed, seed + 7);
    // Rows mean nothing, so neighbours and exclusions are taken over by name.
    for (auto* rows : {&two.target.neighbour_types}) {
      rows->clear();
      for (const Row row : one.target.neighbour_types) {
        rows->push_back(
            two.snapshot->Find(ResourceType::kCapabilityType, one.snapshot->Name(ResourceType::kCapabilityType, row)));
      }
    }
    two.excluded.clear();
    for (const Row row : one.excluded) {
      two.excluded.push_back(
          two.snapshot->Find(ResourceType::kEnterprise, one.snapshot->Name(ResourceType::kEnterprise, row)));
    }
    two.query.excluded = two.excluded;
    ASSERT_EQ(Answer(one.query), Answer(two.query)) << "seed " << seed;
  }
}

TEST(FindTest, StopsWhenToldTo) {
  Case one(3);
  one.query.stop = [] { return true; };
  one.query.held = true;
  for (std::uint32_t seed = 1; one.snapshot->OffersOfType(one.target.type).empty(); ++seed) {
    std::mt19937 random(seed);
    one.target = RandomTarget(one.world, *one.snapshot, &random);
  }
  EXPECT_TRUE(Find(one.query).stopped);
}

TEST(FindTest, ExplainSaysWhatFindSays) {
  int explained = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Case one(seed);
    one.query.held = one.query.potential = one.query.outside = true;
    one.query.excluded = {};
    one.query.others.clear();
    one.query.size = 10000;
    const Found found = Find(one.query);
    Reporter reporter(&one.query, &found);
    std::map<std::string, std::string> candidates;
    for (const Entry& entry : found.page) {
      v1::Candidate candidate;
      reporter.Fill(entry, &candidate);
      EXPECT_EQ(candidate.fit() == v1::SATISFIED && candidate.basis() == v1::HELD, candidate.nearest_change().empty());
      candidates[candidate.enterprise()] = candidate.SerializeAsString();
    }
    for (Row row = 0; row < one.snapshot->RowLimit(ResourceType::kEnterprise); ++row) {
      v1::ExplainCandidateResponse response;
      Explain(one.query, 0, row, &response);
      const auto candidate = candidates.find(one.snapshot->Name(ResourceType::kEnterprise, row));
      ASSERT_EQ(response.has_candidate(), candidate != candidates.end());
      if (response.has_candidate()) {
        ASSERT_EQ(response.candidate().SerializeAsString(), candidate->second);
        ++explained;
      }
      if (response.offers().empty()) {
        ASSERT_EQ(response.nearest_change_size(), 1);
        EXPECT_EQ(response.nearest_change(0).what(), "capability_type");
      }
      for (const v1::OfferExplanation& offer : response.offers()) {
        EXPECT_GE(offer.checks_size(), 3);
        EXPECT_EQ(offer.fit() == v1::SATISFIED && offer.basis() != v1::PLANNED, offer.nearest_change().empty());
      }
    }
  }
  EXPECT_GT(explained, 100);
}

TEST(FindTest, NearestChangeMakesTheOfferFit) {
  int applied = 0;
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Case one(seed);
    one.query.held = one.query.potential = one.query.outside = true;
    one.query.others.clear();
    one.query.size = 10000;
    const Found found = Find(one.query);
    Reporter reporter(&one.query, &found);
    for (const Entry& entry : found.page) {
      const OfferRecord record = reporter.Record(entry);
      const Target& target = reporter.target();
      const std::vector<ChangeStep> steps = NearestChangeOf(target, record, CheckOffer(target, record));
      const std::string bytes = Apply(target, record.record, steps).SerializeAsString();
      const std::string name =
          one.snapshot->Name(ResourceType::kEnterprise, entry.enterprise) + "/capabilities/changed";
      const model::RecordChange change{name, bytes};
      model::SnapshotBuilder builder(one.snapshot);
      builder.Apply(one.snapshot->position(), std::span(&change, 1));
      const SnapshotPtr after = builder.Build();
      const Row row = after->Find(ResourceType::kCapability, name);
      const model::Offer& offer = *after->offer(row);
      EXPECT_TRUE(after->Subsumes(target.type, offer.type)) << "seed " << seed;
      EXPECT_TRUE(offer.valid_until >= target.as_of) << "seed " << seed;
      ASSERT_EQ(FitOfOffer(Recompiled(target), after->offer(row)).fit, v1::SATISFIED)
          << "seed " << seed << "\n"
          << record.record.DebugString() << target.requirement.DebugString();
      applied += steps.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(applied, 500);
}

}  // namespace
}  // namespace bulian::match
