// Clusters whose companies make what their trade makes, for the tests of the potential model.
#ifndef SERVICES_MATCH_TEST_TRADES_H_
#define SERVICES_MATCH_TEST_TRADES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/match/potential_model.h"
#include "services/match/test_world.h"

namespace bulian::match {

class TestCluster {
 public:
  void Type(const std::string& id, const std::string& name, const std::vector<std::string>& parents = {},
            const std::vector<std::string>& inputs = {});
  void Company(const std::string& id, const std::string& name, const std::string& industry = "",
               const std::string& description = "");
  void Makes(const std::string& company, const std::string& type);
  void Sells(const std::string& supplier, const std::string& buyer, const std::string& type);
  // A match for a free requirement of the type.
  void Match(const std::string& company, const std::string& type, v1::Match::State state,
             v1::Match::RejectionReason reason = v1::Match::REJECTION_REASON_UNSPECIFIED);
  std::string TypeName(const std::string& id) const { return world_.Name("capabilityTypes/" + id); }
  const std::vector<std::pair<std::string, std::string>>& records() const { return world_.records(); }
  model::SnapshotPtr Build(std::uint32_t shuffle = 0) const { return world_.Build(shuffle); }

 private:
  TestWorld world_{"park"};
};

struct RankedNames {
  std::vector<std::string> names;  // relative, best first
  std::map<std::string, double> probability;
  std::size_t Rank(const std::string& id) const;
  // How many of the first ones are companies of a trade.
  std::size_t OfTrade(int trade, std::size_t first) const;
};

RankedNames RankBy(const PotentialModel& model, const model::Snapshot& snapshot, const std::string& type);
RankedNames RankFor(const model::SnapshotPtr& snapshot, const std::string& type);

// Company c{trade}-{number} makes some of the goods t{trade}-{number}: names, industries and co-occurrence all tell the
// trade, or without names co-occurrence alone.
inline constexpr int kTradeCount = 6, kGoodCount = 14, kCompanyCount = 20;
TestCluster Trades(bool with_names, std::uint32_t seed = 1);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TEST_TRADES_H_
