#include "services/model/record_resource.h"

#include <cstdlib>

namespace bulian::model {

google::protobuf::Message* MutableResource(ResourceType type, v1::ImportRecord* record) {
  switch (type) {
    case ResourceType::kCluster:
      return record->mutable_cluster();
    case ResourceType::kCapabilityType:
      return record->mutable_capability_type();
    case ResourceType::kEnterprise:
      return record->mutable_enterprise();
    case ResourceType::kCapability:
      return record->mutable_capability();
    case ResourceType::kChain:
      return record->mutable_chain();
    case ResourceType::kSupplyLink:
      return record->mutable_supply_link();
    case ResourceType::kProject:
      return record->mutable_project();
    case ResourceType::kMatch:
      return record->mutable_match();
  }
  std::abort();
}

}  // namespace bulian::model
