// A record of what writers, watchers and readers of one log were told while something failed, and the check that it
// all happened in one order: each acknowledged commit is in the log exactly once and where it was said to be, after all
// that were acknowledged before it was sent; compare-and-set was never violated; no watcher missed or repeated a
// commit; no reader went back.
#ifndef TESTS_FAULT_HISTORY_H_
#define TESTS_FAULT_HISTORY_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/store/store.h"

namespace bulian::store {

// Thread-safe.
class History {
 public:
  explicit History(std::string log) : log_(std::move(log)) {}

  // Before the first try; later ones change nothing.
  void Sent(const std::string& request_id);
  void Acknowledged(const std::string& request_id, const LogPosition& position);
  void Read(int reader, const LogPosition& position);
  void Problem(const std::string& what);

  // Reads the whole log from the store and compares. Every commit must have written `counter`, one more than before.
  // Returns what is wrong, a line each; nothing: all is well.
  std::vector<std::string> Check(Store& store);

  std::int64_t acknowledged() const;
  std::int64_t unknown() const;  // sent and not acknowledged

  // A watcher: install it as the observer of a store before the log is created. It must be told every commit from the
  // first on, or, once the store made it read anew, from there on.
  class Watcher final : public CommitObserver {
   public:
    explicit Watcher(History* history) : history_(history) {}
    void OnCommit(const std::string& log, const LogPosition& position,
                  const std::shared_ptr<const LogEntry>& entry) override;
    void OnDrop(const std::string&, const std::string&) override { history_->Problem("the log was dropped"); }
    void OnReload(const std::string& log) override;
    int reloads() const { return reloads_; }
    std::int64_t revision() const { return revision_; }

   private:
    friend class History;
    History* history_;
    std::atomic<int> reloads_ = 0;
    std::atomic<std::int64_t> revision_ = 0;
    std::map<std::int64_t, std::string> seen_;  // guarded by the history: request id by revision
  };
  // Its seen commits are compared with the log too. Outlives Check().
  void Add(Watcher* watcher) { watchers_.push_back(watcher); }

 private:
  void CheckLog(Store& store, std::map<std::string, std::int64_t>* stored,
                std::map<std::int64_t, std::string>* by_revision);
  void CheckWatcher(const Watcher& watcher, const std::map<std::int64_t, std::string>& by_revision);

  enum class Outcome { kSent, kAcknowledged };
  struct Commit {
    Outcome outcome = Outcome::kSent;
    LogPosition position;
    std::int64_t sent_after = 0;  // newest revision acknowledged by then
  };
  const std::string log_;
  mutable std::mutex mutex_;
  std::map<std::string, Commit> commits_;  // by request id
  std::int64_t newest_ = 0;                // acknowledged
  std::map<int, LogPosition> read_;        // newest by reader
  std::vector<std::string> problems_;
  std::vector<Watcher*> watchers_;
};

// Writers that add one to `counter`, each through one of the stores, until told to stop. A commit that may be done or
// not is repeated with its request id until that is known or the writers stop.
class CounterWriters {
 public:
  CounterWriters(History* history, std::string log, const std::vector<Store*>& stores, int threads);
  ~CounterWriters() { Stop(); }
  void Stop();

 private:
  void Run(Store* store, int number);
  bool WriteOnce(Store* store, int number, const std::string& request_id);

  History* history_;
  const std::string log_;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bulian::store

#endif  // TESTS_FAULT_HISTORY_H_
