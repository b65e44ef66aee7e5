#include "services/scenario/told_violations.h"

#include <map>
#include <string>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"

namespace bulian::scenario {
namespace {

template <class Detail>
bool ReadDetail(const absl::Status& status, Detail* detail) {
  const auto payload = status.GetPayload("type.googleapis.com/" + detail->GetTypeName());
  return payload && detail->ParseFromString(std::string(*payload));
}

}  // namespace

void TellViolations(const absl::Status& status, std::string_view field, model::Violations* violations) {
  if (status.ok()) return;
  google::rpc::BadRequest bad;
  if (ReadDetail(status, &bad) && bad.field_violations_size() > 0) {
    for (const auto& violation : bad.field_violations()) violations->Add(violation.field(), violation.description());
    return;
  }
  std::string text(status.message());
  google::rpc::ErrorInfo info;
  if (ReadDetail(status, &info)) {
    const std::map<std::string, std::string> metadata(info.metadata().begin(), info.metadata().end());
    for (const auto& [key, value] : metadata) text += "; " + key + ": " + value;
  }
  violations->Add(field, text);
}

}  // namespace bulian::scenario
