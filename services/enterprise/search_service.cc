#include "services/enterprise/search_service.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bulian/v1/enterprise.pb.h"
#include "services/enterprise/enterprise_filter.h"
#include "services/model/error.h"
#include "services/model/resource_name.h"
#include "services/model/text_folding.h"
#include "services/resource/resource_message.h"
#include "services/resource/standard_methods.h"
#include "services/search/search.h"

namespace bulian::enterprise {
namespace {

using model::ResourceType;
using model::SnapshotPtr;
using search::Hit;
using search::SearchIndex;

constexpr int kDefaultPage = 20, kLargestPage = 100;
constexpr std::size_t kMostHits = 1000, kLongestQuery = 200;

// Where a list of hits goes on: how many were shown, and the last of them. The one behind it is found by score and name
// and not by its number, as a longer search may know hits that a shorter one was cut off before.
struct Position {
  std::size_t shown = 0;
  double score = 2;  // above all
  std::string name;  // relative
};

std::string EncodePosition(const Position& position) {
  return std::to_string(position.shown) + " " + std::to_string(std::bit_cast<std::uint64_t>(position.score)) + " " +
         position.name;
}

std::optional<Position> DecodePosition(std::string_view text) {
  Position position;
  std::uint64_t score = 0;
  const char* const end = text.data() + text.size();
  const auto shown = std::from_chars(text.data(), end, position.shown);
  if (shown.ec != std::errc() || shown.ptr == end) return std::nullopt;
  const auto bits = std::from_chars(shown.ptr + 1, end, score);
  if (bits.ec != std::errc() || bits.ptr == end) return std::nullopt;
  position.score = std::bit_cast<double>(score);
  position.name.assign(bits.ptr + 1, end);
  return position;
}

v1::EnterpriseHit::Field FieldOf(search::TextField field) {
  switch (field) {
    case search::TextField::kNameZh:
      return v1::EnterpriseHit::DISPLAY_NAME_ZH;
    case search::TextField::kNameEn:
      return v1::EnterpriseHit::DISPLAY_NAME_EN;
    case search::TextField::kAlias:
      return v1::EnterpriseHit::ALIAS;
    case search::TextField::kFormerName:
      return v1::EnterpriseHit::FORMER_NAME;
    case search::TextField::kUscc:
      return v1::EnterpriseHit::USCC;
    case search::TextField::kLei:
      return v1::EnterpriseHit::LEI;
    case search::TextField::kIdentifier:
      return v1::EnterpriseHit::IDENTIFIER;
  }
  return v1::EnterpriseHit::FIELD_UNSPECIFIED;
}

v1::EnterpriseHit::Way WayOf(search::MatchKind kind) {
  switch (kind) {
    case search::MatchKind::kNone:
      return v1::EnterpriseHit::WAY_UNSPECIFIED;
    case search::MatchKind::kExact:
      return v1::EnterpriseHit::EXACT;
    case search::MatchKind::kPrefix:
      return v1::EnterpriseHit::PREFIX;
    case search::MatchKind::kContained:
      return v1::EnterpriseHit::CONTAINED;
    case search::MatchKind::kFullPinyin:
      return v1::EnterpriseHit::FULL_PINYIN;
    case search::MatchKind::kInitials:
      return v1::EnterpriseHit::PINYIN_INITIALS;
    case search::MatchKind::kPartly:
      return v1::EnterpriseHit::PARTLY;
  }
  return v1::EnterpriseHit::WAY_UNSPECIFIED;
}

class SearchService {
 public:
  explicit SearchService(std::shared_ptr<const resource::Context> context)
      : context_(std::move(context)),
        indexes_(
            context_->views,
            [](const SnapshotPtr& snapshot, const auto& stop) { return SearchIndex::FromScratch(*snapshot, stop); },
            [](const SearchIndex::Ptr& old, const SnapshotPtr& old_snapshot, const SnapshotPtr& snapshot,
               const model::Delta& changes,
               const auto& stop) { return SearchIndex::Advance(old, *old_snapshot, *snapshot, changes, stop); }) {}

