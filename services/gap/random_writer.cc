#include "services/gap/random_writer.h"

namespace bulian::gap {
namespace {

std::string FullName(const std::string& collection, const std::string& id) {
  return "clusters/t/" + collection + "/" + id;
}

}  // namespace

void RandomWriter::Write() {
  switch (Pick(12)) {
    case 0:
      return WriteType();
    case 1:
    case 2:
      return WriteEnterprise();
    case 3:
    case 4:
    case 5:
      return WriteOffer();
    case 6:
    case 7:
      return WriteLink();
    case 8:
      return WriteProject();
    case 9:
    case 10:
      return WriteChain();
    default:
      return Pick(4) == 0 ? WriteCluster() : Delete();
  }
}

void RandomWriter::WriteType() {
  const int id = Pick(6);
  // Parents have smaller numbers, so that there is no cycle.
  v1::CapabilityType type =
      cluster_.Type("t" + std::to_string(id), id > 0 && Pick(3) > 0 ? "t" + std::to_string(Pick(id)) : "");
  if (Pick(6) == 0) type.set_unit(Pick(2) == 0 ? "" : "KGM");
  if (Pick(8) == 0) type.set_basis(v1::CapabilityType::STOCK);
  cluster_.Put("capabilityTypes/t" + std::to_string(id), type);
}

void RandomWriter::WriteEnterprise() {
  const char* regions[] = {"330502", "330500", "110000", ""};
  v1::Enterprise enterprise = cluster_.Company("e", regions[Pick(4)]);
  if (Pick(6) == 0) enterprise.set_kind(v1::Enterprise::GOVERNMENT);
  if (Pick(8) == 0) enterprise.set_kind(v1::Enterprise::ALLIANCE);
  const int owners = Pick(3);
  for (int i = 0; i < owners; ++i) {
    cluster_.OwnedBy(&enterprise, Pick(4) == 0 ? "ext:" + Name("x", 2) : Name("e", 8), 0.3 + 0.3 * Pick(3),
                     Pick(4) == 0);
    if (Pick(5) == 0) *enterprise.mutable_owners(i)->mutable_valid_until() = TestCluster::Date(2026, 1 + Pick(12), 1);
  }
  cluster_.Put("enterprises/" + Name("e", 8), enterprise);
}

v1::Capability RandomWriter::RandomOffer() {
  v1::Capability offer = cluster_.Offer("", Name("t", 6), 1 + Pick(200));
  if (Pick(4) == 0) offer.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  if (Pick(5) == 0) *offer.mutable_evidence()->mutable_date() = TestCluster::Date(2024, 1, 1);
  if (Pick(5) == 0) offer.clear_capacity();
  if (Pick(5) == 0) offer.mutable_capacity()->clear_free_share();
  if (Pick(6) == 0) offer.set_level(static_cast<v1::Level>(Pick(4)));
  if (Pick(6) == 0) *offer.mutable_valid_until() = TestCluster::Date(2026, 1 + Pick(12), 1);
  if (Pick(3) == 0) offer.add_pool_loads()->set_pool(Name("pool", 2));
  if (Pick(3) == 0) offer.add_certificates()->set_scheme("ISO_9001");
  return offer;
}

void RandomWriter::WriteOffer() { cluster_.PutOffer(Name("e", 8), Name("c", 3), RandomOffer()); }

void RandomWriter::WriteLink() {
  v1::SupplyLink link = cluster_.Link(Name("e", 8), Name("e", 8), Name("t", 6), Pick(5) == 0 ? -1 : Pick(100));
  if (Pick(4) == 0) link.mutable_evidence()->set_state(v1::Evidence::CLAIMED);
  if (Pick(6) == 0) link.mutable_value()->set_currency_code("USD");
  cluster_.Put("supplyLinks/" + Name("l", 10), link);
}

void RandomWriter::WriteProject() {
  v1::Project project;
  project.set_state(static_cast<v1::Project::State>(1 + Pick(5)));
  project.set_owner(FullName("enterprises", Name("e", 8)));
  if (Pick(2) == 0) *project.mutable_production_date() = TestCluster::Date(2027, 1 + Pick(12), 1);
  v1::PlannedCapability* planned = project.add_planned_capabilities();
  planned->set_capability_id("new");
  *planned->mutable_capability() = RandomOffer();
  cluster_.Put("projects/" + Name("p", 4), project);
}

void RandomWriter::WriteChain() {
  v1::Chain chain;
  const int segments = 1 + Pick(5);
  for (int i = 0; i < segments; ++i) {
    v1::Segment* segment =
        TestCluster::AddSegment(&chain, "s" + std::to_string(i), Name("t", 7), Pick(2) == 0 ? Pick(300) : -1);
    segment->set_priority(Pick(3));
    if (Pick(4) == 0) segment->mutable_requirement()->add_certificates("ISO_9001");
    if (Pick(5) == 0) segment->mutable_policy()->set_min_suppliers(1 + Pick(3));
    const int inputs = Pick(3);
    for (int k = 0; k < inputs; ++k) {
      const std::string from = Name("s", 5);
      v1::Input* input = TestCluster::AddInput(
          segment, Pick(4) == 0 ? FullName("chains", Name("k", 3)) + "/segments/" + from : from, Pick(4) * 0.4);
      if (Pick(8) == 0) input->clear_coefficient();
      if (Pick(4) == 0) input->set_alternatives_group("g");
    }
  }
  cluster_.Put("chains/" + Name("k", 3), chain);
}

void RandomWriter::WriteCluster() {
  v1::Cluster cluster;
  cluster.add_region_codes("330500");
  if (Pick(3) == 0) cluster.add_region_codes("110000");
  *cluster.mutable_as_of() = TestCluster::Date(2026, 6, 1 + Pick(2));
  if (Pick(3) == 0) cluster.mutable_policy()->set_min_suppliers(1 + Pick(3));
  cluster_.Put("", cluster);
}

void RandomWriter::Delete() {
  const std::string names[] = {
      "enterprises/" + Name("e", 8), "capabilityTypes/" + Name("t", 6),
      "chains/" + Name("k", 3),      "supplyLinks/" + Name("l", 10),
      "projects/" + Name("p", 4),    "enterprises/" + Name("e", 8) + "/capabilities/" + Name("c", 3)};
  const std::string& name = names[Pick(6)];
  if (model::SnapshotPtr now = cluster_.Snapshot(); true) {
    const auto parsed = model::ParseResourceName("clusters/t/" + name);
    if (now->Find(parsed->type, name) == model::kNoRow) return;
  }
  cluster_.Delete(name);
}

}  // namespace bulian::gap
