// How a status leaves the server: google.rpc.Status with every detail in `grpc-status-details-bin`, within what header
// lists of common clients take (8 KiB by default). Thread-safe: no state.
#ifndef SERVICES_RPC_STATUS_ENCODING_H_
#define SERVICES_RPC_STATUS_ENCODING_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"

namespace bulian::rpc {

// Bounds of what is sent. Base64 makes 6.7 KiB of the details; with the message and the other trailers that stays below
// 8 KiB.
inline constexpr std::size_t kMaxDetailsBytes = 5 * 1024;
inline constexpr std::size_t kMaxMessageBytes = 600;  // as percent-encoded for the header

// A status with RetryInfo: the caller may try again after `delay`.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

// The delay of a status made by WithRetryAfter.
std::optional<absl::Duration> RetryAfter(const absl::Status& status);

// INTERNAL/SERVER_FAULT with RequestInfo: says nothing but the id under which the log tells more.
absl::Status ServerFault(std::string_view request_id);

// A status as it may be sent: one that lacks ErrorInfo gets the one its code implies, or becomes a ServerFault.
absl::Status Presentable(const absl::Status& status, std::string_view request_id);

// The message to send: cut at a character boundary so that its header form fits.
std::string SentMessage(std::string_view message);

// google.rpc.Status of a status that is not OK. Violations beyond kMaxDetailsBytes are dropped from the end, then whole
// details other than ErrorInfo, then metadata of ErrorInfo.
google::rpc::Status ToProto(const absl::Status& status);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STATUS_ENCODING_H_
