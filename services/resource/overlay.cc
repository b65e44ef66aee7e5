#include "services/resource/overlay.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "services/resource/resource_message.h"

namespace bulian::resource {

using google::protobuf::Message;
using model::ResourceType;

namespace {
absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::vector<std::string_view> SortedReferences(const Family& family, const Message* resource) {
  std::vector<std::string_view> names;
  if (resource != nullptr && family.references) family.references(*resource, &names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::uint64_t Fingerprint(std::string_view name) { return absl::Hash<absl::string_view>{}(ToAbsl(name)); }

std::vector<std::string> SortedIdentifierGuards(const Family& family, const Message* resource) {
  std::vector<Identifier> identifiers;
  if (resource != nullptr && family.identifiers) family.identifiers(*resource, &identifiers);
  std::vector<std::string> guards;
  for (const Identifier& identifier : identifiers)
    guards.push_back(IdentifierGuard(identifier.system, identifier.value));
  std::sort(guards.begin(), guards.end());
  return guards;
}

// Elements of `after` that are not in `before`; both sorted.
template <class Text>
std::vector<Text> Added(const std::vector<Text>& after, const std::vector<Text>& before) {
  std::vector<Text> added;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
  return added;
}
}  // namespace

Overlay::Overlay(model::SnapshotPtr base, const Families* families) : base_(std::move(base)), families_(families) {}

void Overlay::Note(std::string_view name) {
  reads_.emplace(ToAbsl(name));
  // Only what is staged can be taken back.
  if (trace_ != nullptr && (staged_.contains(ToAbsl(name)) || claims_.contains(ToAbsl(name))))
    trace_->emplace_back(name);
}

const Overlay::StagedWrite* Overlay::Find(std::string_view name) const {
  if (const auto it = staged_.find(ToAbsl(name)); it != staged_.end()) return &it->second;
  const auto it = kept_.find(ToAbsl(name));
  return it == kept_.end() ? nullptr : &it->second;
}

bool Overlay::Exists(ResourceType type, std::string_view name) {
  Note(name);
  if (const StagedWrite* write = Find(name)) return write->resource != nullptr;
  return base_->Find(type, name) != model::kNoRow;
}

const Message* Overlay::Get(ResourceType type, std::string_view name) {
  Note(name);
  if (const auto it = staged_.find(ToAbsl(name)); it != staged_.end()) return it->second.resource;
  return Before(type, name);
}

const Message* Overlay::Staged(std::string_view name) {
  Note(name);
  const StagedWrite* write = Find(name);
  return write == nullptr ? nullptr : write->resource;
}

bool Overlay::Changed(std::string_view name) {
  Note(name);
  return Find(name) != nullptr;
}

model::Row Overlay::BaseRow(ResourceType type, std::string_view name) {
  Note(name);
  return base_->Find(type, name);
}

const Message* Overlay::Before(ResourceType type, std::string_view name) {
  if (const auto it = kept_.find(ToAbsl(name)); it != kept_.end()) return it->second.resource;
  if (const auto it = before_.find(ToAbsl(name)); it != before_.end()) return it->second.get();
  const model::Row row = base_->Find(type, name);
  if (row == model::kNoRow) return nullptr;
  std::unique_ptr<Message> message(families_->Of(type).prototype->New());
  ReadResource(*base_, type, row, message.get());
  return before_.emplace(ToAbsl(name), std::move(message)).first->second.get();
}

std::string Overlay::IdentifierHolder(std::string_view system, std::string_view value) {
  const std::string guard = IdentifierGuard(system, value);
  Note(guard);
  const model::Row row = base_->FindIdentifier(system, value);
  if (row != model::kNoRow) {
    std::string holder = base_->Name(ResourceType::kEnterprise, row);
    // A staged holder has claimed what it holds now.
    if (!Changed(holder)) return holder;
  }
  if (const auto kept = kept_claims_.find(guard); kept != kept_claims_.end()) {
    for (const std::string& holder : kept->second) {
      if (staged_.contains(holder)) continue;
      Note(holder);
      return holder;
    }
  }
  const auto it = claims_.find(guard);
  return it == claims_.end() || it->second.empty() ? std::string() : it->second.front();
}

void Overlay::DependOn(std::string_view guard) { reads_.emplace(ToAbsl(guard)); }

void Overlay::ClaimIdentifiers(const StagedWrite& write, std::string_view name, bool claim, Claims* claims) const {
  const Family& family = families_->Of(write.type);
  if (write.resource == nullptr || !family.identifiers) return;
  std::vector<Identifier> identifiers;
  family.identifiers(*write.resource, &identifiers);
  for (const Identifier& identifier : identifiers) {
    std::vector<std::string>& holders = (*claims)[IdentifierGuard(identifier.system, identifier.value)];
    const auto it = std::find(holders.begin(), holders.end(), name);
    if (claim && it == holders.end()) holders.emplace_back(name);
    if (!claim && it != holders.end()) holders.erase(it);
  }
}

void Overlay::Stage(ResourceType type, std::string_view name, Message* resource, std::unique_ptr<Message> owned) {
  Unstage(name);
  const auto [it, added] = staged_.emplace(ToAbsl(name), StagedWrite{type, resource, std::move(owned), next_order_++});
  ClaimIdentifiers(it->second, name, true, &claims_);
}

void Overlay::Put(ResourceType type, Message* resource) { Stage(type, NameOf(type, *resource), resource, nullptr); }

void Overlay::PutOwned(ResourceType type, std::unique_ptr<Message> resource) {
  Message* raw = resource.get();
  Stage(type, NameOf(type, *raw), raw, std::move(resource));
}

void Overlay::Delete(ResourceType type, std::string_view name) { Stage(type, name, nullptr, nullptr); }

void Overlay::Unstage(std::string_view name) {
  const auto it = staged_.find(ToAbsl(name));
  if (it == staged_.end()) return;
  ClaimIdentifiers(it->second, name, false, &claims_);
  staged_.erase(it);
}

void Overlay::Keep() {
  for (auto it = staged_.begin(); it != staged_.end();) {
    const auto next = std::next(it);
    auto write = staged_.extract(it);
    const Family& family = families_->Of(write.mapped().type);
    std::vector<std::string_view> names;
    if (write.mapped().resource != nullptr && family.references) family.references(*write.mapped().resource, &names);
    for (std::string_view name : names) kept_names_.insert(Fingerprint(name));
    if (const auto old = kept_.find(write.key()); old != kept_.end()) {
      ClaimIdentifiers(old->second, write.key(), false, &kept_claims_);
      kept_.erase(old);
    }
    ClaimIdentifiers(write.mapped(), write.key(), true, &kept_claims_);
    kept_.insert(std::move(write));
    it = next;
  }
  claims_.clear();
  before_.clear();
  reads_.clear();
}

bool Overlay::Kept(std::string_view name) const { return kept_.contains(ToAbsl(name)); }

bool Overlay::NamedByKept(std::string_view name) const { return kept_names_.contains(Fingerprint(name)); }

void Overlay::CollectTouches(const std::string& name, const StagedWrite& write,
                             absl::flat_hash_set<std::string>* touches) {
  const Family& family = families_->Of(write.type);
  const Message* before = Before(write.type, name);
  for (std::string_view added : Added(SortedReferences(family, write.resource), SortedReferences(family, before))) {
    // A resource written by this very commit cannot be deleted beside it.
    if (!staged_.contains(ToAbsl(added))) touches->insert(RefsGuard(added));
  }
  for (std::string& guard :
       Added(SortedIdentifierGuards(family, write.resource), SortedIdentifierGuards(family, before))) {
    touches->insert(std::move(guard));
  }
  if (family.touches) {
    std::vector<std::string> guards;
    family.touches(before, write.resource, &guards);
    for (std::string& guard : guards) touches->insert(std::move(guard));
  }
  if (before == nullptr && write.type != ResourceType::kCluster) {
    touches->insert(RefsGuard(name.substr(0, name.size() - model::RelativeName(name).size() - 1)));
  }
}

void Overlay::FillCommit(store::CommitRequest* request) {
  std::vector<std::pair<std::size_t, const std::string*>> order;
  order.reserve(staged_.size());
  for (const auto& [name, write] : staged_) order.emplace_back(write.order, &name);
  std::sort(order.begin(), order.end());
  absl::flat_hash_set<std::string> touches;
  request->writes.clear();
  request->writes.reserve(order.size());
  for (const auto& [position, name] : order) {
    const StagedWrite& write = staged_.at(*name);
    CollectTouches(*name, write, &touches);
    request->writes.push_back({*name, std::nullopt});
    if (write.resource != nullptr) request->writes.back().value = StoredBytes(write.type, write.resource);
  }
  request->log_uid = base_->position().cluster_uid;
  request->validated_at = base_->position().revision;
  request->reads.assign(reads_.begin(), reads_.end());
  request->touches.assign(touches.begin(), touches.end());
  std::sort(request->touches.begin(), request->touches.end());
}

}  // namespace bulian::resource
