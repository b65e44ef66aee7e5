// How the server finds out who calls. Real identities (keys, certificates, tokens) are further implementations.
#ifndef SERVICES_RPC_AUTHENTICATOR_H_
#define SERVICES_RPC_AUTHENTICATOR_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "services/rpc/call_context.h"

namespace bulian::rpc {

class PipelineCall;

// Thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // UNAUTHENTICATED/IDENTITY_REQUIRED when the caller is not known.
  virtual absl::StatusOr<Identity> Authenticate(const PipelineCall& call) const = 0;
};

// Whether a peer as gRPC names it (`ipv4:127.0.0.1:51234`, `ipv6:%5B::1%5D:51234`, `unix:...`) is this machine.
bool IsLoopbackPeer(std::string_view peer);

// The developer identity: whoever calls from this machine is `partners/dev` and may do everything. With `everybody`,
// the explicit insecure flag, callers from elsewhere are too.
class DeveloperAuthenticator final : public Authenticator {
 public:
  explicit DeveloperAuthenticator(bool everybody = false) : everybody_(everybody) {}
  absl::StatusOr<Identity> Authenticate(const PipelineCall& call) const override;

 private:
  bool everybody_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_AUTHENTICATOR_H_
