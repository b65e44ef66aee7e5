#include "services/rpc/status_encoding.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "services/model/error.h"

namespace bulian::rpc {
namespace {

template <class Detail>
std::string UrlOf() {
  return "type.googleapis.com/" + Detail::descriptor()->full_name();
}

template <class Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(UrlOf<Detail>());
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

// Drops items of a repeated field from the end until `status` fits or none is left; `unpacked` is details(index).
template <class Detail, class Items>
void Shorten(google::rpc::Status* status, int index, Items items_of) {
  Detail detail;
  if (!status->details(index).UnpackTo(&detail)) return;
  auto* items = items_of(&detail);
  while (!items->empty() && status->ByteSizeLong() > kMaxDetailsBytes) {
    items->RemoveLast();
    status->mutable_details(index)->PackFrom(detail);
  }
}

void DropMetadata(google::rpc::Status* status, int index) {
  google::rpc::ErrorInfo info;
  if (!status->details(index).UnpackTo(&info)) return;
  info.clear_metadata();
  status->mutable_details(index)->PackFrom(info);
}

void Fit(google::rpc::Status* status) {
  for (int i = 0; i < status->details_size() && status->ByteSizeLong() > kMaxDetailsBytes; ++i) {
    if (status->details(i).Is<google::rpc::BadRequest>()) {
      Shorten<google::rpc::BadRequest>(status, i, [](auto* detail) { return detail->mutable_field_violations(); });
    } else if (status->details(i).Is<google::rpc::PreconditionFailure>()) {
      Shorten<google::rpc::PreconditionFailure>(status, i, [](auto* detail) { return detail->mutable_violations(); });
    }
  }
  for (int i = status->details_size() - 1; i >= 0 && status->ByteSizeLong() > kMaxDetailsBytes; --i) {
    if (!status->details(i).Is<google::rpc::ErrorInfo>()) status->mutable_details()->DeleteSubrange(i, 1);
  }
  for (int i = 0; i < status->details_size() && status->ByteSizeLong() > kMaxDetailsBytes; ++i) DropMetadata(status, i);
}

}  // namespace

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int>(absl::ToInt64Nanoseconds(delay - absl::Seconds(absl::ToInt64Seconds(delay)))));
  status.SetPayload(UrlOf<google::rpc::RetryInfo>(), absl::Cord(info.SerializeAsString()));
  return status;
}

std::optional<absl::Duration> RetryAfter(const absl::Status& status) {
  const auto info = DetailOf<google::rpc::RetryInfo>(status);
  if (!info) return std::nullopt;
  return absl::Seconds(info->retry_delay().seconds()) + absl::Nanoseconds(info->retry_delay().nanos());
}

absl::Status ServerFault(std::string_view request_id) {
  absl::Status status = model::Error(absl::StatusCode::kInternal, v1::SERVER_FAULT,
                                     "a fault of the server; the log has it under the request id",
                                     {{"request_id", std::string(request_id)}});
  google::rpc::RequestInfo info;
  info.set_request_id(std::string(request_id));
  status.SetPayload(UrlOf<google::rpc::RequestInfo>(), absl::Cord(info.SerializeAsString()));
  return status;
}

absl::Status Presentable(const absl::Status& status, std::string_view request_id) {
  if (status.ok() || DetailOf<google::rpc::ErrorInfo>(status)) return status;
  const std::string_view message(status.message().data(), status.message().size());
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
      return model::Error(status.code(), v1::CALL_CANCELLED, message);
    case absl::StatusCode::kDeadlineExceeded:
      return model::Error(status.code(), v1::DEADLINE_PASSED, message);
    case absl::StatusCode::kInvalidArgument:
      return model::Error(status.code(), v1::INVALID_FIELDS, message);
    default:
      return ServerFault(request_id);
  }
}

std::string SentMessage(std::string_view message) {
  std::size_t encoded = 0, end = 0;
  while (end < message.size()) {
    // One character: its first byte and the continuation bytes after it.
    std::size_t next = end + 1;
    while (next < message.size() && (static_cast<unsigned char>(message[next]) & 0xC0) == 0x80) ++next;
    for (std::size_t i = end; i < next; ++i)
      encoded += message[i] >= 0x20 && message[i] < 0x7f && message[i] != '%' ? 1 : 3;
    if (encoded > kMaxMessageBytes) break;
    end = next;
  }
  return std::string(message.substr(0, end));
}

google::rpc::Status ToProto(const absl::Status& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(SentMessage({status.message().data(), status.message().size()}));
  std::vector<std::pair<std::string, std::string>> payloads;
  status.ForEachPayload([&payloads](absl::string_view url, const absl::Cord& value) {
    payloads.emplace_back(std::string(url), std::string(value));
  });
  // ErrorInfo first, the rest by type: the same answer whatever order the payloads were kept in.
  const std::string first = UrlOf<google::rpc::ErrorInfo>();
  std::sort(payloads.begin(), payloads.end(), [&first](const auto& a, const auto& b) {
    return std::pair(a.first != first, a.first) < std::pair(b.first != first, b.first);
  });
  for (auto& [url, value] : payloads) {
    auto* detail = proto.add_details();
    detail->set_type_url(url);
    detail->set_value(std::move(value));
  }
  if (proto.ByteSizeLong() > kMaxDetailsBytes) Fit(&proto);
  return proto;
}

}  // namespace bulian::rpc
