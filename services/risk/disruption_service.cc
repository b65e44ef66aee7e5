// AssessDisruption.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/risk.pb.h"
#include "services/gap/analysis_request_service.h"
#include "services/model/day.h"
#include "services/model/error.h"
#include "services/risk/disruption.h"
#include "services/risk/disruption_report.h"
#include "services/risk/disruption_request.h"
#include "services/risk/recovery.h"
#include "services/risk/risk_service.h"
#include "services/rpc/call_context.h"
#include "services/rpc/kept_answers.h"
#include "services/rpc/method_table.h"

namespace bulian::risk {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{64} << 20;

using Answers = rpc::KeptAnswers<v1::AssessDisruptionResponse>;

std::vector<Stoppage> EverySingle(const DisruptionStudy& study, v1::FailureUnit unit) {
  if (unit == v1::SEGMENT_SUPPLIERS) return study.EverySegmentSupplier();
  return unit == v1::REGIONS ? study.EveryRegion() : study.EveryEnterprise();
}

// One computation.
class DisruptionCall {
 public:
  DisruptionCall(const RiskServiceDeps& deps, const rpc::CallContext& call, const v1::AssessDisruptionRequest& request)
      : call_(call), request_(request), source_(deps.analysis) {}

  absl::StatusOr<Answers::AnswerPtr> Answer(const gap::Question& question) {
    const auto analysis = source_(question.snapshot, question.as_of, gap::PatienceOf(call_));
    if (!analysis.ok()) return analysis.status();
    const auto sourcing =
        request_.sourcing() == v1::CLUSTER_ALONE ? gap::Sourcing::kClusterAlone : gap::Sourcing::kOutsideForMissing;
    DisruptionStudy study(*analysis, question.chain, sourcing);
    auto given = StoppagesOf(request_, **analysis);
    if (!given.ok()) return given.status();
    stoppages_ = request_.failures().empty() ? EverySingle(study, request_.unit()) : *std::move(given);
    auto results = study.Assess(stoppages_, request_.certificates(), Stop());
    if (!results.ok()) return OfSolver(results.status());
    results_ = *std::move(results);
    Order();
    if (request_.recovery()) {
      if (absl::Status status = Recover(study); !status.ok()) return OfSolver(status);
    }
    auto answer = std::make_shared<Answers::Answer>();
    FillProducts(study, &answer->head);
    answer->head.set_failure_count(static_cast<int>(stoppages_.size()));
    answer->head.set_result_count(static_cast<int>(order_.size()));
    for (const std::size_t i : order_) {
      if (absl::Status alive = call_.CheckAlive(); !alive.ok()) return alive;
      v1::FailureResult result;
      Fill(study, i, &result);
      answer->items.push_back(result.SerializeAsString());
    }
    return answer;
  }

 private:
  gap::StopSignal Stop() const {
    return [this] { return !call_.CheckAlive().ok(); };
  }

  // The caller's reason, if that is why the solver stopped.
  absl::Status OfSolver(const absl::Status& status) const {
    const absl::Status alive = call_.CheckAlive();
    return alive.ok() ? status : alive;
  }

  // Of single failures those that cost something, worst first; they were made in order of their names.
  void Order() {
    order_.resize(stoppages_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (!request_.failures().empty()) return;
    std::erase_if(order_, [this](std::size_t i) { return results_[i].losses.empty() && !results_[i].value; });
    std::vector<gap::Bounds> shares;
    for (const StoppageResult& result : results_) shares.push_back(GreatestShare(result));
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(shares[a].lower, shares[a].upper) > std::pair(shares[b].lower, shares[b].upper);
    });
  }

  absl::Status Recover(const DisruptionStudy& study) {
    currency_ = study.currency();
    auto recovery = RecoveryStudy::Make(study, Stop());
    if (!recovery.ok()) return recovery.status();
    recoveries_.resize(stoppages_.size());
    for (const std::size_t i : order_) {
      auto one = (*recovery)->Assess(stoppages_[i], Stop());
      if (!one.ok()) return one.status();
      greatest_impact_ = std::max(greatest_impact_, one->impact.value_or(0));
      recoveries_[i] = *std::move(one);
    }
    return absl::OkStatus();
  }

