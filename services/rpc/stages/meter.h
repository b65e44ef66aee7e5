// Counts calls and messages under the names dashboards know (grpc_server_started_total and so on). Every method and
// code is there from the start, so that rates work from the first error.
#ifndef SERVICES_RPC_STAGES_METER_H_
#define SERVICES_RPC_STAGES_METER_H_

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "services/rpc/metrics.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

class MeterStage final : public Stage {
 public:
  // `routes` by index; needed during construction only. `metrics` is not owned.
  MeterStage(std::span<const Route> routes, Metrics* metrics);
  std::string_view name() const override { return "meter"; }
  std::vector<std::string_view> needs() const override { return {"admit"}; }
  absl::Status Enter(PipelineCall& call) override;
  // Counts calls that an earlier stage refused as started, too.
  void Leave(PipelineCall& call, const absl::Status& cause, const absl::Status& sent) override;

 private:
  static constexpr int kCodes = 17;
  struct Row {
    Counter* started;
    std::array<Counter*, kCodes> handled;
    Counter* received;
    Counter* sent;
    Histogram* seconds;
  };
  std::vector<Row> rows_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STAGES_METER_H_
