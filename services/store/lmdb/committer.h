// The one thread that writes, and the one that tells of what is durable. Commits that wait at the same time become one
// LMDB transaction and one sync; the observer is told of them while the next ones are written.
//
// Thread-safe. Destroyed only when no call is running.
#ifndef SERVICES_STORE_LMDB_COMMITTER_H_
#define SERVICES_STORE_LMDB_COMMITTER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/lmdb/commit_writer.h"
#include "services/store/lmdb/data_directory.h"
#include "services/store/lmdb/environment.h"
#include "services/store/lmdb/layout.h"
#include "services/store/lmdb/log_book.h"
#include "services/store/store.h"

namespace bulian::store::lmdb {

class Committer {
 public:
  struct Parts {
    const Environment* env;
    const DataDirectory* directory;
    Tables tables;
    LogBook* book;
    std::int64_t limit_bytes;  // commits beyond are refused
  };
  struct Counters {
    std::atomic<std::int64_t> commits{0}, conflicts{0}, failures{0}, syncs{0};
  };

  Committer(const Parts& parts, CommitWriter writer);
  ~Committer();

  void SetObserver(CommitObserver* observer) { observer_ = observer; }
  // Returns when the observer was told.
  absl::StatusOr<CommitResult> Commit(CommitRequest request);
  // Ready when durable or refused.
  std::future<absl::StatusOr<CommitResult>> Submit(CommitRequest request);

  // Other writing, in a transaction of its own: `work` runs on the committer's thread and changes the book and the
  // tables; a status voids it all. `after` runs once the transaction is durable. Not held to the size limit: it frees
  // room.
  absl::Status Run(std::function<absl::Status(const Transaction&)> work, std::function<void(CommitObserver*)> after);

  const Counters& counters() const { return counters_; }

 private:
  using Result = absl::StatusOr<CommitResult>;
  // Something waiting for its turn.
  struct Job {
    PreparedCommit commit;
    std::function<absl::Status(const Transaction&)> work;  // set: not a commit
    std::function<void(CommitObserver*)> after;
    AppliedCommit applied;
    bool wrote = false;
    Result result{CommitResult{}};
    std::promise<Result> durable;  // or refused
    std::promise<void> told;
  };
  using Group = std::vector<std::shared_ptr<Job>>;

  void Enqueue(std::shared_ptr<Job> job);
  void Loop();
  Group TakeGroup();
  void CommitGroup(const Group& group);
  // One transaction for all commits of the group. False: it is void, nothing is decided and `*why` says why.
  bool TryGroup(const Group& group, absl::Status* why);
  void RunWork(Job& job);
  absl::Status CheckRoom(const Transaction& txn) const;
  absl::Status Finish(Transaction& txn);
  absl::Status Explain(int code, std::string_view doing) const;
  void Hand(Group group);
  void TellLoop();
  void Tell(Job& job);

  Parts parts_;
  CommitWriter writer_;
  CommitObserver* observer_ = nullptr;
  Counters counters_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::shared_ptr<Job>> queue_;  // guarded by mutex_
  bool stopping_ = false;                   // guarded by mutex_
  std::mutex tell_mutex_;
  std::condition_variable decided_;
  std::deque<Group> decided_groups_;  // guarded by tell_mutex_
  bool all_decided_ = false;          // guarded by tell_mutex_
  std::thread teller_, writing_;      // last: they use all of the above
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_COMMITTER_H_
