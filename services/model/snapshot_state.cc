#include "services/model/snapshot_state.h"

namespace bulian::model {
namespace {

template <class T>
std::size_t HeapBytes(const std::vector<T>& values) {
  return values.capacity() * sizeof(T);
}

std::size_t OfferBytes(const SnapshotState& state, const SnapshotState& other) {
  return state.offers_without_type.UnsharedBytes(other.offers_without_type) +
         state.offer_places.UnsharedBytes(other.offer_places,
                                          [](const OfferPlace&, const OfferPlace&) { return std::size_t{0}; });
}

std::size_t EnterpriseBytes(const SnapshotState& state, const SnapshotState& other) {
  static const EnterpriseChunk kNone;
  std::size_t bytes = 0;
  bytes += state.enterprises.VisitUnshared(
      other.enterprises, [&](std::size_t, const EnterpriseChunk& chunk, const EnterpriseChunk* theirs) {
        if (theirs == nullptr) theirs = &kNone;
        bytes += Cow<EnterpriseChunk>::NodeBytes() + chunk.owners.HeapBytes() + chunk.owned.HeapBytes();
        for (std::size_t i = 0; i < EnterpriseChunk::kRows; ++i)
          bytes += chunk.offers[i].UnsharedBytes(theirs->offers[i]) + chunk.sold[i].UnsharedBytes(theirs->sold[i]) +
                   chunk.bought[i].UnsharedBytes(theirs->bought[i]);
      });
  return bytes;
}

std::size_t TypeBytes(const SnapshotState& state, const SnapshotState& other) {
  return state.types.UnsharedBytes(other.types, [](const Cow<TypeNode>& node, const Cow<TypeNode>& theirs) {
    if (!node || node.get() == theirs.get()) return std::size_t{0};
    return Cow<TypeNode>::NodeBytes() + HeapBytes(node->parents) + HeapBytes(node->children) + node->unit.capacity();
  }) + state.type_uses.UnsharedBytes(other.type_uses, [](const TypeUses& uses, const TypeUses& theirs) {
    return uses.offers.UnsharedBytes(theirs.offers) + uses.links.UnsharedBytes(theirs.links) +
           uses.projects.UnsharedBytes(theirs.projects) + uses.matches.UnsharedBytes(theirs.matches) +
           uses.chains.UnsharedBytes(theirs.chains);
  });
}

template <class Message>
std::size_t DecodedBytes(const DecodedRecord<Message>& record, const DecodedRecord<Message>& theirs) {
  if (record.message == nullptr || record.message == theirs.message) return 0;
  return static_cast<std::size_t>(record.message->SpaceUsedLong()) + HeapBytes(record.types);
}

// Of small maps: keys and nodes, roughly.
template <class Map, class Size>
std::size_t MapBytes(const Cow<Map>& map, const Cow<Map>& theirs, const Size& size) {
  if (!map || map.get() == theirs.get()) return 0;
  std::size_t bytes = 0;
  for (const auto& entry : *map) bytes += sizeof(entry) + 4 * sizeof(void*) + size(entry);
  return bytes;
}

}  // namespace

std::uint32_t IdentifierHash(std::string_view system, std::string_view value) {
  return HashIndex::Hash(system) * 0x9e3779b1u ^ HashIndex::Hash(value);
}

std::string CodeKey(std::string_view system, std::string_view code) {
  std::string key(system);
  key.push_back('\0');
  return key.append(code);
}

std::size_t SnapshotState::UnsharedBytes(const SnapshotState& other) const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) bytes += tables[i].UnsharedBytes(other.tables[i]);
  bytes += OfferBytes(*this, other) + EnterpriseBytes(*this, other) + TypeBytes(*this, other);
  bytes += links.UnsharedBytes(other.links, [](const Link&, const Link&) { return std::size_t{0}; });
  bytes += chains.UnsharedBytes(other.chains, DecodedBytes<v1::Chain>);
  bytes += projects.UnsharedBytes(other.projects, DecodedBytes<v1::Project>);
  bytes += matches.UnsharedBytes(other.matches, DecodedBytes<v1::Match>);
  bytes += enterprise_index.UnsharedBytes(other.enterprise_index);
  bytes += identifiers.UnsharedBytes(other.identifiers);
  bytes +=
      MapBytes(codes, other.codes, [](const auto& entry) { return entry.first.capacity() + HeapBytes(entry.second); });
  bytes += MapBytes(unresolved, other.unresolved, [](const auto& entry) {
    return entry.first.second.capacity() + entry.second.size() * (sizeof(Referrer) + 4 * sizeof(void*));
  });
  return bytes;
}

}  // namespace bulian::model
