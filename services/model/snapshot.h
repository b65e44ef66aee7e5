// The state of a cluster at one revision: immutable, cheap to share, cheap to branch.
//
// A Snapshot holds indexed columns, the name map and compact record bytes in chunks shared between versions. Rows are
// dense numbers per resource type, stable from one version to the next while the resource exists, and without meaning
// outside one history: never show them, never order answers by them.
//
// Thread-safety: a Snapshot is immutable; all const methods may be called from any thread. A SnapshotBuilder belongs to
// one thread. References and views live as long as the Snapshot they came from.
#ifndef SERVICES_MODEL_SNAPSHOT_H_
#define SERVICES_MODEL_SNAPSHOT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/revision.pb.h"
#include "google/protobuf/message.h"
#include "services/model/day.h"
#include "services/model/enterprise_index.h"
#include "services/model/offer_postings.h"
#include "services/model/resource_name.h"
#include "services/model/row_list.h"
#include "services/model/row_mask.h"
#include "services/model/snapshot_facts.h"
#include "services/model/snapshot_state.h"
#include "services/model/symbol.h"
#include "services/model/units.h"

namespace bulian::model {

class Snapshot final {
 public:
  const SnapshotPosition& position() const { return state_.position; }
  const ClusterFacts& cluster() const { return state_.cluster; }
  // Snapshots of one builder have one number of their own; only rows of one history can be compared.
  std::uint64_t history() const { return state_.history; }
  // Whether a region code is local: 1 yes, 0 no, -1 not known (code 0, or a code so wide that a local region is a part
  // of it).
  int IsLocal(std::uint32_t region) const;

  // --- names and records -------------------------------------------------------------------------------------------
  // The row of a resource of this cluster by full name or by relative name; kNoRow if there is none.
  Row Find(ResourceType type, std::string_view name) const;
  // Number of resources, and one more than the greatest row in use (rows below may be unused).
  std::size_t Count(ResourceType type) const;
  Row RowLimit(ResourceType type) const;
  bool Exists(ResourceType type, Row row) const;
  // Full name; and the part after `clusters/{cluster}/`, without a copy.
  std::string Name(ResourceType type, Row row) const;
  std::string_view RelativeName(ResourceType type, Row row) const;
  // The revision of the last change of the record.
  std::int64_t RecordRevision(ResourceType type, Row row) const;
  // Below 0: a's name is before b's; quick for all rows, without reading names, if NamesFollowRows().
  int CompareNames(ResourceType type, Row a, Row b) const { return state_.table(type).CompareNames(a, b); }
  bool NamesFollowRows(ResourceType type) const { return state_.table(type).NamesFollowRows(); }
  // Asks for the memory of some records that exist, before they are read one by one.
  void Prefetch(ResourceType type, std::span<const Row> rows) const { state_.table(type).Prefetch(rows); }
  // The stored bytes: the message without name and etag.
  std::string_view RecordBytes(ResourceType type, Row row) const;
  // The whole resource with name and etag. `message` is of the type's class.
  void Read(ResourceType type, Row row, google::protobuf::Message* message) const;
  // Rows by name, from the first name greater than `after` (a relative name; empty: from the start) that starts with
  // `prefix` (a relative name or empty); visit returns false to stop.
  void VisitByName(ResourceType type, std::string_view prefix, std::string_view after,
                   const std::function<bool(Row)>& visit) const;
  // As above, only the rows of `mask`, which must be rows of this snapshot. How many the visitor is likely to take
  // (`wanted`) decides how they are searched: few are put in order, of many those in the mask are picked by name.
  void VisitByName(ResourceType type, const RowMask& mask, std::string_view after, std::size_t wanted,
                   const std::function<bool(Row)>& visit) const;
  // The enterprise that holds an identifier: system `uscc`, `lei`, or an ExternalIdentifier's system. kNoRow if none.
  Row FindIdentifier(std::string_view system, std::string_view value) const;

  // --- capabilities --------------------------------------------------------------------------------------------------
  // The offer of a capability; of a row without one, an offer of nothing by nobody.
  OfferRef offer(Row capability) const {
    const OfferPlace& place = state_.offer_places[capability];
    if (place.slot == OfferPlace::kNowhere) return {&kNoOffer, 0};
    return state_.PostingsOf(place.type)[place.slot];
  }
  // Of exactly this type, in an order without meaning: kept together, much quicker to read than one by one.
  const OfferPostings& OffersOfType(Row type) const { return state_.type_uses[type].offers; }
  const RowList& OffersOfEnterprise(Row enterprise) const;

