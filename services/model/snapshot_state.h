// Everything a snapshot holds. Copying a state copies a few dozen pointers; see cow.h for who may write what.
// Only Snapshot and the builder use this.
#ifndef SERVICES_MODEL_SNAPSHOT_STATE_H_
#define SERVICES_MODEL_SNAPSHOT_STATE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulian/v1/chain.pb.h"
#include "bulian/v1/match_record.pb.h"
#include "bulian/v1/project.pb.h"
#include "services/model/cow_array.h"
#include "services/model/enterprise_index.h"
#include "services/model/hash_index.h"
#include "services/model/offer_postings.h"
#include "services/model/packed_rows.h"
#include "services/model/resource_table.h"
#include "services/model/row_list.h"
#include "services/model/snapshot_facts.h"

namespace bulian::model {

// Where an offer stands: its type's postings, or those of offers without a type (kNoRow).
struct OfferPlace {
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
  Row type = kNoRow;
  std::uint32_t slot = kNowhere;
};

struct EnterpriseChunk {
  static constexpr std::size_t kRows = 16;
  std::array<std::uint32_t, kRows> seat_region{};
  std::array<std::uint8_t, kRows> kind{};
  PackedRows<Owner, kRows> owners;
  PackedRows<Row, kRows> owned;
  std::array<RowList, kRows> offers, sold, bought;  // capabilities; links as supplier and as buyer
};

// Who names a type.
struct TypeUses {
  OfferPostings offers;
  RowList links, projects, matches, chains;
};

// A decoded chain, project or match and the types it names, ascending.
template <class Message>
struct DecodedRecord {
  std::shared_ptr<const Message> message;
  std::vector<Row> types;
};

// A reference from a record to a name.
using Referrer = std::pair<ResourceType, Row>;

// Keys of SnapshotState::identifiers and codes.
std::uint32_t IdentifierHash(std::string_view system, std::string_view value);
std::string CodeKey(std::string_view system, std::string_view code);

struct SnapshotState {
  // Ties snapshots to the builder that made them: rows of two histories have nothing in common but their common base.
  std::uint64_t history = 0;
  SnapshotPosition position;
  ClusterFacts cluster;
  std::optional<Day> stated_as_of;  // of the cluster's record

  std::array<ResourceTable, kResourceTypeCount> tables;
  ChunkedVector<OfferPlace, 64> offer_places;  // by row of a capability
  OfferPostings offers_without_type;
  CowArray<EnterpriseChunk> enterprises;
  ChunkedVector<Cow<TypeNode>, 16> types;
  ChunkedVector<TypeUses, 8> type_uses;
  ChunkedVector<Link, 32> links;
  ChunkedVector<DecodedRecord<v1::Chain>, 8> chains;
  ChunkedVector<DecodedRecord<v1::Project>, 8> projects;
  ChunkedVector<DecodedRecord<v1::Match>, 8> matches;

  EnterpriseIndex enterprise_index;
  HashIndex identifiers;                               // (system, value) -> enterprise
  Cow<std::map<std::string, std::vector<Row>>> codes;  // system, a zero byte, code -> types, ascending
  // By type and relative name: records that name what does not exist. May list some that no longer do.
  Cow<std::map<std::pair<ResourceType, std::string>, std::set<Referrer>>> unresolved;

  const OfferPostings& PostingsOf(Row type) const {
    return type == kNoRow ? offers_without_type : type_uses[type].offers;
  }
  const ResourceTable& table(ResourceType type) const { return tables[static_cast<std::size_t>(type)]; }
  ResourceTable& table(ResourceType type) { return tables[static_cast<std::size_t>(type)]; }
  std::size_t UnsharedBytes(const SnapshotState& other) const;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SNAPSHOT_STATE_H_
