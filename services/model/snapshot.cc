#include "services/model/snapshot.h"

#include <algorithm>
#include <array>

#include "services/model/etag.h"
#include "services/model/record_fields.h"

namespace bulian::model {
namespace {

const RowList kNoRows;

void SetString(google::protobuf::Message* message, const char* field_name, std::string value) {
  if (const auto* field = message->GetDescriptor()->FindFieldByName(field_name); field != nullptr)
    message->GetReflection()->SetString(message, field, std::move(value));
}

// The part after `clusters/{cluster}/`; empty for the cluster; nullopt for a name of another cluster.
std::optional<std::string_view> Relative(std::string_view cluster, std::string_view name) {
  constexpr std::string_view kPrefix = "clusters/";
  if (!name.starts_with(kPrefix)) return name;
  name.remove_prefix(kPrefix.size());
  if (!name.starts_with(cluster)) return std::nullopt;
  name.remove_prefix(cluster.size());
  if (name.empty()) return name;
  if (name.front() != '/') return std::nullopt;
  return name.substr(1);
}

// The region without the two or four zeros of a prefecture or province, as a divisor: 1, 100 or 10000.
std::uint32_t RegionGrain(std::uint32_t region) { return region % 10000 == 0 ? 10000 : region % 100 == 0 ? 100 : 1; }

}  // namespace

v1::Revision SnapshotPosition::ToProto() const {
  v1::Revision proto;
  proto.set_cluster_uid(cluster_uid);
  proto.set_epoch(epoch);
  proto.set_number(revision);
  std::int64_t seconds = commit_time_us / 1'000'000, micros = commit_time_us % 1'000'000;
  if (micros < 0) {
    --seconds;
    micros += 1'000'000;
  }
  proto.mutable_commit_time()->set_seconds(seconds);
  proto.mutable_commit_time()->set_nanos(static_cast<std::int32_t>(micros * 1000));
  return proto;
}

const OfferBlock Snapshot::kNoOffer;

Snapshot::Snapshot(const SnapshotState& state) : state_(state) {}
Snapshot::~Snapshot() = default;

int Snapshot::IsLocal(std::uint32_t region) const {
  if (region == 0) return -1;
  const std::uint32_t own_grain = RegionGrain(region);
  int answer = 0;
  for (const std::uint32_t local : state_.cluster.regions) {
    const std::uint32_t grain = RegionGrain(local);
    if (region / grain == local / grain) return 1;
    if (region / own_grain == local / own_grain) answer = -1;
  }
  return answer;
}

Row Snapshot::Find(ResourceType type, std::string_view name) const {
  const auto relative = Relative(state_.position.cluster, name);
  return relative ? state_.table(type).Find(*relative) : kNoRow;
}

std::size_t Snapshot::Count(ResourceType type) const { return state_.table(type).Count(); }
Row Snapshot::RowLimit(ResourceType type) const { return state_.table(type).Limit(); }
bool Snapshot::Exists(ResourceType type, Row row) const { return state_.table(type).Exists(row); }

std::string Snapshot::Name(ResourceType type, Row row) const {
  std::string name = "clusters/" + state_.position.cluster;
  if (type != ResourceType::kCluster) name.append("/").append(RelativeName(type, row));
  return name;
}

std::string_view Snapshot::RelativeName(ResourceType type, Row row) const {
  return state_.table(type).RelativeName(row);
}
std::int64_t Snapshot::RecordRevision(ResourceType type, Row row) const { return state_.table(type).Revision(row); }
std::string_view Snapshot::RecordBytes(ResourceType type, Row row) const { return state_.table(type).Bytes(row); }

void Snapshot::Read(ResourceType type, Row row, google::protobuf::Message* message) const {
  const std::string_view bytes = RecordBytes(type, row);
  message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  SetString(message, "name", Name(type, row));
  SetString(message, "etag", MakeEtag(state_.position.cluster_uid, state_.position.epoch, RecordRevision(type, row)));
}

void Snapshot::VisitByName(ResourceType type, std::string_view prefix, std::string_view after,
                           const std::function<bool(Row)>& visit) const {
  const ResourceTable& table = state_.table(type);
  table.VisitFrom(std::max(prefix, after), [&](Row row) {
    const std::string_view name = table.RelativeName(row);
    if (!after.empty() && name <= after) return true;
    return name.starts_with(prefix) && visit(row);
  });
}

Row Snapshot::FindIdentifier(std::string_view system, std::string_view value) const {
  const ResourceTable& table = state_.table(ResourceType::kEnterprise);
  Row found = kNoRow;  // of several holders, which only hypothetical changes make, the first by name
  state_.identifiers.Find(IdentifierHash(system, value), [&](Row row) {
    for (const auto& identifier : IdentifiersOf(table.Bytes(row)))
      if (identifier.first == system && identifier.second == value &&
          (found == kNoRow || table.RelativeName(row) < table.RelativeName(found)))
        found = row;
    return false;
  });
  return found;
}

namespace {

const EnterpriseChunk* ChunkOf(const SnapshotState& state, Row enterprise) {
  return state.enterprises.Find(enterprise / EnterpriseChunk::kRows);
}
std::size_t At(Row enterprise) { return enterprise % EnterpriseChunk::kRows; }

}  // namespace

const RowList& Snapshot::OffersOfEnterprise(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? kNoRows : chunk->offers[At(enterprise)];
}

v1::Enterprise::Kind Snapshot::EnterpriseKind(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? v1::Enterprise::KIND_UNSPECIFIED
                          : static_cast<v1::Enterprise::Kind>(chunk->kind[At(enterprise)]);
}

std::uint32_t Snapshot::SeatRegion(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? 0 : chunk->seat_region[At(enterprise)];
}

std::span<const Owner> Snapshot::Owners(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? std::span<const Owner>() : chunk->owners.Get(At(enterprise));
}

std::span<const Row> Snapshot::Owned(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? std::span<const Row>() : chunk->owned.Get(At(enterprise));
}

std::vector<Row> Snapshot::Subtree(Row type) const {
  std::vector<bool> seen(RowLimit(ResourceType::kCapabilityType));
  std::vector<Row> rows{type};
  seen[type] = true;
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const Row child : this->type(rows[i]).children)
      if (!seen[child]) {
        seen[child] = true;
        rows.push_back(child);
      }
  std::sort(rows.begin(), rows.end());
  return rows;
}

