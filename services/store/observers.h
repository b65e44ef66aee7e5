// Several observers of one store, each told before the next. Thread-safe as its parts are.
#ifndef SERVICES_STORE_OBSERVERS_H_
#define SERVICES_STORE_OBSERVERS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/store/store.h"

namespace bulian::store {

class Observers final : public CommitObserver {
 public:
  // Not owned; they outlive the store's use of this.
  explicit Observers(std::vector<CommitObserver*> observers) : observers_(std::move(observers)) {}

  void OnCommit(const std::string& log, const LogPosition& position,
                const std::shared_ptr<const LogEntry>& entry) override {
    for (CommitObserver* observer : observers_) observer->OnCommit(log, position, entry);
  }
  void OnDrop(const std::string& log, const std::string& uid) override {
    for (CommitObserver* observer : observers_) observer->OnDrop(log, uid);
  }
  void OnReload(const std::string& log) override {
    for (CommitObserver* observer : observers_) observer->OnReload(log);
  }

 private:
  const std::vector<CommitObserver*> observers_;
};

}  // namespace bulian::store

#endif  // SERVICES_STORE_OBSERVERS_H_
