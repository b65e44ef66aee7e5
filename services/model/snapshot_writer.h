// Keeps a SnapshotState in step with its records: derives the facts of each record and enters them in the indexes.
//
// Facts are a pure function of the records present, whatever the order they came in: a reference to a name that does
// not exist is noted, and the record that made it is derived again when the name appears; when a record goes, those
// that named it are derived again. Belongs to one thread.
#ifndef SERVICES_MODEL_SNAPSHOT_WRITER_H_
#define SERVICES_MODEL_SNAPSHOT_WRITER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/model/compiled_capability.h"
#include "services/model/loaded_offers.h"
#include "services/model/snapshot_state.h"

namespace bulian::model {

class SnapshotWriter {
 public:
  // `state` belongs to the caller and outlives the writer; state.position.cluster is set.
  explicit SnapshotWriter(SnapshotState* state) : state_(*state) {}

  // Adds or replaces a record; removes one if it is there. Names of other clusters and unknown patterns are ignored.
  // `is_new`: it is known not to be there.
  void Put(std::string_view name, std::string_view bytes, std::int64_t revision, bool is_new = false);
  void Remove(std::string_view name);
  // Derives a record that was put into its table by other means, once.
  void Enter(ResourceType type, Row row);
  // The same for a capability whose record was compiled already. Its offer stands where it can be found only after
  // BuildOffers.
  void EnterCapability(Row row, const CompiledCapability& compiled);
  // Puts the offers of all capabilities entered so far in their places; needed before anything else is done. Those
  // entered afterwards are put there one by one.
  void BuildOffers();
  // Notes what is touched in `delta` from here on; null: nothing.
  void set_delta(Delta* delta) { delta_ = delta; }

 private:
  // Derives the facts of a record that exists from its bytes.
  void Derive(ResourceType type, Row row);
  void DeriveCluster(Row row);
  void DeriveType(Row row);
  void DeriveEnterprise(Row row);
  void DeriveCapability(Row row);
  void SetCapability(Row row, const CompiledCapability& compiled);
  // The offer with what depends on other records; `old` is the one there was.
  Offer Resolved(Row row, const CompiledCapability& compiled, const Offer& old);
  void DeriveLink(Row row);
  void DeriveChain(Row row);
  void DeriveProject(Row row);
  void DeriveMatch(Row row);

  // Takes the facts of a record out of the indexes, leaving defaults.
  void Clear(ResourceType type, Row row);

  // Sets facts and moves the row between posting lists where they changed.
  void SetOffer(Row row, const Offer& offer);
  void RemoveOffer(Row row);
  void ListForEnterprise(Row row, Row old_enterprise, Row enterprise);
  OfferPostings& MutablePostings(Row type);
  // A default one if the row has none.
  Offer OfferOf(Row row) const;
  void SetLink(Row row, const Link& link);
  void SetParents(Row row, TypeNode& node, std::vector<Row> parents);
  void SetOwners(Row row, const std::vector<Owner>& owners);
  void SetExtras(Row row, const CompiledCapability& compiled);
  void MoveUses(Row row, const std::vector<Row>& old_types, const std::vector<Row>& types, RowList TypeUses::*list);

  // Identifiers, filtered values and codes, by the bytes before and after; nullopt: no record.
  void Reindex(ResourceType type, Row row, std::optional<std::string_view> old_bytes,
               std::optional<std::string_view> bytes);
  void ReindexCodes(Row type, std::string_view old_bytes, std::string_view bytes);
  // Moves the offers of an enterprise whose sites changed.
  void UpdateSites(Row enterprise);

  std::vector<Referrer> ReferrersOf(ResourceType type, Row row) const;
  void Mend(ResourceType type, std::string_view relative);

  // The row of a full name, or kNoRow with a note that the referrer waits for it. An empty name is nothing.
  // `guess` is a row that may be the one.
  Row Resolve(ResourceType type, std::string_view name, Referrer referrer, Row guess = kNoRow);
  Row ResolveRelative(ResourceType type, std::string_view relative, Referrer referrer, Row guess = kNoRow);
  // Rows of types by full name, ascending, each once; missing ones are noted.
  std::vector<Row> ResolveTypes(const std::vector<std::string_view>& names, Referrer referrer);
  // The region of a site of an enterprise; an empty id is the first site.
  std::uint32_t RegionOfSite(Row enterprise, std::string_view site_id) const;
  bool IsGovernment(Row enterprise) const;
  std::vector<Owner> ReadOwners(Row row);
  void Touch(ResourceType type, Row row, bool existed_before, bool exists_after);

  EnterpriseChunk& MutableEnterprise(Row row) { return state_.enterprises.Mutable(row / EnterpriseChunk::kRows); }
  static constexpr std::size_t EnterpriseSlot(Row row) { return row % EnterpriseChunk::kRows; }

  SnapshotState& state_;
  Delta* delta_ = nullptr;
  // Kept to be parsed into again: their strings and repeated fields keep their memory.
  CapabilityCompiler compiler_;
  v1::Enterprise enterprise_;
  v1::SupplyLink supply_link_;
  LoadedOffers loaded_offers_;  // until offers_built_
  bool offers_built_ = false;
  Row last_parent_ = kNoRow;  // of the capability derived last; a guess for the next
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SNAPSHOT_WRITER_H_
