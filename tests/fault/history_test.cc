// The check of a history finds every kind of thing that must not happen.
#include "tests/fault/history.h"

#include <filesystem>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/store/lmdb/lmdb_store.h"

namespace bulian::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "bulian-history-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    LmdbOptions options;
    options.directory = folder_;
    store_ = *OpenLmdbStore(options);
    history_.Add(&watcher_);
    store_->SetObserver(&watcher_);
    Commit("1", "");
  }
  ~HistoryTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Writes the counter and is told so.
  LogPosition Commit(const std::string& value, const std::string& request_id, const std::string& actor = "writer") {
    CommitRequest request;
    request.log = "c";
    request.create_log = request_id.empty();
    request.validated_at = revision_;
    request.writes.push_back({"counter", value});
    request.request_id = request_id;
    request.actor = actor;
    if (!request_id.empty()) history_.Sent(request_id);
    const auto result = store_->Commit(std::move(request));
    EXPECT_TRUE(result.ok()) << result.status();
    revision_ = result->position.revision;
    if (!request_id.empty()) history_.Acknowledged(request_id, result->position);
    return result->position;
  }
  std::vector<std::string> Check() { return history_.Check(*store_); }

  History history_{"c"};
  History::Watcher watcher_{&history_};
  std::string folder_;
  std::unique_ptr<Store> store_;
  std::int64_t revision_ = 0;
};

TEST_F(HistoryTest, NothingIsWrong) {
  history_.Read(0, Commit("2", "a"));
  history_.Read(0, Commit("3", "b"));
  history_.Sent("unknown");
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_EQ(history_.acknowledged(), 2);
  EXPECT_EQ(history_.unknown(), 1);
}

TEST_F(HistoryTest, ACommitThatIsLost) {
  history_.Sent("a");
  history_.Acknowledged("a", {"", 1, 2, {}});
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("acknowledged commit a at 2 is lost")));
}

TEST_F(HistoryTest, ACommitThatWasDoneTwice) {
  Commit("2", "a");
  Commit("3", "a", "another scope of the id");
  EXPECT_THAT(Check(), ::testing::Contains(HasSubstr("request a is there twice")));
}

TEST_F(HistoryTest, ACommitElsewhereThanSaid) {
  Commit("2", "a");
  history_.Acknowledged("a", {"", 1, 7, {}});
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("commit a is at 2, acknowledged at 7")));
}

TEST_F(HistoryTest, ACommitBeforeOneThatWasAcknowledgedBeforeItWasSent) {
  history_.Acknowledged("later", {"", 1, 3, {}});
  Commit("2", "a");
  Commit("3", "later");
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("commit a is at 2, sent after 3 was acknowledged")));
}

TEST_F(HistoryTest, ALostUpdate) {
  Commit("2", "a");
  Commit("2", "b");
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("compare-and-set was violated")));
}

TEST_F(HistoryTest, AWatcherThatMissesRepeatsOrWasToldAnother) {
  Commit("2", "a");
  const auto entry = [](std::int64_t revision, const std::string& id) {
    auto made = std::make_shared<LogEntry>();
    made->revision = revision;
    made->request_id = id;
    return made;
  };
  History::Watcher late(&history_), early(&history_), repeated(&history_), misled(&history_);
  late.OnCommit("c", {"", 1, 2, {}}, entry(2, "a"));
  early.OnCommit("c", {"", 1, 1, {}}, entry(1, ""));
  for (History::Watcher* watcher : {&repeated, &misled}) watcher->OnCommit("c", {"", 1, 1, {}}, entry(1, ""));
  for (int i = 0; i < 2; ++i) repeated.OnCommit("c", {"", 1, 2, {}}, entry(2, "a"));
  misled.OnCommit("c", {"", 1, 2, {}}, entry(2, "b"));
  for (History::Watcher* watcher : {&late, &early, &repeated, &misled}) history_.Add(watcher);
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("was told 2 after 2"), HasSubstr("not told the first"),
                                   HasSubstr("not told the last"), HasSubstr("saw another commit at 2")));
}

TEST_F(HistoryTest, AReaderThatGoesBack) {
  history_.Read(0, {"", 1, 5, {}});
  history_.Read(1, {"", 1, 4, {}});
  history_.Read(0, {"", 2, 4, {}});  // of a raised epoch
  EXPECT_THAT(Check(), IsEmpty());
  history_.Read(0, {"", 2, 3, {}});
  history_.Read(1, {"", 1, 3, {}});
  history_.Read(0, {"", 1, 9, {}});
  EXPECT_THAT(Check(), ElementsAre(HasSubstr("reader 0 went back"), HasSubstr("reader 1 went back"),
                                   HasSubstr("reader 0 went back")));
}

}  // namespace
}  // namespace bulian::store
