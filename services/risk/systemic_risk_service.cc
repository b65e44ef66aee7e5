// AssessSystemicRisk.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "bulian/v1/risk.pb.h"
#include "bulian/v1/systemic_risk.pb.h"
#include "services/model/day.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/risk/esri_network.h"
#include "services/risk/risk_service.h"
#include "services/risk/systemic_network.h"
#include "services/risk/systemic_request.h"
#include "services/risk/systemic_run.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"

namespace bulian::risk {
namespace {

using model::ResourceType;
using Writer = rpc::StreamWriter<v1::AssessSystemicRiskResponse>;

constexpr char kAlgorithmVersion[] = "esri-1";
constexpr int kMostThreads = 8;
constexpr std::size_t kMostBatch = 256;
constexpr std::size_t kResultsAThread = 32;  // fewer do not fill the lanes of one more
// Visits of links between two messages: often enough to see the work go on, also in great networks.
constexpr std::size_t kLinksABatch = std::size_t{1} << 24;
// A message ends well under the 4 MiB that clients take by default.
constexpr std::size_t kMostLosersABatch = 8192;

// One call.
class SystemicCall {
 public:
  SystemicCall(rpc::CallContext& call, const v1::AssessSystemicRiskRequest& request, Writer& writer, int threads)
      : call_(call), request_(request), writer_(writer), threads_(threads) {}

  absl::Status Serve(const model::SnapshotPtr& snapshot) {
    snapshot_ = snapshot;
    const SystemicQuery query = QueryOf(request_, *snapshot);
    auto network = BuildSystemicNetwork(*snapshot, query, [this] { return !call_.CheckAlive().ok(); });
    if (!network) return call_.CheckAlive();
    network_ = *std::move(network);
    auto questions = QuestionsOf(request_, *snapshot, network_);
    if (!questions.ok()) return questions.status();
    questions_ = *std::move(questions);
    const auto compiled = EsriNetwork::Compile(network_.data);
    if (!compiled.ok()) return compiled.status();
    if (absl::Status status = SendHeader(query); !status.ok()) return status;
    if (absl::Status status = RunInOrder(**compiled, Run(**compiled)); !status.ok()) return status;
    return SendSummary();
  }

 private:
  struct Ranked {
    std::size_t question;
    SystemicResult result;
  };

  absl::Status Send(const v1::AssessSystemicRiskResponse& message) {
    if (writer_.Write(message)) return absl::OkStatus();
    absl::Status status = call_.CheckAlive();
    return status.ok() ? absl::CancelledError("the caller has gone") : status;
  }

  absl::Status SendHeader(const SystemicQuery& query) {
    v1::AssessSystemicRiskResponse message;
    v1::SystemicRiskHeader& header = *message.mutable_header();
    const EsriOptions options = OptionsOf(request_);
    *header.mutable_revision() = snapshot_->position().ToProto();
    *header.mutable_as_of() = model::ToDate(query.as_of);
    header.set_algorithm_version(kAlgorithmVersion);
    header.set_result_count(static_cast<std::int64_t>(questions_.size()));
    header.set_firm_count(network_.data.firms);
    header.set_link_count(network_.links);
    header.set_pair_count(network_.pairs);
    header.set_total_value(network_.value);
    header.set_currency(network_.currency);
    header.set_year(query.year);
    header.set_industry_digits(network_.industry_digits);
    header.set_threshold(options.threshold);
    header.set_stopping_rule(options.rule == StoppingRule::kIndexGrowth ? v1::INDEX_GROWTH : v1::GREATEST_CHANGE);
    header.set_replacement(query.replaceability);
    header.set_without_industry_count(network_.without_industry);
    v1::LinksNotCounted& left_out = *header.mutable_links_not_counted();
    left_out.set_not_valid(network_.left_out.not_valid);
    left_out.set_enterprise_missing(network_.left_out.enterprise_missing);
    left_out.set_no_value(network_.left_out.no_value);
    left_out.set_other_currency(network_.left_out.other_currency);
    left_out.set_other_year(network_.left_out.other_year);
    return Send(message);
  }

  SystemicRun Run(const EsriNetwork& network) {
    const auto losers = static_cast<std::size_t>(request_.loser_count());
    std::size_t batch = std::min(kMostBatch, kLinksABatch / (network.outputs.source.size() + 1));
    if (losers > 0) batch = std::min(batch, kMostLosersABatch / losers);
    return {.options = OptionsOf(request_),
            .losers = losers,
            .threads = static_cast<int>(
                std::clamp<std::size_t>(questions_.size() / kResultsAThread, 1, static_cast<std::size_t>(threads_))),
            .batch = std::max<std::size_t>(batch, 1),
            .count = questions_.size(),
            .shock = [this](std::size_t i) { return questions_[i].shock; },
            .alive = [this] { return call_.CheckAlive(); },
            .deliver = [this](std::size_t first, std::span<SystemicResult> some) { return Deliver(first, some); }};
  }

