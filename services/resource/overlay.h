// Staged writes over a snapshot: what the rules look at, and what becomes the commit. Belongs to one thread.
//
// Several commits can follow each other over one snapshot: Keep() takes what is staged as committed, and what is staged
// next is validated against the snapshot with all that was kept on top. The commits themselves are to be named to the
// store (CommitRequest::seen), so that it checks everything else that came after the snapshot.
#ifndef SERVICES_RESOURCE_OVERLAY_H_
#define SERVICES_RESOURCE_OVERLAY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "services/model/snapshot.h"
#include "services/resource/resource.h"
#include "services/store/store.h"

namespace bulian::resource {

class Overlay final : public Lookup {
 public:
  // A name or guard, until Keep().
  using NameId = std::uint32_t;

  // `families` is not owned.
  Overlay(model::SnapshotPtr base, const Families* families);
  ~Overlay() override;

  // Lookup
  const model::Snapshot& base() const override { return *base_; }
  bool Exists(model::ResourceType type, std::string_view name) override;
  const google::protobuf::Message* Get(model::ResourceType type, std::string_view name) override;
  const google::protobuf::Message* Staged(std::string_view name) override;
  bool Changed(std::string_view name) override;
  model::Row BaseRow(model::ResourceType type, std::string_view name) override;
  std::string IdentifierHolder(std::string_view system, std::string_view value) override;
  void DependOn(std::string_view guard) override;

  // Stages a write; `resource` carries its name, is not owned and must outlive the overlay's use. Replaces what is
  // staged under the name.
  void Put(model::ResourceType type, google::protobuf::Message* resource);
  void PutOwned(model::ResourceType type, std::unique_ptr<google::protobuf::Message> resource);
  void Delete(model::ResourceType type, std::string_view name);
  // As if the name had never been staged; what was read for it stays in the read set.
  void Unstage(std::string_view name);

  // The resource before the staged writes; null if there is none. Valid until Keep().
  const google::protobuf::Message* Before(model::ResourceType type, std::string_view name);

  // Fills what the store must check and write. Writes come in the order staged.
  void FillCommit(store::CommitRequest* request);

  // Takes what FillCommit() filled in as committed, and starts a new commit with nothing staged and nothing read. What
  // was staged with Put() must live on as long as the overlay, but for types whose content is not used
  // (Family::content_used): of those only the name is kept.
  void Keep();
  // Whether `name` is kept; whether something kept names it. Rules that compare with the snapshot or look for users in
  // it do not see those.
  bool Kept(std::string_view name) const;
  bool NamedByKept(std::string_view name) const;
  // Whether something kept was asked for of which no more than the name is held: what was answered since may be wrong.
  bool outdated() const { return outdated_; }
  // Memory held for what is kept and for names that were looked up, about.
  std::size_t bytes() const { return bytes_; }

  std::size_t staged_count() const { return staged_count_; }
  const model::SnapshotPtr& snapshot() const { return base_; }

  NameId IdOf(std::string_view name);
  // Staged names and identifier guards that are looked up from now on are also added here; null: no longer.
  void TraceLookups(std::vector<NameId>* names) { trace_ = names; }

 private:
  struct Entry;
  struct Write;

  Entry& EntryOf(std::string_view name);
  Entry& AddEntry(std::string_view name);
  void DropEntry(Entry& entry);
  const Entry* FindEntry(std::string_view name) const;
  void Note(Entry& entry);
  model::Row RowOf(model::ResourceType type, Entry& entry);
  const google::protobuf::Message* BeforeOf(model::ResourceType type, Entry& entry);
  const google::protobuf::Message* ContentOf(const Write& write);
  void Stage(model::ResourceType type, std::string_view name, google::protobuf::Message* resource,
             std::unique_ptr<google::protobuf::Message> owned);
  void UnstageEntry(Entry& entry);
  void ClaimIdentifiers(const Write& write, Entry& holder, bool claim, bool kept);
  void KeepEntry(Entry& entry);
  void CollectTouches(Entry& entry, std::vector<std::string>* touches);
  void Touch(Entry& entry, std::vector<std::string>* touches);

  model::SnapshotPtr base_;
  const Families* families_;
  std::deque<Entry> entries_;
  std::vector<Entry*> free_, fresh_;  // of the entries: unused; made since the last Keep()
  absl::flat_hash_map<absl::string_view, Entry*> by_name_;
  absl::flat_hash_set<std::uint64_t> kept_by_name_;  // fingerprints of what was kept without content
  std::array<Entry*, 2> recent_{};                   // looked up last: rules ask for the same name several times

  // Of the commit that is being staged.
  std::uint64_t commit_ = 1, fill_ = 0;
  std::vector<Entry*> staged_order_;  // with gaps: what was unstaged
  std::size_t staged_count_ = 0;
  std::vector<Entry*> reads_, claimed_, named_, with_before_;
  std::vector<NameId>* trace_ = nullptr;

  std::size_t bytes_ = 0;
  bool outdated_ = false;
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_OVERLAY_H_
