// What every store must do, written against store::Store alone. A store runs the suite by instantiating it:
//
//   INSTANTIATE_TEST_SUITE_P(Lmdb, StoreConformance, ::testing::Values(StoreKind{"Lmdb", MakeLmdbHarness}), KindName);
#ifndef TESTS_CONFORMANCE_STORE_CONFORMANCE_H_
#define TESTS_CONFORMANCE_STORE_CONFORMANCE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/store.h"

namespace bulian::store {

// An empty store and the way to close and open it again with its data.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;
  virtual Store& store() = 0;
  virtual void Reopen() = 0;
  // What the entry after this one has as predecessor digest.
  virtual std::string Digest(const LogEntry& entry) = 0;
};

struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<StoreHarness>(std::function<absl::Time()> clock)> make;
};
std::string KindName(const ::testing::TestParamInfo<StoreKind>& info);
void PrintTo(const StoreKind& kind, std::ostream* out);

// Name to value.
using Records = std::map<std::string, std::string>;

// Builds a request in one expression.
struct Commit {
  explicit Commit(std::string log, std::int64_t validated_at = 0) {
    request.log = std::move(log);
    request.validated_at = validated_at;
  }
  Commit& Create() {
    request.create_log = true;
    return *this;
  }
  Commit& Put(std::string name, std::string value) {
    request.writes.push_back({std::move(name), std::move(value)});
    return *this;
  }
  Commit& Delete(std::string name) {
    request.writes.push_back({std::move(name), std::nullopt});
    return *this;
  }
  Commit& Read(std::string name) {
    request.reads.push_back(std::move(name));
    return *this;
  }
  Commit& Touch(std::string guard) {
    request.touches.push_back(std::move(guard));
    return *this;
  }
  Commit& Id(std::string id, std::string digest, std::string actor = "actor", std::string method = "method") {
    request.request_id = std::move(id);
    request.payload_digest = std::move(digest);
    request.actor = std::move(actor);
    request.method = std::move(method);
    return *this;
  }
  CommitRequest request;
};

class StoreConformance : public ::testing::TestWithParam<StoreKind> {
 protected:
  StoreConformance() : harness_(GetParam().make([this] { return now_; })) {}

  Store& store() { return harness_->store(); }
  void Reopen() { harness_->Reopen(); }

  // Commits and expects it to succeed; returns the revision.
  std::int64_t Must(const Commit& commit);
  // Commits and expects a refusal of this code and reason.
  void Refused(const Commit& commit, absl::StatusCode code, v1::ErrorReason reason);
  std::int64_t Head(const std::string& log);
  Records ScanAll(const std::string& log);
  std::vector<std::shared_ptr<const LogEntry>> Entries(const std::string& log, std::int64_t after = 0);

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  std::unique_ptr<StoreHarness> harness_;
};

}  // namespace bulian::store

#endif  // TESTS_CONFORMANCE_STORE_CONFORMANCE_H_
