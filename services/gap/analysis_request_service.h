// What the requests about an analysis have in common: parent, date, revision and pages. Thread-safe.
#ifndef SERVICES_GAP_ANALYSIS_REQUEST_SERVICE_H_
#define SERVICES_GAP_ANALYSIS_REQUEST_SERVICE_H_

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "bulian/v1/gap.pb.h"
#include "bulian/v1/revision.pb.h"
#include "google/protobuf/repeated_field.h"
#include "google/type/date.pb.h"
#include "services/gap/analysis.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/rpc/call_context.h"
#include "services/rpc/page_token.h"
#include "services/view/view.h"

namespace bulian::gap {

inline constexpr int kDefaultPage = 100, kGreatestPage = 1000;
// A page ends early rather than outgrow what clients take in one message (4 MiB by default).
inline constexpr std::size_t kPageBytes = std::size_t{2} << 20;

// Where snapshots and page tokens come from; nothing is owned.
struct RequestDeps {
  const view::Views* views = nullptr;
  const rpc::PageTokens* page_tokens = nullptr;
};

void CheckAsOf(bool has, const google::type::Date& date, model::Violations* violations);
// A cluster or a chain.
void CheckParent(std::string_view parent, model::Violations* violations);
void CheckKinds(const google::protobuf::RepeatedField<int>& kinds, model::Violations* violations);
void CheckPageSize(int page_size, model::Violations* violations);
// With the default and the limit applied.
int PageSize(int page_size);
view::Patience PatienceOf(const rpc::CallContext& call);

// The snapshot of a cluster that is there; its revision goes into the trailers.
absl::StatusOr<model::SnapshotPtr> Resolve(const RequestDeps& deps, rpc::CallContext& call, std::string_view cluster,
                                           const v1::ReadAt& at);

// Whether a segment is of the chain (full name); of any, if that is empty.
bool IsOfChain(const ClusterAnalysis& analysis, int segment, std::string_view chain);

// What an analysis request asks about.
struct Question {
  model::SnapshotPtr snapshot;
  model::Day as_of = 0;
  std::string chain;  // full name; empty: all chains
};

// The page a request asks for: where it starts, and the cursor that seals the next one.
struct Page {
  std::size_t start = 0;
  rpc::PageCursor cursor;
  std::string pinned;  // what else all pages of an answer keep to, as the page before said
};

// Opens the page token and resolves the revision it pins, or the one the request asks for.
template <class Request>
absl::StatusOr<Question> Open(const RequestDeps& deps, rpc::CallContext& call, const Request& request, Page* page) {
  page->cursor.params_hash = rpc::HashOfParams(request);
  page->cursor.caller = call.caller.name;
  v1::ReadAt at = request.read_at();
  if (!request.page_token().empty()) {
    auto cursor = deps.page_tokens->Open(request.page_token(), page->cursor.params_hash, page->cursor.caller);
    if (!cursor.ok()) return cursor.status();
    page->cursor = *std::move(cursor);
    const std::string& key = page->cursor.last_key;
    const char* const end = std::from_chars(key.data(), key.data() + key.size(), page->start).ptr;
    if (end != key.data() + key.size()) page->pinned.assign(end + 1, key.data() + key.size());
    at.mutable_at_revision()->set_cluster_uid(page->cursor.cluster_uid);
    at.mutable_at_revision()->set_epoch(page->cursor.epoch);
    at.mutable_at_revision()->set_number(page->cursor.revision);
  }
  auto snapshot = Resolve(deps, call, model::ClusterIdOf(request.parent()), at);
  if (!snapshot.ok()) return snapshot.status();
  Question question{.snapshot = *std::move(snapshot), .as_of = 0, .chain = ""};
  question.as_of = request.has_as_of() ? *model::ToDay(request.as_of()) : question.snapshot->cluster().as_of;
  const auto parent = model::ParseResourceName(request.parent());
  if (parent && parent->type == model::ResourceType::kChain) {
    question.chain = request.parent();
    if (question.snapshot->Find(model::ResourceType::kChain, question.chain) == model::kNoRow)
      return model::NotFound(question.chain);
  }
  const model::SnapshotPosition& position = question.snapshot->position();
  page->cursor.cluster_uid = position.cluster_uid;
  page->cursor.epoch = position.epoch;
  page->cursor.revision = position.revision;
  return question;
}

// Fills items from `page.start` until the page is full. Returns the token of the next page.
template <class Fill>
absl::StatusOr<std::string> FillPage(const RequestDeps& deps, const rpc::CallContext& call, std::size_t count,
                                     int page_size, Page* page, Fill fill) {
  const std::size_t end = std::min(count, page->start + static_cast<std::size_t>(PageSize(page_size)));
  std::size_t bytes = 0, at = page->start;
  for (; at < end && bytes < kPageBytes; ++at) {
    if (const absl::Status alive = call.CheckAlive(); !alive.ok()) return alive;
    bytes += fill(at);
  }
  if (at >= count) return std::string();
  page->cursor.last_key = std::to_string(at);
  if (!page->pinned.empty()) page->cursor.last_key += " " + page->pinned;
  return deps.page_tokens->Seal(page->cursor);
}

}  // namespace bulian::gap

#endif  // SERVICES_GAP_ANALYSIS_REQUEST_SERVICE_H_
