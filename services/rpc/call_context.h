// One call as handlers see it: who calls, until when, and whether anyone still waits. Owned by the pipeline; a handler
// uses it on its own thread, Cancelled() and CheckAlive() from any thread.
#ifndef SERVICES_RPC_CALL_CONTEXT_H_
#define SERVICES_RPC_CALL_CONTEXT_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace bulian::rpc {

// Who calls, as authentication found it.
struct Identity {
  std::string name;        // for example `partners/dev`; goes into logs and the commit log
  bool developer = false;  // the loopback developer identity: may do everything
};

class CallContext {
 public:
  std::string method;      // `bulian.v1.EnterpriseService/GetEnterprise`
  std::string peer;        // `ipv4:127.0.0.1:51234`
  std::string request_id;  // of the call (metadata `x-request-id` or minted): in logs and in INTERNAL errors
  Identity caller;
  absl::Time start;
  absl::Time deadline = absl::InfiniteFuture();
  std::function<bool()> is_cancelled = [] { return false; };
  // Extra trailing metadata, for example {`bulian-revision`, `uid:epoch:number`}.
  std::vector<std::pair<std::string, std::string>> trailers;

  bool Cancelled() const { return is_cancelled(); }
  // CANCELLED/CALL_CANCELLED or DEADLINE_EXCEEDED/DEADLINE_PASSED when the work should stop. Cheap enough for loops
  // that call it every few thousand steps.
  absl::Status CheckAlive() const;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_CALL_CONTEXT_H_
