#include "tests/harness/synthetic_snapshot.h"

#include <algorithm>

#include "services/capability/capability_family.h"
#include "services/capability/capability_type_family.h"
#include "services/chain/chain_family.h"
#include "services/chain/supply_link_family.h"
#include "services/cluster/cluster_family.h"
#include "services/enterprise/enterprise_family.h"
#include "services/match_record/match_family.h"
#include "services/project/project_family.h"

namespace bulian::harness {

StoredRecords RecordsOf(const loadgen::Synthetic& synthetic) {
  StoredRecords records;
  records.reserve(static_cast<std::size_t>(synthetic.record_count()));
  v1::ImportRecord record;
  for (std::int64_t i = 0; i < synthetic.record_count(); ++i) {
    synthetic.Record(i, &record);
    const auto* field = record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0));
    google::protobuf::Message* message = record.GetReflection()->MutableMessage(&record, field);
    const auto* name = message->GetDescriptor()->FindFieldByName("name");
    const std::string full = message->GetReflection()->GetString(*message, name);
    message->GetReflection()->ClearField(message, name);
    records.emplace_back(full, message->SerializeAsString());
  }
  std::sort(records.begin(), records.end());
  return records;
}

model::SnapshotPtr SnapshotOf(const loadgen::Synthetic& synthetic, const StoredRecords& records) {
  const std::string& cluster = synthetic.options().cluster;
  model::SnapshotBuilder builder(cluster);
  for (const auto& [name, bytes] : records) builder.Load(name, bytes, 1);
  builder.SetPosition({cluster, "0123456789abcdef", 1, 1, 0});
  return builder.Build();
}

std::shared_ptr<const resource::Families> AllFamilies() {
  auto families = std::make_shared<resource::Families>();
  for (resource::Family (*family)() :
       {cluster::ClusterFamily, enterprise::EnterpriseFamily, capability::CapabilityFamily,
        capability::CapabilityTypeFamily, chain::ChainFamily, chain::SupplyLinkFamily, project::ProjectFamily,
        match_record::MatchFamily})
    families->Add(family());
  return families;
}

}  // namespace bulian::harness
