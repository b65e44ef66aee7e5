// Commits of 1 000 records of about 400 bytes through the store, against a bare LMDB loader that writes the same record
// and log bytes in the same batches. Interleaved rounds in one run; prints the rates, and the ratio of bare to store in
// wall and CPU time, as JSON. Usage:
// store_bench [batches] [rounds]
#include <lmdb.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/lmdb_store.h"
#include "services/store/log_codec.h"

namespace bulian::store {
namespace {

namespace fs = std::filesystem;

constexpr int kBatch = 1000;
constexpr std::size_t kValueBytes = 400;
constexpr std::int64_t kMapBytes = std::int64_t{8} << 30;

struct Data {
  std::vector<std::vector<Write>> batches;
};

// `order`: names in the order of an import file (by name), or shuffled over the whole run.
Data MakeData(int batches, bool shuffled) {
  std::mt19937_64 random(1);
  std::vector<std::string> names;
  for (int i = 0; i < batches * kBatch; ++i) {
    char name[64];
    std::snprintf(name, sizeof(name), "clusters/bench/enterprises/e%09d", i);
    names.emplace_back(name);
  }
  if (shuffled) std::shuffle(names.begin(), names.end(), random);
  Data data;
  for (int b = 0; b < batches; ++b) {
    auto& batch = data.batches.emplace_back();
    for (int i = 0; i < kBatch; ++i) {
      std::string value(kValueBytes - 40 + random() % 80, '\0');
      for (std::size_t at = 0; at + 8 <= value.size(); at += 8) {
        const std::uint64_t bits = random();
        std::memcpy(value.data() + at, &bits, 8);
      }
      batch.push_back({names[static_cast<std::size_t>(b * kBatch + i)], std::move(value)});
    }
  }
  return data;
}

std::string MakeDirectory() {
  std::string pattern = fs::temp_directory_path() / "bulian-bench-XXXXXX";
  return mkdtemp(pattern.data());
}

void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Cost {
  double seconds = 0, cpu = 0;
};

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

Cost ThroughStore(const Data& data) {
  LmdbOptions options;
  options.directory = MakeDirectory();
  options.max_data_size = kMapBytes;
  Cost cost;
  {
    auto store = OpenLmdbStore(options);
    Require(store.ok(), "open");
    std::int64_t revision = 0;
    for (const auto& batch : data.batches) {
      CommitRequest request;
      request.log = "bench";
      request.create_log = revision == 0;
      request.validated_at = revision;
      request.actor = "bench";
      request.method = "Import";
      request.request_id = std::to_string(revision);
      request.payload_digest = "digest";
      request.writes = batch;
      // Taking the writes in is the caller's work; the bare loader has them as they are.
      const auto start = std::chrono::steady_clock::now();
      const double cpu = CpuSeconds();
      auto result = (*store)->Commit(std::move(request));
      cost.seconds += Seconds(start);
      cost.cpu += CpuSeconds() - cpu;
      Require(result.ok(), "commit");
      revision = result->position.revision;
    }
  }
  fs::remove_all(options.directory);
  return cost;
}

// The same record and log rows, with one put a row and nothing else.
Cost BareLoader(const Data& data) {
  const std::string directory = MakeDirectory();
  MDB_env* env = nullptr;
  Require(mdb_env_create(&env) == 0, "mdb_env_create");
  mdb_env_set_maxdbs(env, 4);
  mdb_env_set_mapsize(env, static_cast<std::size_t>(kMapBytes));
  Require(mdb_env_open(env, (directory + "/bare.mdb").c_str(), MDB_NOSUBDIR, 0600) == 0, "mdb_env_open");
  Cost cost;
  MDB_dbi records = 0;
  MDB_dbi log = 0;
  std::uint64_t revision = 0;
  std::string row;
  for (const auto& batch : data.batches) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = CpuSeconds();
    MDB_txn* txn = nullptr;
    Require(mdb_txn_begin(env, nullptr, 0, &txn) == 0, "begin");
    if (revision == 0) {
      Require(mdb_dbi_open(txn, "records", MDB_CREATE, &records) == 0, "table");
      Require(mdb_dbi_open(txn, "log", MDB_CREATE, &log) == 0, "table");
    }
    ++revision;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::string key = lmdb::RecordKey(1, batch[i].name);
      row.assign(reinterpret_cast<const char*>(&revision), sizeof(revision)).append(*batch[i].value);
      MDB_val k = lmdb::ToVal(key);
      MDB_val v = lmdb::ToVal(row);
      Require(mdb_put(txn, records, &k, &v, 0) == 0, "put");
      const ChangeView change{batch[i].name, std::nullopt, std::string_view(*batch[i].value)};
      row.resize(ChangeRowSize(change));
      EncodeChangeRow(change, row.data());
      const std::string log_key = lmdb::ChangeKey(revision, static_cast<std::uint32_t>(i));
      k = lmdb::ToVal(log_key);
      v = lmdb::ToVal(row);
      Require(mdb_put(txn, log, &k, &v, MDB_APPEND) == 0, "put");
    }
    Require(mdb_txn_commit(txn) == 0, "commit");
    cost.seconds += Seconds(start);
    cost.cpu += CpuSeconds() - cpu;
  }
  mdb_env_close(env);
  fs::remove_all(directory);
  return cost;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Run(const char* name, int batches, int rounds, bool shuffled) {
  const Data data = MakeData(batches, shuffled);
  std::vector<double> store, bare, ratios, cpu_ratios;
  for (int round = 0; round < rounds; ++round) {
    const Cost ours = ThroughStore(data);
    const Cost theirs = BareLoader(data);
    store.push_back(ours.seconds);
    bare.push_back(theirs.seconds);
    ratios.push_back(theirs.seconds / ours.seconds);
    cpu_ratios.push_back(theirs.cpu / ours.cpu);
  }
  const int records = batches * kBatch;
  std::printf(
      "{\"case\":\"%s\",\"records\":%d,\"rounds\":%d,\"store_records_per_s\":%.0f,\"bare_records_per_s\":%.0f,"
      "\"ratio\":%.2f,\"cpu_ratio\":%.2f}\n",
      name, records, rounds, records / Median(store), records / Median(bare), Median(ratios), Median(cpu_ratios));
}

}  // namespace
}  // namespace bulian::store

int main(int argc, char** argv) {
  const int batches = argc > 1 ? std::atoi(argv[1]) : 200;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (batches < 1 || rounds < 1) return 2;
  bulian::store::Run("names in order", batches, rounds, false);
  bulian::store::Run("names shuffled", batches, rounds, true);
  return 0;
}
