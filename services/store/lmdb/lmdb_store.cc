#include "services/store/lmdb/lmdb_store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "services/model/error.h"
#include "services/store/lmdb/commit_writer.h"
#include "services/store/lmdb/committer.h"
#include "services/store/lmdb/data_directory.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_book.h"
#include "services/store/lmdb/log_loader.h"
#include "services/store/lmdb/log_reader.h"
#include "services/store/lmdb/retention.h"

namespace bulian::store {
namespace lmdb {
namespace {

constexpr std::int64_t kMinDataSize = std::int64_t{1} << 20;
constexpr std::int64_t kMinTurnover = std::int64_t{8} << 20;

// What the store is made of; members are in the order they need each other.
class LmdbStore final : public Store {
 public:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const LmdbOptions& options);

  absl::StatusOr<CommitResult> Commit(CommitRequest request) override { return committer_->Commit(std::move(request)); }
  std::future<absl::StatusOr<CommitResult>> Submit(CommitRequest request) override {
    return committer_->Submit(std::move(request));
  }
  absl::StatusOr<std::optional<CommitResult>> FindRequest(std::string_view log, std::string_view actor,
                                                          std::string_view method, std::string_view request_id,
                                                          std::string_view payload_digest) override;
  absl::Status DropLog(std::string_view log, std::string_view uid) override;
  absl::StatusOr<std::vector<std::pair<std::string, LogPosition>>> ListLogs() override;
  absl::StatusOr<LogPosition> Position(std::string_view log) override;
  absl::StatusOr<ScanResult> Scan(std::string_view log,
                                  const std::function<bool(const ScannedRecord&)>& visit) override {
    return LogReader(env_.get(), tables_).Scan(log, visit);
  }
  absl::Status Follow(std::string_view log, std::int64_t after,
                      const std::function<bool(const std::shared_ptr<const LogEntry>&)>& visit) override {
    return LogReader(env_.get(), tables_).Follow(log, after, visit);
  }
  absl::StatusOr<std::int64_t> EarliestRetained(std::string_view log) override;
  absl::Status VisitRequests(std::string_view log, const std::function<bool(const StoredRequest&)>& visit) override {
    return LogReader(env_.get(), tables_).VisitRequests(log, visit);
  }
  absl::StatusOr<std::unique_ptr<LogLoader>> LoadLog(std::string_view log) override {
    return LmdbLogLoader::Begin({committer_.get(), &book_, tables_, options_.max_data_size}, log);
  }
  absl::StatusOr<bool> Compact(const Retention& retention) override;
  void SetObserver(CommitObserver* observer) override { committer_->SetObserver(observer); }
  StoreStats Stats() override;

 private:
  LmdbStore() = default;

