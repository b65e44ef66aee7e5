#include "services/rpc/worker_pool.h"

#include <atomic>
#include <latch>

#include "gtest/gtest.h"

namespace bulian::rpc {
namespace {

TEST(WorkerPoolTest, RunsAsManyAsItHasThreadsAndRefusesBeyondTheQueue) {
  std::atomic<int> ran = 0;
  {
    std::latch both(2), go(1);  // outlive the pool, whose jobs wait for them
    WorkerPool pool(2, 3);
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(pool.Submit([&] {
        both.count_down();
        go.wait();
        ++ran;
      }));
    }
    both.wait();  // two run at the same time
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.Submit([&] { ++ran; }));
    EXPECT_FALSE(pool.Submit([&] { ran += 100; }));
    go.count_down();
  }
  EXPECT_EQ(ran, 5);  // what waited ran before the end
}

TEST(WorkerPoolTest, WithoutAQueueEveryJobHasItsOwnThread) {
  std::latch all(3), go(1);
  WorkerPool pool(3, 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.Submit([&] {
      all.count_down();
      go.wait();
    }));
  }
  all.wait();
  EXPECT_FALSE(pool.Submit([] {}));
  go.count_down();
}

}  // namespace
}  // namespace bulian::rpc
