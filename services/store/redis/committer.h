// Sends commits: those that wait at the same time go to Redis together and share one sync of its append-only file. A
// commit whose outcome is lost is sent again under the same scope, so it is done once.
//
// Thread-safe. Destroyed only when no call is running.
#ifndef SERVICES_STORE_REDIS_COMMITTER_H_
#define SERVICES_STORE_REDIS_COMMITTER_H_

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
#include <vector>

#include "absl/status/statusor.h"
#include "services/store/redis/executor.h"
#include "services/store/redis/layout.h"
#include "services/store/store.h"

namespace bulian::store::redis {

class Committer {
 public:
  struct Counters {
    std::atomic<std::int64_t> commits{0}, conflicts{0}, failures{0}, exchanges{0};
  };

  explicit Committer(ExecutorShared* shared);
  ~Committer();

  // Ready when durable and held by as many replicas as asked, or refused. UNAVAILABLE/COMMIT_UNCONFIRMED: it may be
  // stored or not, or too few replicas hold it.
  std::future<absl::StatusOr<CommitResult>> Submit(CommitRequest request);

  const Counters& counters() const { return counters_; }

 private:
  using Result = absl::StatusOr<CommitResult>;
  struct Job {
    CommitRequest request;  // its writes are taken over into the command
    std::string scope;
    Errand errand;
    std::size_t bytes = 0;
    std::promise<Result> done;
  };
  using Group = std::vector<std::unique_ptr<Job>>;
  // A queue with its thread; commits of one log always go to the same.
  struct Lane {
    std::mutex mutex;
    std::condition_variable work;
    std::deque<std::unique_ptr<Job>> queue;  // guarded by mutex
    bool stopping = false;                   // guarded by mutex
    std::thread thread;
  };

  void Loop(Lane& lane);
  Group TakeGroup(Lane& lane);
  // Puts the names of logs to be created into the directory, which must never lack one; drops jobs for which it failed.
  void NameNewLogs(Executor& executor, Group& group);
  void CommitGroup(Executor& executor, Group group);
  Result Judge(const Job& job, const Outcome& outcome);
  void Confirm(Executor& executor, const Group& group, const std::vector<Result>& results);

  ExecutorShared& shared_;
  const RedisOptions& options_;
  Counters counters_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_COMMITTER_H_
