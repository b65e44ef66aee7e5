// Messages of one import that overlap, with commits of others in between, against the same import one message at a
// time.
#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "services/exchange/registry_fixture.h"

namespace bulian::exchange {
namespace {

constexpr int kNames = 6;
const char* const kIdentifiers[] = {"one", "two", "three"};

std::string Enterprise(int id) { return "clusters/c/enterprises/e" + std::to_string(id); }

v1::ImportRecord RandomRecord(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::string text =
      "enterprise { name: '" + Enterprise(below(kNames)) + "' display_name { en: 'v" + std::to_string(below(2)) + "' }";
  if (below(2) == 0) text += " owners { enterprise: '" + Enterprise(below(kNames)) + "' share: 0.5 }";
  if (below(3) == 0) text += " identifiers { system: 'erp' value: '" + std::string(kIdentifiers[below(3)]) + "' }";
  v1::ImportRecord record;
  Registry::Parse(text + " }", &record);
  return record;
}

std::vector<v1::ImportRequest> RandomMessages(std::mt19937& random, int count) {
  std::vector<v1::ImportRequest> messages;
  for (int i = 0; i < count; ++i) {
    v1::ImportRequest& message = messages.emplace_back();
    message.set_parent("clusters/c");
    message.set_sequence(i + 1);
    for (auto k = 1 + random() % 3; k > 0; --k) *message.add_records() = RandomRecord(random);
  }
  return messages;
}

std::string ComparableAnswer(v1::ImportResponse answer) {
  answer.mutable_revision()->clear_cluster_uid();
  return answer.Utf8DebugString();
}

void Create(Registry& registry) {
  v1::ImportRequest message;
  message.set_parent("clusters/c");
  message.set_sequence(1);
  Registry::Parse("cluster { name: 'clusters/c' region_codes: '500109' }", message.add_records());
  ASSERT_TRUE(registry.Import({message}).ok());
}

// A commit of somebody else: an import of its own.
void Foreign(Registry& registry, const v1::ImportRequest& message) {
  const auto answers = registry.Import({message});
  ASSERT_TRUE(answers.ok()) << answers.status();
}

std::int64_t Head(Registry& registry) { return registry.store().Position("c")->revision; }

TEST(ImportOverlapTest, AsOneMessageAtATimeWhateverOthersCommit) {
  std::int64_t conflicts = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto messages = RandomMessages(random, 8);
    const auto others = RandomMessages(random, 9);
    std::vector<bool> interferes;
    for (int i = 0; i < 9; ++i) interferes.push_back(random() % 2 == 0);

    Registry overlapped;
    Create(overlapped);
    std::vector<std::pair<std::int64_t, std::size_t>> commits;  // of others: revision, which
    const auto interfere = [&](std::size_t i) {
      if (!interferes[i]) return;
      v1::ImportRequest message = others[i];
      message.set_sequence(1);
      const auto answers = overlapped.Import({message});
      ASSERT_TRUE(answers.ok()) << answers.status();
      for (const auto& answer : *answers)
        if (answer.created() + answer.updated() > 0) commits.emplace_back(answer.revision().number(), i);
    };
    ImportRun run;
    run.before = interfere;
    run.answered = [&](const v1::ImportResponse& answer) {
      EXPECT_LE(answer.revision().number(), Head(overlapped));
      EXPECT_LE(answer.revision().number(), overlapped.Revision("c"));
      return true;
    };
    if (seed % 2 == 0) run.limits.kept_bytes = 1000 * (seed % 5);
    const auto imported = overlapped.Import(messages, run);
    const absl::Status& status = imported.status;
    const std::vector<v1::ImportResponse>& answers = imported.answers;
    ASSERT_TRUE(status.ok()) << status;

    // The same order of commits, one at a time.
    Registry plain;
    Create(plain);
    std::size_t done = 0;
    const auto replay = [&](std::size_t i) {
      const std::int64_t until = i < answers.size() ? answers[i].revision().number() : Head(overlapped) + 1;
      for (; done < commits.size() && commits[done].first <= until; ++done) {
        v1::ImportRequest message = others[commits[done].second];
        message.set_sequence(1);
        Foreign(plain, message);
        EXPECT_EQ(Head(plain), commits[done].first);
      }
    };
    ImportRun one_at_a_time;
    one_at_a_time.overlap = false;
    one_at_a_time.before = replay;
    const auto [plain_status, expected] = plain.Import(messages, one_at_a_time);
    ASSERT_TRUE(plain_status.ok()) << plain_status;
    ASSERT_EQ(answers.size(), expected.size());
    for (std::size_t i = 0; i < answers.size(); ++i)
      EXPECT_EQ(ComparableAnswer(answers[i]), ComparableAnswer(expected[i]));
    EXPECT_EQ(Comparable(overlapped.Export("c")), Comparable(plain.Export("c")));
    conflicts += overlapped.store().Stats().commit_conflicts;
    if (HasFailure()) return;
  }
  EXPECT_GT(conflicts, 0);
}

TEST(ImportOverlapTest, AMessageWithoutCommitSeesWhatOthersCommittedBeforeIt) {
  Registry registry;
  Create(registry);
  const std::string same = "cluster { name: 'clusters/c' region_codes: '500109' }";
  const std::string owned = "enterprise { name: '" + Enterprise(1) +
                            "' display_name { en: 'E' } owners { enterprise: '" + Enterprise(2) + "' share: 0.5 } }";
  ImportRun run;
  run.before = [&](std::size_t i) {
    if (i == 1) Foreign(registry, Message(1, "enterprise { name: '" + Enterprise(2) + "' display_name { en: 'O' } }"));
  };
  const auto [status, answers] = registry.Import({Message(1, same), Message(2, owned)}, run);
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[1].created(), 1);
  EXPECT_EQ(answers[1].waiting(), 0);
}

