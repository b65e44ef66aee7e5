// Lines of an import file, through the client's reader and the server's rules for a record by itself. A record that is
// accepted is in its stored form: taken again it is accepted and the same.
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/capability/capability_family.h"
#include "services/capability/capability_type_family.h"
#include "services/chain/chain_family.h"
#include "services/chain/supply_link_family.h"
#include "services/cluster/cluster_family.h"
#include "services/enterprise/enterprise_family.h"
#include "services/exchange/import_record.h"
#include "services/match_record/match_family.h"
#include "services/project/project_family.h"
#include "tests/fuzz/fuzz_check.h"
#include "tools/cli/record_source.h"

namespace bulian {
namespace {

constexpr char kParent[] = "clusters/c";

const resource::Families& Families() {
  static const resource::Families* const families = [] {
    auto* made = new resource::Families;
    made->Add(cluster::ClusterFamily());
    made->Add(enterprise::EnterpriseFamily());
    made->Add(capability::CapabilityTypeFamily());
    made->Add(capability::CapabilityFamily());
    made->Add(chain::ChainFamily());
    made->Add(chain::SupplyLinkFamily());
    made->Add(project::ProjectFamily());
    made->Add(match_record::MatchFamily());
    return made;
  }();
  return *families;
}

// The record that holds a copy of a resource.
v1::ImportRecord RecordOf(const google::protobuf::Message& resource) {
  v1::ImportRecord record;
  const auto* type = record.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->message_type() == resource.GetDescriptor())
      record.GetReflection()->MutableMessage(&record, type->field(i))->CopyFrom(resource);
  }
  return record;
}

void CheckTaken(v1::ImportRecord message) {
  const std::unique_ptr<exchange::Record> record = exchange::TakeRecord(1, 0, kParent, Families(), &message);
  const exchange::Record& taken = *record;
  using State = exchange::Record::State;
  FUZZ_CHECK(taken.state == State::kOpen || (taken.state == State::kRejected && !taken.status.ok()));
  if (taken.state != State::kOpen) return;
  FUZZ_CHECK(taken.resource != nullptr);
  exchange::KeysOf(taken, kParent);
  v1::ImportRecord stored = RecordOf(*taken.resource);
  const std::unique_ptr<exchange::Record> again = exchange::TakeRecord(1, 0, kParent, Families(), &stored);
  FUZZ_CHECK(again->state == State::kOpen);
  FUZZ_CHECK(google::protobuf::util::MessageDifferencer::Equals(*again->resource, *taken.resource));
}

}  // namespace
}  // namespace bulian

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = cli::JsonRecords("fuzz", std::make_unique<std::istringstream>(text), 0);
  v1::ImportRecord record;
  cli::Place place;
  std::string error;
  for (int line = 0;;) {
    const auto result = source->Next(&record, &place, &error);
    if (result == cli::RecordSource::Result::kEnd) return 0;
    FUZZ_CHECK(place.line > line);
    line = place.line;
    if (result == cli::RecordSource::Result::kBroken) {
      FUZZ_CHECK(!error.empty());
      continue;
    }
    std::string printed;
    FUZZ_CHECK(google::protobuf::util::MessageToJsonString(record, &printed).ok());
    CheckTaken(record);
  }
}
