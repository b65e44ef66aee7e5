#include "services/gap/gap_service.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/analysis_request_service.h"
#include "services/gap/joint_allocation.h"
#include "services/gap/look_ahead.h"
#include "services/gap/report.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/view/view.h"

namespace bulian::gap {
namespace {

constexpr std::size_t kOtherDatesKept = 4;
constexpr std::size_t kGreatestPeriods = 240;

RequestDeps RequestDepsOf(const GapServiceDeps& deps) { return {deps.views, deps.page_tokens}; }

void CheckHorizon(const v1::AnalyzeGapsRequest& request, model::Violations* violations) {
  if (request.has_horizon() && !model::ToDay(request.horizon())) violations->Add("horizon", "must be a full date");
  if (!v1::Period_IsValid(request.period())) violations->Add("period", "is not a period");
  if (request.period() != v1::PERIOD_UNSPECIFIED && !request.has_horizon())
    violations->Add("period", "is only allowed with a horizon");
}

// Fills what the horizon adds to a report.
absl::Status Look(const GapServiceDeps& deps, const rpc::CallContext& call, const v1::AnalyzeGapsRequest& request,
                  const Question& question, const ClusterAnalysis& analysis, v1::GapReport* report) {
  const std::vector<model::Day> days =
      PeriodStarts(question.as_of, *model::ToDay(request.horizon()), request.period(), kGreatestPeriods);
  if (days.empty()) {
    model::Violations violations;
    violations.Add("horizon", "must not be before the date of the analysis, nor more than 240 periods after it");
    return violations.ToStatus();
  }
  const view::Patience patience = PatienceOf(call);
  const auto looks =
      LookAheadOf(analysis, question.chain, days, [&] { return !deps.views->CheckPatience(patience).ok(); });
  if (!looks) return deps.views->CheckPatience(patience);
  std::size_t bytes = 0;
  for (const LookAhead& look : *looks) {
    if (report->timelines_size() == kGreatestPage || bytes > kPageBytes / 2) break;
    FillTimeline(analysis, look, report->add_timelines());
    bytes += report->timelines(report->timelines_size() - 1).ByteSizeLong();
  }
  report->set_timelines_complete(static_cast<std::size_t>(report->timelines_size()) == looks->size());
  for (const model::Day day : days) *report->add_period_starts() = model::ToDate(day);
  return absl::OkStatus();
}

absl::StatusOr<AnalysisPtr> Analysed(const GapServiceDeps& deps, rpc::CallContext& call, const Question& question,
                                     bool joint_allocation) {
  auto alone = deps.analyses->Get(question.snapshot, question.as_of, PatienceOf(call));
  if (!alone.ok() || !joint_allocation) return alone;
  auto joint = WithJointAllocation(*alone, [&call] { return !call.CheckAlive().ok(); });
  const absl::Status alive = call.CheckAlive();
  return joint.ok() || alive.ok() ? std::move(joint) : alive;
}

absl::Status AnalyzeGaps(const GapServiceDeps& deps, rpc::CallContext& call, const v1::AnalyzeGapsRequest& request,
                         v1::GapReport* report) {
  model::Violations violations;
  CheckParent(request.parent(), &violations);
  CheckAsOf(request.has_as_of(), request.as_of(), &violations);
  CheckPageSize(request.page_size(), &violations);
  CheckKinds(request.kinds(), &violations);
  CheckHorizon(request, &violations);
  if (request.has_horizon() && request.joint_allocation())
    violations.Add("joint_allocation", "must not be set with a horizon");
  if (!violations.empty()) return violations.ToStatus();
  Page page;
  const auto question = Open(RequestDepsOf(deps), call, request, &page);
  if (!question.ok()) return question.status();
  const auto analysed = Analysed(deps, call, *question, request.joint_allocation());
  if (!analysed.ok()) return analysed.status();
  const AnalysisPtr& analysis = *analysed;
  if (request.has_horizon() && page.start == 0) {
    if (const absl::Status looked = Look(deps, call, request, *question, *analysis, report); !looked.ok())
      return looked;
  }

  std::vector<const GapRef*> chosen;
  for (const GapRef& gap : analysis->gaps()) {
    const bool kind = request.kinds().empty() ||
                      std::find(request.kinds().begin(), request.kinds().end(), gap.kind) != request.kinds().end();
    if (!kind || (request.certain_only() && gap.certainty != v1::CERTAIN)) continue;
    if (IsOfChain(*analysis, gap.segment, question->chain)) chosen.push_back(&gap);
  }
  auto token = FillPage(RequestDepsOf(deps), call, chosen.size(), request.page_size(), &page, [&](std::size_t i) {
    v1::Gap* gap = report->add_gaps();
    FillGap(*analysis, *chosen[i], gap);
    return gap->ByteSizeLong();
  });
  if (!token.ok()) return token.status();
  if (page.start == 0) FillDivergentParts(*analysis, question->chain, report->mutable_divergent_parts());
  int segments = 0;
  for (int i = 0; i < analysis->graph().size(); ++i) segments += IsOfChain(*analysis, i, question->chain) ? 1 : 0;
  report->set_segment_count(segments);
  report->set_gap_count(static_cast<int>(chosen.size()));
  report->set_complete(true);
  report->set_next_page_token(*std::move(token));
  *report->mutable_revision() = question->snapshot->position().ToProto();
  *report->mutable_as_of() = model::ToDate(question->as_of);
  report->set_algorithm_version(kAlgorithmVersion);
  return absl::OkStatus();
}

absl::Status GetGap(const GapServiceDeps& deps, rpc::CallContext& call, const v1::GetGapRequest& request,
                    v1::Gap* message) {
  model::Violations violations;
  const auto name = model::ParseGapName(request.name());
  const std::optional<v1::GapKind> kind = name ? KindOfSlug(name->kind) : std::nullopt;
  if (!kind) {
    violations.Add("name", request.name().empty()
                               ? "is required"
                               : "must be `clusters/{cluster}/chains/{chain}/segments/{segment}/gaps/{kind}`");
  }
  CheckAsOf(request.has_as_of(), request.as_of(), &violations);
  if (!violations.empty()) return violations.ToStatus();
  const auto snapshot = Resolve(RequestDepsOf(deps), call, model::ClusterIdOf(request.name()), request.read_at());
  if (!snapshot.ok()) return snapshot.status();
  const model::Day as_of = request.has_as_of() ? *model::ToDay(request.as_of()) : (*snapshot)->cluster().as_of;
  const auto analysed = deps.analyses->Get(*snapshot, as_of, PatienceOf(call));
  if (!analysed.ok()) return analysed.status();
  const AnalysisPtr& analysis = *analysed;
  const int segment = analysis->graph().Find(name->segment_name);
  for (const GapRef& gap : analysis->gaps()) {
    if (gap.segment != segment || gap.kind != *kind) continue;
    FillGap(*analysis, gap, message);
    return absl::OkStatus();
  }
  return model::NotFound(request.name());
}

absl::Status AssessSegments(const GapServiceDeps& deps, rpc::CallContext& call,
                            const v1::AssessSegmentsRequest& request, v1::AssessSegmentsResponse* response) {
  model::Violations violations;
  CheckParent(request.parent(), &violations);
  CheckAsOf(request.has_as_of(), request.as_of(), &violations);
  CheckPageSize(request.page_size(), &violations);
  if (!violations.empty()) return violations.ToStatus();
  Page page;
  const auto question = Open(RequestDepsOf(deps), call, request, &page);
  if (!question.ok()) return question.status();
  const auto analysed = Analysed(deps, call, *question, request.joint_allocation());
  if (!analysed.ok()) return analysed.status();
  const AnalysisPtr& analysis = *analysed;
  std::vector<int> chosen;
  for (int i = 0; i < analysis->graph().size(); ++i) {
    if (IsOfChain(*analysis, i, question->chain)) chosen.push_back(i);
  }
  auto token = FillPage(RequestDepsOf(deps), call, chosen.size(), request.page_size(), &page, [&](std::size_t i) {
    v1::SegmentAssessment* segment = response->add_segments();
    FillAssessment(*analysis, chosen[i], segment);
    return segment->ByteSizeLong();
  });
  if (!token.ok()) return token.status();
  response->set_next_page_token(*std::move(token));
  *response->mutable_revision() = question->snapshot->position().ToProto();
  *response->mutable_as_of() = model::ToDate(question->as_of);
  return absl::OkStatus();
}

}  // namespace

class GapAnalyses::Impl {
 public:
  explicit Impl(const view::Views* views)
      : views_(views),
        current_(
            views,
            [this](const model::SnapshotPtr& snapshot, const StopSignal& stop) {
              return Counted(AnalyzeFromScratch(snapshot, snapshot->cluster().as_of, stop));
            },
            [this](const AnalysisPtr& old, const model::SnapshotPtr&, const model::SnapshotPtr& snapshot,
                   const model::Delta& changes,
                   const StopSignal& stop) { return Counted(AdvanceAnalysis(old, snapshot, changes, stop)); }) {}

