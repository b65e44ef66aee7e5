#include "services/resource/overlay.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/hash/hash.h"
#include "services/resource/resource_message.h"

namespace bulian::resource {

using google::protobuf::Message;
using model::ResourceType;

namespace {

// About: of a message in memory against its bytes; of an entry and of a fingerprint with their places in tables.
constexpr std::size_t kMessageBytesPerByte = 6, kEntryBytes = 320, kFingerprintBytes = 16;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::uint64_t Fingerprint(std::string_view name) { return absl::Hash<absl::string_view>{}(ToAbsl(name)); }

std::vector<std::string_view> SortedReferences(const Family& family, const Message* resource) {
  std::vector<std::string_view> names;
  if (resource != nullptr && family.references) family.references(*resource, &names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> SortedIdentifierGuards(const Family& family, const Message* resource) {
  std::vector<std::string> guards;
  if (resource == nullptr || !family.identifiers) return guards;
  std::vector<Identifier> identifiers;
  family.identifiers(*resource, &identifiers);
  guards.reserve(identifiers.size());
  for (const Identifier& identifier : identifiers)
    guards.push_back(IdentifierGuard(identifier.system, identifier.value));
  std::sort(guards.begin(), guards.end());
  return guards;
}

// Elements of `after` that are not in `before`; both sorted.
template <class Text>
std::vector<Text> Added(std::vector<Text> after, const std::vector<Text>& before) {
  if (before.empty()) return after;
  std::vector<Text> added;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
  return added;
}

}  // namespace

struct Overlay::Write {
  ResourceType type;
  bool deleted = false;
  Message* resource = nullptr;  // null: deleted, or kept by name only
  std::unique_ptr<Message> owned;
  std::size_t order = 0;  // in staged_order_
  std::size_t bytes = 0;  // as stored, once the commit is filled in
};

// All that is known of one name or guard.
struct Overlay::Entry {
  std::string name;
  NameId id = 0;
  std::optional<Write> staged, kept;
  std::unique_ptr<Message> before;  // as in the snapshot, while a commit is staged
  model::Row row = model::kNoRow;   // in the snapshot
  bool row_known = false, named_by_kept = false;
  std::uint64_t read_in = 0, touched_in = 0;  // by commit_ and fill_
  struct Claims {
    std::vector<Entry*> staged, kept;  // enterprises, in order
  };
  std::unique_ptr<Claims> claims;  // of an identifier guard

  const Write* write() const { return staged ? &*staged : kept ? &*kept : nullptr; }
  bool HoldsKept() const {
    return (kept && (kept->deleted || kept->resource != nullptr)) || named_by_kept ||
           (claims != nullptr && !claims->kept.empty());
  }
  bool IsClaimed() const { return claims != nullptr && !claims->staged.empty(); }
};

Overlay::Overlay(model::SnapshotPtr base, const Families* families) : base_(std::move(base)), families_(families) {}
Overlay::~Overlay() = default;

Overlay::Entry& Overlay::EntryOf(std::string_view name) {
  for (std::size_t i = 0; i < recent_.size(); ++i) {
    if (recent_[i] == nullptr || recent_[i]->name != name) continue;
    if (i != 0) std::swap(recent_[0], recent_[i]);
    return *recent_[0];
  }
  recent_[1] = recent_[0];
  if (const auto found = by_name_.find(ToAbsl(name)); found != by_name_.end()) return *(recent_[0] = found->second);
  return *(recent_[0] = &AddEntry(name));
}

Overlay::Entry& Overlay::AddEntry(std::string_view name) {
  if (free_.empty()) {
    free_.push_back(&entries_.emplace_back());
    free_.back()->id = static_cast<NameId>(entries_.size() - 1);
  }
  Entry& entry = *free_.back();
  free_.pop_back();
  entry.name.assign(name);
  by_name_.emplace(ToAbsl(entry.name), &entry);
  fresh_.push_back(&entry);
  bytes_ += kEntryBytes + name.size();
  outdated_ = outdated_ || (!kept_by_name_.empty() && kept_by_name_.contains(Fingerprint(name)));
  return entry;
}

// Its name's memory is used again.
void Overlay::DropEntry(Entry& entry) {
  bytes_ -= kEntryBytes + entry.name.size();
  by_name_.erase(ToAbsl(entry.name));
  entry.kept.reset();
  entry.claims.reset();
  entry.row_known = false;
  entry.read_in = entry.touched_in = 0;
  free_.push_back(&entry);
}

const Overlay::Entry* Overlay::FindEntry(std::string_view name) const {
  const auto found = by_name_.find(ToAbsl(name));
  return found == by_name_.end() ? nullptr : found->second;
}

Overlay::NameId Overlay::IdOf(std::string_view name) { return EntryOf(name).id; }

void Overlay::Note(Entry& entry) {
  if (entry.read_in != commit_) {
    entry.read_in = commit_;
    reads_.push_back(&entry);
  }
  // Only what is staged can be taken back.
  if (trace_ != nullptr && (entry.staged || entry.IsClaimed())) trace_->push_back(entry.id);
}

model::Row Overlay::RowOf(ResourceType type, Entry& entry) {
  if (!entry.row_known) {
    entry.row = base_->Find(type, entry.name);
    entry.row_known = true;
  }
  return entry.row;
}

const Message* Overlay::ContentOf(const Write& write) {
  outdated_ = outdated_ || (write.resource == nullptr && !write.deleted);
  return write.resource;
}

bool Overlay::Exists(ResourceType type, std::string_view name) {
  Entry& entry = EntryOf(name);
  Note(entry);
  if (const Write* write = entry.write()) return !write->deleted;
  return RowOf(type, entry) != model::kNoRow;
}

const Message* Overlay::Get(ResourceType type, std::string_view name) {
  Entry& entry = EntryOf(name);
  Note(entry);
  return entry.staged ? entry.staged->resource : BeforeOf(type, entry);
}

const Message* Overlay::Staged(std::string_view name) {
  Entry& entry = EntryOf(name);
  Note(entry);
  const Write* write = entry.write();
  return write == nullptr ? nullptr : ContentOf(*write);
}

bool Overlay::Changed(std::string_view name) {
  Entry& entry = EntryOf(name);
  Note(entry);
  return entry.write() != nullptr;
}

model::Row Overlay::BaseRow(ResourceType type, std::string_view name) {
  Entry& entry = EntryOf(name);
  Note(entry);
  return RowOf(type, entry);
}

const Message* Overlay::Before(ResourceType type, std::string_view name) { return BeforeOf(type, EntryOf(name)); }

const Message* Overlay::BeforeOf(ResourceType type, Entry& entry) {
  if (entry.kept) return ContentOf(*entry.kept);
  if (entry.before != nullptr) return entry.before.get();
  const model::Row row = RowOf(type, entry);
  if (row == model::kNoRow) return nullptr;
  entry.before.reset(families_->Of(type).prototype->New());
  ReadResource(*base_, type, row, entry.before.get());
  with_before_.push_back(&entry);
  return entry.before.get();
}

std::string Overlay::IdentifierHolder(std::string_view system, std::string_view value) {
  Entry& guard = EntryOf(IdentifierGuard(system, value));
  Note(guard);
  const model::Row row = base_->FindIdentifier(system, value);
  if (row != model::kNoRow) {
    std::string holder = base_->Name(ResourceType::kEnterprise, row);
    // A staged holder has claimed what it holds now.
    if (!Changed(holder)) return holder;
  }
  if (guard.claims == nullptr) return {};
  for (Entry* holder : guard.claims->kept) {
    if (holder->staged) continue;
    Note(*holder);
    return holder->name;
  }
  return guard.claims->staged.empty() ? std::string() : guard.claims->staged.front()->name;
}

void Overlay::DependOn(std::string_view guard) {
  Entry& entry = EntryOf(guard);
  if (entry.read_in == commit_) return;
  entry.read_in = commit_;
  reads_.push_back(&entry);
}

void Overlay::ClaimIdentifiers(const Write& write, Entry& holder, bool claim, bool kept) {
  const Family& family = families_->Of(write.type);
  if (write.resource == nullptr || !family.identifiers) return;
  std::vector<Identifier> identifiers;
  family.identifiers(*write.resource, &identifiers);
  for (const Identifier& identifier : identifiers) {
    Entry& guard = EntryOf(IdentifierGuard(identifier.system, identifier.value));
    if (guard.claims == nullptr) guard.claims = std::make_unique<Entry::Claims>();
    std::vector<Entry*>& holders = kept ? guard.claims->kept : guard.claims->staged;
    const auto it = std::find(holders.begin(), holders.end(), &holder);
    if (claim && it == holders.end()) holders.push_back(&holder);
    if (!claim && it != holders.end()) holders.erase(it);
    if (claim && !kept) claimed_.push_back(&guard);
  }
}

void Overlay::Stage(ResourceType type, std::string_view name, Message* resource, std::unique_ptr<Message> owned) {
  Entry& entry = EntryOf(name);
  UnstageEntry(entry);
  entry.staged.emplace(Write{type, resource == nullptr, resource, std::move(owned), staged_order_.size(), 0});
  staged_order_.push_back(&entry);
  ++staged_count_;
  ClaimIdentifiers(*entry.staged, entry, /*claim=*/true, /*kept=*/false);
}

void Overlay::Put(ResourceType type, Message* resource) { Stage(type, NameOf(type, *resource), resource, nullptr); }

void Overlay::PutOwned(ResourceType type, std::unique_ptr<Message> resource) {
  Message* raw = resource.get();
  Stage(type, NameOf(type, *raw), raw, std::move(resource));
}

void Overlay::Delete(ResourceType type, std::string_view name) { Stage(type, name, nullptr, nullptr); }

void Overlay::Unstage(std::string_view name) { UnstageEntry(EntryOf(name)); }

void Overlay::UnstageEntry(Entry& entry) {
  if (!entry.staged) return;
  ClaimIdentifiers(*entry.staged, entry, /*claim=*/false, /*kept=*/false);
  entry.staged.reset();
  --staged_count_;
}

void Overlay::KeepEntry(Entry& entry) {
  if (entry.kept) ClaimIdentifiers(*entry.kept, entry, /*claim=*/false, /*kept=*/true);
  entry.kept = std::move(entry.staged);
  entry.staged.reset();
  ClaimIdentifiers(*entry.kept, entry, /*claim=*/true, /*kept=*/true);
  if (entry.kept->deleted) return;
  if (families_->Of(entry.kept->type).content_used) {
    bytes_ += kMessageBytesPerByte * entry.kept->bytes;
    return;
  }
  entry.kept->resource = nullptr;
  entry.kept->owned.reset();
  if (kept_by_name_.insert(Fingerprint(entry.name)).second) bytes_ += kFingerprintBytes;
}

void Overlay::Keep() {
  for (Entry* entry : staged_order_) {
    if (entry->staged) KeepEntry(*entry);
  }
  for (Entry* entry : named_) entry->named_by_kept = true;
  for (Entry* entry : claimed_) entry->claims->staged.clear();
  for (Entry* entry : with_before_) entry->before.reset();
  for (Entry* entry : fresh_) {
    if (!entry->HoldsKept()) DropEntry(*entry);
  }
  for (auto* list : {&staged_order_, &named_, &claimed_, &with_before_, &reads_, &fresh_}) list->clear();
  recent_ = {};
  staged_count_ = 0;
  ++commit_;
}

bool Overlay::Kept(std::string_view name) const {
  const Entry* entry = FindEntry(name);
  return entry != nullptr && entry->kept;
}

bool Overlay::NamedByKept(std::string_view name) const {
  const Entry* entry = FindEntry(name);
  return entry != nullptr && entry->named_by_kept;
}

void Overlay::Touch(Entry& entry, std::vector<std::string>* touches) {
  if (std::exchange(entry.touched_in, fill_) != fill_) touches->push_back(RefsGuard(entry.name));
}

void Overlay::CollectTouches(Entry& entry, std::vector<std::string>* touches) {
  const Write& write = *entry.staged;
  const Family& family = families_->Of(write.type);
  const Message* before = BeforeOf(write.type, entry);
  std::vector<std::string_view> names = SortedReferences(family, write.resource);
  for (std::string_view name : names) named_.push_back(&EntryOf(name));
  for (std::string_view added : Added(std::move(names), SortedReferences(family, before))) {
    // A resource written by this very commit cannot be deleted beside it.
    if (Entry& named = EntryOf(added); !named.staged) Touch(named, touches);
  }
  for (std::string& guard :
       Added(SortedIdentifierGuards(family, write.resource), SortedIdentifierGuards(family, before))) {
    touches->push_back(std::move(guard));
  }
  if (family.touches) family.touches(before, write.resource, touches);
  if (before == nullptr && write.type != ResourceType::kCluster) {
    const std::string_view name = entry.name;
    Touch(EntryOf(name.substr(0, name.size() - model::RelativeName(name).size() - 1)), touches);
  }
}

void Overlay::FillCommit(store::CommitRequest* request) {
  std::vector<std::string>& touches = request->touches;
  touches.clear();
  named_.clear();
  ++fill_;
  request->writes.clear();
  request->writes.reserve(staged_count_);
  for (std::size_t i = 0; i < staged_order_.size(); ++i) {
    Entry& entry = *staged_order_[i];
    if (!entry.staged || entry.staged->order != i) continue;
    CollectTouches(entry, &touches);
    store::Write& write = request->writes.emplace_back(store::Write{entry.name, std::nullopt});
    if (entry.staged->resource == nullptr) continue;
    write.value = StoredBytes(entry.staged->type, entry.staged->resource);
    entry.staged->bytes = write.value->size();
  }
  std::sort(touches.begin(), touches.end());
  touches.erase(std::unique(touches.begin(), touches.end()), touches.end());
  request->log_uid = base_->position().cluster_uid;
  request->validated_at = base_->position().revision;
  request->reads.clear();
  request->reads.reserve(reads_.size());
  for (const Entry* entry : reads_) request->reads.push_back(entry->name);
}

}  // namespace bulian::resource