  absl::Status Search(rpc::CallContext& call, const v1::SearchEnterprisesRequest& request,
                      v1::SearchEnterprisesResponse* response);
  // Whether a request may wait for a revision, an index or the tables of Han characters.
  bool MayBlock(const v1::SearchEnterprisesRequest& request) {
    return !searched_.load(std::memory_order_relaxed) || request.has_read_at() || !request.page_token().empty() ||
           !indexes_.Ready(model::ClusterIdOf(request.parent()));
  }

 private:
  absl::Status Open(rpc::CallContext& call, const v1::SearchEnterprisesRequest& request, SnapshotPtr* snapshot,
                    Position* position) const;
  std::string NextPage(const rpc::CallContext& call, const v1::SearchEnterprisesRequest& request,
                       const model::Snapshot& snapshot, const Position& position) const;

  const std::shared_ptr<const resource::Context> context_;
  view::DerivedView<SearchIndex> indexes_;
  std::atomic<bool> searched_{false};  // so the tables of Han characters are there, which take a while to make
};

view::Patience PatienceOf(const rpc::CallContext& call) {
  return {call.deadline, [&call] { return call.Cancelled(); }};
}

void Check(const v1::SearchEnterprisesRequest& request, const search::Query& query, model::Violations* violations) {
  const auto parent = model::ParseResourceName(request.parent());
  if (!parent || parent->type != ResourceType::kCluster)
    violations->Add("parent", request.parent().empty() ? "is required" : "must be `clusters/{cluster}`");
  if (model::CharacterCount(request.query()) > kLongestQuery) {
    violations->Add("query", "must have at most 200 characters");
  } else if (query.key.core.empty()) {
    violations->Add("query", request.query().empty() ? "is required" : "must have a letter, digit or Han character");
  }
  if (request.page_size() < 0) violations->Add("page_size", "must not be negative");
  if (!request.filter().text().empty())
    violations->Add("filter.text", "must be empty: `query` says what is looked for");
}

absl::Status SearchService::Open(rpc::CallContext& call, const v1::SearchEnterprisesRequest& request,
                                 SnapshotPtr* snapshot, Position* position) const {
  v1::ReadAt read_at = request.read_at();
  if (!request.page_token().empty()) {
    auto cursor = context_->page_tokens->Open(request.page_token(), rpc::HashOfParams(request), call.caller.name);
    if (!cursor.ok()) return cursor.status();
    std::optional<Position> decoded = DecodePosition(cursor->last_key);
    if (!decoded)
      return model::Error(absl::StatusCode::kInvalidArgument, v1::PAGE_TOKEN_INVALID, "page_token is of another list");
    *position = *std::move(decoded);
    v1::Revision& at = *read_at.mutable_at_revision();
    at.set_cluster_uid(cursor->cluster_uid);
    at.set_epoch(cursor->epoch);
    at.set_number(cursor->revision);
  }
  auto resolved = context_->views->Resolve(model::ClusterIdOf(request.parent()), read_at, PatienceOf(call));
  if (!resolved.ok()) return resolved.status();
  *snapshot = *std::move(resolved);
  if ((*snapshot)->Find(ResourceType::kCluster, request.parent()) == model::kNoRow)
    return model::NotFound(request.parent());
  return absl::OkStatus();
}

std::string SearchService::NextPage(const rpc::CallContext& call, const v1::SearchEnterprisesRequest& request,
                                    const model::Snapshot& snapshot, const Position& position) const {
  rpc::PageCursor cursor;
  cursor.cluster_uid = snapshot.position().cluster_uid;
  cursor.epoch = snapshot.position().epoch;
  cursor.revision = snapshot.position().revision;
  cursor.last_key = EncodePosition(position);
  cursor.params_hash = rpc::HashOfParams(request);
  cursor.caller = call.caller.name;
  return context_->page_tokens->Seal(cursor);
}

void FillHit(const model::Snapshot& snapshot, const search::Query& query, const Hit& hit, v1::EnterpriseHit* answer) {
  resource::ReadResource(snapshot, ResourceType::kEnterprise, hit.enterprise, answer->mutable_enterprise());
  answer->set_score(hit.match.score);
  answer->set_field(FieldOf(hit.text.field));
  const std::string_view text = search::WrittenText(snapshot.RecordBytes(ResourceType::kEnterprise, hit.enterprise),
                                                    hit.text.field, hit.text.ordinal);
  answer->set_text(text.data(), text.size());
  answer->set_way(WayOf(hit.match.kind));
  if (hit.match.kind != search::MatchKind::kPartly) return;
  if (const std::optional<int> errors = search::TypingErrors(query, hit.text.key)) {
    answer->set_way(v1::EnterpriseHit::TYPING_ERRORS);
    answer->set_typing_errors(*errors);
  }
}

absl::Status SearchService::Search(rpc::CallContext& call, const v1::SearchEnterprisesRequest& request,
                                   v1::SearchEnterprisesResponse* response) {
  model::Violations violations;
  search::Query query;
  // A longer text is refused, however long.
  if (request.query().size() <= 4 * kLongestQuery) query = search::ParseQuery(request.query());
  searched_.store(true, std::memory_order_relaxed);
  Check(request, query, &violations);
  SnapshotPtr snapshot;
  Position position;
  const bool known = model::ParseResourceName(request.parent()).has_value();
  const absl::Status open = known ? Open(call, request, &snapshot, &position) : absl::OkStatus();
  if (!open.ok() && violations.empty()) return open;
  std::shared_ptr<const model::RowMask> rows;
  if (snapshot != nullptr) rows = RowsOf(request.filter(), *snapshot, &violations);
  if (!violations.empty()) return violations.ToStatus();
  resource::AddRevisionTrailer(call, *snapshot);
  const auto index = indexes_.Get(snapshot, PatienceOf(call));
  if (!index.ok()) return index.status();

  const auto page = static_cast<std::size_t>(
      request.page_size() == 0 ? kDefaultPage : std::min<int>(request.page_size(), kLargestPage));
  search::SearchRequest wanted;
  wanted.index = index->get();
  wanted.snapshot = snapshot.get();
  wanted.size = std::min(position.shown + page, kMostHits) + 1;
  wanted.rows = std::move(rows);
  const search::SearchAnswer answer = search::Search(wanted, query);
  const auto shown = [&](const Hit& hit) {
    if (hit.match.score != position.score) return hit.match.score > position.score;
    return snapshot->RelativeName(ResourceType::kEnterprise, hit.enterprise) <= position.name;
  };
  auto next = std::partition_point(answer.hits.begin(), answer.hits.end(), shown);
  const std::size_t left = kMostHits - std::min(position.shown, kMostHits);
  for (std::size_t i = 0; i < std::min(page, left) && next != answer.hits.end(); ++i, ++next)
    FillHit(*snapshot, query, *next, response->add_hits());
  position.shown += static_cast<std::size_t>(response->hits_size());
  const bool more = next != answer.hits.end();
  response->set_complete(answer.complete && !(more && position.shown >= kMostHits));
  if (more && position.shown < kMostHits && response->hits_size() > 0) {
    const Hit& last = *(next - 1);
    position.score = last.match.score;
    position.name = std::string(snapshot->RelativeName(ResourceType::kEnterprise, last.enterprise));
    response->set_next_page_token(NextPage(call, request, *snapshot, position));
  }
  *response->mutable_revision() = snapshot->position().ToProto();
  response->set_algorithm_version(search::kAlgorithmVersion);
  return absl::OkStatus();
}

}  // namespace

void RegisterSearch(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  const auto service = std::make_shared<SearchService>(context);
  // On the polling thread unless it has to wait: most cost less than handing the call to a worker and back.
  table.MostlyLight<v1::SearchEnterprisesRequest, v1::SearchEnterprisesResponse>(
      "bulian.v1.EnterpriseService/SearchEnterprises",
      [service](const v1::SearchEnterprisesRequest& request) { return service->MayBlock(request); },
      [service](rpc::CallContext& call, const v1::SearchEnterprisesRequest& request,
                v1::SearchEnterprisesResponse* response) { return service->Search(call, request, response); });
}

}  // namespace bulian::enterprise
