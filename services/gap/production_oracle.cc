#include "services/gap/production_oracle.h"

#include <algorithm>
#include <map>

#include "services/lp/linear_program.h"

namespace bulian::gap {
namespace {

constexpr int kEnterprises = 4;

std::string EnterpriseId(int enterprise) { return "e" + std::to_string(enterprise); }

}  // namespace

RandomPlant RandomPlant::Make(std::mt19937_64* random) {
  const auto pick = [random](int n) { return static_cast<int>((*random)() % static_cast<unsigned>(n)); };
  RandomPlant plant;
  const int types = 2 + pick(4);
  for (int t = 0; t < types; ++t) plant.parent_.push_back(t > 0 && pick(3) == 0 ? pick(t) : -1);
  const int segments = 1 + pick(6);
  for (int s = 0; s < segments; ++s) {
    Segment segment{.type = pick(types), .demand = s == 0 || pick(4) == 0 ? 1.0 + pick(30) : -1, .inputs = {}};
    const int inputs = pick(4);
    for (int i = 0; i < inputs; ++i) {
      // Mostly from segments behind; sometimes a cycle.
      const int from = pick(8) == 0 ? pick(segments) : std::min(segments - 1, s + 1 + pick(3));
      if (from == s) continue;
      const double coefficient = pick(5) == 0 ? 0 : (1 + pick(6)) / 2.0;
      segment.inputs.push_back({from, coefficient, pick(3) == 0 ? pick(2) : -1});
    }
    plant.segments_.push_back(segment);
  }
  for (int e = 0; e < kEnterprises; ++e) plant.pool_.push_back(5.0 + pick(60));
  const int offers = 2 + pick(10);
  for (int o = 0; o < offers; ++o) {
    plant.offers_.push_back({.enterprise = pick(kEnterprises),
                             .type = pick(types),
                             .pieces = static_cast<double>(pick(60)),
                             .sure = pick(3) == 0 ? pick(4) / 4.0 : 1,
                             .claimed = pick(3) == 0,
                             .load = pick(3) == 0 ? (1 + pick(4)) / 2.0 : 0});
  }
  return plant;
}

void RandomPlant::Store(TestCluster* target) const {
  TestCluster& cluster = *target;
  for (std::size_t t = 0; t < parent_.size(); ++t)
    cluster.Type("t" + std::to_string(t), parent_[t] < 0 ? "" : "t" + std::to_string(parent_[t]));
  for (int e = 0; e < kEnterprises; ++e) {
    v1::Enterprise company = cluster.Company(EnterpriseId(e));
    v1::Pool* pool = company.add_pools();
    pool->set_pool_id("hours");
    pool->mutable_capacity()->set_value(pool_[e]);
    pool->mutable_capacity()->set_unit("HUR");
    pool->mutable_capacity()->set_period(v1::YEAR);
    cluster.Put("enterprises/" + EnterpriseId(e), company);
  }
  for (std::size_t o = 0; o < offers_.size(); ++o) {
    const Offer& offer = offers_[o];
    v1::Capability record =
        cluster.Offer(EnterpriseId(offer.enterprise), "t" + std::to_string(offer.type), offer.pieces);
    if (offer.sure < 1) {
      record.mutable_capacity()->clear_outside_share();
      record.mutable_capacity()->set_free_share(offer.sure);
    }
    if (offer.claimed) record.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
    if (offer.load > 0) {
      v1::PoolLoad* load = record.add_pool_loads();
      load->set_pool("hours");
      load->set_load_per_unit(offer.load);
    }
    cluster.PutOffer(EnterpriseId(offer.enterprise), "c" + std::to_string(o), record);
  }
  v1::Chain chain;
  for (std::size_t s = 0; s < segments_.size(); ++s) {
    v1::Segment* segment = TestCluster::AddSegment(&chain, "s" + std::to_string(s),
                                                   "t" + std::to_string(segments_[s].type), segments_[s].demand);
    for (const Input& input : segments_[s].inputs) {
      v1::Input* stored = TestCluster::AddInput(segment, "s" + std::to_string(input.from), input.coefficient);
      if (input.group >= 0) stored->set_alternatives_group("g" + std::to_string(input.group));
    }
  }
  cluster.Put("chains/x", chain);
}

std::vector<std::string> RandomPlant::Enterprises() const {
  std::vector<std::string> ids;
  for (int e = 0; e < kEnterprises; ++e) ids.push_back(EnterpriseId(e));
  return ids;
}

bool RandomPlant::Serves(const Offer& offer, const Segment& segment) const {
  for (int type = offer.type; type >= 0; type = parent_[type]) {
    if (type == segment.type) return true;
  }
  return false;
}

// Starts with all that have a supplier and takes away until nothing changes.
std::vector<char> RandomPlant::Working(const std::vector<char>& has_supplier) const {
  std::vector<char> works = has_supplier;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      if (works[s] != 1) continue;
      std::map<int, bool> groups;
      bool holds = true;
      for (const Input& input : segments_[s].inputs) {
        if (input.group < 0) {
          holds = holds && works[input.from] != 0;
        } else {
          groups[input.group] |= works[input.from] != 0;
        }
      }
      for (const auto& [group, one] : groups) holds = holds && one;
      if (holds) continue;
      works[s] = 0;
      changed = true;
    }
  }
  return works;
}

