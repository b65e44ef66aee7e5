#include <cstdlib>
#include <filesystem>

#include "services/store/lmdb/lmdb_store.h"
#include "services/store/log_codec.h"
#include "tests/conformance/store_conformance.h"

namespace bulian::store {
namespace {

class LmdbHarness final : public StoreHarness {
 public:
  explicit LmdbHarness(std::function<absl::Time()> clock) {
    std::string pattern = std::filesystem::temp_directory_path() / "bulian-conformance-XXXXXX";
    options_.directory = mkdtemp(pattern.data());
    options_.clock = std::move(clock);
    LmdbHarness::Reopen();
  }
  ~LmdbHarness() override {
    store_.reset();
    std::filesystem::remove_all(options_.directory);
  }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    auto store = OpenLmdbStore(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  std::string Digest(const LogEntry& entry) override { return EntryDigest(entry); }

 private:
  LmdbOptions options_;
  std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Values(StoreKind{"Lmdb",
                                                     [](std::function<absl::Time()> clock) {
                                                       return std::make_unique<LmdbHarness>(std::move(clock));
                                                     }}),
                         KindName);

}  // namespace
}  // namespace bulian::store