  absl::StatusOr<AnalysisPtr> Get(const model::SnapshotPtr& snapshot, model::Day as_of,
                                  const view::Patience& patience) {
    if (as_of == snapshot->cluster().as_of) return current_.Get(snapshot, patience);
    {
      std::lock_guard lock(mutex_);
      for (const AnalysisPtr& kept : others_) {
        if (kept->snapshot() == snapshot && kept->as_of() == as_of) return kept;
      }
    }
    const StopSignal stop = [&] { return !views_->CheckPatience(patience).ok(); };
    AnalysisPtr analysis = Counted(AnalyzeFromScratch(snapshot, as_of, stop));
    if (analysis == nullptr) return views_->CheckPatience(patience);
    std::lock_guard lock(mutex_);
    ++stats_.other_dates;
    others_.push_back(analysis);
    if (others_.size() > kOtherDatesKept) others_.pop_front();
    return analysis;
  }

  bool Ready(std::string_view cluster) { return current_.Ready(cluster); }

  GapStats Stats() const {
    std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  AnalysisPtr Counted(AnalysisPtr analysis) {
    if (analysis == nullptr) return nullptr;
    std::lock_guard lock(mutex_);
    stats_.advanced += 1 - analysis->work().from_scratch;
    stats_.work += analysis->work();
    return analysis;
  }

  const view::Views* const views_;
  mutable std::mutex mutex_;
  std::deque<AnalysisPtr> others_;  // guarded by mutex_
  GapStats stats_;                  // guarded by mutex_
  view::DerivedView<ClusterAnalysis> current_;
};

GapAnalyses::GapAnalyses(const view::Views* views) : impl_(std::make_unique<Impl>(views)) {}
GapAnalyses::~GapAnalyses() = default;

absl::StatusOr<AnalysisPtr> GapAnalyses::Get(const model::SnapshotPtr& snapshot, model::Day as_of,
                                             const view::Patience& patience) const {
  return impl_->Get(snapshot, as_of, patience);
}

bool GapAnalyses::Ready(std::string_view cluster) const { return impl_->Ready(cluster); }

PatientAnalysisSource GapAnalyses::Source() const {
  return [this](const model::SnapshotPtr& snapshot, model::Day as_of, const view::Patience& patience) {
    return Get(snapshot, as_of, patience);
  };
}

GapStats GapAnalyses::Stats() const { return impl_->Stats(); }

void RegisterGapService(rpc::MethodTable& table, const GapServiceDeps& deps) {
  table.Unary<v1::AnalyzeGapsRequest, v1::GapReport>(
      "bulian.v1.GapService/AnalyzeGaps", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::AnalyzeGapsRequest& request, v1::GapReport* response) {
        return AnalyzeGaps(deps, call, request, response);
      });
  table.Unary<v1::GetGapRequest, v1::Gap>("bulian.v1.GapService/GetGap", rpc::Weight::kHeavy,
                                          [deps](rpc::CallContext& call, const v1::GetGapRequest& request,
                                                 v1::Gap* response) { return GetGap(deps, call, request, response); });
  table.Unary<v1::AssessSegmentsRequest, v1::AssessSegmentsResponse>(
      "bulian.v1.GapService/AssessSegments", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::AssessSegmentsRequest& request, v1::AssessSegmentsResponse* response) {
        return AssessSegments(deps, call, request, response);
      });
}

}  // namespace bulian::gap
