#include "services/exchange/waiting_records.h"

#include <gtest/gtest.h>

#include "bulian/v1/enterprise.pb.h"

namespace bulian::exchange {
namespace {

std::string Name(const std::string& id) { return "clusters/c/enterprises/" + id; }

std::unique_ptr<Record> Waiting(std::int64_t sequence, std::int32_t index, const std::string& for_name,
                                std::size_t bytes = 0) {
  auto record = std::make_unique<Record>();
  record->sequence = sequence;
  record->index = index;
  record->type = model::ResourceType::kEnterprise;
  auto enterprise = std::make_unique<v1::Enterprise>();
  enterprise->set_name(Name("e" + std::to_string(sequence) + "-" + std::to_string(index)));
  enterprise->set_website(std::string(bytes, 'x'));
  record->resource.reset(enterprise.release());
  record->missing = {for_name};
  return record;
}

TEST(WaitingRecordsTest, BoundedInNumber) {
  WaitingRecords waiting({2, std::size_t{1} << 20});
  auto one = Waiting(1, 0, Name("a")), two = Waiting(1, 1, Name("a")), three = Waiting(2, 0, Name("a"));
  EXPECT_TRUE(waiting.Add(one));
  EXPECT_TRUE(waiting.Add(two));
  EXPECT_FALSE(waiting.Add(three));
  EXPECT_NE(three, nullptr);
  EXPECT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting.TakeCompletable({Name("a")}, "clusters/c").size(), 2U);
  EXPECT_TRUE(waiting.Add(three));
}

TEST(WaitingRecordsTest, BoundedInBytesWhichAreGivenBack) {
  WaitingRecords waiting({100, 25'000});
  auto one = Waiting(1, 0, Name("a"), 10'000), two = Waiting(2, 0, Name("b"), 10'000);
  EXPECT_TRUE(waiting.Add(one));
  EXPECT_TRUE(waiting.Add(two));
  auto more = Waiting(3, 0, Name("c"), 10'000);
  EXPECT_FALSE(waiting.Add(more));
  auto taken = waiting.TakeOf(1);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_TRUE(waiting.Add(more));
  // What was let in once may always return.
  waiting.PutBack(std::move(taken.front()));
  EXPECT_EQ(waiting.size(), 3U);
  EXPECT_EQ(waiting.first_sequence(), 1);
  EXPECT_EQ(waiting.TakeAll().size(), 3U);
  EXPECT_EQ(waiting.first_sequence(), 0);
  auto again = Waiting(4, 0, Name("c"), 20'000);
  EXPECT_TRUE(waiting.Add(again));
}

TEST(WaitingRecordsTest, ThoseThatWaitForTheTakenAreTakenToo) {
  WaitingRecords waiting;
  auto second = Waiting(2, 0, Name("e1-0")), first = Waiting(1, 0, Name("a")), other = Waiting(1, 1, Name("z"));
  EXPECT_TRUE(waiting.Add(second));
  EXPECT_TRUE(waiting.Add(first));
  EXPECT_TRUE(waiting.Add(other));
  const auto taken = waiting.TakeCompletable({Name("a")}, "clusters/c");
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0]->sequence, 1);
  EXPECT_EQ(taken[1]->sequence, 2);
  EXPECT_EQ(waiting.size(), 1U);
}

}  // namespace
}  // namespace bulian::exchange
