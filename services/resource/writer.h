// The transaction behind every single write: validate on the newest snapshot, commit with what was read, validate again
// when another commit was quicker, answer when the commit is visible. Thread-safe; blocks.
#ifndef SERVICES_RESOURCE_WRITER_H_
#define SERVICES_RESOURCE_WRITER_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/resource/context.h"
#include "services/resource/overlay.h"
#include "services/resource/validation.h"
#include "services/rpc/call_context.h"

namespace bulian::resource {

// How often a write is validated anew before it ends ABORTED/CONFLICT.
inline constexpr int kMaxAttempts = 8;

struct WriteCall {
  rpc::CallContext* call = nullptr;
  std::string cluster;     // the id
  std::string request_id;  // empty: none was given
  std::string payload_digest;
  bool validate_only = false;
  bool create_cluster = false;  // the first write of a cluster that must not exist
};

struct WriteResult {
  model::SnapshotPtr snapshot;  // of the commit; the one validated against when nothing was committed
  bool committed = false;       // now or, for a repeated request id, before
};

// An empty snapshot of a cluster that does not exist.
model::SnapshotPtr EmptySnapshot(std::string_view cluster);

// The time to stamp a write with that is validated against `snapshot`.
absl::Time StampTime(const Context& context, const model::Snapshot& snapshot);

// Waits until all that is committed in a cluster is published. NOT_FOUND if the cluster went away.
absl::StatusOr<model::SnapshotPtr> Newest(const Context& context, const rpc::CallContext& call,
                                          const std::string& cluster);

class Writer {
 public:
  // `context` is not owned.
  explicit Writer(const Context* context) : context_(context) {}

  // `stage` stages writes, or says why not; it may run several times. Staging nothing commits nothing. With
  // `validate_only` the overlay staged last is validated and thrown away.
  using Stage = std::function<absl::Status(Overlay&, const Stamper&)>;
  absl::StatusOr<WriteResult> Run(const WriteCall& write, const Stage& stage) const;

 private:
  absl::StatusOr<model::SnapshotPtr> Base(const WriteCall& write, int attempt) const;
  // The answer of the first call with the request id; nullopt if there was none.
  std::optional<absl::StatusOr<WriteResult>> AnsweredBefore(const WriteCall& write) const;
  absl::StatusOr<WriteResult> Tried(const WriteCall& write, const Stage& stage) const;
  // The answer of a commit made before.
  absl::StatusOr<WriteResult> Replayed(const WriteCall& write, const store::LogPosition& position) const;
  absl::StatusOr<WriteResult> Published(const WriteCall& write, const store::LogPosition& position) const;

  const Context* context_;
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_WRITER_H_
