// Imports whose store fails, whose caller goes, and to which others commit just before they do.
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "services/exchange/registry_fixture.h"

namespace bulian::exchange {
namespace {

std::string Enterprise(std::int64_t id) { return "clusters/c/enterprises/e" + std::to_string(id); }

std::string Plain(std::int64_t id, const std::string& display_name = "E") {
  return "enterprise { name: '" + Enterprise(id) + "' display_name { en: '" + display_name + "' } }";
}

std::string OwnedBy(std::int64_t id, std::int64_t owner) {
  return "enterprise { name: '" + Enterprise(id) + "' display_name { en: 'E' } owners { enterprise: '" +
         Enterprise(owner) + "' share: 0.5 } }";
}

// A cluster, and messages of one enterprise each.
class ImportFaultsTest : public testing::Test {
 protected:
  ImportFaultsTest() { Foreign("cluster { name: 'clusters/c' region_codes: '500109' }"); }

  static std::vector<v1::ImportRequest> Messages(std::int64_t count) {
    std::vector<v1::ImportRequest> messages;
    for (std::int64_t i = 1; i <= count; ++i) messages.push_back(Message(i, Plain(i)));
    return messages;
  }
  // An import of somebody else, on a thread of its own.
  void Foreign(const std::string& record) {
    std::thread([&] {
      const auto answers = registry_.Import({Message(1, record)});
      ASSERT_TRUE(answers.ok()) << answers.status();
    }).join();
  }
  std::size_t Enterprises() { return registry_.Export("c").size() - 1; }
  void BeforeCommit(int number, std::function<absl::Status()> hook) {
    registry_.store().before_submit = [number, hook = std::move(hook), seen = 0](const store::CommitRequest&) mutable {
      return ++seen == number ? hook() : absl::OkStatus();
    };
  }

