#include "services/match/plan_service.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/gap/analysis_request_service.h"
#include "services/match/plan_inputs.h"
#include "services/match/plan_report.h"
#include "services/match/plan_request.h"
#include "services/match/plan_solve.h"
#include "services/match/recruit_clusters_service.h"
#include "services/model/day.h"
#include "services/model/resource_name.h"
#include "services/rpc/kept_answers.h"

namespace bulian::match {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{64} << 20;

// Items are PlanGap messages, then PlanCapacity ones.
using Plans = rpc::KeptAnswers<v1::PlanMatchesResponse>;

class PlanService {
 public:
  explicit PlanService(const MatchServiceDeps& deps) : deps_(deps) {}

  absl::Status PlanMatches(rpc::CallContext& call, const v1::PlanMatchesRequest& request,
                           v1::PlanMatchesResponse* response) {
    model::Violations violations;
    CheckPlanRequest(request, &violations);
    CheckRecruitClusters(request.include_recruits(), request.recruit_clusters(), &violations);
    if (!violations.empty()) return violations.ToStatus();
    const gap::RequestDeps request_deps{deps_.views, deps_.page_tokens};
    gap::Page page;
    const auto question = gap::Open(request_deps, call, request, &page);
    if (!question.ok()) return question.status();
    std::vector<model::SnapshotPtr> others;
    auto recruiting = FindOthers(call, request, &page, &others);
    if (!recruiting.ok()) return recruiting.status();
    const std::string key = KeyOf(*question, *recruiting, page);
    Plans::AnswerPtr answer = kept_.Find(key);
    if (answer == nullptr) {
      auto planned = Planned(call, request, *question, others);
      if (!planned.ok()) return planned.status();
      answer = *std::move(planned);
      kept_.Keep(key, answer);
    }
    *response = answer->head;
    for (const std::string& reason : recruiting->unreachable) response->add_unreachable(reason);
    const auto gaps = static_cast<std::size_t>(answer->head.gap_count());
    auto token =
        gap::FillPage(request_deps, call, answer->items.size(), request.page_size(), &page, [&](std::size_t i) {
          const std::string& line = answer->items[i];
          i < gaps ? response->add_gaps()->ParseFromString(line) : response->add_capacities()->ParseFromString(line);
          return line.size();
        });
    if (!token.ok()) return token.status();
    response->set_next_page_token(*std::move(token));
    return absl::OkStatus();
  }

 private:
  // What a plan depends on: the states, the date, and all of the request but its page.
  static std::string KeyOf(const gap::Question& question, const PagePosition& recruiting, const gap::Page& page) {
    const model::SnapshotPosition& position = question.snapshot->position();
    std::string key = position.cluster_uid + ":" + std::to_string(position.epoch) + ":" +
                      std::to_string(position.revision) + ":" + std::to_string(question.as_of);
    for (const PagePosition::Pin& pin : recruiting.others)
      key += ":" + pin.uid + ":" + std::to_string(pin.epoch) + ":" + std::to_string(pin.revision);
    return key + ":" + page.cursor.params_hash;
  }

  // The other clusters that take part, and what holds for all pages of it.
  absl::StatusOr<PagePosition> FindOthers(const rpc::CallContext& call, const v1::PlanMatchesRequest& request,
                                          gap::Page* page, std::vector<model::SnapshotPtr>* others) const {
    if (!request.include_recruits()) return PagePosition();
    const bool first_page = request.page_token().empty();
    std::optional<PagePosition> position = first_page ? PagePosition() : DecodePosition(page->pinned);
    if (!position)
      return model::Error(absl::StatusCode::kInvalidArgument, v1::PAGE_TOKEN_INVALID, "page_token is of another list");
    const RecruitClusters asked{deps_.views, model::ClusterIdOf(request.parent()), request.recruit_clusters()};
    if (absl::Status status = asked.Resolve(gap::PatienceOf(call), first_page, &*position, others); !status.ok())
      return status;
    page->pinned = EncodePosition(*position);
    return *std::move(position);
  }

  absl::StatusOr<Plans::AnswerPtr> Planned(const rpc::CallContext& call, const v1::PlanMatchesRequest& request,
                                           const gap::Question& question,
                                           const std::vector<model::SnapshotPtr>& others) const {
    const auto analysis = deps_.analysis(question.snapshot, question.as_of, gap::PatienceOf(call));
    if (!analysis.ok()) return analysis.status();
    const gap::StopSignal stop = [&call] { return !call.CheckAlive().ok(); };
    const auto inputs = CollectPlanInputs(*analysis, others, request, stop);
    if (!inputs.ok()) return OfScience(call, inputs.status());
    const PlanProblem tightened = Tightened(inputs->problem);
    const auto plan = SolvePlan(tightened, LimitsOf(request), stop);
    if (absl::IsFailedPrecondition(plan.status())) {
      model::Violations violations;
      violations.Add("fixed_choices", std::string(plan.status().message()));
      return violations.ToStatus();
    }
    if (!plan.ok()) return OfScience(call, plan.status());
    const PlanReporter reporter(analysis->get(), &*inputs, &tightened, &*plan);
    auto answer = std::make_shared<Plans::Answer>();
    reporter.FillHead(&answer->head);
    *answer->head.mutable_revision() = question.snapshot->position().ToProto();
    for (const model::SnapshotPtr& cluster : inputs->clusters) AddCluster(*cluster, answer->head.add_clusters());
    *answer->head.mutable_as_of() = model::ToDate(question.as_of);
    for (int i = 0; i < reporter.gap_count(); ++i) {
      if (absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
      v1::PlanGap message;
      reporter.FillGap(i, request.include_candidates(), &message);
      answer->items.push_back(message.SerializeAsString());
    }
    for (int i = 0; i < reporter.capacity_count(); ++i) {
      v1::PlanCapacity message;
      reporter.FillCapacity(i, &message);
      answer->items.push_back(message.SerializeAsString());
    }
    if (absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
    return answer;
  }

  // The caller's reason, if that is why the science stopped.
  static absl::Status OfScience(const rpc::CallContext& call, const absl::Status& status) {
    const absl::Status alive = call.CheckAlive();
    return alive.ok() ? status : alive;
  }

  MatchServiceDeps deps_;
  Plans kept_{kKeptBytes};
};

}  // namespace

void RegisterPlanService(rpc::MethodTable& methods, const MatchServiceDeps& deps) {
  const auto service = std::make_shared<PlanService>(deps);
  methods.Unary<v1::PlanMatchesRequest, v1::PlanMatchesResponse>(
      "bulian.v1.MatchService/PlanMatches", rpc::Weight::kHeavy,
      [service](rpc::CallContext& call, const v1::PlanMatchesRequest& request, v1::PlanMatchesResponse* response) {
        return service->PlanMatches(call, request, response);
      });
}

}  // namespace bulian::match
