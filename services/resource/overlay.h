// Staged writes over a snapshot: what the rules look at, and what becomes the commit. Belongs to one thread.
//
// Several commits can follow each other over one snapshot: Keep() takes what is staged as committed, and what is staged
// next is validated against the snapshot with all that was kept on top. The commits themselves are to be named to the
// store (CommitRequest::seen), so that it checks everything else that came after the snapshot.
#ifndef SERVICES_RESOURCE_OVERLAY_H_
#define SERVICES_RESOURCE_OVERLAY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "google/protobuf/message.h"
#include "services/model/snapshot.h"
#include "services/resource/resource.h"
#include "services/store/store.h"

namespace bulian::resource {

class Overlay final : public Lookup {
 public:
  // `families` is not owned.
  Overlay(model::SnapshotPtr base, const Families* families);

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

  // Takes what is staged as committed, and starts a new commit with nothing staged and nothing read. What was staged
  // with Put() must live on as long as the overlay.
  void Keep();
  std::size_t kept_count() const { return kept_.size(); }
  // Whether `name` is kept; whether something kept names it. Rules that compare with the snapshot or look for users in
  // it do not see those.
  bool Kept(std::string_view name) const;
  bool NamedByKept(std::string_view name) const;

  std::size_t staged_count() const { return staged_.size(); }
  const model::SnapshotPtr& snapshot() const { return base_; }

  // Staged names and identifier guards that are looked up from now on are also added here; null: no longer.
  void TraceLookups(std::vector<std::string>* names) { trace_ = names; }

  // Fills what the store must check and write. Writes come in the order staged.
  void FillCommit(store::CommitRequest* request);

 private:
  struct StagedWrite {
    model::ResourceType type;
    google::protobuf::Message* resource;  // null: deleted
    std::unique_ptr<google::protobuf::Message> owned;
    std::size_t order;
  };

  void Stage(model::ResourceType type, std::string_view name, google::protobuf::Message* resource,
             std::unique_ptr<google::protobuf::Message> owned);
  using Claims = absl::flat_hash_map<std::string, std::vector<std::string>>;  // guard -> holders in order
  void ClaimIdentifiers(const StagedWrite& write, std::string_view name, bool claim, Claims* claims) const;
  // The write of a name that is staged, else kept; null if there is none.
  const StagedWrite* Find(std::string_view name) const;
  void Note(std::string_view name);
  void CollectTouches(const std::string& name, const StagedWrite& write, absl::flat_hash_set<std::string>* touches);

  model::SnapshotPtr base_;
  const Families* families_;
  absl::flat_hash_map<std::string, StagedWrite> staged_, kept_;
  std::size_t next_order_ = 0;
  Claims claims_, kept_claims_;                    // by what is staged, and what is kept
  absl::flat_hash_set<std::uint64_t> kept_names_;  // fingerprints of what the kept ones name
  absl::flat_hash_map<std::string, std::unique_ptr<google::protobuf::Message>> before_;
  absl::flat_hash_set<std::string> reads_;
  std::vector<std::string>* trace_ = nullptr;
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_OVERLAY_H_
