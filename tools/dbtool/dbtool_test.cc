#include <google/protobuf/util/json_util.h>
#include <lmdb.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "bulian/v1/exchange.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/log_codec.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/record_line.h"

namespace bulian::dbtool {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DbtoolTest : public ::testing::Test {
 protected:
  DbtoolTest() {
    std::string pattern = fs::temp_directory_path() / "bulian-dbtool-XXXXXX";
    root_ = mkdtemp(pattern.data());
    data_ = root_ + "/data";
  }
  ~DbtoolTest() override { fs::remove_all(root_); }

  std::unique_ptr<store::Store> Open(const std::string& directory) {
    store::LmdbOptions options;
    options.directory = directory;
    auto store = store::OpenLmdbStore(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  static void Commit(store::Store& store, const std::string& log, std::vector<store::Write> writes) {
    store::CommitRequest request;
    request.log = log;
    const auto position = store.Position(log);
    request.create_log = !position.ok();
    request.validated_at = position.ok() ? position->revision : 0;
    request.writes = std::move(writes);
    request.request_id = "r" + std::to_string(request.validated_at);
    const auto result = store.Commit(std::move(request));
    ASSERT_TRUE(result.ok()) << result.status();
  }

  // Two clusters, one with real resources.
  void Fill() {
    auto store = Open(data_);
    v1::Cluster cluster;
    cluster.mutable_display_name()->set_zh("北碚");
    v1::Enterprise enterprise;
    enterprise.mutable_display_name()->set_zh("传感器厂");
    Commit(*store, "beibei",
           {{"clusters/beibei/enterprises/e1", enterprise.SerializeAsString()},
            {"clusters/beibei/capabilityTypes/t1", std::string()},
            {"clusters/beibei", cluster.SerializeAsString()}});
    Commit(*store, "beibei", {{"clusters/beibei/enterprises/e2", enterprise.SerializeAsString()}});
    Commit(*store, "beibei", {{"clusters/beibei/enterprises/e2", std::nullopt}, {"strange \"name\"", "\x01\xff"}});
    Commit(*store, "other", {{"clusters/other", cluster.SerializeAsString()}});
    for (int i = 0; i < 20; ++i) Commit(*store, "other", {{"big", std::string(100'000, static_cast<char>('a' + i))}});
  }

  // Changes one row of the data file behind the store's back.
  void Tamper(const char* table, const std::string& key, const std::string& value) {
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    ASSERT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 16);
    mdb_env_set_mapsize(env, 64 << 20);
    ASSERT_EQ(mdb_env_open(env, (data_ + "/" + store::lmdb::kDataFileName).c_str(), MDB_NOSUBDIR, 0600), 0);
    ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
    ASSERT_EQ(mdb_dbi_open(txn, table, 0, &dbi), 0);
    MDB_val k{key.size(), const_cast<char*>(key.data())};
    MDB_val v{value.size(), const_cast<char*>(value.data())};
    ASSERT_EQ(value.empty() ? mdb_del(txn, dbi, &k, nullptr) : mdb_put(txn, dbi, &k, &v, 0), 0);
    ASSERT_EQ(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
  }

  int Verify() {
    out_.str("");
    err_.str("");
    return VerifyCommand(data_, out_, err_);
  }

  std::string root_, data_;
  std::ostringstream out_, err_;
};

TEST_F(DbtoolTest, VerifyFindsASoundFileSound) {
  Fill();
  EXPECT_EQ(Verify(), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("clusters/beibei"));
  EXPECT_THAT(out_.str(), HasSubstr("2 clusters, 24 request ids"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(DbtoolTest, VerifyIsSoundAfterRetentionAndDrop) {
  Fill();
  {
    auto store = Open(data_);
    store::Retention retention;
    retention.max_commits = 2;
    while (*store->Compact(retention)) {
    }
    ASSERT_TRUE(store->DropLog("beibei", "").ok());
    Commit(*store, "beibei", {{"clusters/beibei", "new"}});
  }
  EXPECT_EQ(Verify(), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1 removed clusters"));
}

TEST_F(DbtoolTest, VerifyFindsEveryKindOfDamage) {
  struct Damage {
    const char* table;
    std::string key, value;  // no value: the row is deleted
    const char* told;
  };
  std::string revision(8, '\0');
  revision[0] = 1;
  const std::vector<Damage> damages = {
      {"records", store::lmdb::RecordKey(1, "clusters/beibei/enterprises/e1"), revision + "x", "not what the log says"},
      {"records", store::lmdb::RecordKey(1, "clusters/beibei"), "", "the store has not"},
      {"records", store::lmdb::RecordKey(1, "unknown"), revision + "x", "of which the log knows nothing"},
      {"records", store::lmdb::RecordKey(9, "unknown"), revision + "x", "belongs to no log"},
      {"headers", store::lmdb::HeaderKey(1, 2), "", "revision 2: could not read log entry 2"},
      {"headers", store::lmdb::HeaderKey(1, 1), "garbage", "log entry 1 is not readable"},
      {"changes", store::lmdb::ChangeKey(1, 2), "", "log entry 1 is not readable"},
      {"request_times", "", "", "never expire"},
  };
  for (const Damage& damage : damages) {
    fs::remove_all(data_);
    Fill();
    std::string key = damage.key;
    if (key.empty()) {
      // The only row whose key depends on the clock.
      store::LmdbOptions options;
      auto store = Open(data_);
      store::CommitRequest request;
      request.log = "timed";
      request.create_log = true;
      request.writes = {{"a", "1"}};
      request.request_id = "id";
      const auto result = store->Commit(request);
      ASSERT_TRUE(result.ok());
      key = store::lmdb::RequestTimeKey(result->position.commit_time, store::lmdb::RequestKey(3, "", "", "id"));
    }
    Tamper(damage.table, key, damage.value);
    EXPECT_EQ(Verify(), 1) << damage.told;
    EXPECT_THAT(err_.str(), HasSubstr(damage.told));
  }
}

TEST_F(DbtoolTest, VerifyFindsABrokenDigestChain) {
  Fill();
  store::LogEntry forged;
  forged.revision = 2;
  forged.epoch = 1;
  forged.predecessor_digest = std::string(store::kDigestBytes, 'z');
  const std::string row = store::lmdb::EncodeHeaderRow({2, 10}, store::EncodeEntryHeader(forged, 1));
  Tamper("headers", store::lmdb::HeaderKey(1, 2), row);
  EXPECT_EQ(Verify(), 1);
  EXPECT_THAT(err_.str(), HasSubstr("revision 2: the predecessor digest does not fit"));
  EXPECT_THAT(err_.str(), HasSubstr("revision 3: the predecessor digest does not fit"));
}

TEST_F(DbtoolTest, CommandsAreRefusedWhileAServerHoldsTheDirectory) {
  Fill();
  auto store = Open(data_);
  EXPECT_EQ(Verify(), 1);
  EXPECT_THAT(err_.str(), HasSubstr("in use by the process with pid"));
  EXPECT_EQ(DumpCommand(data_, "", false, out_, err_), 1);
  EXPECT_EQ(CompactCommand(data_, out_, err_), 1);
}

TEST_F(DbtoolTest, CommandsSayWhatIsMissing) {
  EXPECT_EQ(Verify(), 1);
  EXPECT_THAT(err_.str(), HasSubstr("is not a directory"));
  fs::create_directory(data_);
  EXPECT_EQ(Verify(), 1);
  EXPECT_THAT(err_.str(), HasSubstr("there is no data file"));
}

TEST_F(DbtoolTest, DumpPrintsLinesThatImportReads) {
  Fill();
  ASSERT_EQ(DumpCommand(data_, "clusters/beibei", false, out_, err_), 0) << err_.str();
  std::istringstream lines(out_.str());
  std::vector<v1::ImportRecord> records;
  std::vector<std::string> others;
  for (std::string line; std::getline(lines, line);) {
    v1::ImportRecord record;
    if (google::protobuf::util::JsonStringToMessage(line, &record).ok()) {
      records.push_back(record);
    } else {
      others.push_back(line);
    }
  }
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].cluster().name(), "clusters/beibei");  // what others name comes first
  EXPECT_EQ(records[0].cluster().display_name().zh(), "北碚");
  EXPECT_EQ(records[1].capability_type().name(), "clusters/beibei/capabilityTypes/t1");
  EXPECT_EQ(records[2].enterprise().name(), "clusters/beibei/enterprises/e1");
  EXPECT_EQ(others,
            (std::vector<std::string>{R"({"log":"beibei","name":"strange \"name\"","revision":3,"value":"Af8="})"}));
  out_.str("");
  ASSERT_EQ(DumpCommand(data_, "beibei", true, out_, err_), 0);
  EXPECT_THAT(out_.str(), HasSubstr(R"("name":"clusters/beibei/enterprises/e1","revision":1,"value":")"));
  EXPECT_EQ(DumpCommand(data_, "nobody", false, out_, err_), 1);
}

TEST_F(DbtoolTest, CompactShrinksTheFileAndKeepsEverything) {
  Fill();
  {
    auto store = Open(data_);
    store::Retention retention;
    retention.max_commits = 1;
    while (*store->Compact(retention)) {
    }
  }
  std::ostringstream before, after;
  ASSERT_EQ(DumpCommand(data_, "", true, before, err_), 0);
  const auto size = fs::file_size(data_ + "/bulian.mdb");
  ASSERT_EQ(CompactCommand(data_, out_, err_), 0) << err_.str();
  EXPECT_LT(fs::file_size(data_ + "/bulian.mdb"), size / 2);
  ASSERT_EQ(DumpCommand(data_, "", true, after, err_), 0);
  EXPECT_EQ(before.str(), after.str());
  EXPECT_EQ(Verify(), 0) << err_.str();
  auto store = Open(data_);
  Commit(*store, "other", {{"more", "1"}});
  store.reset();
  EXPECT_EQ(Verify(), 0) << err_.str();
}

int RunProgram(const std::string& arguments) {
  const char* bin = std::getenv("BULIAN_BIN_DIR");
  const int status =
      std::system((std::string(bin == nullptr ? "build/release/bin" : bin) + "/bulian-db " + arguments).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(DbtoolTest, TheProgramHasHelpAndExitStatus) {
  Fill();
  EXPECT_EQ(RunProgram("--help > /dev/null"), 0);
  EXPECT_EQ(RunProgram("restore --help > /dev/null"), 0);
  EXPECT_EQ(RunProgram("verify " + data_ + " > /dev/null"), 0);
  EXPECT_EQ(RunProgram("verify " + root_ + "/none 2> /dev/null"), 1);
  EXPECT_EQ(RunProgram("verify 2> /dev/null"), 2);
  EXPECT_EQ(RunProgram("explode 2> /dev/null"), 2);
  EXPECT_EQ(RunProgram("dump " + data_ + " > /dev/full 2> /dev/null"), 1);
}

}  // namespace
}  // namespace bulian::dbtool