  void Fill(const DisruptionStudy& study, std::size_t i, v1::FailureResult* message) const {
    FillFailure(study, stoppages_[i], message->mutable_failure());
    if (!request_.failures().empty())
      message->mutable_failure()->set_label(request_.failures(static_cast<int>(i)).label());
    FillResult(study, stoppages_[i], results_[i], message);
    if (request_.recovery()) FillRecovery(recoveries_[i], currency_, greatest_impact_, message->mutable_recovery());
  }

  const rpc::CallContext& call_;
  const v1::AssessDisruptionRequest& request_;
  const gap::PatientAnalysisSource& source_;
  std::vector<Stoppage> stoppages_;
  std::vector<StoppageResult> results_;
  std::vector<std::size_t> order_;  // into them
  std::vector<RecoveryResult> recoveries_;
  std::string currency_;
  double greatest_impact_ = 0;
};

// What an answer depends on: the state, the date, and all of the request but its page.
std::string KeyOf(const gap::Question& question, const gap::Page& page) {
  const model::SnapshotPosition& position = question.snapshot->position();
  std::string key = position.cluster_uid;
  for (const std::int64_t part :
       {static_cast<std::int64_t>(position.epoch), static_cast<std::int64_t>(position.revision),
        static_cast<std::int64_t>(question.as_of)})
    key += ":" + std::to_string(part);
  return key + ":" + page.cursor.params_hash;
}

absl::Status Serve(const RiskServiceDeps& deps, rpc::CallContext& call, const v1::AssessDisruptionRequest& request,
                   Answers* kept, v1::AssessDisruptionResponse* response) {
  const gap::RequestDeps request_deps{deps.views, deps.page_tokens};
  gap::Page page;
  const auto question = gap::Open(request_deps, call, request, &page);
  if (!question.ok()) return question.status();
  const std::string key = KeyOf(*question, page);
  Answers::AnswerPtr answer = kept->Find(key);
  if (answer == nullptr) {
    auto computed = DisruptionCall(deps, call, request).Answer(*question);
    if (!computed.ok()) return computed.status();
    answer = *std::move(computed);
    kept->Keep(key, answer);
  }
  if (page.start == 0) *response = answer->head;
  response->set_failure_count(answer->head.failure_count());
  response->set_result_count(answer->head.result_count());
  auto token = gap::FillPage(request_deps, call, answer->items.size(), request.page_size(), &page, [&](std::size_t i) {
    const std::string& result = answer->items[i];
    response->add_results()->ParseFromString(result);
    return result.size();
  });
  if (!token.ok()) return token.status();
  response->set_next_page_token(*std::move(token));
  *response->mutable_revision() = question->snapshot->position().ToProto();
  *response->mutable_as_of() = model::ToDate(question->as_of);
  response->set_algorithm_version(kDisruptionVersion);
  return absl::OkStatus();
}

absl::Status AssessDisruption(const RiskServiceDeps& deps, rpc::CallContext& call,
                              const v1::AssessDisruptionRequest& request, Answers* kept,
                              v1::AssessDisruptionResponse* response) {
  model::Violations violations;
  gap::CheckParent(request.parent(), &violations);
  gap::CheckAsOf(request.has_as_of(), request.as_of(), &violations);
  gap::CheckPageSize(request.page_size(), &violations);
  CheckFailures(request, &violations);
  if (!violations.empty()) return violations.ToStatus();
  return Serve(deps, call, request, kept, response);
}

}  // namespace

void RegisterDisruption(rpc::MethodTable& table, const RiskServiceDeps& deps) {
  table.Unary<v1::AssessDisruptionRequest, v1::AssessDisruptionResponse>(
      "bulian.v1.RiskService/AssessDisruption", rpc::Weight::kHeavy,
      [deps, kept = std::make_shared<Answers>(kKeptBytes)](
          rpc::CallContext& call, const v1::AssessDisruptionRequest& request, v1::AssessDisruptionResponse* response) {
        return AssessDisruption(deps, call, request, kept.get(), response);
      });
}

}  // namespace bulian::risk
