// Tells the observer of every commit of every followed log, whoever made it: told by a channel which log changed, and
// looking at all heads now and then, it reads the new entries and hands them on in order. When what it told does not
// lead to what Redis holds (a failover lost commits, a restore), it raises the log's epoch and tells the observer to
// read anew.
//
// Thread-safe. Stops when destroyed.
#ifndef SERVICES_STORE_REDIS_FOLLOWER_H_
#define SERVICES_STORE_REDIS_FOLLOWER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/store/redis/executor.h"
#include "services/store/redis/reader.h"
#include "services/store/store.h"

namespace bulian::store::redis {

class Follower {
 public:
  // `reader` is not owned. It should not be patient: what a node that is down holds up is told of nobody.
  Follower(ExecutorShared* shared, Reader* reader);
  ~Follower();

  // Once. What is in the logs by now is not told: the observer scans it.
  absl::Status Start(CommitObserver* observer);
  void SetObserver(CommitObserver* observer) { observer_.store(observer); }

  // Returns true when the observer was told of everything up to the position, the log is another one or is not
  // followed; false when `patience` passed before.
  bool WaitTold(std::string_view log, const LogPosition& position, absl::Duration patience);
  // The same of the end of a log.
  void WaitDropped(std::string_view log, std::string_view uid, absl::Duration patience);

  struct Stats {
    std::int64_t lag = 0, reloads = 0;
    absl::Duration age;
  };
  Stats Read() const;

 private:
  // What the observer knows of a log.
  struct Told {
    std::string uid, digest;  // digest of the newest entry told; empty: not known
    std::int64_t epoch = 0, revision = 0;
    std::int64_t known = 0;                                 // newest revision heard of
    std::int64_t count = 32;                                // entries to read at once
    absl::Time unconfirmed_since = absl::InfiniteFuture();  // of SteadyNow()
  };

  void FollowLoop();
  void ListenLoop();
  void LookAtHeads();
  // Reads and tells what is new of a log. False: it could not be read; try again later.
  bool CatchUp(const std::string& log);
  void Adopt(const std::string& log, const Head& head);
  bool Tell(const std::string& log, Told& told, const EntryPiece& piece);
  void Fork(const std::string& log, const Head& head);
  void Reload(const std::string& log, const Head& head);
  void Drop(const std::string& log);
  void Confirm(const std::string& log, const Head& head);
  void Mark(const std::string& log);
  void Publish(const std::string& log, const Told& told);
  // Until the connection ends (false) or the follower stops (true).
  bool Listen(const Endpoint& endpoint);

  ExecutorShared& shared_;
  const RedisOptions& options_;
  Reader& reader_;
  std::atomic<CommitObserver*> observer_ = nullptr;
  std::map<std::string, Told> told_;  // by the follow thread

  mutable std::mutex mutex_;
  std::condition_variable wake_, moved_, end_;
  std::set<std::string> marked_;                   // guarded by mutex_: logs to look at
  std::map<std::string, Told, std::less<>> seen_;  // guarded by mutex_: copy of told_ for others
  bool stopping_ = false;                          // guarded by mutex_
  absl::Time complete_at_ = absl::InfinitePast();  // guarded by mutex_: when nothing was missing, of SteadyNow()
  std::int64_t reloads_ = 0;                       // guarded by mutex_
  std::thread following_, listening_;
};

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_FOLLOWER_H_
