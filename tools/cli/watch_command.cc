#include "tools/cli/watch_command.h"

#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "bulian/v1/exchange.grpc.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/protobuf/util/time_util.h"
#include "tools/cli/stream_follower.h"

namespace bulian::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Message* ResourceIn(const v1::ImportRecord& record) {
  const FieldDescriptor* field =
      record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0));
  return field == nullptr ? nullptr : &record.GetReflection()->GetMessage(record, field);
}

std::string NameIn(const v1::ImportRecord& record) {
  const Message* resource = ResourceIn(record);
  if (resource == nullptr) return "";
  return resource->GetReflection()->GetString(*resource, resource->GetDescriptor()->FindFieldByName("name"));
}

// Names of the fields in which two resources differ, but for those that always do.
std::string ChangedFields(const v1::ResourceChange& change) {
  const Message *before = ResourceIn(change.before()), *after = ResourceIn(change.after());
  std::string fields;
  if (before == nullptr || after == nullptr) return fields;
  for (int i = 0; i < after->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = after->GetDescriptor()->field(i);
    if (field->name() == "etag" || field->name() == "update_time") continue;
    google::protobuf::util::MessageDifferencer differ;
    if (!differ.CompareWithFields(*before, *after, {field}, {field}))
      fields += (fields.empty() ? "  " : ", ") + field->name();
  }
  return fields;
}

void ShowCommit(const v1::WatchChangesResponse& message) {
  const v1::Commit& commit = message.commit();
  const std::string& method = commit.method();
  std::cout << message.revision().number() << "  "
            << google::protobuf::util::TimeUtil::ToString(message.revision().commit_time()) << "  " << commit.actor()
            << "  " << method.substr(method.rfind('/') + 1) << '\n';
  for (const v1::ResourceChange& change : commit.changes()) {
    const char* mark = change.kind() == v1::CREATED ? "+" : change.kind() == v1::DELETED ? "-" : "~";
    std::cout << "  " << mark << ' ' << change.name() << ChangedFields(change) << '\n';
  }
}

void Show(const v1::WatchChangesResponse& message, const Options& options) {
  if (options.output == Output::kJson) {
    std::cout << ToJson(message, false);
  } else if (message.has_commit()) {
    ShowCommit(message);
  } else {
    for (const v1::ImportRecord& record : message.snapshot().records()) std::cout << "  = " << NameIn(record) << '\n';
    if (message.snapshot().snapshot_complete())
      std::cout << message.revision().number() << "  " << options.Word("snapshot complete", "快照完成") << '\n';
  }
  std::cout.flush();
}

v1::WatchChangesRequest RequestOf(const std::string& cluster, const WatchFlags& flags) {
  v1::WatchChangesRequest request;
  request.set_parent(cluster);
  for (const std::string& type : flags.types) {
    v1::WatchedType watched = v1::WATCHED_TYPE_UNSPECIFIED;
    v1::WatchedType_Parse(absl::AsciiStrToUpper(absl::StrReplaceAll(type, {{"-", "_"}})), &watched);
    request.add_types(watched);
  }
  for (const std::string& name : flags.names)
    request.add_names(name.rfind("clusters/", 0) == 0 ? name : cluster + "/" + name);
  if (!flags.resume.empty()) {
    request.set_resume_token(flags.resume);
  } else {
    request.set_position(flags.from == "earliest"   ? v1::EARLIEST
                         : flags.from == "snapshot" ? v1::SNAPSHOT_THEN_FOLLOW
                                                    : v1::NOW);
  }
  return request;
}

}  // namespace

const std::vector<std::string>& WatchedTypes() {
  static const std::vector<std::string> types = {"cluster", "enterprise",  "capability-type", "capability",
                                                 "chain",   "supply-link", "project",         "match"};
  return types;
}

int Watch(Connection& connection, const Options& options, const std::string& cluster, const WatchFlags& flags) {
  const auto stub = v1::ExchangeService::NewStub(connection.channel());
  return FollowStream<v1::WatchChangesResponse>(
      RequestOf(FullName(cluster), flags),
      [&](grpc::ClientContext* context, const v1::WatchChangesRequest& request) {
        return stub->WatchChanges(context, request);
      },
      [&](const v1::WatchChangesResponse& message) { Show(message, options); });
}

}  // namespace bulian::cli