  Registry registry_;
};

TEST_F(ImportFaultsTest, AFullStoreEndsTheImportAndKeepsWhatWasAnswered) {
  for (const int fails : {1, 2, 5}) {
    SCOPED_TRACE(fails);
    const std::size_t before = Enterprises();
    const std::int64_t revision = registry_.Revision("c");
    std::vector<v1::ImportRequest> messages;
    for (int i = 1; i <= 6; ++i) messages.push_back(Message(i, Plain(fails * 100 + i)));
    BeforeCommit(fails, [] { return model::Error(absl::StatusCode::kResourceExhausted, v1::STORE_FULL, "full"); });
    const auto [status, answers] = registry_.Import(messages, {});
    EXPECT_EQ(model::ReasonOf(status), v1::STORE_FULL) << status;
    ASSERT_EQ(answers.size(), static_cast<std::size_t>(fails - 1));
    for (int i = 1; i < fails; ++i) {
      EXPECT_EQ(answers[static_cast<std::size_t>(i) - 1].low_water_mark(), i);
      EXPECT_EQ(answers[static_cast<std::size_t>(i) - 1].revision().number(), revision + i);
    }
    EXPECT_EQ(registry_.Revision("c"), revision + fails - 1);
    EXPECT_EQ(Enterprises(), before + static_cast<std::size_t>(fails - 1));
    // The import goes on where it was answered.
    messages.erase(messages.begin(), messages.begin() + fails - 1);
    const auto rest = registry_.Import(messages);
    ASSERT_TRUE(rest.ok()) << rest.status();
    EXPECT_EQ(Enterprises(), before + 6);
  }
}

TEST_F(ImportFaultsTest, AForeignCommitThatChangesWhatWasReadMakesTheMessageAndItsFollowerValidateAgain) {
  // Another takes the identifier that messages 2 and 3 are to have and to use.
  const std::string with = " identifiers { system: 'erp' value: 'one' }";
  const auto claiming = [&](std::int64_t id) {
    return "enterprise { name: '" + Enterprise(id) + "' display_name { en: 'E' }" + with + " }";
  };
  BeforeCommit(2, [&] {
    Foreign(claiming(50));
    return absl::OkStatus();
  });
  const auto [status, answers] =
      registry_.Import({Message(1, Plain(1)), Message(2, claiming(2)), Message(3, OwnedBy(3, 2))}, {});
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(answers.size(), 4U);  // the last: what still waits at the end
  EXPECT_EQ(answers[0].created(), 1);
  EXPECT_EQ(answers[1].rejected_size(), 1) << answers[1].ShortDebugString();
  EXPECT_EQ(answers[2].waiting(), 1) << answers[2].ShortDebugString();
  EXPECT_EQ(answers[2].low_water_mark(), 2);
  EXPECT_EQ(answers[3].rejected_size(), 1);
  EXPECT_EQ(registry_.store().Stats().commit_conflicts, 1);
}

TEST_F(ImportFaultsTest, AForeignCommitOfTheSameRecordIsNotLost) {
  BeforeCommit(2, [&] {
    Foreign(Plain(2, "theirs"));
    return absl::OkStatus();
  });
  const auto [status, answers] =
      registry_.Import({Message(1, Plain(1)), Message(2, Plain(2)), Message(3, Plain(3))}, {});
  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[1].created(), 0);
  EXPECT_EQ(answers[1].updated(), 1);
  EXPECT_EQ(answers[2].created(), 1);
}

TEST_F(ImportFaultsTest, AForeignCommitOfOtherRecordsIsNoConflict) {
  BeforeCommit(2, [&] {
    Foreign(Plain(50));
    return absl::OkStatus();
  });
  const auto answers = registry_.Import(Messages(4));
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ((*answers)[0].revision().number(), 2);
  EXPECT_EQ((*answers)[1].revision().number(), 4);
  EXPECT_EQ(registry_.store().Stats().commit_conflicts, 0);
  EXPECT_EQ(Enterprises(), 5U);
}

TEST_F(ImportFaultsTest, OthersThatKeepChangingWhatIsReadEndTheImport) {
  int round = 0;
  registry_.store().before_submit = [&](const store::CommitRequest&) {
    Foreign(Plain(1, "round " + std::to_string(++round)));
    return absl::OkStatus();
  };
  const auto [status, answers] = registry_.Import(Messages(2), {});
  EXPECT_EQ(model::ReasonOf(status), v1::CONFLICT) << status;
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(Enterprises(), 1U);
}

TEST_F(ImportFaultsTest, AClusterThatIsDroppedUnderAnImportEndsIt) {
  BeforeCommit(3, [&] { return registry_.store().DropLog("c", ""); });
  const auto [status, answers] = registry_.Import(Messages(5), {});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_LE(answers.size(), 2U);
}

TEST_F(ImportFaultsTest, ACallerThatGoesLeavesWhatIsUnderWayWholeOrUndone) {
  for (std::size_t goes_at = 1; goes_at <= 4; ++goes_at) {
    SCOPED_TRACE(goes_at);
    Registry registry;
    v1::ImportRequest create = Message(1, "cluster { name: 'clusters/c' region_codes: '500109' }");
    ASSERT_TRUE(registry.Import({create}).ok());
    ImportRun run;
    std::size_t answered = 0;
    bool gone = false;
    run.answered = [&](const v1::ImportResponse&) { return !(gone = ++answered == goes_at); };
    run.cancelled = [&] { return gone; };
    const auto [status, answers] = registry.Import(Messages(6), run);
    EXPECT_EQ(model::ReasonOf(status), v1::CALL_CANCELLED) << status;
    // A repetition of everything finds what was stored and writes the rest.
    const auto again = registry.Import(Messages(6));
    ASSERT_TRUE(again.ok()) << again.status();
    int created = 0, unchanged = 0;
    for (const auto& answer : *again) {
      created += answer.created();
      unchanged += answer.unchanged();
    }
    EXPECT_EQ(created + unchanged, 6);
    EXPECT_GE(unchanged, static_cast<int>(goes_at));
    EXPECT_EQ(registry.Export("c").size(), 7U);
  }
}

TEST_F(ImportFaultsTest, ACancelledCallStopsWhileACommitIsUnderWay) {
  bool cancelled = false;
  ImportRun run;
  run.cancelled = [&] { return cancelled; };
  run.before = [&](std::size_t i) { cancelled = i == 3; };
  const auto [status, answers] = registry_.Import(Messages(6), run);
  EXPECT_EQ(model::ReasonOf(status), v1::CALL_CANCELLED) << status;
  EXPECT_LE(Enterprises(), 3U);
}

TEST_F(ImportFaultsTest, TooManyWaitingBytesAreRejectedByName) {
  ImportRun run;
  run.limits.waiting.bytes = 10'000;
  std::vector<v1::ImportRequest> messages;
  for (std::int64_t i = 1; i <= 30; ++i) messages.push_back(Message(i, OwnedBy(i, 99)));
  messages.push_back(Message(31, Plain(99)));
  const auto [status, answers] = registry_.Import(messages, run);
  ASSERT_TRUE(status.ok()) << status;
  int full = 0;
  for (const auto& answer : answers) {
    for (const auto& rejected : answer.rejected()) {
      EXPECT_NE(rejected.status().message().find("too many records wait"), std::string::npos);
      ++full;
    }
  }
  EXPECT_GT(full, 0);
  EXPECT_LT(full, 30);
  EXPECT_EQ(answers.back().created(), 31 - full);
  EXPECT_EQ(answers.back().waiting(), 0);
}

}  // namespace
}  // namespace bulian::exchange
