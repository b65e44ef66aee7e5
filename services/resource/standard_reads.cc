#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/model/error.h"
#include "services/resource/resource_message.h"
#include "services/resource/standard_methods.h"

namespace bulian::resource {

using google::protobuf::Message;
using model::ResourceType;

namespace {
absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
view::Patience PatienceOf(const rpc::CallContext& call) { return {call.deadline, call.is_cancelled}; }
constexpr int kRowsBetweenLifeChecks = 4096;

// What a list of children of `parent` starts with, relative to the cluster: `enterprises/e/capabilities/`.
std::string ListPrefix(ResourceType type, std::string_view parent) {
  const std::string_view relative = model::RelativeName(parent);
  if (type == ResourceType::kCapability) {
    if (relative == "enterprises/-") return "";
    return absl::StrCat(ToAbsl(relative), "/", ToAbsl(model::CollectionOf(type)), "/");
  }
  return "";
}
// The rows to look at, by name; few of many are found without passing all.
void VisitRows(const model::Snapshot& snapshot, ResourceType type, const std::string& prefix, const std::string& after,
               const RowFilter& filter, int wanted, const std::function<bool(model::Row)>& visit) {
  if (!filter.rows || !prefix.empty()) return snapshot.VisitByName(type, prefix, after, visit);
  // How many of the rows pass what else is asked for is not known.
  const auto most = filter.passes ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(wanted);
  snapshot.VisitByName(type, *filter.rows, after, most, visit);
}
}  // namespace

void AddRevisionTrailer(rpc::CallContext& call, const model::Snapshot& snapshot) {
  const model::SnapshotPosition& at = snapshot.position();
  call.trailers.emplace_back("bulian-revision", absl::StrCat(at.cluster_uid, ":", at.epoch, ":", at.revision));
}

absl::Status EtagMismatch(std::string_view name, std::string_view etag) {
  return model::Error(absl::StatusCode::kAborted, v1::ETAG_MISMATCH, "the resource changed since it was read",
                      {{"name", std::string(name)}, {"etag", std::string(etag)}});
}

StandardMethods::StandardMethods(std::shared_ptr<const Context> context, ResourceType type, FilterFactory filter)
    : context_(std::move(context)), type_(type), filter_(std::move(filter)) {}

RequestShape StandardMethods::ShapeOf(const Message& message) const {
  return {message.GetDescriptor(), family().prototype->GetDescriptor()};
}

std::string StandardMethods::NamePattern() const {
  switch (type_) {
    case ResourceType::kCluster:
      return "clusters/{cluster}";
    case ResourceType::kCapability:
      return "clusters/{cluster}/enterprises/{enterprise}/capabilities/{capability}";
    default:
      return absl::StrCat("clusters/{cluster}/", ToAbsl(model::CollectionOf(type_)), "/{",
                          ToAbsl(model::SingularOf(type_)), "}");
  }
}

bool StandardMethods::IsParent(std::string_view parent, bool wildcard) const {
  if (type_ == ResourceType::kCapability) {
    constexpr std::string_view kAny = "/enterprises/-";
    if (wildcard && parent.size() > kAny.size() && parent.substr(parent.size() - kAny.size()) == kAny) {
      parent.remove_suffix(kAny.size());
      const auto cluster = model::ParseResourceName(parent);
      return cluster && cluster->type == ResourceType::kCluster;
    }
    const auto parsed = model::ParseResourceName(parent);
    return parsed && parsed->type == ResourceType::kEnterprise;
  }
  const auto parsed = model::ParseResourceName(parent);
  return parsed && parsed->type == ResourceType::kCluster;
}

bool StandardMethods::CheckName(std::string_view name, std::string_view field, model::Violations* violations) const {
  const auto parsed = model::ParseResourceName(name);
  if (parsed && parsed->type == type_) return true;
  violations->Add(field, name.empty() ? "is required" : absl::StrCat("must be `", NamePattern(), "`"));
  return false;
}

absl::Status StandardMethods::Get(rpc::CallContext& call, const Message& request, Message* resource) const {
  const RequestShape shape = ShapeOf(request);
  const std::string name = shape.Text(request, "name");
  model::Violations violations;
  if (!CheckName(name, "name", &violations)) return violations.ToStatus();
  const auto snapshot =
      context_->views->Resolve(model::ClusterIdOf(name), shape.ReadPosition(request), PatienceOf(call));
  if (!snapshot.ok()) return snapshot.status();
  AddRevisionTrailer(call, **snapshot);
  const model::Row row = (*snapshot)->Find(type_, name);
  if (row == model::kNoRow) return model::NotFound(name);
  ReadResource(**snapshot, type_, row, resource);
  return absl::OkStatus();
}

absl::Status StandardMethods::BatchGet(rpc::CallContext& call, const Message& request, Message* response) const {
  const RequestShape shape = ShapeOf(request);
  const RequestShape answer = ShapeOf(*response);
  const auto* names_field = request.GetDescriptor()->FindFieldByName("names");
  const int count = request.GetReflection()->FieldSize(request, names_field);
  const std::string parent = shape.Text(request, "parent");
  model::Violations violations;
  if (!IsParent(parent, true)) violations.Add("parent", parent.empty() ? "is required" : "is not the name of a parent");
  if (count == 0 || count > kMaxBatchGet)
    violations.Add("names", absl::StrCat("1 to ", kMaxBatchGet, " names are allowed"));
  const bool any_enterprise = type_ == ResourceType::kCapability && model::RelativeName(parent) == "enterprises/-";
  std::vector<std::string> names;
  for (int i = 0; i < std::min(count, kMaxBatchGet); ++i) {
    names.push_back(request.GetReflection()->GetRepeatedString(request, names_field, i));
    const std::string field = absl::StrCat("names[", i, "]");
    if (!CheckName(names.back(), field, &violations)) continue;
    const auto parsed = model::ParseResourceName(names.back());
    const bool within = any_enterprise ? model::ClusterIdOf(parent) == parsed->cluster : parsed->parent == parent;
    if (!within) violations.Add(field, "is not within `parent`");
  }
  if (!violations.empty()) return violations.ToStatus();
  const auto snapshot =
      context_->views->Resolve(model::ClusterIdOf(parent), shape.ReadPosition(request), PatienceOf(call));
  if (!snapshot.ok()) return snapshot.status();
  AddRevisionTrailer(call, **snapshot);
  for (const std::string& name : names) {
    const model::Row row = (*snapshot)->Find(type_, name);
    if (row == model::kNoRow) return model::NotFound(name);
    ReadResource(**snapshot, type_, row, answer.AddResource(response));
  }
  answer.SetRevision(response, (*snapshot)->position().ToProto());
  return absl::OkStatus();
}

absl::Status StandardMethods::OpenList(rpc::CallContext& call, const Message& request, const RequestShape& shape,
                                       model::SnapshotPtr* snapshot, rpc::PageCursor* cursor) const {
  const std::string parent = shape.Text(request, "parent");
  cursor->params_hash = rpc::HashOfParams(request);
  cursor->caller = call.caller.name;
  v1::ReadAt at = shape.ReadPosition(request);
  if (const std::string token = shape.Text(request, "page_token"); !token.empty()) {
    auto opened = context_->page_tokens->Open(token, cursor->params_hash, cursor->caller);
    if (!opened.ok()) return opened.status();
    *cursor = *std::move(opened);
    at.mutable_at_revision()->set_cluster_uid(cursor->cluster_uid);
    at.mutable_at_revision()->set_epoch(cursor->epoch);
    at.mutable_at_revision()->set_number(cursor->revision);
  }
  auto resolved = context_->views->Resolve(model::ClusterIdOf(parent), at, PatienceOf(call));
  if (!resolved.ok()) return resolved.status();
  *snapshot = *std::move(resolved);
  if (!(*snapshot)->Exists(ResourceType::kCluster,
                           (*snapshot)->Find(ResourceType::kCluster, parent.substr(0, parent.find('/', 9))))) {
    return model::NotFound(absl::StrCat("clusters/", ToAbsl(model::ClusterIdOf(parent))));
  }
  if (type_ == ResourceType::kCapability && model::RelativeName(parent) != "enterprises/-" &&
      (*snapshot)->Find(ResourceType::kEnterprise, parent) == model::kNoRow) {
    return model::NotFound(parent);
  }
  const model::SnapshotPosition& position = (*snapshot)->position();
  cursor->cluster_uid = position.cluster_uid;
  cursor->epoch = position.epoch;
  cursor->revision = position.revision;
  return absl::OkStatus();
}

absl::Status StandardMethods::List(rpc::CallContext& call, const Message& request, Message* response) const {
  const RequestShape shape = ShapeOf(request);
  const RequestShape answer = ShapeOf(*response);
  const std::string parent = shape.Text(request, "parent");
  model::Violations violations;
  if (!IsParent(parent, true)) violations.Add("parent", parent.empty() ? "is required" : "is not the name of a parent");
  int page_size = shape.Number(request, "page_size");
  if (page_size < 0) violations.Add("page_size", "must not be negative");
  if (page_size == 0) page_size = kDefaultPageSize;
  page_size = std::min(page_size, kMaxPageSize);
  model::SnapshotPtr snapshot;
  rpc::PageCursor cursor;
  const bool parent_known = IsParent(parent, true);
  const absl::Status open = parent_known ? OpenList(call, request, shape, &snapshot, &cursor) : absl::OkStatus();
  if (!open.ok() && violations.empty()) return open;
  // The filter's rules need a snapshot; with one they speak too, so that all violations come at once.
  const RowFilter filter = filter_ && parent_known && open.ok() ? filter_(request, snapshot, &violations) : RowFilter();
  if (!violations.empty()) return violations.ToStatus();
  AddRevisionTrailer(call, *snapshot);
  int found = 0, visited = 0;
  bool more = false;
  absl::Status alive;
  const auto visit = [&](model::Row row) {
    if (++visited % kRowsBetweenLifeChecks == 0) {
      alive = call.CheckAlive();
      if (!alive.ok()) return false;
    }
    if (!filter.Holds(row)) return true;
    if (found == page_size) {
      more = true;
      return false;
    }
    ReadResource(*snapshot, type_, row, answer.AddResource(response));
    if (++found == page_size) cursor.last_key = std::string(snapshot->RelativeName(type_, row));
    return true;
  };
  const std::string after = cursor.last_key;  // a copy: the visit moves the cursor on
  VisitRows(*snapshot, type_, ListPrefix(type_, parent), after, filter, page_size + 1, visit);
  if (!alive.ok()) return alive;
  if (more) answer.SetText(response, "next_page_token", context_->page_tokens->Seal(cursor));
  answer.SetRevision(response, snapshot->position().ToProto());
  return absl::OkStatus();
}

}  // namespace bulian::resource
