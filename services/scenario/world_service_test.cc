#include "services/scenario/world_service_test.h"

#include <set>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"
#include "services/match/match_service.h"
#include "services/model/record_resource.h"
#include "services/resource/resource_message.h"
#include "services/scenario/demand_scale.h"
#include "services/scenario/scenario_service.h"

namespace bulian::scenario {
namespace {

using google::protobuf::Message;
using model::ResourceType;

// What the writer leaves out and the rules ask for.
void Complete(ResourceType type, const std::string& name, Message* resource) {
  resource::SetName(type, name, resource);
  if (auto* enterprise = dynamic_cast<v1::Enterprise*>(resource)) {
    for (const char* id : {"pool0", "pool1"}) {
      v1::Pool* pool = enterprise->add_pools();
      pool->set_pool_id(id);
      pool->mutable_capacity()->set_value(100);
      pool->mutable_capacity()->set_unit("H87");
      pool->mutable_capacity()->set_period(v1::YEAR);
    }
    std::set<std::string> owners;
    auto* all = enterprise->mutable_owners();
    for (int i = all->size() - 1; i >= 0; --i) {
      const std::string owner = all->Get(i).enterprise() + all->Get(i).external_id();
      if (owner == name || !owners.insert(owner).second) all->DeleteSubrange(i, 1);
    }
  }
  if (auto* chain = dynamic_cast<v1::Chain*>(resource)) {
    chain->mutable_display_name()->set_en("chain");
    for (v1::Segment& segment : *chain->mutable_segments()) {
      segment.mutable_display_name()->set_en(segment.segment_id());
      std::set<std::string> feeders;
      auto* inputs = segment.mutable_inputs();
      for (int i = inputs->size() - 1; i >= 0; --i) {
        const std::string& feeder = inputs->Get(i).segment();
        const bool there = feeder.find('/') != std::string::npos || HasSegment(*chain, feeder);
        if (!there || !feeders.insert(feeder).second) inputs->DeleteSubrange(i, 1);
      }
    }
  }
  if (auto* project = dynamic_cast<v1::Project*>(resource)) project->mutable_display_name()->set_en("project");
}

}  // namespace

World::World() {
  gap::RegisterGapService(registry.methods(), {&registry.views(), registry.context()->page_tokens, &analyses});
  match::RegisterMatchService(registry.methods(),
                              {&registry.views(), registry.context()->page_tokens, analyses.Source(), nullptr, {}});
  const std::shared_ptr<const resource::Families> families(registry.context(), &registry.context()->families);
  RegisterScenarioService(registry.methods(),
                          {.views = &registry.views(), .families = families, .analysis = analyses.Source()});
  v1::ImportRecord record;
  exchange::Registry::Parse(
      "cluster { name: 'clusters/t' region_codes: '330500' as_of { year: 2026 month: 6 day: 1 } }", &record);
  EXPECT_TRUE(PutReally(record).ok());
}

absl::Status World::PutReally(const v1::ImportRecord& record) {
  v1::ImportRequest request;
  request.set_parent("clusters/t");
  request.set_sequence(1);
  *request.add_records() = record;
  const auto answers = registry.Import({request});
  if (!answers.ok()) return answers.status();
  for (const v1::ImportResponse& answer : *answers) {
    if (answer.rejected().empty()) continue;
    const auto& status = answer.rejected(0).status();
    return absl::Status(static_cast<absl::StatusCode>(status.code()), status.message());
  }
  return absl::OkStatus();
}

absl::Status World::RemoveReally(const std::string& name) {
  google::protobuf::Empty empty;
  const auto remove = [&](const char* method, auto request) {
    request.set_name(name);
    return registry.Call(method, request, &empty);
  };
  switch (model::ParseResourceName(name)->type) {
    case ResourceType::kCapabilityType:
      return remove("CapabilityService/DeleteCapabilityType", v1::DeleteCapabilityTypeRequest());
    case ResourceType::kEnterprise: {
      v1::DeleteEnterpriseRequest request;
      request.set_force(true);
      return remove("EnterpriseService/DeleteEnterprise", request);
    }
    case ResourceType::kCapability:
      return remove("CapabilityService/DeleteCapability", v1::DeleteCapabilityRequest());
    case ResourceType::kChain:
      return remove("ChainService/DeleteChain", v1::DeleteChainRequest());
    case ResourceType::kSupplyLink:
      return remove("ChainService/DeleteSupplyLink", v1::DeleteSupplyLinkRequest());
    case ResourceType::kProject:
      return remove("ProjectService/DeleteProject", v1::DeleteProjectRequest());
    case ResourceType::kMatch:
      return remove("MatchRecordService/DeleteMatch", v1::DeleteMatchRequest());
    case ResourceType::kCluster:
      break;
  }
  return absl::InvalidArgumentError("not in a scenario");
}

absl::Status World::ScaleReally(const v1::ScaleDemand& scale) {
  const model::SnapshotPtr snapshot = *registry.views().Current("t");
  int scaled = 0;
  absl::Status status;
  snapshot->VisitByName(ResourceType::kChain, "", "", [&](model::Row row) {
    v1::UpdateChainRequest request;
    request.mutable_update_mask()->add_paths("*");
    snapshot->Read(ResourceType::kChain, row, request.mutable_chain());
    int in_chain = 0;
    for (v1::Segment& segment : *request.mutable_chain()->mutable_segments()) {
      const std::string name = request.chain().name() + "/segments/" + segment.segment_id();
      if (name != scale.name() && !name.starts_with(scale.name() + "/")) continue;
      if (!segment.has_final_demand()) continue;
      segment.mutable_final_demand()->set_value(segment.final_demand().value() * scale.factor());
      ++in_chain;
    }
    scaled += in_chain;
    v1::Chain answer;
    if (in_chain > 0) status.Update(registry.Call("ChainService/UpdateChain", request, &answer));
    return true;
  });
  return scaled > 0 ? status : absl::InvalidArgumentError("nothing to scale");
}

absl::Status World::MakeReally(const v1::ScenarioChange& change) {
  if (change.has_put()) return PutReally(change.put());
  if (change.has_remove()) return RemoveReally(change.remove());
  if (change.has_scale_demand()) return ScaleReally(change.scale_demand());
  const model::SnapshotPtr snapshot = *registry.views().Current("t");
  const model::Row row = snapshot->Find(ResourceType::kEnterprise, change.stop_enterprise());
  if (row == model::kNoRow) return model::NotFound(change.stop_enterprise());
  absl::Status status;
  snapshot->OffersOfEnterprise(row).ForEach(
      [&](model::Row offer) { status.Update(RemoveReally(snapshot->Name(ResourceType::kCapability, offer))); });
  return status;
}

absl::StatusOr<v1::EvaluateScenarioResponse> World::Evaluate(const v1::EvaluateScenarioRequest& request) {
  v1::EvaluateScenarioResponse response;
  if (absl::Status status = registry.Call("ScenarioService/EvaluateScenario", request, &response); !status.ok())
    return status;
  return response;
}

v1::GapReport World::Gaps() {
  return *registry.Call<v1::AnalyzeGapsRequest, v1::GapReport>("GapService/AnalyzeGaps",
                                                               "parent: 'clusters/t' page_size: 1000");
}

std::vector<v1::SegmentAssessment> World::Segments() {
  const auto response = *registry.Call<v1::AssessSegmentsRequest, v1::AssessSegmentsResponse>(
      "GapService/AssessSegments", "parent: 'clusters/t' page_size: 1000");
  return {response.segments().begin(), response.segments().end()};
}

v1::FindCandidatesResponse World::Candidates(const std::string& segment, int size) {
  const auto response = registry.Call<v1::FindCandidatesRequest, v1::FindCandidatesResponse>(
      "MatchService/FindCandidates",
      "parent: 'clusters/t' target { segment: '" + segment + "' } page_size: " + std::to_string(size));
  return response.ok() ? *response : v1::FindCandidatesResponse();
}

std::vector<std::string> World::SegmentNames() {
  std::vector<std::string> names;
  for (const v1::SegmentAssessment& segment : Segments()) names.push_back(segment.segment());
  return names;
}

RandomChanges::RandomChanges(unsigned seed) : writer_(&source_, seed), random_(seed + 1000) {
  source_.on_commit = [this](const std::string& name, const std::string* value) {
    v1::ScenarioChange& change = written_.emplace_back();
    if (value == nullptr) return change.set_remove(name);
    const ResourceType type = model::ParseResourceName(name)->type;
    Message* resource = model::MutableResource(type, change.mutable_put());
    EXPECT_TRUE(resource->ParseFromString(*value));
    Complete(type, name, resource);
  };
  // First what most other records name.
  for (int i = 0; i < 7; ++i) source_.Type("t" + std::to_string(i));
  for (int i = 0; i < 8; ++i)
    source_.Put("enterprises/e" + std::to_string(i), source_.Company("e", i < 6 ? "330502" : "110000"));
}

v1::ScenarioChange RandomChanges::Next() {
  v1::ScenarioChange change;
  const int what = Pick(12);
  if (what == 0) {
    change.set_stop_enterprise(Name("enterprises", "e", 8));
    return change;
  }
  if (what == 1) {
    v1::ScaleDemand* scale = change.mutable_scale_demand();
    scale->set_factor(Pick(6) * 0.5);
    const int of = Pick(4);
    scale->set_name(of == 0   ? "clusters/t"
                    : of == 1 ? Name("chains", "k", 3)
                              : Name("chains", "k", 3) + "/segments/s" + std::to_string(Pick(5)));
    return change;
  }
  while (written_.empty()) writer_.Write();
  change.Swap(&written_.front());
  written_.erase(written_.begin());
  return change;
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (payload) bad.ParseFromString(std::string(*payload));
  std::vector<std::string> fields;
  for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  return fields;
}

}  // namespace bulian::scenario
