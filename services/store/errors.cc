#include "services/store/errors.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "services/model/error.h"
#include "services/store/log_codec.h"

namespace bulian::store {
namespace {

void CheckName(std::string_view name, const std::string& field, model::Violations* violations) {
  if (name.empty()) violations->Add(field, "must not be empty");
  if (name.size() > kMaxNameBytes) violations->Add(field, "is longer than " + std::to_string(kMaxNameBytes) + " bytes");
}

}  // namespace

absl::Status NoSuchLog(std::string_view log) { return model::NotFound("clusters/" + std::string(log)); }

absl::Status Conflict(std::string_view log, std::string_view why) {
  return model::Error(absl::StatusCode::kAborted, v1::CONFLICT, std::string(why),
                      {{"cluster", "clusters/" + std::string(log)}});
}

absl::Status RequestIdReused(std::string_view request_id) {
  return model::Error(absl::StatusCode::kInvalidArgument, v1::REQUEST_ID_REUSED,
                      "the request id was used with another payload", {{"request_id", std::string(request_id)}});
}

absl::Status EntryNotRetained(std::int64_t requested, std::int64_t earliest, std::int64_t latest) {
  return model::Error(absl::StatusCode::kOutOfRange, v1::REVISION_NOT_RETAINED,
                      "the log does not hold the entry after revision " + std::to_string(requested),
                      {{"requested", std::to_string(requested)},
                       {"earliest", std::to_string(earliest)},
                       {"latest", std::to_string(latest)}});
}

absl::Status StoreFailed(std::string_view why) {
  return model::Error(absl::StatusCode::kUnavailable, v1::STORE_FAILED, std::string(why));
}

std::vector<std::uint32_t> WritesByName(const CommitRequest& request) {
  std::vector<std::uint32_t> by_name(request.writes.size());
  std::iota(by_name.begin(), by_name.end(), 0U);
  std::sort(by_name.begin(), by_name.end(),
            [&](std::uint32_t a, std::uint32_t b) { return request.writes[a].name < request.writes[b].name; });
  return by_name;
}

absl::Status CheckRequest(const CommitRequest& request, std::span<const std::uint32_t> by_name) {
  model::Violations violations;
  CheckName(request.log, "log", &violations);
  if (request.writes.empty()) violations.Add("writes", "must not be empty");
  if (request.validated_at < 0) violations.Add("validated_at", "must not be negative");
  if (std::adjacent_find(request.seen.begin(), request.seen.end(), std::greater_equal()) != request.seen.end())
    violations.Add("seen", "must ascend");
  for (std::size_t i = 0; i < request.writes.size(); ++i)
    CheckName(request.writes[i].name, "writes[" + std::to_string(i) + "].name", &violations);
  for (std::size_t i = 1; i < by_name.size(); ++i) {
    const std::string& name = request.writes[by_name[i]].name;
    if (name == request.writes[by_name[i - 1]].name) violations.Add("writes", "has " + name + " more than once");
  }
  return violations.ToStatus();
}

}  // namespace bulian::store