// The capability of the first message is not yet in the snapshot where the rule of the second looks for users of the
// site.
TEST(ImportOverlapTest, WhatTheMessageBeforeUsesCannotBeTakenAway) {
  Registry registry;
  Create(registry);
  const std::string type = "capability_type { name: 'clusters/c/capabilityTypes/t' display_name { en: 'T' } }";
  const std::string without_site = "enterprise { name: '" + Enterprise(1) + "' display_name { en: 'E' } }";
  const std::string with_site =
      "enterprise { name: '" + Enterprise(1) + "' display_name { en: 'E' } sites { site_id: 's' } }";
  const std::string use = "capability { name: '" + Enterprise(1) +
                          "/capabilities/k' capability_type: 'clusters/c/capabilityTypes/t' site: 's' }";
  Foreign(registry, Message(1, type));
  Foreign(registry, Message(1, with_site));
  const auto [status, answers] = registry.Import({Message(1, use), Message(2, without_site)}, {});
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].created(), 1);
  ASSERT_EQ(answers[1].rejected_size(), 1) << answers[1].ShortDebugString();
  EXPECT_EQ(answers[1].updated(), 0);
}

TEST(ImportOverlapTest, AMessageNamesWhatTheOneBeforeBrings) {
  Registry registry;
  Create(registry);
  const auto owned = [](int id, int by) {
    return "enterprise { name: '" + Enterprise(id) + "' display_name { en: 'E' } owners { enterprise: '" +
           Enterprise(by) + "' share: 0.5 } }";
  };
  const std::string first = "enterprise { name: '" + Enterprise(0) + "' display_name { en: 'E' } }";
  std::vector<v1::ImportRequest> messages{Message(1, first)};
  for (int i = 1; i < 20; ++i) messages.push_back(Message(i + 1, owned(i, i - 1)));
  const auto answers = registry.Import(messages);
  ASSERT_TRUE(answers.ok()) << answers.status();
  ASSERT_EQ(answers->size(), 20U);
  for (std::size_t i = 0; i < answers->size(); ++i) {
    EXPECT_EQ((*answers)[i].created(), 1) << i;
    EXPECT_EQ((*answers)[i].low_water_mark(), static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ((*answers)[i].revision().number(), static_cast<std::int64_t>(i) + 2);
  }
  EXPECT_EQ(registry.store().Stats().commit_conflicts, 0);
}

// Of a capability that was committed over the snapshot no content is kept.
TEST(ImportOverlapTest, AMessageWritesTheCapabilityOfTheOneBeforeAgain) {
  Registry registry;
  Create(registry);
  Foreign(registry, Message(1, "capability_type { name: 'clusters/c/capabilityTypes/t' display_name { en: 'T' } }"));
  Foreign(registry, Message(1, "enterprise { name: '" + Enterprise(1) + "' display_name { en: 'E' } }"));
  const auto offer = [](int days) {
    return "capability { name: '" + Enterprise(1) +
           "/capabilities/k' capability_type: 'clusters/c/capabilityTypes/t' lead_time_days: " + std::to_string(days) +
           " }";
  };
  const auto answers = registry.Import(
      {Message(1, offer(1)), Message(2, offer(2)), Message(3, offer(2)), Message(4, offer(3)), Message(5, offer(1))});
  ASSERT_TRUE(answers.ok()) << answers.status();
  ASSERT_EQ(answers->size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*answers)[i].created(), i == 0 ? 1 : 0) << i;
    EXPECT_EQ((*answers)[i].unchanged(), i == 2 ? 1 : 0) << i;
    EXPECT_EQ((*answers)[i].updated(), i == 0 || i == 2 ? 0 : 1) << i;
  }
  for (const v1::ImportRecord& record : registry.Export("c")) {
    if (!record.has_capability()) continue;
    EXPECT_EQ(record.capability().lead_time_days(), 1);
  }
}

TEST(ImportOverlapTest, ASequenceThatWouldOverflowIsRefused) {
  Registry registry;
  Create(registry);
  v1::ImportRequest message;
  message.set_parent("clusters/c");
  message.set_sequence(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(registry.Import({message}).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bulian::exchange
