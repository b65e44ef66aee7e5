#include "services/exchange/exchange_service.h"

#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/exchange.pb.h"
#include "services/exchange/change_topic.h"
#include "services/exchange/export.h"
#include "services/exchange/import_session.h"
#include "services/model/error.h"
#include "services/model/record_resource.h"
#include "services/resource/resource_message.h"
#include "services/resource/standard_methods.h"
#include "services/store/archive.h"

namespace bulian::exchange {
namespace {

using model::ResourceType;

// A message stays well under the 4 MiB that gRPC clients take by default.
constexpr std::size_t kMaxExportBytes = 1 << 20;
constexpr char kAllClusters[] = "clusters/-";

absl::Status Import(const resource::Context& context, rpc::CallContext& call,
                    rpc::StreamReader<v1::ImportRequest>& reader, rpc::StreamWriter<v1::ImportResponse>& writer) {
  return ImportSession(&context, &call, &writer, ImportSession::Limits()).Serve(reader);
}

absl::Status Export(const resource::Context& context, rpc::CallContext& call, const v1::ExportRequest& request,
                    rpc::StreamWriter<v1::ExportResponse>& writer) {
  const auto parsed = model::ParseResourceName(request.parent());
  if (!parsed || parsed->type != ResourceType::kCluster) {
    model::Violations violations;
    violations.Add("parent", request.parent().empty() ? "is required" : "must be `clusters/{cluster}`");
    return violations.ToStatus();
  }
  const auto snapshot = context.views->Resolve(parsed->cluster, request.read_at(), {call.deadline, call.is_cancelled});
  if (!snapshot.ok()) return snapshot.status();
  if ((*snapshot)->Find(ResourceType::kCluster, request.parent()) == model::kNoRow)
    return model::NotFound(request.parent());
  resource::AddRevisionTrailer(call, **snapshot);
  v1::ExportResponse part;
  *part.mutable_revision() = (*snapshot)->position().ToProto();
  std::size_t bytes = 0;
  ResourceType last_type = ResourceType::kCluster;
  bool going = true;
  const auto flush = [&] {
    if (!part.records().empty()) going = writer.Write(part);
    part.clear_records();
    bytes = 0;
  };
  VisitInImportOrder(**snapshot, context.families, [&](ResourceType type, model::Row row) {
    // Chains begin a message of their own, so that those that name each other come together.
    const bool new_part = type != last_type && type == ResourceType::kChain;
    if (new_part || part.records_size() == kMaxRecordsInMessage || bytes >= kMaxExportBytes) flush();
    last_type = type;
    bytes += (*snapshot)->RecordBytes(type, row).size();
    resource::ReadResource(**snapshot, type, row, model::MutableResource(type, part.add_records()));
    return going;
  });
  if (going) flush();
  return going ? absl::OkStatus() : call.CheckAlive();
}

// Why a message could not be sent.
absl::Status Ended(const rpc::CallContext& call) {
  absl::Status status = call.CheckAlive();
  return status.ok() ? absl::CancelledError("the caller has gone") : status;
}

absl::StatusOr<std::vector<std::string>> LogsToBackUp(store::Store& store, const std::string& parent) {
  std::vector<std::string> names;
  if (parent == kAllClusters) {
    const auto logs = store.ListLogs();
    if (!logs.ok()) return logs.status();
    for (const auto& [name, position] : *logs) names.push_back(name);
    return names;
  }
  const auto parsed = model::ParseResourceName(parent);
  if (!parsed || parsed->type != ResourceType::kCluster) {
    model::Violations violations;
    violations.Add("parent", parent.empty() ? "is required" : "must be `clusters/{cluster}` or `clusters/-`");
    return violations.ToStatus();
  }
  names.emplace_back(parsed->cluster);
  return names;
}

absl::Status Backup(const resource::Context& context, rpc::CallContext& call, const v1::BackupRequest& request,
                    rpc::StreamWriter<v1::BackupResponse>& writer) {
  const auto logs = LogsToBackUp(*context.store, request.parent());
  if (!logs.ok()) return logs.status();
  v1::BackupResponse part;
  return store::WriteArchive(*context.store, *logs,
                             [&](std::string_view bytes) {
                               absl::Status status;
                               for (; status.ok() && !bytes.empty(); bytes.remove_prefix(part.data().size())) {
                                 part.set_data(std::string(bytes.substr(0, kMaxExportBytes)));
                                 if (!writer.Write(part)) status = Ended(call);
                               }
                               return status;
                             })
      .status();
}

}  // namespace

void RegisterExchangeService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  const std::shared_ptr<const resource::Context> shared = context;
  table.Bidi<v1::ImportRequest, v1::ImportResponse>(
      "bulian.v1.ExchangeService/Import",
      [shared](auto& call, auto& reader, auto& writer) { return Import(*shared, call, reader, writer); });
  table.ServerStream<v1::ExportRequest, v1::ExportResponse>(
      "bulian.v1.ExchangeService/Export",
      [shared](auto& call, const auto& request, auto& writer) { return Export(*shared, call, request, writer); });
  table.ServerStream<v1::BackupRequest, v1::BackupResponse>(
      "bulian.v1.ExchangeService/Backup",
      [shared](auto& call, const auto& request, auto& writer) { return Backup(*shared, call, request, writer); });
}

void RegisterWatch(rpc::MethodTable& table, const std::shared_ptr<const resource::Context>& context, watch::Hub* hub) {
  table.Feed<v1::WatchChangesRequest, v1::WatchChangesResponse>(
      "bulian.v1.ExchangeService/WatchChanges",
      [context, hub](rpc::CallContext&, const v1::WatchChangesRequest& request,
                     const std::shared_ptr<rpc::Feed>& feed) {
        auto query = ReadWatchRequest(request, *context->page_tokens);
        if (query.ok()) hub->Add(std::make_unique<ChangeTopic>(*std::move(query), context), feed);
        return query.status();
      });
}

}  // namespace bulian::exchange
