// One import stream: its order, its waiting records, its commits and its low-water mark. Belongs to one thread.
#ifndef SERVICES_EXCHANGE_IMPORT_SESSION_H_
#define SERVICES_EXCHANGE_IMPORT_SESSION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "bulian/v1/exchange.pb.h"
#include "services/exchange/import_record.h"
#include "services/resource/context.h"
#include "services/rpc/call_context.h"

namespace bulian::exchange {

inline constexpr int kMaxRecordsInMessage = 1000;
inline constexpr std::size_t kMaxWaiting = 10'000;

class ImportSession {
 public:
  // Neither is owned.
  ImportSession(const resource::Context* context, rpc::CallContext* call) : context_(context), call_(call) {}

  // One message, one commit, one answer. An error ends the stream: a broken order, no such cluster, a store that
  // failed.
  absl::Status Handle(v1::ImportRequest& request, v1::ImportResponse* response);

  // After the caller's last message: tries what waits once more and rejects the rest. False if nothing waited, so that
  // there is nothing to answer.
  absl::StatusOr<bool> Finish(v1::ImportResponse* response);

 private:
  using Position = std::pair<std::int64_t, std::int32_t>;  // sequence, index

  absl::Status CheckOrder(const v1::ImportRequest& request);
  absl::Status Begin(const v1::ImportRequest& request);
  // Takes the waiting records that the new ones may complete, and those that these may complete.
  std::vector<std::unique_ptr<Record>> TakeCompletable(const std::vector<std::unique_ptr<Record>>& fresh);
  absl::Status Commit(std::vector<std::unique_ptr<Record>>& records);
  absl::Status TryCommit(const std::vector<Record*>& records, bool* done);
  void Account(std::vector<std::unique_ptr<Record>> records, bool last, v1::ImportResponse* response);
  void Wait(std::unique_ptr<Record> record);
  void Reject(const Record& record, const absl::Status& status, v1::ImportResponse* response) const;
  void Summarise(v1::ImportResponse* response) const;

  const resource::Context* context_;
  rpc::CallContext* call_;
  bool begun_ = false;
  bool validate_only_ = false;
  bool create_cluster_ = false;
  std::string parent_, cluster_;
  std::int64_t sequence_ = 0;
  model::SnapshotPtr snapshot_;  // the newest this import knows; with validate_only a branch
  std::map<Position, std::unique_ptr<Record>> waiting_;
  absl::flat_hash_map<std::string, std::vector<Position>> waiting_for_;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_IMPORT_SESSION_H_
