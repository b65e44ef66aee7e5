// The standard methods by resource name: which service, which messages. One row a resource type.
#ifndef TOOLS_CLI_RESOURCE_CALLS_H_
#define TOOLS_CLI_RESOURCE_CALLS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "tools/cli/connection.h"
#include "tools/cli/options.h"
#include "tools/cli/table.h"

namespace bulian::cli {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

struct ResourceCalls {
  std::string_view collection;  // `enterprises`
  std::string_view service;     // `EnterpriseService`
  std::string_view singular;    // `Enterprise`, of methods and messages
  std::string_view plural;      // `Enterprises`
  std::string_view field;       // `enterprise`, of request messages and of ImportRecord

  std::string Method(std::string_view verb) const;  // `bulian.v1.EnterpriseService/GetEnterprise` for `Get`
  MessagePtr Request(std::string_view verb) const;  // an empty `GetEnterpriseRequest`
  MessagePtr NewResource() const;
};

// By a resource's name, by a collection's name (`clusters/c/enterprises`), or by the field of an ImportRecord; null if
// none.
const ResourceCalls* FindByName(std::string_view name);
const ResourceCalls* FindByCollection(std::string_view collection_name);
const ResourceCalls* FindByField(std::string_view field);

// Fields of messages by name; no-ops if the message has no such field.
void SetString(google::protobuf::Message* message, const char* field, std::string_view value);
void SetBool(google::protobuf::Message* message, const char* field, bool value);
void SetInt(google::protobuf::Message* message, const char* field, int value);
std::string GetString(const google::protobuf::Message& message, const char* field);

// A table of resources of one type, and a row of it.
Table ResourceTable(const ResourceCalls& calls, const Options& options);
void AddResourceRow(const google::protobuf::Message& resource, const Options& options, Table* table);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_RESOURCE_CALLS_H_
