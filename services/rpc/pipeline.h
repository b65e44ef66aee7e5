// What every call passes: stages in one fixed order, each in its own file under stages/.
//
// A call enters the stages in order before its message is read; the first refusal ends it. When it ends, every stage is
// told, last one first, whether the call had entered it or not. Stages are shared by all calls and thread-safe.
#ifndef SERVICES_RPC_PIPELINE_H_
#define SERVICES_RPC_PIPELINE_H_

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/rpc/access_table.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"

namespace bulian::rpc {

// What a call takes of the server. kExempt: served however busy the server is (health).
enum class Load { kLight, kHeavy, kStream, kFeed, kExempt };

// A method as served. The row of unknown methods has no `method`.
struct Route {
  const Method* method = nullptr;
  std::string service, name;  // `bulian.v1.GapService`, `AnalyzeGaps`; both `unknown` for the row of unknown methods
  Role role = Role::kPublic;
  Load load = Load::kLight;
  std::size_t index = 0;  // of this route among all
};

// One call on its way through the stages.
class PipelineCall {
 public:
  virtual ~PipelineCall() = default;
  // The first value of a request metadata key (lower case), empty if absent. Valid as long as the call.
  virtual std::string_view Metadata(std::string_view key) const = 0;

  CallContext context;  // method, peer, start and the caller's own deadline are set before the first stage
  const Route* route = nullptr;
  std::chrono::steady_clock::time_point begin;
  std::uint64_t received = 0, sent = 0;  // messages
  bool admitted = false;                 // set and cleared by the admit stage
  bool in_gate = false;                  // set by the admit stage, cleared when the call has left the gate
  bool metered = false;                  // set by the meter stage: counted as started
};

class Stage {
 public:
  virtual ~Stage() = default;
  virtual std::string_view name() const = 0;
  // Stages that must stand before this one.
  virtual std::vector<std::string_view> needs() const = 0;
  // Lets the call on, or refuses it.
  virtual absl::Status Enter(PipelineCall& call);
  // The call ended: `cause` is what the handler or a stage said, `sent` what the caller is told.
  virtual void Leave(PipelineCall& call, const absl::Status& cause, const absl::Status& sent);
  // A handler threw. Only the stage that recovers overrides it.
  virtual absl::Status Caught(PipelineCall& call, std::string_view what);
};

class Pipeline {
 public:
  // FAILED_PRECONDITION/SERVER_FAULT when a stage stands before one it needs, is there twice, or one of the eight is
  // missing.
  static absl::StatusOr<Pipeline> Make(std::vector<std::unique_ptr<Stage>> stages);

  absl::Status Enter(PipelineCall& call) const;

  // Runs the handler; an exception becomes an error.
  template <class Handler>
  absl::Status Run(PipelineCall& call, Handler&& handler) const {
    try {
      return handler();
    } catch (const std::exception& error) {
      return stages_.front()->Caught(call, error.what());
    } catch (...) {
      return stages_.front()->Caught(call, "an exception of unknown type");
    }
  }

  // Tells every stage; returns what to send.
  absl::Status Leave(PipelineCall& call, const absl::Status& cause) const;

 private:
  explicit Pipeline(std::vector<std::unique_ptr<Stage>> stages) : stages_(std::move(stages)) {}

  std::vector<std::unique_ptr<Stage>> stages_;  // `recover` is the first
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_PIPELINE_H_
