// Older states from the log's before-images.
#ifndef SERVICES_VIEW_UNDO_H_
#define SERVICES_VIEW_UNDO_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "services/model/snapshot.h"
#include "services/store/store.h"
#include "services/view/view.h"

namespace bulian::view {

// The state at `revision`, made from a newer one of the same log. OUT_OF_RANGE / REVISION_NOT_RETAINED when the log
// does not reach back to it, EPOCH_CHANGED when the log is another one by now; CANCELLED, DEADLINE_EXCEEDED. It is a
// branch of the newer one; `touched`, unless null, takes what differs, for values derived from that.
absl::StatusOr<model::SnapshotPtr> UndoTo(store::Store* store, const model::SnapshotPtr& newer, std::int64_t revision,
                                          const Patience& patience, model::Delta* touched = nullptr);

// The errors of a revision that cannot be answered.
absl::Status NotRetained(std::int64_t requested, std::int64_t earliest, std::int64_t latest);
absl::Status EpochChanged(const v1::Revision& requested, const model::SnapshotPosition& current);

}  // namespace bulian::view

#endif  // SERVICES_VIEW_UNDO_H_
