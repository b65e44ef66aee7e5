#include "services/gap/gap_service.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
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

using model::ResourceType;

constexpr std::size_t kOtherDatesKept = 4;
constexpr std::size_t kGreatestPeriods = 240;
constexpr int kDefaultPage = 100, kGreatestPage = 1000;
// A page ends early rather than outgrow what clients take in one message (4 MiB by default).
constexpr std::size_t kPageBytes = std::size_t{2} << 20;

// What an analysis request asks about.
struct Question {
  model::SnapshotPtr snapshot;
  model::Day as_of = 0;
  std::string chain;  // full name; empty: all chains
};

void CheckAsOf(bool has, const google::type::Date& date, model::Violations* violations) {
  if (has && !model::ToDay(date)) violations->Add("as_of", "must be a full date");
}

void CheckParent(std::string_view parent, model::Violations* violations) {
  const auto name = model::ParseResourceName(parent);
  if (name && (name->type == ResourceType::kCluster || name->type == ResourceType::kChain)) return;
  violations->Add(
      "parent", parent.empty() ? "is required" : "must be `clusters/{cluster}` or `clusters/{cluster}/chains/{chain}`");
}

void CheckPageSize(int page_size, model::Violations* violations) {
  if (page_size < 0) violations->Add("page_size", "must not be negative");
}

int PageSize(int page_size) { return page_size == 0 ? kDefaultPage : std::min(page_size, kGreatestPage); }

view::Patience PatienceOf(const rpc::CallContext& call) { return {call.deadline, call.is_cancelled}; }

absl::StatusOr<model::SnapshotPtr> Resolve(const GapServiceDeps& deps, rpc::CallContext& call, std::string_view cluster,
                                           const v1::ReadAt& at) {
  auto snapshot = deps.views->Resolve(cluster, at, PatienceOf(call));
  if (!snapshot.ok()) return snapshot.status();
  const std::string name = "clusters/" + std::string(cluster);
  if ((*snapshot)->Find(ResourceType::kCluster, name) == model::kNoRow) return model::NotFound(name);
  const model::SnapshotPosition& position = (*snapshot)->position();
  call.trailers.emplace_back("bulian-revision", position.cluster_uid + ":" + std::to_string(position.epoch) + ":" +
                                                    std::to_string(position.revision));
  return snapshot;
}

// The page a request asks for: where it starts, and the cursor that seals the next one.
struct Page {
  std::size_t start = 0;
  rpc::PageCursor cursor;
};

// Opens the page token and resolves the revision it pins, or the one the request asks for.
template <class Request>
absl::StatusOr<Question> Open(const GapServiceDeps& deps, rpc::CallContext& call, const Request& request, Page* page) {
  page->cursor.params_hash = rpc::HashOfParams(request);
  page->cursor.caller = call.caller.name;
  v1::ReadAt at = request.read_at();
  if (!request.page_token().empty()) {
    auto cursor = deps.page_tokens->Open(request.page_token(), page->cursor.params_hash, page->cursor.caller);
    if (!cursor.ok()) return cursor.status();
    page->cursor = *std::move(cursor);
    const std::string& key = page->cursor.last_key;
    std::from_chars(key.data(), key.data() + key.size(), page->start);
    at.mutable_at_revision()->set_cluster_uid(page->cursor.cluster_uid);
    at.mutable_at_revision()->set_epoch(page->cursor.epoch);
    at.mutable_at_revision()->set_number(page->cursor.revision);
  }
  auto snapshot = Resolve(deps, call, model::ClusterIdOf(request.parent()), at);
  if (!snapshot.ok()) return snapshot.status();
  Question question{.snapshot = *std::move(snapshot), .as_of = 0, .chain = ""};
  question.as_of = request.has_as_of() ? *model::ToDay(request.as_of()) : question.snapshot->cluster().as_of;
  if (model::ParseResourceName(request.parent())->type == ResourceType::kChain) {
    question.chain = request.parent();
    if (question.snapshot->Find(ResourceType::kChain, question.chain) == model::kNoRow)
      return model::NotFound(question.chain);
  }
  const model::SnapshotPosition& position = question.snapshot->position();
  page->cursor.cluster_uid = position.cluster_uid;
  page->cursor.epoch = position.epoch;
  page->cursor.revision = position.revision;
  return question;
}

bool IsOfChain(const ClusterAnalysis& analysis, int segment, std::string_view chain) {
  return chain.empty() || analysis.graph().nodes()[segment].chain->name() == chain;
}

// Fills items from `page.start` until the page is full. Returns the token of the next page.
template <class Fill>
absl::StatusOr<std::string> FillPage(const GapServiceDeps& deps, const rpc::CallContext& call, std::size_t count,
                                     int page_size, Page* page, Fill fill) {
  const std::size_t end = std::min(count, page->start + static_cast<std::size_t>(PageSize(page_size)));
  std::size_t bytes = 0, at = page->start;
  for (; at < end && bytes < kPageBytes; ++at) {
    if (const absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
    bytes += fill(at);
  }
  if (at >= count) return std::string();
  page->cursor.last_key = std::to_string(at);
  return deps.page_tokens->Seal(page->cursor);
}

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
    if (report->timelines_size() == kGreatestPage || bytes > kPageBytes) break;
    FillTimeline(analysis, look, report->add_timelines());
    bytes += report->timelines(report->timelines_size() - 1).ByteSizeLong();
  }
  report->set_timelines_complete(static_cast<std::size_t>(report->timelines_size()) == looks->size());
  for (const model::Day day : days) *report->add_period_starts() = model::ToDate(day);
  return absl::OkStatus();
}

absl::Status AnalyzeGaps(const GapServiceDeps& deps, rpc::CallContext& call, const v1::AnalyzeGapsRequest& request,
                         v1::GapReport* report) {
  model::Violations violations;
  CheckParent(request.parent(), &violations);
  CheckAsOf(request.has_as_of(), request.as_of(), &violations);
  CheckPageSize(request.page_size(), &violations);
  for (int i = 0; i < request.kinds_size(); ++i) {
    if (v1::GapKind_IsValid(request.kinds(i)) && request.kinds(i) != v1::GAP_KIND_UNSPECIFIED) continue;
    violations.Add("kinds[" + std::to_string(i) + "]", "is not a kind of gap");
  }
  CheckHorizon(request, &violations);
  if (!violations.empty()) return violations.ToStatus();
  Page page;
  const auto question = Open(deps, call, request, &page);
  if (!question.ok()) return question.status();
  const auto analysed = deps.analyses->Get(question->snapshot, question->as_of, PatienceOf(call));
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
  auto token = FillPage(deps, call, chosen.size(), request.page_size(), &page, [&](std::size_t i) {
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
  const auto snapshot = Resolve(deps, call, model::ClusterIdOf(request.name()), request.read_at());
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
  const auto question = Open(deps, call, request, &page);
  if (!question.ok()) return question.status();
  const auto analysed = deps.analyses->Get(question->snapshot, question->as_of, PatienceOf(call));
  if (!analysed.ok()) return analysed.status();
  const AnalysisPtr& analysis = *analysed;
  std::vector<int> chosen;
  for (int i = 0; i < analysis->graph().size(); ++i) {
    if (IsOfChain(*analysis, i, question->chain)) chosen.push_back(i);
  }
  auto token = FillPage(deps, call, chosen.size(), request.page_size(), &page, [&](std::size_t i) {
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
