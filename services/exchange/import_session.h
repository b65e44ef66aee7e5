// One import stream: its order, its waiting records, its commits and its low-water mark. Belongs to one thread.
//
// While the store makes the commit of one message durable, the next message is validated on top of it; while the one
// before is being applied, the next is written. So up to three messages are under way, each answered when its own
// commit is durable and applied, in order. All validate against one snapshot with the import's own commits on top
// (resource::Overlay), which names the store as known (CommitRequest::seen); a commit of somebody else that changed
// what a message read makes the store refuse the message, and it and the one after it are validated anew.
#ifndef SERVICES_EXCHANGE_IMPORT_SESSION_H_
#define SERVICES_EXCHANGE_IMPORT_SESSION_H_

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bulian/v1/exchange.pb.h"
#include "google/protobuf/arena.h"
#include "services/exchange/import_record.h"
#include "services/exchange/waiting_records.h"
#include "services/resource/context.h"
#include "services/resource/overlay.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"

namespace bulian::exchange {

inline constexpr int kMaxRecordsInMessage = 1000;

class ImportSession {
 public:
  using Reader = rpc::StreamReader<v1::ImportRequest>;
  using Writer = rpc::StreamWriter<v1::ImportResponse>;
  struct Limits {
    WaitingRecords::Limits waiting;
    // What is committed over one snapshot is kept in memory beside it.
    std::size_t kept_bytes = std::size_t{64} << 20;
  };

  // Nothing is owned.
  ImportSession(const resource::Context* context, rpc::CallContext* call, Writer* writer, Limits limits)
      : context_(context), call_(call), writer_(writer), limits_(limits), waiting_(limits.waiting) {}

  // Serves the stream to its end. An error ends it: a broken order, no such cluster, a store that failed. What was
  // committed before is answered.
  absl::Status Serve(Reader& reader);

 private:
  // A message on its way to its answer.
  struct Message {
    std::unique_ptr<google::protobuf::Arena> arena;  // of its records; first, so that it goes last
    std::int64_t sequence = 0;
    bool last = false;                             // what waited at the caller's end: nothing waits any longer
    std::vector<std::unique_ptr<Record>> fresh;    // not yet validated
    std::vector<std::unique_ptr<Record>> records;  // validated, with those that waited for them
    store::CommitRequest commit;                   // without writes: nothing to commit
    bool creates_cluster = false;
    store::LogPosition position;                              // once decided: the newest known
    std::future<absl::StatusOr<store::CommitResult>> result;  // valid until it was asked
    v1::ImportResponse response;
  };
  using MessagePtr = std::unique_ptr<Message>;

  absl::Status CheckOrder(const v1::ImportRequest& request) const;
  absl::Status Begin(const v1::ImportRequest& request);
  absl::Status ServeMessages(Reader& reader);
  absl::Status ServeRest();
  // Reads the next message; null at the caller's end.
  absl::StatusOr<MessagePtr> Read(Reader& reader);
  // Takes the records out of a request, which is on the message's arena.
  absl::Status Take(v1::ImportRequest& request, Message& message);

  // Validates, lets wait what must, prepares the answer and fills in the commit.
  absl::Status Validate(Message& message);
  // Stages what can stand. False: that must be done again over a newer snapshot.
  bool Settle(Message& message);
  // Whether others committed something this does not know, or it is too early to tell.
  bool OthersMayHaveCommitted() const;
  absl::Status CheckClusterExists(const Message& message);
  void LetWait(Message& message);
  void Account(Message& message) const;
  void Reject(const Record& record, v1::ImportResponse* response) const;
  // As if the message had never been validated; but what it staged stays in the overlay.
  void Undo(Message& message);

  void Submit(Message& message);
  void Branch(const store::CommitRequest& commit);
  // Waits for the store's word. False: another commit changed what this one depends on.
  absl::StatusOr<bool> Decided(Message& message);
  absl::Status Redo(Message& message);
  // Brings the commit under way to its end; `next` is validated on top of it, or null.
  absl::Status Decide(Message* next);
  // Answers what is durable, when it is applied.
  absl::Status Acknowledge();
  // Decides and answers everything under way.
  absl::Status Drain();
  absl::Status DrainAndRefresh();
  // Validates against the newest snapshot from here on. Everything under way must be decided.
  absl::Status Refresh();
  void StartFrom(model::SnapshotPtr snapshot);

  const resource::Context* context_;
  rpc::CallContext* call_;
  Writer* writer_;
  const Limits limits_;
  bool begun_ = false, validate_only_ = false, create_cluster_ = false, caller_gone_ = false;
  std::string parent_, cluster_;
  std::int64_t sequence_ = 0;
  WaitingRecords waiting_;

  std::vector<std::unique_ptr<Record>> kept_;   // what the overlay points to
  std::unique_ptr<resource::Overlay> overlay_;  // the snapshot with the own commits, decided or not, on top
  std::vector<std::int64_t> seen_;              // their revisions
  store::LogPosition position_;                 // the newest this import knows; revision 0: none

  MessagePtr committing_, applying_;  // being made durable; durable, not yet answered
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_IMPORT_SESSION_H_
