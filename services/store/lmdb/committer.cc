#include "services/store/lmdb/committer.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace bulian::store::lmdb {
namespace {

constexpr std::size_t kMaxGroupCommits = 512;
constexpr std::size_t kMaxGroupBytes = std::size_t{16} << 20;
// Less room than this at a failed write means that the write failed for want of room.
constexpr std::int64_t kNearlyFull = std::int64_t{4} << 20;

}  // namespace

Committer::Committer(const Parts& parts, CommitWriter writer)
    : parts_(parts), writer_(std::move(writer)), teller_([this] { TellLoop(); }), writing_([this] { Loop(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  writing_.join();
  {
    const std::lock_guard lock(tell_mutex_);
    all_decided_ = true;
  }
  decided_.notify_one();
  teller_.join();
}

absl::StatusOr<CommitResult> Committer::Commit(CommitRequest request) {
  auto prepared = PrepareCommit(std::move(request));
  if (!prepared.ok()) return prepared.status();
  const auto job = std::make_shared<Job>();
  job->commit = *std::move(prepared);
  std::future<void> told = job->told.get_future();
  Enqueue(job);
  told.wait();
  return std::move(job->result);
}

std::future<absl::StatusOr<CommitResult>> Committer::Submit(CommitRequest request) {
  const auto job = std::make_shared<Job>();
  std::future<Result> durable = job->durable.get_future();
  auto prepared = PrepareCommit(std::move(request));
  if (prepared.ok()) {
    job->commit = *std::move(prepared);
    Enqueue(job);
  } else {
    job->durable.set_value(prepared.status());
  }
  return durable;
}

absl::Status Committer::Run(std::function<absl::Status(const Transaction&)> work,
                            std::function<void(CommitObserver*)> after) {
  const auto job = std::make_shared<Job>();
  job->work = std::move(work);
  job->after = std::move(after);
  std::future<void> told = job->told.get_future();
  Enqueue(job);
  told.wait();
  return job->result.status();
}

void Committer::Enqueue(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  work_.notify_one();
}

void Committer::Loop() {
  for (Group group = TakeGroup(); !group.empty(); group = TakeGroup()) {
    if (group.front()->work) {
      RunWork(*group.front());
    } else {
      CommitGroup(group);
    }
    for (const auto& job : group) job->durable.set_value(job->result);
    Hand(std::move(group));
  }
}

void Committer::Hand(Group group) {
  {
    const std::lock_guard lock(tell_mutex_);
    decided_groups_.push_back(std::move(group));
  }
  decided_.notify_one();
}

void Committer::TellLoop() {
  std::unique_lock lock(tell_mutex_);
  for (;;) {
    decided_.wait(lock, [this] { return all_decided_ || !decided_groups_.empty(); });
    if (decided_groups_.empty()) return;
    const Group group = std::move(decided_groups_.front());
    decided_groups_.pop_front();
    lock.unlock();
    for (const auto& job : group) {
      Tell(*job);
      job->told.set_value();
    }
    lock.lock();
  }
}

void Committer::Tell(Job& job) {
  if (job.work) {
    if (job.after && job.result.ok()) job.after(observer_);
  } else if (job.wrote && observer_ != nullptr) {
    observer_->OnCommit(job.commit.request.log, job.result->position, TakeEntry(job.commit, job.applied));
  }
}

Committer::Group Committer::TakeGroup() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  Group group;
  std::size_t bytes = 0;
  while (!queue_.empty()) {
    const std::shared_ptr<Job> job = queue_.front();
    bytes += job->commit.bytes;
    if (!group.empty() && (job->work || bytes > kMaxGroupBytes || group.size() == kMaxGroupCommits)) break;
    queue_.pop_front();
    group.push_back(job);
    if (job->work) break;
  }
  return group;
}

void Committer::CommitGroup(const Group& group) {
  absl::Status why;
  if (!TryGroup(group, &why)) {
    // Want of room must fail only the commits that do not fit, so each one has a try of its own.
    for (const auto& job : group) {
      if (group.size() == 1 || !TryGroup({job}, &why)) {
        job->result = why;
        job->wrote = false;
      }
    }
  }
  for (const auto& job : group) {
    if (job->wrote) ++counters_.commits;
    if (job->result.ok()) continue;
    const bool refused = absl::IsAborted(job->result.status());
    const bool failed = absl::IsResourceExhausted(job->result.status()) || absl::IsUnavailable(job->result.status());
    if (refused) ++counters_.conflicts;
    if (failed) ++counters_.failures;
  }
}

bool Committer::TryGroup(const Group& group, absl::Status* why) {
  Transaction txn;
  if (const int code = txn.BeginWrite(*parts_.env); code != 0) {
    *why = Explain(code, "begin a commit");
    return false;
  }
  bool wrote = false;
  for (const auto& job : group) {
    int code = 0;
    auto applied = writer_.Apply(txn, job->commit, &code);
    if (code != 0) {
      txn.Abort();
      parts_.book->Reject();
      *why = Explain(code, "write a commit");
      return false;
    }
    job->wrote = applied.ok() && !applied->result.replayed;
    wrote |= job->wrote;
    if (applied.ok()) {
      job->applied = *std::move(applied);
      job->result = job->applied.result;
    } else {
      job->result = applied.status();
    }
  }
  if (!wrote) return true;
  *why = CheckRoom(txn);
  if (why->ok()) *why = Finish(txn);
  if (why->ok()) return true;
  txn.Abort();
  parts_.book->Reject();
  return false;
}

void Committer::RunWork(Job& job) {
  Transaction txn;
  absl::Status status = Explain(txn.BeginWrite(*parts_.env), "begin a change");
  if (status.ok()) status = job.work(txn);
  if (status.ok()) status = Finish(txn);
  if (!status.ok()) {
    txn.Abort();
    parts_.book->Reject();
    job.result = status;
  }
}

absl::Status Committer::CheckRoom(const Transaction& txn) const {
  const std::int64_t used = UsedBytes(txn, parts_.tables);
  if (used <= parts_.limit_bytes) return absl::OkStatus();
  return StoreFull("the data file has reached its size limit", used, parts_.limit_bytes);
}

absl::Status Committer::Finish(Transaction& txn) {
  int code = parts_.book->Write(txn, parts_.tables);
  if (code == 0) {
    code = txn.Commit();
    ++counters_.syncs;
  }
  if (code != 0) return Explain(code, "make a commit durable");
  parts_.book->Accept();
  return absl::OkStatus();
}

absl::Status Committer::Explain(int code, std::string_view doing) const {
  if (code == 0) return absl::OkStatus();
  if (code == EIO) {
    // LMDB reports a write cut short as an I/O error.
    const auto free = parts_.directory->FreeBytes();
    struct stat file {};
    struct rlimit limit {};
    const bool limited = stat(parts_.directory->DataFile().c_str(), &file) == 0 &&
                         getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
                         file.st_size + kNearlyFull > static_cast<std::int64_t>(limit.rlim_cur);
    if (limited || (free && *free < kNearlyFull)) return LmdbError(ENOSPC, doing);
  }
  Transaction probe;
  if (code != MDB_PANIC && probe.BeginRead(*parts_.env) == MDB_PANIC) {
    return StoreFailed(
        "the last page of a commit could not be written: whether the commit is stored shows after a restart (" +
        std::string(mdb_strerror(code)) + ")");
  }
  return LmdbError(code, doing);
}

}  // namespace bulian::store::lmdb
