#include "services/match/test_world.h"

#include <algorithm>
#include <set>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"

namespace bulian::match {
namespace {

int Draw(std::mt19937* random, int below) { return static_cast<int>((*random)() % static_cast<std::uint32_t>(below)); }
bool OneIn(std::mt19937* random, int n) { return Draw(random, n) == 0; }
std::string Id(const char* kind, int number) { return kind + std::to_string(number); }

void DrawInterval(std::mt19937* random, v1::Interval* interval) {
  const double min = Draw(random, 6);
  const bool metres = OneIn(random, 4);
  interval->set_unit(metres ? "MTR" : "MMT");
  const double factor = metres ? 0.001 : 1;
  if (!OneIn(random, 6)) interval->set_min(min * factor);
  if (!OneIn(random, 6)) interval->set_max((min + Draw(random, 5)) * factor);
}

void DrawWords(std::mt19937* random, v1::WordSet* words) {
  for (const char* word : {"copper", "Gold", "steel", "glass"}) {
    if (OneIn(random, 2)) words->add_words(word);
  }
  if (words->words().empty()) words->add_words("copper");
}

void DrawAttributes(std::mt19937* random, v1::Capability* capability) {
  for (const char* key : {"width", "material", "clean"}) {
    if (OneIn(random, 4)) continue;
    v1::Attribute* const attribute = capability->add_attributes();
    attribute->set_key(key);
    switch (OneIn(random, 10) ? Draw(random, 3) : static_cast<int>(key[0] == 'w' ? 0 : key[0] == 'm' ? 1 : 2)) {
      case 0:
        DrawInterval(random, attribute->mutable_interval());
        break;
      case 1:
        DrawWords(random, attribute->mutable_words());
        break;
      default:
        attribute->set_flag(OneIn(random, 2));
    }
  }
}

void DrawCapacity(std::mt19937* random, v1::Capability* capability) {
  if (OneIn(random, 4)) return;
  v1::Capacity* const capacity = capability->mutable_capacity();
  if (!OneIn(random, 5)) {
    v1::Rate* const total = capacity->mutable_total();
    total->set_value(Draw(random, 5) * 256);
    total->set_unit(OneIn(random, 8) ? "H87" : OneIn(random, 3) ? "TNE" : "KGM");
    total->set_period(OneIn(random, 2) ? v1::YEAR : v1::MONTH);
  }
  if (!OneIn(random, 3)) capacity->set_free_share(Draw(random, 3) * 0.25);
  if (OneIn(random, 2)) capacity->set_outside_share(0.25);
}

v1::Capability DrawCapability(const TestWorld& world, std::mt19937* random, int types) {
  v1::Capability capability;
  capability.set_capability_type(world.Name(Id("capabilityTypes/t", Draw(random, types))));
  capability.set_level(static_cast<v1::Level>(OneIn(random, 2) ? v1::VOLUME : Draw(random, 4)));
  DrawCapacity(random, &capability);
  DrawAttributes(random, &capability);
  if (!OneIn(random, 3)) capability.set_lead_time_days(Draw(random, 3) * 45);
  for (const char* scheme : {"ISO_9001", "IATF_16949"}) {
    if (OneIn(random, 3)) continue;
    v1::Certificate* const certificate = capability.add_certificates();
    certificate->set_scheme(scheme);
    if (OneIn(random, 2)) *certificate->mutable_valid_until() = model::ToDate(kTestDay - 2 + Draw(random, 4));
  }
  if (OneIn(random, 8)) *capability.mutable_valid_until() = model::ToDate(kTestDay - 1 + Draw(random, 3));
  if (OneIn(random, 8)) *capability.mutable_valid_from() = model::ToDate(kTestDay - 1 + Draw(random, 3));
  if (OneIn(random, 2)) {
    capability.mutable_evidence()->set_state(OneIn(random, 2) ? v1::Evidence::VERIFIED : v1::Evidence::CLAIMED);
    *capability.mutable_evidence()->mutable_date() = model::ToDate(kTestDay - Draw(random, 800));
  }
  if (OneIn(random, 3)) capability.set_site("plant");
  return capability;
}

void PutTypes(TestWorld* world, std::mt19937* random, int types) {
  for (int i = 0; i < types; ++i) {
    v1::CapabilityType type;
    type.mutable_display_name()->set_en(Id("type ", i));
    if (!OneIn(random, 8)) type.set_unit(OneIn(random, 8) ? "H87" : "KGM");
    for (int parent = 0; i > 0 && parent < 2; ++parent) {
      if (!OneIn(random, 3)) type.add_parents(world->Name(Id("capabilityTypes/t", Draw(random, i))));
    }
    if (OneIn(random, 3)) {
      v1::StandardCode* const code = type.add_codes();
      code->set_system("hs2022");
      code->set_code(Id("", Draw(random, types)));
    }
    if (OneIn(random, 6)) {
      type.add_equivalents("clusters/" + std::string(OneIn(random, 2) ? "a" : "b") +
                           Id("/capabilityTypes/t", Draw(random, types)));
    }
    world->Put(Id("capabilityTypes/t", i), type);
  }
}

const char* DrawRegion(std::mt19937* random) {
  constexpr const char* kRegions[] = {"500109", "500109", "500109", "500112", "500233", "330521", ""};
  return kRegions[Draw(random, 7)];
}

void PutEnterprises(TestWorld* world, std::mt19937* random, const TestSize& size) {
  for (int i = 0; i < size.enterprises; ++i) {
    v1::Enterprise enterprise;
    enterprise.set_kind(OneIn(random, 10) ? v1::Enterprise::ALLIANCE : v1::Enterprise::COMPANY);
    enterprise.mutable_display_name()->set_zh(Id("企业", i));
    for (const char* site : {"seat", "plant"}) {
      if (OneIn(random, 6)) continue;
      enterprise.add_sites()->set_site_id(site);
      enterprise.mutable_sites()->rbegin()->set_region_code(DrawRegion(random));
    }
    if (OneIn(random, 2)) enterprise.set_uscc(Id("USCC", i));
    if (OneIn(random, 4)) enterprise.set_lei(Id("LEI", i));
    world->Put(Id("enterprises/e", i), enterprise);
    const int capabilities = Draw(random, size.most_capabilities + 1);
    for (int c = 0; c < capabilities; ++c) {
      world->Put(Id("enterprises/e", i) + Id("/capabilities/c", c), DrawCapability(*world, random, size.types));
    }
  }
}

}  // namespace

void TestWorld::Put(const std::string& relative, const google::protobuf::Message& message) {
  records_.emplace_back(relative.empty() ? "clusters/" + cluster_ : Name(relative), message.SerializeAsString());
}

model::SnapshotPtr TestWorld::Build(std::uint32_t shuffle_seed) const {
  auto records = records_;
  if (shuffle_seed != 0) std::shuffle(records.begin(), records.end(), std::mt19937(shuffle_seed));
  model::SnapshotBuilder builder(cluster_);
  for (const auto& [name, bytes] : records) builder.Load(name, bytes, 1);
  builder.SetPosition({cluster_, "uid-" + cluster_, 1, 1, 0});
  return builder.Build();
}

TestWorld RandomWorld(const std::string& cluster, std::uint32_t seed, const TestSize& size) {
  std::mt19937 random(seed);
  TestWorld world(cluster);
  v1::Cluster record;
  record.add_region_codes("500109");
  *record.mutable_as_of() = model::ToDate(kTestDay);
  world.Put("", record);
  PutTypes(&world, &random, size.types);
  PutEnterprises(&world, &random, size);
  for (int i = 0; i < size.links; ++i) {
    v1::SupplyLink link;
    link.set_supplier(world.Name(Id("enterprises/e", Draw(&random, size.enterprises))));
    link.set_buyer(world.Name(Id("enterprises/e", Draw(&random, size.enterprises))));
    link.set_product_type(world.Name(Id("capabilityTypes/t", Draw(&random, size.types))));
    if (OneIn(&random, 3)) *link.mutable_valid_until() = model::ToDate(kTestDay - 1 + Draw(&random, 3));
    world.Put(Id("supplyLinks/l", i), link);
  }
  for (int i = 0; i < size.projects; ++i) {
    v1::Project project;
    project.set_state(static_cast<v1::Project::State>(1 + Draw(&random, 5)));
    project.set_owner(world.Name(Id("enterprises/e", Draw(&random, size.enterprises))));
    for (int c = 0; c <= Draw(&random, 3); ++c) {
      v1::PlannedCapability* const planned = project.add_planned_capabilities();
      planned->set_capability_id(Id("p", c));
      *planned->mutable_capability() = DrawCapability(world, &random, size.types);
    }
    world.Put(Id("projects/p", i), project);
  }
  return world;
}

v1::Requirement RandomRequirement(const TestWorld& world, std::mt19937* random, const TestSize& size) {
  v1::Requirement requirement;
  requirement.set_capability_type(world.Name(Id("capabilityTypes/t", Draw(random, size.types))));
  requirement.set_min_level(static_cast<v1::Level>(Draw(random, 4)));
  for (const char* key : {"width", "material", "clean"}) {
    if (!OneIn(random, 4)) continue;
    v1::AttributeRequirement* const attribute = requirement.add_attributes();
    attribute->set_key(key);
    attribute->set_relation(static_cast<v1::AttributeRequirement::Relation>(Draw(random, 4)));
    if (key[0] == 'w') DrawInterval(random, attribute->mutable_interval());
    if (key[0] == 'm') DrawWords(random, attribute->mutable_words());
    if (key[0] == 'c') attribute->set_flag(OneIn(random, 2));
  }
  if (OneIn(random, 4)) requirement.add_certificates("ISO_9001");
  if (OneIn(random, 6)) requirement.add_certificates("IATF_16949");
  return requirement;
}

Target RandomTarget(const TestWorld& world, const model::Snapshot& snapshot, std::mt19937* random,
                    const TestSize& size) {
  model::Violations violations;
  Target target = MakeTarget(snapshot, RandomRequirement(world, random, size), "requirement", &violations);
  target.as_of = kTestDay;
  if (!OneIn(random, 3)) {
    const double need = Draw(random, 4) * 512;
    target.need = {need, OneIn(random, 3) ? need * 2 : need};
    target.need_known = true;
  }
  v1::RankingWeights weights;
  if (OneIn(random, 2)) weights.set_embedding(Draw(random, 3));
  if (OneIn(random, 3)) weights.set_capacity(Draw(random, 2));
  target.weights = NormaliseWeights(&weights, v1::RankingWeights(), "weights", &violations);
  std::set<model::Row> neighbours;
  const model::Row types = snapshot.RowLimit(model::ResourceType::kCapabilityType);
  for (int i = Draw(random, 3); i > 0; --i) neighbours.insert(static_cast<model::Row>((*random)() % types));
  target.neighbour_types.assign(neighbours.begin(), neighbours.end());
  return target;
}

}  // namespace bulian::match
