// A census carried on from change to change is the one taken anew.
#include "services/match/enterprise_census.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"

namespace bulian::match {
namespace {

const std::string kPark = "clusters/park";

std::string ClusterRecord(const std::string& region) {
  v1::Cluster cluster;
  cluster.add_region_codes(region);
  return cluster.SerializeAsString();
}

std::string EnterpriseRecord(std::mt19937& random) {
  v1::Enterprise enterprise;
  enterprise.set_kind(random() % 4 == 0 ? v1::Enterprise::ALLIANCE : v1::Enterprise::COMPANY);
  const char* const seats[] = {"500109", "500112", ""};
  const std::string seat = seats[random() % 3];
  if (!seat.empty()) enterprise.add_sites()->set_region_code(seat);
  return enterprise.SerializeAsString();
}

TEST(EnterpriseCensus, CarriedOnEqualsTakenAnew) {
  std::mt19937 random(7);
  model::SnapshotBuilder first("park");
  first.Load(kPark, ClusterRecord("500109"), 1);
  first.SetPosition({"park", "uid", 1, 1, 0});
  model::SnapshotPtr snapshot = first.Build();
  auto census = std::make_shared<const EnterpriseCensus>(TakeCensus(*snapshot));
  EXPECT_EQ(census->others, 0u);
  std::size_t elsewhere = 0, alliances = 0;
  for (std::int64_t revision = 2; revision < 200; ++revision) {
    std::vector<std::string> names, values;
    std::vector<model::RecordChange> changes;
    if (revision % 50 == 0) {
      names.push_back(kPark);
      values.push_back(ClusterRecord(revision % 100 == 0 ? "500109" : "500112"));
    }
    for (std::size_t i = 0; i < 1 + random() % 4; ++i) {
      names.push_back(kPark + "/enterprises/e" + std::to_string(random() % 30));
      values.push_back(EnterpriseRecord(random));
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool gone = names[i] != kPark && random() % 3 == 0;
      changes.push_back({names[i], gone ? std::nullopt : std::optional<std::string_view>(values[i])});
    }
    model::SnapshotBuilder next(snapshot);
    next.Apply({"park", "uid", 1, revision, 0}, changes);
    const model::Delta delta = next.TakeDelta();
    const model::SnapshotPtr after = next.Build();
    census = AdvanceCensus(census, *snapshot, *after, delta);
    const EnterpriseCensus anew = TakeCensus(*after);
    ASSERT_EQ(census->alliances, anew.alliances) << revision;
    ASSERT_EQ(census->others, anew.others) << revision;
    ASSERT_EQ(census->seated_here, anew.seated_here) << revision;
    elsewhere += anew.others - anew.seated_here;
    alliances += anew.alliances.size();
    snapshot = after;
  }
  EXPECT_GT(elsewhere, 100u);
  EXPECT_GT(alliances, 100u);
}

}  // namespace
}  // namespace bulian::match
