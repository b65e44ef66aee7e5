#include "services/gap/structure_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "bulian/v1/structure.pb.h"
#include "services/gap/analysis_request_service.h"
#include "services/gap/report.h"
#include "services/gap/structure_report.h"
#include "services/model/day.h"
#include "services/rpc/method_table.h"

namespace bulian::gap {
namespace {

constexpr int kGreatestChoice = 1000;

RequestDeps RequestDepsOf(const GapServiceDeps& deps) { return {deps.views, deps.page_tokens}; }

template <class Response>
void FillOrigin(const Question& question, std::string token, Response* response) {
  response->set_next_page_token(std::move(token));
  *response->mutable_revision() = question.snapshot->position().ToProto();
  *response->mutable_as_of() = model::ToDate(question.as_of);
  response->set_algorithm_version(kStructureVersion);
}

template <class Request>
void CheckCommon(const Request& request, model::Violations* violations) {
  CheckParent(request.parent(), violations);
  CheckAsOf(request.has_as_of(), request.as_of(), violations);
  CheckPageSize(request.page_size(), violations);
}

absl::Status AssessStructure(const GapServiceDeps& deps, rpc::CallContext& call,
                             const v1::AssessStructureRequest& request, v1::AssessStructureResponse* response) {
  model::Violations violations;
  CheckCommon(request, &violations);
  if (!violations.empty()) return violations.ToStatus();
  Page page;
  const auto question = Open(RequestDepsOf(deps), call, request, &page);
  if (!question.ok()) return question.status();
  const auto analysis = deps.analyses->Get(question->snapshot, question->as_of, PatienceOf(call));
  if (!analysis.ok()) return analysis.status();
  std::vector<int> chosen;
  for (int i = 0; i < (*analysis)->graph().size(); ++i) {
    if (IsOfChain(**analysis, i, question->chain)) chosen.push_back(i);
  }
  const ClusterStructure structure(**analysis);
  auto token = FillPage(RequestDepsOf(deps), call, chosen.size(), request.page_size(), &page, [&](std::size_t i) {
    v1::SegmentStructure* segment = response->add_segments();
    structure.FillSegment(chosen[i], segment);
    return segment->ByteSizeLong();
  });
  if (!token.ok()) return token.status();
  if (page.start == 0) FillDivergentParts(**analysis, question->chain, response->mutable_divergent_parts());
  response->set_backward_count(structure.linkages().backward_count);
  response->set_forward_count(structure.linkages().forward_count);
  response->set_segment_count(static_cast<int>(chosen.size()));
  FillOrigin(*question, *std::move(token), response);
  return absl::OkStatus();
}

// The names must be segments of the parent, each once.
void CheckEndProducts(const v1::AssessFeasibilityRequest& request, model::Violations* violations) {
  if (request.end_products_size() > kGreatestChoice) violations->Add("end_products", "must be at most 1000");
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < std::min(request.end_products_size(), kGreatestChoice); ++i) {
    const std::string& name = request.end_products(i);
    const std::string field = "end_products[" + std::to_string(i) + "]";
    if (!model::ParseSegmentName(name) || name.rfind(request.parent() + "/", 0) != 0) {
      violations->Add(field, "must be a segment of the parent");
    } else if (!seen.insert(name).second) {
      violations->Add(field, "is named twice");
    }
  }
}

absl::StatusOr<std::vector<int>> ChooseEndProducts(const ClusterAnalysis& analysis, const Question& question,
                                                   const v1::AssessFeasibilityRequest& request) {
  std::vector<int> chosen;
  for (const std::string& name : request.end_products()) {
    chosen.push_back(analysis.graph().Find(name));
    if (chosen.back() < 0) return model::NotFound(name);
  }
  if (!chosen.empty()) return chosen;
  for (const int end : EndProductsOf(analysis)) {
    if (IsOfChain(analysis, end, question.chain)) chosen.push_back(end);
  }
  return chosen;
}

absl::Status AssessFeasibility(const GapServiceDeps& deps, rpc::CallContext& call,
                               const v1::AssessFeasibilityRequest& request, v1::AssessFeasibilityResponse* response) {
  model::Violations violations;
  CheckCommon(request, &violations);
  CheckEndProducts(request, &violations);
  if (!violations.empty()) return violations.ToStatus();
  Page page;
  const auto question = Open(RequestDepsOf(deps), call, request, &page);
  if (!question.ok()) return question.status();
  const auto analysis = deps.analyses->Get(question->snapshot, question->as_of, PatienceOf(call));
  if (!analysis.ok()) return analysis.status();
  const auto chosen = ChooseEndProducts(**analysis, *question, request);
  if (!chosen.ok()) return chosen.status();
  const ClusterFeasibility feasibility(**analysis);
  auto token = FillPage(RequestDepsOf(deps), call, chosen->size(), request.page_size(), &page, [&](std::size_t i) {
    v1::EndProductFeasibility* end = response->add_end_products();
    feasibility.FillEndProduct((*chosen)[i], end);
    return end->ByteSizeLong();
  });
  if (!token.ok()) return token.status();
  response->set_end_product_count(static_cast<int>(chosen->size()));
  FillOrigin(*question, *std::move(token), response);
  return absl::OkStatus();
}

}  // namespace

void RegisterStructureService(rpc::MethodTable& table, const GapServiceDeps& deps) {
  table.Unary<v1::AssessStructureRequest, v1::AssessStructureResponse>(
      "bulian.v1.StructureService/AssessStructure", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::AssessStructureRequest& request, v1::AssessStructureResponse* response) {
        return AssessStructure(deps, call, request, response);
      });
  table.Unary<v1::AssessFeasibilityRequest, v1::AssessFeasibilityResponse>(
      "bulian.v1.StructureService/AssessFeasibility", rpc::Weight::kHeavy,
      [deps](rpc::CallContext& call, const v1::AssessFeasibilityRequest& request,
             v1::AssessFeasibilityResponse* response) { return AssessFeasibility(deps, call, request, response); });
}

}  // namespace bulian::gap
