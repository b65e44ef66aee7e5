#include "services/gap/closure_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/gap/analysis_request_service.h"
#include "services/gap/closure_options.h"
#include "services/gap/closure_report.h"
#include "services/gap/closure_search.h"
#include "services/gap/report.h"
#include "services/model/day.h"
#include "services/rpc/method_table.h"

namespace bulian::gap {
namespace {

constexpr int kGreatestSet = 10;

RequestDeps RequestDepsOf(const GapServiceDeps& deps) { return {deps.views, deps.page_tokens}; }

// The segment a parent names by itself or by a gap; nullopt: it is a cluster or a chain, or nothing.
std::optional<std::string> SegmentOf(const std::string& parent) {
  if (model::ParseSegmentName(parent)) return parent;
  const auto gap = model::ParseGapName(parent);
  if (gap && KindOfSlug(gap->kind)) return std::string(gap->segment_name);
  return std::nullopt;
}

void CheckClosureParent(const std::string& parent, model::Violations* violations) {
  const auto name = model::ParseResourceName(parent);
  if (name && (name->type == model::ResourceType::kCluster || name->type == model::ResourceType::kChain)) return;
  if (SegmentOf(parent)) return;
  violations->Add("parent", parent.empty() ? "is required"
                                           : "must be a cluster, a chain, a segment "
                                             "(`clusters/{cluster}/chains/{chain}/segments/{segment}`) or a gap");
}

void Check(const v1::FindClosuresRequest& request, model::Violations* violations) {
  CheckClosureParent(request.parent(), violations);
  CheckAsOf(request.has_as_of(), request.as_of(), violations);
  if (!v1::SupplierSet_IsValid(request.set())) violations->Add("set", "is not a supplier set");
  for (int i = 0; i < request.subjects_size(); ++i) {
    if (v1::ClosureSubject_IsValid(request.subjects(i)) && request.subjects(i) != v1::CLOSURE_SUBJECT_UNSPECIFIED)
      continue;
    violations->Add("subjects[" + std::to_string(i) + "]", "is not a subject of options");
  }
  for (int i = 0; i < request.changes_size(); ++i) {
    if (v1::ClosureChange_IsValid(request.changes(i)) && request.changes(i) != v1::CLOSURE_CHANGE_UNSPECIFIED) continue;
    violations->Add("changes[" + std::to_string(i) + "]", "is not a change");
  }
  if (request.set_size() < 0 || request.set_size() > kGreatestSet)
    violations->Add("set_size", "must be 1 to 10, or 0 for 1");
  CheckPageSize(request.page_size(), violations);
}

// NOT_FOUND if the parent is a segment or gap that is not there.
absl::StatusOr<std::vector<int>> ChooseSegments(const ClusterAnalysis& analysis, const Question& question,
                                                const std::string& parent) {
  std::vector<int> segments;
  const std::optional<std::string> one = SegmentOf(parent);
  if (!one) {
    for (int i = 0; i < analysis.graph().size(); ++i) {
      if (IsOfChain(analysis, i, question.chain)) segments.push_back(i);
    }
    return segments;
  }
  segments.push_back(analysis.graph().Find(*one));
  const auto gap = model::ParseGapName(parent);
  const bool there = segments.front() >= 0 &&
                     (!gap || std::any_of(analysis.gaps().begin(), analysis.gaps().end(), [&](const GapRef& ref) {
                       return ref.segment == segments.front() && KindSlug(ref.kind) == gap->kind;
                     }));
  if (!there) return model::NotFound(parent);
  return segments;
}

ClosureQuery QueryOf(const v1::FindClosuresRequest& request, std::vector<int> segments) {
  ClosureQuery query{.segments = std::move(segments)};
  if (request.set() != v1::SUPPLIER_SET_UNSPECIFIED) query.set = request.set() - v1::VERIFIED_SET;
  query.subjects.fill(request.subjects().empty());
  for (const int subject : request.subjects()) query.subjects[static_cast<std::size_t>(subject)] = true;
  query.changes.fill(request.changes().empty());
  for (const int change : request.changes()) query.changes[static_cast<std::size_t>(change)] = true;
  query.changes[v1::CLOSURE_CHANGE_UNSPECIFIED] = false;
  return query;
}

// What stands on the first page besides the ranking.
absl::Status FillFirstPage(const ClusterAnalysis& analysis, const ClosureQuery& query, const Closures& closures, int k,
                           const StopSignal& stop, v1::FindClosuresResponse* response) {
  const auto best = FindBestSet(closures.problem, closures.disjoint, k, stop);
  if (!best.ok()) return best.status();
  FillClosurePlan(analysis, query, closures, *best, response->mutable_best());
  const int count = static_cast<int>(closures.segments.size());
  std::size_t bytes = 0;
  for (int demand = 0; demand < count && demand < kGreatestPage && bytes < kPageBytes / 4; ++demand) {
    FillClosureSegment(analysis, query, closures, demand, best->prices, response->add_segments());
    bytes += response->segments(demand).ByteSizeLong();
  }
  response->set_segments_complete(response->segments_size() == count);
  return absl::OkStatus();
}

absl::Status FindAndFill(const GapServiceDeps& deps, rpc::CallContext& call, const v1::FindClosuresRequest& request,
                         v1::FindClosuresResponse* response) {
  model::Violations violations;
  Check(request, &violations);
  if (!violations.empty()) return violations.ToStatus();
  Page page;
  const auto question = Open(RequestDepsOf(deps), call, request, &page);
  if (!question.ok()) return question.status();
  const view::Patience patience = PatienceOf(call);
  const auto analysis = deps.analyses->Get(question->snapshot, question->as_of, patience);
  if (!analysis.ok()) return analysis.status();
  auto segments = ChooseSegments(**analysis, *question, request.parent());
  if (!segments.ok()) return segments.status();
  response->set_segment_count(static_cast<int>(segments->size()));
  const ClosureQuery query = QueryOf(request, *std::move(segments));
  const StopSignal stop = [&] { return !deps.views->CheckPatience(patience).ok(); };
  const std::optional<Closures> closures = FindClosures(**analysis, query, stop);
  if (!closures) return deps.views->CheckPatience(patience);
  if (page.start == 0) {
    const int k = std::max(request.set_size(), 1);
    const absl::Status filled = FillFirstPage(**analysis, query, *closures, k, stop, response);
    if (absl::IsCancelled(filled)) return deps.views->CheckPatience(patience);
    if (!filled.ok()) return filled;
  }
  auto token =
      FillPage(RequestDepsOf(deps), call, closures->options.size(), request.page_size(), &page, [&](std::size_t i) {
        v1::ClosureOption* option = response->add_options();
        FillClosureOption(**analysis, query, *closures, static_cast<int>(i), option);
        return option->ByteSizeLong();
      });
  if (!token.ok()) return token.status();
  response->set_next_page_token(*std::move(token));
  response->set_option_count(static_cast<int>(closures->options.size()));
  double unmet = 0;
  int missing = 0;
  for (const ClosureDemand& demand : closures->problem.demands) {
    unmet += demand.share();
    missing += demand.missing ? 1 : 0;
  }
  response->set_unmet_share(unmet);
  response->set_missing_count(missing);
  *response->mutable_revision() = question->snapshot->position().ToProto();
  *response->mutable_as_of() = model::ToDate(question->as_of);
  response->set_algorithm_version(kClosureVersion);
  return absl::OkStatus();
}

}  // namespace

void RegisterClosureService(rpc::MethodTable& table, const GapServiceDeps& deps) {
  table.Unary<v1::FindClosuresRequest, v1::FindClosuresResponse>(
      "bulian.v1.GapService/FindClosures", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::FindClosuresRequest& request, v1::FindClosuresResponse* response) {
        return FindAndFill(deps, call, request, response);
      });
}

}  // namespace bulian::gap
