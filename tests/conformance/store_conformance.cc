#include "tests/conformance/store_conformance.h"

#include <ostream>

namespace bulian::store {

std::string KindName(const ::testing::TestParamInfo<StoreKind>& info) { return info.param.name; }
void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

std::int64_t StoreConformance::Must(const Commit& commit) {
  auto result = store().Commit(commit.request);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->position.revision : -1;
}

void StoreConformance::Refused(const Commit& commit, absl::StatusCode code, v1::ErrorReason reason) {
  const auto before = store().Position(commit.request.log);
  auto result = store().Commit(commit.request);
  EXPECT_EQ(result.status().code(), code) << result.status();
  EXPECT_EQ(model::ReasonOf(result.status()), reason) << result.status();
  const auto after = store().Position(commit.request.log);
  EXPECT_EQ(before.ok(), after.ok());
  if (before.ok() && after.ok()) {
    EXPECT_EQ(before->revision, after->revision);
  }
}

std::int64_t StoreConformance::Head(const std::string& log) {
  auto position = store().Position(log);
  EXPECT_TRUE(position.ok()) << position.status();
  return position.ok() ? position->revision : -1;
}

Records StoreConformance::ScanAll(const std::string& log) {
  Records records;
  auto result = store().Scan(log, [&](const ScannedRecord& record) {
    EXPECT_TRUE(records.empty() || records.rbegin()->first < record.name) << "not in the order of names";
    records[std::string(record.name)] = std::string(record.value);
    return true;
  });
  EXPECT_TRUE(result.ok()) << result.status();
  return records;
}

std::vector<std::shared_ptr<const LogEntry>> StoreConformance::Entries(const std::string& log, std::int64_t after) {
  std::vector<std::shared_ptr<const LogEntry>> entries;
  auto status = store().Follow(log, after, [&](const std::shared_ptr<const LogEntry>& entry) {
    entries.push_back(entry);
    return true;
  });
  EXPECT_TRUE(status.ok()) << status;
  return entries;
}

}  // namespace bulian::store
