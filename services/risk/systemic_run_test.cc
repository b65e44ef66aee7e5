#include "services/risk/systemic_run.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace bulian::risk {
namespace {

class SystemicRunTest : public testing::Test {
 protected:
  SystemicRunTest() {
    std::mt19937_64 random(31);
    EsriData data;
    data.firms = 300;
    data.industries = 6;
    for (int i = 0; i < 300; ++i) data.industry.push_back(static_cast<std::int32_t>(random() % 6));
    for (int i = 0; i < 36; ++i) data.essentiality.push_back(static_cast<InputClass>(random() % 3));
    for (int i = 0; i < 1500; ++i) {
      data.links.push_back({static_cast<std::int32_t>(random() % 300), static_cast<std::int32_t>(random() % 300),
                            1 + static_cast<double>(random() % 1000)});
    }
    network_ = *EsriNetwork::Compile(data);
    shocks_ = SingleFailures(*network_);
  }

  SystemicRun Run(int threads, std::size_t batch) {
    return {.options = {},
            .losers = 3,
            .threads = threads,
            .batch = batch,
            .count = shocks_.size(),
            .shock =
                [this](std::size_t i) {
                  ++asked_;
                  return shocks_[i];
                },
            .alive = [] { return absl::OkStatus(); },
            .deliver =
                [this](std::size_t first, std::span<SystemicResult> results) {
                  EXPECT_EQ(first, delivered_.size());
                  sizes_.push_back(results.size());
                  std::move(results.begin(), results.end(), std::back_inserter(delivered_));
                  return absl::OkStatus();
                }};
  }

  std::shared_ptr<const EsriNetwork> network_;
  std::vector<EsriShock> shocks_;
  std::atomic<std::size_t> asked_ = 0;
  std::vector<SystemicResult> delivered_;
  std::vector<std::size_t> sizes_;
};

TEST_F(SystemicRunTest, InOrderWithTheGreatestLosersOnAnyNumberOfThreads) {
  const auto want = RunShocks(*network_, {.want_losses = true}, shocks_);
  for (const int threads : {1, 2, 5}) {
    for (const std::size_t batch : {1, 7, 1000}) {
      delivered_.clear();
      sizes_.clear();
      ASSERT_TRUE(RunInOrder(*network_, Run(threads, batch)).ok());
      ASSERT_EQ(delivered_.size(), shocks_.size());
      EXPECT_EQ(sizes_.size(), (shocks_.size() + batch - 1) / batch);
      for (std::size_t i = 0; i < shocks_.size(); ++i) {
        const EsriResult& one = (*want)[i];
        EXPECT_EQ(delivered_[i].esri, one.esri);
        EXPECT_EQ(delivered_[i].steps, one.steps);
        std::vector<std::pair<double, std::int32_t>> parts;
        for (std::int32_t f = 0; f < network_->firms(); ++f) {
          const double loss = std::max(one.down_losses[f], one.up_losses[f]);
          if (loss > 0) parts.emplace_back(-loss * network_->weight[network_->compiled_of[f]], f);
        }
        std::sort(parts.begin(), parts.end());
        ASSERT_EQ(delivered_[i].losers.size(), std::min<std::size_t>(3, parts.size()));
        for (std::size_t k = 0; k < delivered_[i].losers.size(); ++k) {
          EXPECT_EQ(delivered_[i].losers[k].firm, parts[k].second);
          EXPECT_EQ(delivered_[i].losers[k].share, -parts[k].first);
        }
      }
    }
  }
}

TEST_F(SystemicRunTest, NothingToDo) {
  shocks_.clear();
  EXPECT_TRUE(RunInOrder(*network_, Run(2, 8)).ok());
  EXPECT_TRUE(sizes_.empty());
}

TEST_F(SystemicRunTest, EndsWithWhatTheReaderOrTheCallSays) {
  SystemicRun run = Run(2, 1);
  run.deliver = [this](std::size_t, std::span<SystemicResult>) {
    delivered_.emplace_back();
    return delivered_.size() == 3 ? absl::CancelledError("gone") : absl::OkStatus();
  };
  EXPECT_EQ(RunInOrder(*network_, run).code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(delivered_.size(), 3U);
  // Not all was computed while the reader had taken three.
  EXPECT_LT(asked_, 3U + 4 * (1 + 16) + 1);
  run.alive = [] { return absl::DeadlineExceededError("late"); };
  EXPECT_EQ(RunInOrder(*network_, run).code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(SystemicRunTest, FailureOfAThreadReachesTheCaller) {
  SystemicRun run = Run(3, 4);
  run.shock = [this](std::size_t i) {
    if (i == 100) throw std::bad_alloc();
    return shocks_[i];
  };
  EXPECT_THROW((void)RunInOrder(*network_, run), std::bad_alloc);
}

TEST_F(SystemicRunTest, FailureOfTheReaderReachesTheCaller) {
  SystemicRun run = Run(3, 4);
  run.deliver = [](std::size_t first, std::span<SystemicResult>) {
    if (first > 0) throw std::bad_alloc();
    return absl::OkStatus();
  };
  EXPECT_THROW((void)RunInOrder(*network_, run), std::bad_alloc);
  run.deliver = [](std::size_t, std::span<SystemicResult>) { return absl::OkStatus(); };
  run.alive = []() -> absl::Status { throw std::bad_alloc(); };
  EXPECT_THROW((void)RunInOrder(*network_, run), std::bad_alloc);
}

}  // namespace
}  // namespace bulian::risk
