// Driving a server with unary calls and telling how it did: latency percentiles from the planned start of each call (so
// that a stalled server cannot hide), errors by code, and the server's CPU time per call.
#ifndef TOOLS_LOADGEN_DRIVE_H_
#define TOOLS_LOADGEN_DRIVE_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bulian::loadgen {

struct DriveOptions {
  int concurrency = 8;  // callers, each with one call in flight and a channel of its own
  double rate = 0;      // calls a second over all callers, open loop; 0: as fast as answers come
  double seconds = 10;
  std::int64_t server_pid = 0;  // 0: CPU time is not read
};

struct DriveResult {
  std::vector<double> latencies_ms;            // of calls that succeeded, sorted
  std::map<std::string, std::int64_t> errors;  // by code and message
  double seconds = 0;
  double server_cpu_seconds = -1;

  double Percentile(double p) const;  // 0..100; NaN without calls
  std::int64_t calls() const;
  double ServerCpuMicrosPerCall() const;
};

// One call: the channel of the caller, and the number of the call over all callers.
using Call = std::function<grpc::Status(const std::shared_ptr<grpc::Channel>&, std::int64_t number)>;

// `server`: HOST:PORT, or several IP:PORT with commas between them, called in turn.
DriveResult Drive(const std::string& server, const DriveOptions& options, const Call& call);

// User and system time of a process so far, from /proc; -1 if there is none.
double ProcessCpuSeconds(std::int64_t pid);

}  // namespace bulian::loadgen

#endif  // TOOLS_LOADGEN_DRIVE_H_
