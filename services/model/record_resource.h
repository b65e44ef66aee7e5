// The resource in an ImportRecord by its type, for all that make or read records. Pure, thread-safe.
#ifndef SERVICES_MODEL_RECORD_RESOURCE_H_
#define SERVICES_MODEL_RECORD_RESOURCE_H_

#include "bulian/v1/exchange.pb.h"
#include "google/protobuf/message.h"
#include "services/model/resource_name.h"

namespace bulian::model {

// The record's resource of this type, made if it has another or none. Belongs to the record.
google::protobuf::Message* MutableResource(ResourceType type, v1::ImportRecord* record);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_RECORD_RESOURCE_H_
