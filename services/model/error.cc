#include "services/model/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace bulian::model {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com/";
constexpr std::size_t kMaxViolationsSent = 100;

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(absl::StrCat(kTypePrefix.data(), Detail::descriptor()->full_name()),
                    absl::Cord(detail.SerializeAsString()));
}

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

absl::Status ResourceError(absl::StatusCode code, v1::ErrorReason reason, std::string_view what,
                           std::string_view name) {
  absl::Status status = Error(code, reason, std::string(what) + std::string(name), {{"name", std::string(name)}});
  google::rpc::ResourceInfo info;
  info.set_resource_name(std::string(name));
  Attach(status, info);
  return status;
}

}  // namespace

absl::Status Error(absl::StatusCode code, v1::ErrorReason reason, std::string_view message,
                   const ErrorMetadata& metadata) {
  absl::Status status(code, ToAbsl(message));
  google::rpc::ErrorInfo info;
  info.set_reason(v1::ErrorReason_Name(reason));
  info.set_domain("bulian");
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(status, info);
  return status;
}

absl::Status NotFound(std::string_view name) {
  return ResourceError(absl::StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND, "there is no ", name);
}

absl::Status AlreadyExists(std::string_view name) {
  return ResourceError(absl::StatusCode::kAlreadyExists, v1::RESOURCE_EXISTS, "there is already a ", name);
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  const auto payload =
      status.GetPayload(absl::StrCat(kTypePrefix.data(), google::rpc::ErrorInfo::descriptor()->full_name()));
  google::rpc::ErrorInfo info;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  if (payload && info.ParseFromString(std::string(*payload))) v1::ErrorReason_Parse(info.reason(), &reason);
  return reason;
}

void Violations::Add(std::string_view field, std::string_view description) { items_.emplace_back(field, description); }

absl::Status Violations::ToStatus() const {
  if (items_.empty()) return absl::OkStatus();
  std::string message = absl::StrCat(items_.front().first, ": ", items_.front().second);
  if (items_.size() > 1) absl::StrAppend(&message, " (and ", items_.size() - 1, " more)");
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, v1::INVALID_FIELDS, message);
  google::rpc::BadRequest bad;
  for (std::size_t i = 0; i < items_.size() && i < kMaxViolationsSent; ++i) {
    auto* violation = bad.add_field_violations();
    violation->set_field(items_[i].first);
    violation->set_description(items_[i].second);
  }
  Attach(status, bad);
  return status;
}

}  // namespace bulian::model
