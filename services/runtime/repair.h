// A process whose configuration is wrong and that is to wait until it is mended (option `wait-for-repair`).
#ifndef SERVICES_RUNTIME_REPAIR_H_
#define SERVICES_RUNTIME_REPAIR_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/rpc/event_log.h"
#include "services/runtime/config.h"

namespace bulian::runtime {

// Reads the configuration and everything it names; every mistake at once.
using ReadConfig = std::function<absl::StatusOr<CommandLine>()>;
// Waits for a time; false: the process is to end.
using RepairPause = std::function<bool(absl::Duration)>;

// Until `read` succeeds: `/livez` is 200, `/readyz` and `/startupz` are 503 and say `mistakes`, the log has them in one
// line, again when they change. `good` has the options that can be relied on, the address to answer at among them.
// CANCELLED: the process is to end. Other errors: the address cannot be had.
absl::StatusOr<CommandLine> WaitForRepair(const Config& good, absl::Status mistakes, const ReadConfig& read,
                                          const RepairPause& pause, rpc::EventLog* log);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_REPAIR_H_
