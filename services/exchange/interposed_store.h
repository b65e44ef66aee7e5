// A store for the tests of this room that lets a test in between an import and its store. As thread-safe as the store
// within; the hook is set while nothing commits.
#ifndef SERVICES_EXCHANGE_INTERPOSED_STORE_H_
#define SERVICES_EXCHANGE_INTERPOSED_STORE_H_

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/store/store.h"

namespace bulian::exchange {

class InterposedStore final : public store::Store {
 public:
  using Result = absl::StatusOr<store::CommitResult>;
  explicit InterposedStore(std::unique_ptr<store::Store> within) : within_(std::move(within)) {}

  // Called with each commit that is submitted, before the store has it, but for commits made while it runs; a status is
  // the store's answer.
  std::function<absl::Status(const store::CommitRequest&)> before_submit;
  // Called once, when a request id was looked for and before that is answered.
  std::function<void()> after_find;

  std::future<Result> Submit(store::CommitRequest request) override {
    absl::Status failed;
    if (auto hook = std::exchange(before_submit, nullptr)) {
      failed = hook(request);
      before_submit = std::move(hook);
    }
    if (failed.ok()) return within_->Submit(std::move(request));
    std::promise<Result> refused;
    refused.set_value(failed);
    return refused.get_future();
  }
  Result Commit(store::CommitRequest request) override { return within_->Commit(std::move(request)); }
  absl::StatusOr<std::optional<store::CommitResult>> FindRequest(std::string_view log, std::string_view actor,
                                                                 std::string_view method, std::string_view request_id,
                                                                 std::string_view payload_digest) override {
    auto found = within_->FindRequest(log, actor, method, request_id, payload_digest);
    if (auto hook = std::exchange(after_find, nullptr)) hook();
    return found;
  }
  absl::Status DropLog(std::string_view log, std::string_view uid) override { return within_->DropLog(log, uid); }
  absl::StatusOr<std::vector<std::pair<std::string, store::LogPosition>>> ListLogs() override {
    return within_->ListLogs();
  }
  absl::StatusOr<store::LogPosition> Position(std::string_view log) override { return within_->Position(log); }
  absl::StatusOr<store::ScanResult> Scan(std::string_view log,
                                         const std::function<bool(const store::ScannedRecord&)>& visit) override {
    return within_->Scan(log, visit);
  }
  absl::Status Follow(std::string_view log, std::int64_t after,
                      const std::function<bool(const std::shared_ptr<const store::LogEntry>&)>& visit) override {
    return within_->Follow(log, after, visit);
  }
  absl::StatusOr<std::int64_t> EarliestRetained(std::string_view log) override {
    return within_->EarliestRetained(log);
  }
  absl::Status VisitRequests(std::string_view log,
                             const std::function<bool(const store::StoredRequest&)>& visit) override {
    return within_->VisitRequests(log, visit);
  }
  absl::StatusOr<std::unique_ptr<store::LogLoader>> LoadLog(std::string_view log) override {
    return within_->LoadLog(log);
  }
  absl::StatusOr<bool> Compact(const store::Retention& retention) override { return within_->Compact(retention); }
  void SetObserver(store::CommitObserver* observer) override { within_->SetObserver(observer); }
  store::StoreStats Stats() override { return within_->Stats(); }

 private:
  const std::unique_ptr<store::Store> within_;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_INTERPOSED_STORE_H_
