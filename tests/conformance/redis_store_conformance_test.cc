#include <string>

#include "services/store/log_codec.h"
#include "services/store/redis/redis_store.h"
#include "tests/conformance/store_conformance.h"
#include "tests/harness/redis_process.h"

namespace bulian::store {
namespace {

// One server for all tests; each has keys of its own.
harness::RedisProcess& Server() {
  static harness::RedisProcess server({});
  return server;
}

class RedisHarness final : public StoreHarness {
 public:
  explicit RedisHarness(std::function<absl::Time()> clock) {
    static int tests = 0;
    options_.endpoints = {Server().endpoint()};
    options_.prefix = "test" + std::to_string(++tests);
    options_.clock = std::move(clock);
    RedisHarness::Reopen();
  }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    auto store = OpenRedisStore(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  std::string Digest(const LogEntry& entry) override {
    // The field `d` of the stream's entry.
    const std::string id = std::to_string(entry.revision) + "-0";
    auto connection = redis::Connection::Open(options_.endpoints[0], {}, absl::Seconds(5));
    EXPECT_TRUE(connection.ok());
    const auto reply = (*connection)->Run({"XRANGE", options_.prefix + ":{c}:log", id, id});
    const redis::Reply fields = redis::Reply(reply->get())[0][1];
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      if (fields[i].Text() == "d") return std::string(fields[i + 1].Text());
    }
    return "no digest";
  }

 private:
  RedisOptions options_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Values(StoreKind{"Redis",
                                                     [](std::function<absl::Time()> clock) {
                                                       return std::make_unique<RedisHarness>(std::move(clock));
                                                     }}),
                         KindName);

}  // namespace
}  // namespace bulian::store