  // --- enterprises ---------------------------------------------------------------------------------------------------
  const EnterpriseIndex& enterprise_index() const { return state_.enterprise_index; }
  v1::Enterprise::Kind EnterpriseKind(Row enterprise) const;
  std::uint32_t SeatRegion(Row enterprise) const;       // of the first site; 0: not known
  std::span<const Owner> Owners(Row enterprise) const;  // all, dated
  std::span<const Row> Owned(Row enterprise) const;     // enterprises that name it as an owner, ascending

  // --- taxonomy ------------------------------------------------------------------------------------------------------
  const TypeNode& type(Row type) const { return *state_.types[type]; }
  // The type and all it subsumes, ascending.
  std::vector<Row> Subtree(Row type) const;
  bool Subsumes(Row ancestor, Row type) const;  // true for itself
  // Types of this cluster with a standard code.
  std::span<const Row> TypesWithCode(std::string_view system, std::string_view code) const;

  // --- chains, links, projects, matches
  // -----------------------------------------------------------------------------------------
  std::shared_ptr<const v1::Chain> chain(Row chain) const;        // decoded, with its name
  std::shared_ptr<const v1::Project> project(Row project) const;  // decoded, with its name
  std::shared_ptr<const v1::Match> match(Row match) const;        // decoded, with its name
  const Link& link(Row link) const { return state_.links[link]; }
  const RowList& LinksOfType(Row type) const { return state_.type_uses[type].links; }
  const RowList& LinksOfSupplier(Row enterprise) const;
  const RowList& LinksOfBuyer(Row enterprise) const;
  const RowList& ProjectsPlanning(Row type) const;     // plan a capability of exactly this type
  const RowList& MatchesNaming(Row type) const;        // require exactly it of a free requirement, or promise it
  const RowList& SegmentChainsOfType(Row type) const;  // chains with a segment requiring exactly it

  // Bytes held by this version that the given other version does not share (0 for itself); for reports.
  std::size_t UnsharedBytes(const Snapshot& other) const;
  // All bytes reachable from this version.
  std::size_t TotalBytes() const;

  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  friend class SnapshotBuilder;
  explicit Snapshot(const SnapshotState& state);
  static const OfferBlock kNoOffer;
  const SnapshotState state_;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

// A record's change as the builder takes it; `value` as stored (message bytes without name and etag), nullopt deletes.
struct RecordChange {
  std::string_view name;  // full
  std::optional<std::string_view> value;
  std::optional<std::int64_t> record_revision = std::nullopt;  // absent: the position's; for undoing a change
  bool is_new = false;  // there is no record of the name, surely: saves looking for it
};

// Makes the next version(s). Applying never fails: a record that names something that does not exist (an older rule, a
// hypothetical change) gets kNoRow there until the other appears.
class SnapshotBuilder {
 public:
  // From nothing, or as a branch of `base` (which stays as it is).
  explicit SnapshotBuilder(std::string_view cluster);
  explicit SnapshotBuilder(SnapshotPtr base);
  ~SnapshotBuilder();
  SnapshotBuilder(const SnapshotBuilder&) = delete;
  SnapshotBuilder& operator=(const SnapshotBuilder&) = delete;

  // Applies the changes of one commit. `record_revision` of its records becomes position.revision, or per change when
  // loading: see Load.
  void Apply(const SnapshotPosition& position, std::span<const RecordChange> changes);
  // Adds one scanned record of an older revision; for the first build. Any order; the order of names, which is that of
  // a scan, is much the quickest and uses a second thread until the next call that is not Load.
  void Load(std::string_view name, std::string_view value, std::int64_t record_revision);
  // Moves the position without changes (after loading, for hypothetical branches).
  void SetPosition(const SnapshotPosition& position);

  // The version so far. The builder goes on from it: chunks are shared and copied on the next write.
  SnapshotPtr Build();
  // What Apply touched since the builder was made or TakeDelta was last called.
  Delta TakeDelta();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SNAPSHOT_H_
