#include "services/rpc/reflection.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

constexpr std::string_view kHidden = "bulian.internal";

// What may be described.
class Catalogue {
 public:
  explicit Catalogue(const MethodTable& methods) {
    for (const auto& [name, method] : methods.methods()) services_.insert(name.substr(0, name.find('/')));
    for (const char* own : {"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}) {
      services_.insert(own);
    }
    for (const std::string& service : services_) {
      const auto* descriptor = DescriptorPool::generated_pool()->FindServiceByName(service);
      if (descriptor != nullptr) Allow(descriptor->file());
    }
  }

  void Answer(const ServerReflectionRequest& request, std::set<const FileDescriptor*>* sent,
              ServerReflectionResponse* response) const {
    response->set_valid_host(request.host());
    *response->mutable_original_request() = request;
    switch (request.message_request_case()) {
      case ServerReflectionRequest::kListServices:
        for (const std::string& service : services_)
          response->mutable_list_services_response()->add_service()->set_name(service);
        return;
      case ServerReflectionRequest::kFileByFilename:
        return Describe(pool().FindFileByName(request.file_by_filename()), sent, response);
      case ServerReflectionRequest::kFileContainingSymbol:
        return Describe(pool().FindFileContainingSymbol(request.file_containing_symbol()), sent, response);
      case ServerReflectionRequest::kFileContainingExtension:
        return DescribeExtension(request, sent, response);
      case ServerReflectionRequest::kAllExtensionNumbersOfType:
        return ListExtensions(request, response);
      case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
        break;
    }
    Refuse(absl::StatusCode::kInvalidArgument, "the request asks nothing", response);
  }

 private:
  static const DescriptorPool& pool() { return *DescriptorPool::generated_pool(); }

  static void Refuse(absl::StatusCode code, const std::string& message, ServerReflectionResponse* response) {
    response->mutable_error_response()->set_error_code(static_cast<int>(code));
    response->mutable_error_response()->set_error_message(message);
  }

  void Allow(const FileDescriptor* file) {
    if (std::string_view(file->package()).starts_with(kHidden) || !files_.insert(file).second) return;
    for (int i = 0; i < file->dependency_count(); ++i) Allow(file->dependency(i));
  }

  // The file, and the files it needs that this stream did not send yet.
  void Describe(const FileDescriptor* file, std::set<const FileDescriptor*>* sent,
                ServerReflectionResponse* response) const {
    if (file == nullptr || !files_.contains(file)) {
      return Refuse(absl::StatusCode::kNotFound, "not described here", response);
    }
    sent->erase(file);  // asked for by name: sent again
    AddFiles(file, sent, response);
  }

  void AddFiles(const FileDescriptor* file, std::set<const FileDescriptor*>* sent,
                ServerReflectionResponse* response) const {
    if (!files_.contains(file) || !sent->insert(file).second) return;
    google::protobuf::FileDescriptorProto proto;
    file->CopyTo(&proto);
    response->mutable_file_descriptor_response()->add_file_descriptor_proto(proto.SerializeAsString());
    for (int i = 0; i < file->dependency_count(); ++i) AddFiles(file->dependency(i), sent, response);
  }

  void DescribeExtension(const ServerReflectionRequest& request, std::set<const FileDescriptor*>* sent,
                         ServerReflectionResponse* response) const {
    const auto& wanted = request.file_containing_extension();
    const auto* type = pool().FindMessageTypeByName(wanted.containing_type());
    const auto* extension = type == nullptr ? nullptr : pool().FindExtensionByNumber(type, wanted.extension_number());
    Describe(extension == nullptr ? nullptr : extension->file(), sent, response);
  }

  void ListExtensions(const ServerReflectionRequest& request, ServerReflectionResponse* response) const {
    const auto* type = pool().FindMessageTypeByName(request.all_extension_numbers_of_type());
    if (type == nullptr || !files_.contains(type->file())) {
      return Refuse(absl::StatusCode::kNotFound, "not described here", response);
    }
    std::vector<const google::protobuf::FieldDescriptor*> extensions;
    pool().FindAllExtensions(type, &extensions);
    std::set<int> numbers;
    for (const auto* extension : extensions) {
      if (files_.contains(extension->file())) numbers.insert(extension->number());
    }
    auto* answer = response->mutable_all_extension_numbers_response();
    answer->set_base_type_name(type->full_name());
    for (const int number : numbers) answer->add_extension_number(number);
  }

  std::set<std::string> services_;
  std::set<const FileDescriptor*> files_;
};

// The messages of v1alpha are those of v1 on the wire; either side is read and written as v1.
template <class To, class From>
To Convert(const From& from) {
  To to;
  to.ParseFromString(from.SerializeAsString());
  return to;
}

template <class Request, class Response>
absl::Status Serve(const Catalogue& catalogue, StreamReader<Request>& reader, StreamWriter<Response>& writer) {
  std::set<const FileDescriptor*> sent;
  for (Request request;;) {
    const auto more = reader.Read(&request);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    ServerReflectionResponse response;
    catalogue.Answer(Convert<ServerReflectionRequest>(request), &sent, &response);
    if (!writer.Write(Convert<Response>(response))) return absl::OkStatus();
  }
}

template <class Request, class Response>
void Register(MethodTable& methods, const std::string& service, const std::shared_ptr<const Catalogue>& catalogue) {
  methods.Bidi<Request, Response>(
      service + "/ServerReflectionInfo",
      [catalogue](CallContext&, StreamReader<Request>& reader, StreamWriter<Response>& writer) {
        return Serve(*catalogue, reader, writer);
      });
}

}  // namespace

void RegisterReflectionService(MethodTable& methods) {
  const auto catalogue = std::make_shared<const Catalogue>(methods);
  Register<ServerReflectionRequest, ServerReflectionResponse>(methods, "grpc.reflection.v1.ServerReflection",
                                                              catalogue);
  namespace alpha = grpc::reflection::v1alpha;
  Register<alpha::ServerReflectionRequest, alpha::ServerReflectionResponse>(
      methods, "grpc.reflection.v1alpha.ServerReflection", catalogue);
}

}  // namespace bulian::rpc
