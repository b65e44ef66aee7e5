// Create, Get, List, Update, Delete and BatchGet of one resource type, for any message types of the usual shape
// (AIP-131 to 135, 231). Thread-safe; immutable after construction.
//
// Permission is the pipeline's matter and is decided before a handler runs, so existence is never told to a caller who
// may not read. All may block: reads wait for `read_at.min_revision`, writes for the store.
#ifndef SERVICES_RESOURCE_STANDARD_METHODS_H_
#define SERVICES_RESOURCE_STANDARD_METHODS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "services/resource/context.h"
#include "services/resource/request_shape.h"
#include "services/resource/writer.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"

namespace bulian::resource {

inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMaxPageSize = 1000;
inline constexpr int kMaxBatchGet = 1000;

// Which rows are listed: those in `rows` (null: all) for which `passes` holds (empty: for all).
struct RowFilter {
  std::shared_ptr<const model::RowMask> rows;
  std::function<bool(model::Row)> passes;
  bool Holds(model::Row row) const { return (!rows || rows->Test(row)) && (!passes || passes(row)); }
};
// Makes the filter of a list request for a snapshot, or adds violations (`filter.kinds[0]`).
using FilterFactory = std::function<RowFilter(const google::protobuf::Message& request,
                                              const model::SnapshotPtr& snapshot, model::Violations*)>;

class StandardMethods {
 public:
  // The context's families are complete when the first call comes.
  StandardMethods(std::shared_ptr<const Context> context, model::ResourceType type, FilterFactory filter = {});

  absl::Status Create(rpc::CallContext& call, const google::protobuf::Message& request,
                      google::protobuf::Message* resource) const;
  absl::Status Get(rpc::CallContext& call, const google::protobuf::Message& request,
                   google::protobuf::Message* resource) const;
  absl::Status List(rpc::CallContext& call, const google::protobuf::Message& request,
                    google::protobuf::Message* response) const;
  absl::Status Update(rpc::CallContext& call, const google::protobuf::Message& request,
                      google::protobuf::Message* resource) const;
  absl::Status Delete(rpc::CallContext& call, const google::protobuf::Message& request) const;
  absl::Status BatchGet(rpc::CallContext& call, const google::protobuf::Message& request,
                        google::protobuf::Message* response) const;

 private:
  const Family& family() const { return context_->families.Of(type_); }
  RequestShape ShapeOf(const google::protobuf::Message& message) const;
  // Pattern of the type's names and parents, for messages.
  std::string NamePattern() const;
  bool IsParent(std::string_view parent, bool wildcard) const;
  // The name must be one of the type; a violation otherwise.
  bool CheckName(std::string_view name, std::string_view field, model::Violations* violations) const;
  absl::Status Answer(rpc::CallContext& call, const WriteResult& result, const std::string& name, bool validate_only,
                      std::unique_ptr<google::protobuf::Message> preview, google::protobuf::Message* resource) const;
  absl::Status StageCreate(const std::string& name, const google::protobuf::Message& wanted, const FieldPath& field,
                           Overlay& overlay, const Stamper& stamper, google::protobuf::Message* staged) const;
  absl::Status StageUpdate(const google::protobuf::Message& request, const RequestShape& shape, Overlay& overlay,
                           const Stamper& stamper, google::protobuf::Message* staged) const;
  // The call's own violations, and with them those of the resource as the update would leave it.
  absl::Status RefuseUpdate(const google::protobuf::Message& request, const RequestShape& shape,
                            model::Violations violations) const;
  absl::Status StageDelete(const google::protobuf::Message& request, const RequestShape& shape, Overlay& overlay) const;
  absl::Status OpenList(rpc::CallContext& call, const google::protobuf::Message& request, const RequestShape& shape,
                        model::SnapshotPtr* snapshot, rpc::PageCursor* cursor) const;

  std::shared_ptr<const Context> context_;
  model::ResourceType type_;
  FilterFactory filter_;
};

// The message types of one resource's methods.
template <class ResourceT, class CreateT, class GetT, class ListT, class ListResponseT, class UpdateT, class DeleteT,
          class BatchGetT, class BatchGetResponseT>
struct MethodTypes {
  using Resource = ResourceT;
  using Create = CreateT;
  using Get = GetT;
  using List = ListT;
  using ListResponse = ListResponseT;
  using Update = UpdateT;
  using Delete = DeleteT;
  using BatchGet = BatchGetT;
  using BatchGetResponse = BatchGetResponseT;
};

// Adds the reads and the writes but Delete. `service` like `bulian.v1.EnterpriseService`, `singular` like `Enterprise`,
// `plural` like `Enterprises`.
template <class Types>
void RegisterAllButDelete(rpc::MethodTable& table, std::string_view service, std::string_view singular,
                          std::string_view plural, const std::shared_ptr<const StandardMethods>& methods) {
  const auto name = [&](std::string_view verb, std::string_view noun) {
    return std::string(service) + "/" + std::string(verb) + std::string(noun);
  };
  table.Unary<typename Types::Create, typename Types::Resource>(
      name("Create", singular), rpc::Weight::kHeavy,
      [methods](rpc::CallContext& call, const auto& request, auto* resource) {
        return methods->Create(call, request, resource);
      });
  table.Unary<typename Types::Get, typename Types::Resource>(
      name("Get", singular), rpc::Weight::kHeavy,
      [methods](rpc::CallContext& call, const auto& request, auto* resource) {
        return methods->Get(call, request, resource);
      });
  table.Unary<typename Types::List, typename Types::ListResponse>(
      name("List", plural), rpc::Weight::kHeavy,
      [methods](rpc::CallContext& call, const auto& request, auto* response) {
        return methods->List(call, request, response);
      });
  table.Unary<typename Types::Update, typename Types::Resource>(
      name("Update", singular), rpc::Weight::kHeavy,
      [methods](rpc::CallContext& call, const auto& request, auto* resource) {
        return methods->Update(call, request, resource);
      });
  table.Unary<typename Types::BatchGet, typename Types::BatchGetResponse>(
      name("BatchGet", plural), rpc::Weight::kHeavy,
      [methods](rpc::CallContext& call, const auto& request, auto* response) {
        return methods->BatchGet(call, request, response);
      });
}

// All six. EmptyT is google.protobuf.Empty.
template <class Types, class EmptyT>
void RegisterStandardMethods(rpc::MethodTable& table, std::string_view service, std::string_view singular,
                             std::string_view plural, const std::shared_ptr<const StandardMethods>& methods) {
  RegisterAllButDelete<Types>(table, service, singular, plural, methods);
  table.Unary<typename Types::Delete, EmptyT>(
      std::string(service) + "/Delete" + std::string(singular), rpc::Weight::kHeavy,
      [methods](rpc::CallContext& call, const auto& request, EmptyT*) { return methods->Delete(call, request); });
}

// Adds the `bulian-revision` trailer.
void AddRevisionTrailer(rpc::CallContext& call, const model::Snapshot& snapshot);

// ABORTED/ETAG_MISMATCH.
absl::Status EtagMismatch(std::string_view name, std::string_view etag);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_STANDARD_METHODS_H_
