#include "services/gap/test_cluster.h"

#include "services/gap/report.h"
#include "services/gap/segment_need.h"

namespace bulian::gap {
namespace {

constexpr char kCluster[] = "clusters/t";

std::string Full(const std::string& relative) { return std::string(kCluster) + "/" + relative; }

char Letter(v1::Verdict verdict) { return verdict == v1::HOLDS ? 'H' : (verdict == v1::ABSENT ? 'A' : '?'); }

}  // namespace

TestCluster::TestCluster() {
  v1::Cluster cluster;
  cluster.add_region_codes("330500");
  *cluster.mutable_as_of() = Date(2026, 6, 1);
  const std::string bytes = cluster.SerializeAsString();
  Commit(kCluster, &bytes);
}

void TestCluster::Commit(const std::string& name, const std::string* value) {
  model::RecordChange change;
  change.name = name;
  if (value != nullptr) change.value = *value;
  ++revision_;
  builder_.Apply({"t", "0123456789abcdef", 1, revision_, revision_ * 1'000'000}, std::span(&change, 1));
  if (on_commit) on_commit(name, value);
}

void TestCluster::Put(const std::string& name, const google::protobuf::Message& message) {
  const std::string bytes = message.SerializeAsString();
  Commit(name.empty() ? kCluster : Full(name), &bytes);
}

void TestCluster::Delete(const std::string& name) { Commit(Full(name), nullptr); }

v1::CapabilityType TestCluster::Type(const std::string& id, const std::string& parent) {
  v1::CapabilityType type;
  type.set_kind(v1::CapabilityType::PRODUCT);
  type.mutable_display_name()->set_en(id);
  type.set_unit("H87");
  type.set_basis(v1::CapabilityType::RATE);
  if (!parent.empty()) type.add_parents(Full("capabilityTypes/" + parent));
  Put("capabilityTypes/" + id, type);
  return type;
}

v1::Enterprise TestCluster::Company(const std::string& id, const std::string& region) {
  v1::Enterprise enterprise;
  enterprise.set_kind(v1::Enterprise::COMPANY);
  enterprise.mutable_display_name()->set_en(id);
  v1::Site* site = enterprise.add_sites();
  site->set_site_id("seat");
  site->set_region_code(region);
  return enterprise;
}

void TestCluster::OwnedBy(v1::Enterprise* enterprise, const std::string& owner, double share, bool control) {
  v1::Ownership* ownership = enterprise->add_owners();
  if (owner.rfind("ext:", 0) == 0) {
    ownership->set_external_id(owner);
  } else {
    ownership->set_enterprise(Full("enterprises/" + owner));
  }
  ownership->set_share(share);
  ownership->set_control(control);
}

v1::Capability TestCluster::Offer(const std::string&, const std::string& type, double pieces) {
  v1::Capability capability;
  capability.set_capability_type(Full("capabilityTypes/" + type));
  capability.set_level(v1::VOLUME);
  v1::Rate* total = capability.mutable_capacity()->mutable_total();
  total->set_value(pieces);
  total->set_unit("H87");
  total->set_period(v1::YEAR);
  capability.mutable_capacity()->set_in_cluster_share(0);
  capability.mutable_capacity()->set_outside_share(0);
  capability.mutable_capacity()->set_free_share(1);
  *capability.mutable_evidence() = Verified(Date(2026, 5, 1));
  return capability;
}

void TestCluster::PutOffer(const std::string& enterprise, const std::string& id, const v1::Capability& capability) {
  Put("enterprises/" + enterprise + "/capabilities/" + id, capability);
}

void TestCluster::Supplier(const std::string& enterprise, const std::string& type, double pieces) {
  Put("enterprises/" + enterprise, Company(enterprise));
  PutOffer(enterprise, "c", Offer(enterprise, type, pieces));
}

v1::Segment* TestCluster::AddSegment(v1::Chain* chain, const std::string& id, const std::string& type, double pieces) {
  v1::Segment* segment = chain->add_segments();
  segment->set_segment_id(id);
  segment->mutable_requirement()->set_capability_type(Full("capabilityTypes/" + type));
  if (pieces < 0) return segment;
  v1::Rate* demand = segment->mutable_final_demand();
  demand->set_value(pieces);
  demand->set_unit("H87");
  demand->set_period(v1::YEAR);
  return segment;
}

v1::Input* TestCluster::AddInput(v1::Segment* fed, const std::string& from, double coefficient) {
  v1::Input* input = fed->add_inputs();
  input->set_segment(from);
  input->set_coefficient(coefficient);
  return input;
}

v1::SupplyLink TestCluster::Link(const std::string& supplier, const std::string& buyer, const std::string& type,
                                 long units) {
  v1::SupplyLink link;
  link.set_supplier(Full("enterprises/" + supplier));
  link.set_buyer(Full("enterprises/" + buyer));
  link.set_product_type(Full("capabilityTypes/" + type));
  if (units >= 0) {
    link.mutable_value()->set_currency_code("CNY");
    link.mutable_value()->set_units(units);
  }
  *link.mutable_evidence() = Verified(Date(2026, 5, 1));
  return link;
}

google::type::Date TestCluster::Date(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

v1::Evidence TestCluster::Verified(const google::type::Date& date) {
  v1::Evidence evidence;
  evidence.set_state(v1::Evidence::VERIFIED);
  evidence.set_verified_by("office");
  *evidence.mutable_date() = date;
  return evidence;
}

std::shared_ptr<const ClusterAnalysis> TestCluster::Analyse() {
  const model::SnapshotPtr snapshot = Snapshot();
  return AnalyzeFromScratch(snapshot, snapshot->cluster().as_of);
}

v1::Gap GapOf(const ClusterAnalysis& analysis, const std::string& segment, v1::GapKind kind) {
  v1::Gap gap;
  for (const GapRef& ref : analysis.gaps()) {
    if (ref.kind == kind && analysis.graph().nodes()[ref.segment].name == Full(segment)) FillGap(analysis, ref, &gap);
  }
  return gap;
}

v1::SegmentAssessment AssessmentOf(const ClusterAnalysis& analysis, const std::string& segment) {
  v1::SegmentAssessment assessment;
  FillAssessment(analysis, analysis.graph().Find(Full(segment)), &assessment);
  return assessment;
}

std::string VerdictsOf(const ClusterAnalysis& analysis, const std::string& segment, v1::GapKind kind) {
  const v1::SegmentAssessment assessment = AssessmentOf(analysis, segment);
  for (const v1::KindVerdict& verdict : assessment.verdicts()) {
    if (verdict.kind() == kind) {
      return {Letter(verdict.on_verified()), Letter(verdict.on_claimed()), Letter(verdict.on_possible())};
    }
  }
  return "";
}

std::string Dump(const ClusterAnalysis& analysis) {
  std::string text;
  for (const GapRef& ref : analysis.gaps()) {
    v1::Gap gap;
    FillGap(analysis, ref, &gap);
    gap.clear_revision();
    text += gap.DebugString() + "\n";
  }
  for (int i = 0; i < analysis.graph().size(); ++i) {
    v1::SegmentAssessment assessment;
    FillAssessment(analysis, i, &assessment);
    text += assessment.DebugString() + "\n";
  }
  google::protobuf::RepeatedPtrField<v1::DivergentPart> parts;
  FillDivergentParts(analysis, "", &parts);
  for (const v1::DivergentPart& part : parts) text += part.DebugString();
  return text;
}

}  // namespace bulian::gap