bool Snapshot::Subsumes(Row ancestor, Row type) const {
  if (ancestor == type) return true;
  std::vector<Row> rows{type};
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const Row parent : this->type(rows[i]).parents) {
      if (parent == ancestor) return true;
      if (std::find(rows.begin(), rows.end(), parent) == rows.end()) rows.push_back(parent);
    }
  return false;
}

std::span<const Row> Snapshot::TypesWithCode(std::string_view system, std::string_view code) const {
  if (!state_.codes) return {};
  const auto found = state_.codes->find(CodeKey(system, code));
  return found == state_.codes->end() ? std::span<const Row>() : std::span<const Row>(found->second);
}

std::shared_ptr<const v1::Chain> Snapshot::chain(Row chain) const { return state_.chains[chain].message; }
std::shared_ptr<const v1::Project> Snapshot::project(Row project) const { return state_.projects[project].message; }
std::shared_ptr<const v1::Match> Snapshot::match(Row match) const { return state_.matches[match].message; }

const RowList& Snapshot::LinksOfSupplier(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? kNoRows : chunk->sold[At(enterprise)];
}

const RowList& Snapshot::LinksOfBuyer(Row enterprise) const {
  const EnterpriseChunk* chunk = ChunkOf(state_, enterprise);
  return chunk == nullptr ? kNoRows : chunk->bought[At(enterprise)];
}

const RowList& Snapshot::ProjectsPlanning(Row type) const { return state_.type_uses[type].projects; }
const RowList& Snapshot::MatchesNaming(Row type) const { return state_.type_uses[type].matches; }
const RowList& Snapshot::SegmentChainsOfType(Row type) const { return state_.type_uses[type].chains; }

std::size_t Snapshot::UnsharedBytes(const Snapshot& other) const {
  return this == &other ? 0 : sizeof(Snapshot) + state_.UnsharedBytes(other.state_);
}
std::size_t Snapshot::TotalBytes() const { return sizeof(Snapshot) + state_.UnsharedBytes(SnapshotState{}); }

}  // namespace bulian::model