  LmdbOptions options_;
  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<Environment> env_;
  Tables tables_;
  LogBook book_;
  std::unique_ptr<Committer> committer_;
};

// Makes an empty data file under another name and renames it when it is durable: power loss leaves no half of one.
absl::Status CreateDataFile(const DataDirectory& directory, const LmdbOptions& options) {
  const std::string data = directory.DataFile();
  const std::string fresh = data + ".new";
  std::error_code error;
  if (std::filesystem::exists(data, error)) return absl::OkStatus();
  std::filesystem::remove(fresh, error);
  {
    auto env = Environment::Open({fresh, options.max_data_size, 0});
    if (!env.ok()) return env.status();
    Transaction txn;
    Tables tables;
    if (const int code = txn.BeginWrite(**env); code != 0) return LmdbError(code, "create the data file");
    if (absl::Status status = OpenTables(txn, /*create=*/true, &tables); !status.ok()) return status;
    if (const int code = txn.Commit(); code != 0) return LmdbError(code, "create the data file");
  }
  std::filesystem::rename(fresh, data, error);
  if (error) return StoreFailed("could not create " + data + ": " + error.message());
  std::filesystem::remove(fresh + "-lock", error);
  return directory.Sync();
}

absl::StatusOr<std::unique_ptr<Store>> LmdbStore::Open(const LmdbOptions& options) {
  std::unique_ptr<LmdbStore> store(new LmdbStore);
  store->options_ = options;
  store->options_.max_data_size = std::max(options.max_data_size, kMinDataSize);
  auto directory = DataDirectory::Acquire(options.directory, /*create=*/true);
  if (!directory.ok()) return directory.status();
  store->directory_ = *std::move(directory);
  if (absl::Status status = CreateDataFile(*store->directory_, store->options_); !status.ok()) return status;

  const std::int64_t turnover = std::max(kMinTurnover, store->options_.max_data_size / 16);
  auto env = Environment::Open({store->directory_->DataFile(), store->options_.max_data_size + turnover,
                                options.unsafe_no_sync ? unsigned{MDB_NOSYNC} : 0U});
  if (!env.ok()) return env.status();
  store->env_ = *std::move(env);

  Transaction txn;
  if (const int code = txn.BeginWrite(*store->env_); code != 0) return LmdbError(code, "open the tables");
  if (absl::Status status = OpenTables(txn, /*create=*/true, &store->tables_); !status.ok()) return status;
  CommitWriter writer({options.clock, options.new_uid}, store->tables_, &store->book_);
  absl::Status status = store->book_.Load(txn, store->tables_);
  if (status.ok()) status = writer.Start(txn);
  if (status.ok()) status = LmdbError(txn.Commit(), "open the tables");
  if (!status.ok()) return status;

  const Committer::Parts parts{store->env_.get(), store->directory_.get(), store->tables_, &store->book_,
                               store->options_.max_data_size};
  store->committer_ = std::make_unique<Committer>(parts, std::move(writer));
  return std::unique_ptr<Store>(std::move(store));
}

absl::StatusOr<std::optional<CommitResult>> LmdbStore::FindRequest(std::string_view log, std::string_view actor,
                                                                   std::string_view method, std::string_view request_id,
                                                                   std::string_view payload_digest) {
  if (request_id.empty()) return std::nullopt;
  Transaction txn;
  if (const int code = txn.BeginRead(*env_); code != 0) return LmdbError(code, "look for a request id");
  auto state = ReadLogState(txn, tables_, log);
  if (!state.ok() && !absl::IsNotFound(state.status())) return state.status();
  int code = 0;
  auto found = FindStoredRequest(txn, tables_, state.ok() ? &*state : nullptr, options_.clock(),
                                 {log, actor, method, request_id, payload_digest}, &code);
  if (code != 0) return LmdbError(code, "look for a request id");
  return found;
}

absl::Status LmdbStore::DropLog(std::string_view log, std::string_view uid) {
  const std::string name(log);
  std::string dropped_uid;
  return committer_->Run(
      [&](const Transaction& txn) -> absl::Status {
        const LogBook::Log* found = book_.Find(name);
        if (found == nullptr) return NoSuchLog(name);
        if (!uid.empty() && uid != found->state.uid) {
          return model::Error(absl::StatusCode::kAborted, v1::CONFLICT, "the cluster was created anew",
                              {{"cluster", "clusters/" + name}});
        }
        dropped_uid = found->state.uid;
        if (absl::Status kept = KeepLastRequest(txn, tables_, name, found->state); !kept.ok()) return kept;
        const int code = txn.Put(tables_.dropped, IdKey(found->state.id), "");
        if (code == 0) book_.Remove(name);
        return LmdbError(code, "drop a log");
      },
      [&](CommitObserver* observer) {
        if (observer != nullptr) observer->OnDrop(name, dropped_uid);
      });
}

absl::StatusOr<std::vector<std::pair<std::string, LogPosition>>> LmdbStore::ListLogs() {
  std::vector<std::pair<std::string, LogPosition>> logs;
  for (const auto& [name, state] : book_.PublishedAll()) logs.emplace_back(name, state.Position());
  return logs;
}

absl::StatusOr<LogPosition> LmdbStore::Position(std::string_view log) {
  const auto state = book_.Published(log);
  if (!state) return NoSuchLog(log);
  return state->Position();
}

absl::StatusOr<std::int64_t> LmdbStore::EarliestRetained(std::string_view log) {
  const auto state = book_.Published(log);
  if (!state) return NoSuchLog(log);
  return state->earliest;
}

absl::StatusOr<bool> LmdbStore::Compact(const Retention& retention) {
  // A process that copied the file and was killed would keep pages from being used again.
  int dead = 0;
  if (const int code = mdb_reader_check(env_->get(), &dead); code != 0) return LmdbError(code, "clear stale readers");
  bool more = false;
  const absl::Status status = committer_->Run(
      [&](const Transaction& txn) -> absl::Status {
        auto left = CompactPiece(txn, tables_, &book_, retention, options_.clock());
        if (left.ok()) more = *left;
        return left.status();
      },
      nullptr);
  if (!status.ok()) return status;
  return more;
}

StoreStats LmdbStore::Stats() {
  StoreStats stats;
  stats.limit_bytes = options_.max_data_size;
  Transaction txn;
  if (txn.BeginRead(*env_) == 0) stats.used_bytes = UsedBytes(txn, tables_);
  for (const auto& [name, state] : book_.PublishedAll()) {
    stats.logs += 1;
    stats.records += state.records;
    stats.log_entries += state.revision - state.earliest + 1;
  }
  const Committer::Counters& counters = committer_->counters();
  stats.commits = counters.commits;
  stats.commit_conflicts = counters.conflicts;
  stats.commit_failures = counters.failures;
  stats.group_syncs = counters.syncs;
  return stats;
}

}  // namespace
}  // namespace lmdb

absl::StatusOr<std::unique_ptr<Store>> OpenLmdbStore(const LmdbOptions& options) {
  return lmdb::LmdbStore::Open(options);
}

}  // namespace bulian::store
