// The gRPC server: one generic asynchronous service over the method table. Light unary methods run on the polling
// threads, heavy ones on workers, each stream on a thread of its own (docs/adr/0001-threading-model.md).
#ifndef SERVICES_RPC_SERVER_H_
#define SERVICES_RPC_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/rpc/authenticator.h"
#include "services/rpc/event_log.h"
#include "services/rpc/method_table.h"
#include "services/rpc/metrics.h"
#include "services/rpc/stages/admit.h"
#include "services/rpc/stages/deadline.h"

namespace bulian::rpc {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";
  bool allow_remote = false;  // listen beyond this machine, although there are no identities
  int queues = 0;             // completion queues; 0: chosen by the number of processors
  int pollers_per_queue = 0;  // threads on each; 0: chosen
  int workers = 32;           // heavy calls at once
  int waiting = 256;          // heavy calls that wait for a worker
  int streams = 256;          // streams at once, each with a thread
  int feeds = 4096;           // streams at once that hold no thread
  std::size_t max_receive_bytes = std::size_t{4} << 20;
  std::size_t max_send_bytes = std::size_t{16} << 20;
  DeadlineLimits deadlines;
};

// Whether a listening address (`host:port`) is reachable from this machine only.
bool IsLoopbackAddress(std::string_view address);

class Server {
 public:
  // Serves until Shutdown(). `methods` must be complete; every method needs a row in the access table. Nothing is
  // owned. FAILED_PRECONDITION/SERVER_FAULT with the reason when it cannot start: a method without a row, an address
  // beyond loopback without allow_remote, an address that cannot be had.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, const MethodTable& methods,
                                                       const Authenticator* authenticator, Metrics* metrics,
                                                       EventLog* log);
  ~Server();  // Shutdown(now) unless it was called

  int port() const;

  // Ends running streams with UNAVAILABLE/SHUTTING_DOWN and lets none begin; other calls go on.
  void EndStreams();

  // Takes no more connections and refuses new calls with UNAVAILABLE/SHUTTING_DOWN, waits for running ones until
  // `deadline`, ends the connections, cancels the calls left and waits for their handlers. No caller sees CANCELLED:
  // what is sent in the last instant is a broken connection to it, UNAVAILABLE.
  void Shutdown(absl::Time deadline);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_SERVER_H_