  absl::Status Deliver(std::size_t first, std::span<SystemicResult> results) {
    v1::AssessSystemicRiskResponse message;
    v1::SystemicRiskBatch& batch = *message.mutable_batch();
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!request_.top_only()) Fill(first + i, results[i], batch.add_results());
      top_.push_back({first + i, std::move(results[i])});
    }
    if (top_.size() >= 4 * TopCount() + kMostBatch) KeepTop();
    batch.set_done(static_cast<std::int64_t>(first + results.size()));
    batch.set_total(static_cast<std::int64_t>(questions_.size()));
    return Send(message);
  }

  std::size_t TopCount() const { return static_cast<std::size_t>(risk::TopCount(request_)); }

  void KeepTop() {
    // What is not known comes last.
    const auto known = [this](const Ranked& one) { return !questions_[one.question].shock.losses.empty(); };
    std::sort(top_.begin(), top_.end(), [&](const Ranked& a, const Ranked& b) {
      if (known(a) != known(b)) return known(a);
      return a.result.esri != b.result.esri ? a.result.esri > b.result.esri : a.question < b.question;
    });
    if (top_.size() > TopCount()) top_.erase(top_.begin() + static_cast<std::ptrdiff_t>(TopCount()), top_.end());
  }

  absl::Status SendSummary() {
    KeepTop();
    v1::AssessSystemicRiskResponse message;
    v1::SystemicRiskSummary& summary = *message.mutable_summary();
    summary.set_complete(true);
    summary.set_result_count(static_cast<std::int64_t>(questions_.size()));
    for (const Ranked& one : top_) Fill(one.question, one.result, summary.add_top());
    return Send(message);
  }

  void Fill(std::size_t number, const SystemicResult& result, v1::SystemicRisk* risk) const {
    const SystemicQuestion& question = questions_[number];
    risk->set_enterprise(question.enterprise);
    if (question.scenario >= 0) {
      risk->set_scenario(question.scenario);
      risk->set_label(request_.scenarios(question.scenario).label());
    }
    for (const std::string& name : question.unlinked) risk->add_unlinked_enterprises(name);
    if (question.shock.losses.empty()) return;
    risk->set_esri(result.esri);
    risk->set_esri_downstream(result.down);
    risk->set_esri_upstream(result.up);
    risk->set_steps(result.steps);
    risk->set_unsettled(!result.converged);
    for (const FirmLoss& loss : result.losers) {
      v1::SystemicLoss& loser = *risk->add_losers();
      loser.set_enterprise(snapshot_->Name(ResourceType::kEnterprise, network_.enterprises[loss.firm]));
      loser.set_downstream_loss(loss.down);
      loser.set_upstream_loss(loss.up);
      loser.set_index_part(loss.share);
    }
  }

  rpc::CallContext& call_;
  const v1::AssessSystemicRiskRequest& request_;
  Writer& writer_;
  const int threads_;
  model::SnapshotPtr snapshot_;
  SystemicNetwork network_;
  std::vector<SystemicQuestion> questions_;
  std::vector<Ranked> top_;
};

absl::Status AssessSystemicRisk(const RiskServiceDeps& deps, rpc::CallContext& call,
                                const v1::AssessSystemicRiskRequest& request, Writer& writer) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  const auto snapshot =
      deps.views->Resolve(model::ClusterIdOf(request.parent()), request.read_at(), {call.deadline, call.is_cancelled});
  if (!snapshot.ok()) return snapshot.status();
  if ((*snapshot)->Find(ResourceType::kCluster, request.parent()) == model::kNoRow)
    return model::NotFound(request.parent());
  const model::SnapshotPosition& position = (*snapshot)->position();
  call.trailers.emplace_back("bulian-revision", position.cluster_uid + ":" + std::to_string(position.epoch) + ":" +
                                                    std::to_string(position.revision));
  return SystemicCall(call, request, writer, deps.threads).Serve(*snapshot);
}

}  // namespace

void RegisterSystemicRisk(rpc::MethodTable& table, const RiskServiceDeps& deps) {
  RiskServiceDeps with_threads = deps;
  if (with_threads.threads == 0)
    with_threads.threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostThreads);
  table.ServerStream<v1::AssessSystemicRiskRequest, v1::AssessSystemicRiskResponse>(
      "bulian.v1.RiskService/AssessSystemicRisk",
      [with_threads](rpc::CallContext& call, const v1::AssessSystemicRiskRequest& request, Writer& writer) {
        return AssessSystemicRisk(with_threads, call, request, writer);
      });
}

}  // namespace bulian::risk
