// Clusters at random for the tests of this room: small, with everything that can be stated, left out, expired or odd.
#ifndef SERVICES_MATCH_TEST_WORLD_H_
#define SERVICES_MATCH_TEST_WORLD_H_

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/chain.pb.h"
#include "google/protobuf/message.h"
#include "services/match/target.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// 2026-11-23
inline constexpr model::Day kTestDay = 20780;

// The records of one cluster in any order.
class TestWorld {
 public:
  explicit TestWorld(std::string cluster) : cluster_(std::move(cluster)) {}

  std::string Name(const std::string& relative) const { return "clusters/" + cluster_ + "/" + relative; }
  // `relative` empty: the cluster itself.
  void Put(const std::string& relative, const google::protobuf::Message& message);
  // Full names and bytes, as they came.
  const std::vector<std::pair<std::string, std::string>>& records() const { return records_; }
  // Puts the records in an order drawn from the seed; 0: as they came.
  model::SnapshotPtr Build(std::uint32_t shuffle_seed = 0) const;

 private:
  std::string cluster_;
  std::vector<std::pair<std::string, std::string>> records_;  // full name, bytes
};

struct TestSize {
  int types = 14, enterprises = 40, most_capabilities = 4, links = 60, projects = 12;
};

TestWorld RandomWorld(const std::string& cluster, std::uint32_t seed, const TestSize& size = {});
// Of a type of the world, with what its offers state.
v1::Requirement RandomRequirement(const TestWorld& world, std::mt19937* random, const TestSize& size = {});
// A target with need, weights and neighbours at random, at kTestDay.
Target RandomTarget(const TestWorld& world, const model::Snapshot& snapshot, std::mt19937* random,
                    const TestSize& size = {});

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TEST_WORLD_H_
