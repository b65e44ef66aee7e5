#include "services/rpc/drain_gate.h"

#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace bulian::rpc {
namespace {

TEST(DrainGateTest, NobodyEntersOnceClosedAndWhoIsInMayStay) {
  DrainGate gate;
  ASSERT_TRUE(gate.Enter());
  ASSERT_TRUE(gate.Enter());
  gate.Leave();
  gate.Close();
  EXPECT_FALSE(gate.Enter());
  EXPECT_FALSE(gate.WaitUntilEmpty(absl::Now()));
  gate.Leave();
  EXPECT_TRUE(gate.WaitUntilEmpty(absl::InfinitePast()));
  EXPECT_FALSE(gate.Enter());
}

TEST(DrainGateTest, OnceEmptyItStaysEmptyWhoeverTries) {
  for (int round = 0; round < 200; ++round) {
    DrainGate gate;
    std::atomic<int> in = 0, entered = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        while (gate.Enter()) {
          ++in;
          ++entered;
          --in;
          gate.Leave();
        }
      });
    }
    while (entered < 10) std::this_thread::yield();
    gate.Close();
    EXPECT_TRUE(gate.WaitUntilEmpty(absl::Now() + absl::Seconds(60)));
    const int at_the_end = entered;
    EXPECT_EQ(in, 0);
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(entered, at_the_end);
  }
}

}  // namespace
}  // namespace bulian::rpc
