// Errors below the rpc layer: absl::Status with google.rpc details as payloads, so that any room can say exactly what
// is wrong and the rpc layer can send it without knowing the room.
//
// Every status made here carries google.rpc.ErrorInfo (reason, domain "bulian", metadata). Thread-safe: no state.
#ifndef SERVICES_MODEL_ERROR_H_
#define SERVICES_MODEL_ERROR_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "bulian/v1/error_reason.pb.h"

namespace bulian::model {

using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// A status with ErrorInfo. `message` is for people and repeats nothing secret; `metadata` holds its dynamic parts.
absl::Status Error(absl::StatusCode code, v1::ErrorReason reason, std::string_view message,
                   const ErrorMetadata& metadata = {});

// NOT_FOUND / ALREADY_EXISTS of a resource, with ResourceInfo.
absl::Status NotFound(std::string_view name);
absl::Status AlreadyExists(std::string_view name);

// The reason of a status made by Error(), or ERROR_REASON_UNSPECIFIED.
v1::ErrorReason ReasonOf(const absl::Status& status);

// Collects every violation of one request; nothing is refused at the first.
class Violations {
 public:
  // `field` is a path in the request, for example `enterprise.owners[2].share`.
  void Add(std::string_view field, std::string_view description);
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }  // field, description

  // OK if empty; else INVALID_ARGUMENT with ErrorInfo INVALID_FIELDS and BadRequest of all violations (the first 100).
  absl::Status ToStatus() const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ERROR_H_