std::vector<double> RandomPlant::RandomPart(std::mt19937_64* random) const {
  std::vector<double> part;
  for (std::size_t o = 0; o < offers_.size(); ++o) part.push_back(static_cast<double>((*random)() % 5) / 4);
  return part;
}

double RandomPlant::Deliver(int set, Sourcing sourcing, const std::vector<double>& part,
                            const std::string& without) const {
  const int segments = static_cast<int>(segments_.size());
  std::vector<char> has_supplier(segments, 0), somebody(segments, 0);
  const auto counts = [&](const Offer& offer) {
    return EnterpriseId(offer.enterprise) != without && (set >= kClaimedSet || !offer.claimed);
  };
  for (int s = 0; s < segments; ++s) {
    for (const Offer& offer : offers_) {
      if (!Serves(offer, segments_[s])) continue;
      somebody[s] = 1;
      if (counts(offer)) has_supplier[s] = 1;
    }
    // 2: bought, needs nothing.
    if (sourcing == Sourcing::kOutsideForMissing && somebody[s] == 0) has_supplier[s] = 2;
  }
  const std::vector<char> works = Working(has_supplier);
  lp::LinearProgram program;
  std::vector<int> made, balance, made_of;
  for (int s = 0; s < segments; ++s) {
    made.push_back(program.AddColumn({0, works[s] != 0 ? lp::kInfinity : 0}, 0));
    balance.push_back(program.AddRow({}));
    program.entries.push_back({balance[s], made[s], 1});
    made_of.push_back(
        program.AddRow(has_supplier[s] == 2 ? lp::Range{-lp::kInfinity, lp::kInfinity} : lp::Range{0, 0}));
    program.entries.push_back({made_of[s], made[s], -1});
  }
  std::vector<char> feeds(segments, 0);
  for (const Segment& segment : segments_) {
    for (const Input& input : segment.inputs) feeds[input.from] = 1;
  }
  std::vector<int> pool_rows;
  std::vector<double> pool_left = pool_, drawn(pool_.size(), 0), here(pool_.size(), 0);
  for (std::size_t o = 0; o < offers_.size(); ++o) {
    drawn[offers_[o].enterprise] += offers_[o].pieces * offers_[o].load;
    here[offers_[o].enterprise] += For(offers_[o], part[o]) * offers_[o].load;
  }
  for (std::size_t e = 0; e < pool_left.size(); ++e) {
    if (drawn[e] > 0) pool_left[e] *= here[e] / drawn[e];
  }
  for (const double pool : pool_left) pool_rows.push_back(program.AddRow({-lp::kInfinity, pool}));
  for (std::size_t o = 0; o < offers_.size(); ++o) {
    const Offer& offer = offers_[o];
    if (!counts(offer)) continue;
    const int capacity = program.AddRow({-lp::kInfinity, For(offer, part[o])});
    for (int s = 0; s < segments; ++s) {
      if (!Serves(offer, segments_[s])) continue;
      const int output = program.AddColumn({}, 0);
      program.entries.push_back({capacity, output, 1});
      program.entries.push_back({made_of[s], output, 1});
      program.entries.push_back({pool_rows[offer.enterprise], output, offer.load});
    }
  }
  for (int s = 0; s < segments; ++s) {
    if (segments_[s].demand > 0)
      program.entries.push_back({balance[s], program.AddColumn({0, segments_[s].demand}, 1), -1});
    if (has_supplier[s] == 2) continue;
    std::map<int, int> groups;
    std::map<int, bool> free;
    for (const Input& input : segments_[s].inputs) {
      if (input.group >= 0 && input.coefficient == 0 && works[input.from] != 0) free[input.group] = true;
    }
    for (const Input& input : segments_[s].inputs) {
      if (input.group < 0) {
        // Drawn at once, without a column of its own.
        program.entries.push_back({balance[input.from], made[s], -input.coefficient});
        continue;
      }
      if (free[input.group] || input.coefficient == 0) continue;
      if (groups.count(input.group) == 0) {
        groups[input.group] = program.AddRow({});
        program.entries.push_back({groups[input.group], made[s], -1});
      }
      const int with_it = program.AddColumn({}, 0);  // units of s
      program.entries.push_back({groups[input.group], with_it, 1});
      program.entries.push_back({balance[input.from], with_it, -input.coefficient});
    }
  }
  auto solver = lp::Solver::Make(program);
  return (*solver)->Maximize()->value;
}

}  // namespace bulian::gap
