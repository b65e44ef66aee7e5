#include "services/model/snapshot_dump.h"

#include <algorithm>
#include <sstream>

namespace bulian::model {
namespace {

constexpr ResourceType kTypes[] = {ResourceType::kCluster,    ResourceType::kCapabilityType, ResourceType::kEnterprise,
                                   ResourceType::kCapability, ResourceType::kChain,          ResourceType::kSupplyLink,
                                   ResourceType::kProject,    ResourceType::kMatch};

std::string NameOr(const Snapshot& snapshot, ResourceType type, Row row) {
  if (row == kNoRow) return "-";
  return snapshot.Exists(type, row) ? snapshot.Name(type, row) : "gone!";
}

// Names of rows, sorted; tells of rows out of order.
template <class Rows>
std::string Names(const Snapshot& snapshot, ResourceType type, const Rows& rows) {
  std::vector<std::string> names;
  bool ascending = true;
  Row last = kNoRow;
  for (const Row row : rows) {
    ascending &= last == kNoRow || last < row;
    last = row;
    names.push_back(NameOr(snapshot, type, row));
  }
  std::sort(names.begin(), names.end());
  std::string text = ascending ? "[" : "[not ascending! ";
  for (const auto& name : names) text += name + " ";
  return text + "]";
}

void DumpOffer(const Snapshot& snapshot, Row row, std::ostream& out) {
  const OfferRef ref = snapshot.offer(row);
  const Offer& offer = *ref;
  out << " of " << NameOr(snapshot, ResourceType::kEnterprise, offer.enterprise) << " type "
      << NameOr(snapshot, ResourceType::kCapabilityType, offer.type) << " valid " << offer.valid_from << ".."
      << offer.valid_until << " evidence " << offer.evidence_day << ' ' << offer.verified << " region " << offer.region
      << " lead " << offer.lead_time_days << " shares " << offer.in_cluster_share << ' ' << offer.outside_share << ' '
      << offer.free_share << " capacity " << offer.capacity << ' ' << static_cast<int>(offer.dimension) << ' '
      << offer.stock << " level " << static_cast<int>(offer.level) << " pools " << static_cast<int>(offer.pool_count);
  for (const auto& attribute : ref.attributes()) {
    out << " {" << SymbolText(attribute.key) << ' ' << static_cast<int>(attribute.kind) << ' ' << attribute.flag << ' '
        << static_cast<int>(attribute.dimension) << ' ' << attribute.min << ' ' << attribute.max;
    for (const Symbol word : ref.words(attribute)) out << ' ' << SymbolText(word);
    out << '}';
  }
  for (const auto& certificate : ref.certificates())
    out << " <" << SymbolText(certificate.scheme) << ' ' << certificate.valid_until << '>';
}

void DumpEnterprise(const Snapshot& snapshot, Row row, std::ostream& out) {
  out << " kind " << snapshot.EnterpriseKind(row) << " seat " << snapshot.SeatRegion(row);
  for (const Owner& owner : snapshot.Owners(row))
    out << " (" << NameOr(snapshot, ResourceType::kEnterprise, owner.enterprise) << ' ' << SymbolText(owner.external)
        << ' ' << owner.government << owner.control << ' ' << owner.share << ' ' << owner.valid_from << ".."
        << owner.valid_until << ')';
}

void DumpType(const Snapshot& snapshot, Row row, std::ostream& out) {
  const TypeNode& node = snapshot.type(row);
  out << " parents " << Names(snapshot, ResourceType::kCapabilityType, node.parents) << " children "
      << Names(snapshot, ResourceType::kCapabilityType, node.children) << " unit " << node.unit << ' '
      << static_cast<int>(node.dimension) << ' ' << node.unit_factor << ' ' << node.stock << " kind "
      << static_cast<int>(node.kind);
}

void DumpLink(const Snapshot& snapshot, Row row, std::ostream& out) {
  const Link& link = snapshot.link(row);
  out << ' ' << NameOr(snapshot, ResourceType::kEnterprise, link.supplier) << " -> "
      << NameOr(snapshot, ResourceType::kEnterprise, link.buyer) << ' '
      << NameOr(snapshot, ResourceType::kCapabilityType, link.type) << ' ' << link.valid_from << ".."
      << link.valid_until << ' ' << link.evidence_day << ' ' << link.verified << ' ' << link.year << ' '
      << SymbolText(link.currency) << ' ' << link.value;
}

std::string Facts(const Snapshot& snapshot, ResourceType type, Row row) {
  std::ostringstream out;
  out << snapshot.RecordRevision(type, row) << ' ' << std::hash<std::string_view>{}(snapshot.RecordBytes(type, row));
  switch (type) {
    case ResourceType::kCluster:
      break;
    case ResourceType::kCapabilityType:
      DumpType(snapshot, row, out);
      break;
    case ResourceType::kEnterprise:
      DumpEnterprise(snapshot, row, out);
      break;
    case ResourceType::kCapability:
      DumpOffer(snapshot, row, out);
      break;
    case ResourceType::kSupplyLink:
      DumpLink(snapshot, row, out);
      break;
    case ResourceType::kChain:
      out << ' ' << snapshot.chain(row)->ShortDebugString();
      break;
    case ResourceType::kProject:
      out << ' ' << snapshot.project(row)->ShortDebugString();
      break;
    case ResourceType::kMatch:
      out << ' ' << snapshot.match(row)->ShortDebugString();
      break;
  }
  return out.str();
}

// In their postings' order they mean nothing.
std::vector<Row> OfferRows(const Snapshot& snapshot, Row type) {
  std::vector<Row> rows;
  snapshot.OffersOfType(type).ForEach([&](const OfferRef& offer) { rows.push_back(offer.row()); });
  std::sort(rows.begin(), rows.end());
  return rows;
}

void DumpIndexes(const Snapshot& snapshot, ResourceType type, Row row, std::ostream& out) {
  if (type == ResourceType::kCapabilityType) {
    out << "\n  offers " << Names(snapshot, ResourceType::kCapability, OfferRows(snapshot, row)) << " links "
        << Names(snapshot, ResourceType::kSupplyLink, snapshot.LinksOfType(row).ToVector()) << " projects "
        << Names(snapshot, ResourceType::kProject, snapshot.ProjectsPlanning(row).ToVector()) << " matches "
        << Names(snapshot, ResourceType::kMatch, snapshot.MatchesNaming(row).ToVector()) << " chains "
        << Names(snapshot, ResourceType::kChain, snapshot.SegmentChainsOfType(row).ToVector()) << " subtree "
        << Names(snapshot, ResourceType::kCapabilityType, snapshot.Subtree(row));
  } else if (type == ResourceType::kEnterprise) {
    out << "\n  offers " << Names(snapshot, ResourceType::kCapability, snapshot.OffersOfEnterprise(row).ToVector())
        << " sold " << Names(snapshot, ResourceType::kSupplyLink, snapshot.LinksOfSupplier(row).ToVector())
        << " bought " << Names(snapshot, ResourceType::kSupplyLink, snapshot.LinksOfBuyer(row).ToVector()) << " owned "
        << Names(snapshot, ResourceType::kEnterprise, snapshot.Owned(row));
  }
}

// The sets of the enterprise index by value, and whether a mask made of each agrees with it.
std::string FilteredValues(const Snapshot& snapshot) {
  std::map<std::string, std::string> values;
  snapshot.enterprise_index().VisitValues([&](const std::string& value, const RowBitset& set) {
    RowMask mask(snapshot.RowLimit(ResourceType::kEnterprise));
    set.AddTo(&mask);
    std::vector<Row> rows;
    mask.ForEach([&](Row row) { rows.push_back(row); });
    const bool agrees =
        rows.size() == set.size() && std::all_of(rows.begin(), rows.end(), [&](Row row) { return set.Test(row); });
    values[value] = Names(snapshot, ResourceType::kEnterprise, rows) + (agrees ? "" : " miscounted!");
  });
  std::string text;
  for (const auto& [value, names] : values) text += "\n" + value + ' ' + names;
  return text + '\n';
}

}  // namespace

std::map<std::string, std::string> DumpFacts(const Snapshot& snapshot) {
  std::map<std::string, std::string> facts;
  for (const ResourceType type : kTypes)
    for (Row row = 0; row < snapshot.RowLimit(type); ++row)
      if (snapshot.Exists(type, row)) facts[snapshot.Name(type, row)] = Facts(snapshot, type, row);
  return facts;
}

std::string DumpSnapshot(const Snapshot& snapshot) {
  std::ostringstream out;
  const ClusterFacts& cluster = snapshot.cluster();
  out << snapshot.position().revision << " as of " << cluster.as_of << " policy " << cluster.min_suppliers << ' '
      << cluster.max_hhi << ' ' << cluster.max_external_share << ' ' << cluster.max_single_loss << ' '
      << cluster.evidence_max_age_days << ' ' << cluster.match_max_idle_days << ' '
      << cluster.weights.ShortDebugString() << '\n';
  for (std::uint32_t region = 330000; region < 330404; ++region)
    if (region % 100 < 4) out << snapshot.IsLocal(region) << ' ';
  for (const ResourceType type : kTypes) {
    out << "\n-- " << static_cast<int>(type) << ' ' << snapshot.Count(type);
    snapshot.VisitByName(type, "", "", [&](Row row) {
      const std::string name = snapshot.Name(type, row);
      out << '\n' << name << (snapshot.Find(type, name) == row ? " " : " not found! ") << Facts(snapshot, type, row);
      DumpIndexes(snapshot, type, row, out);
      return true;
    });
  }
  out << FilteredValues(snapshot);
  for (const char* system : {"uscc", "lei", "88"})
    for (const char* prefix : {"", "u", "l"})
      for (int i = 0; i < 9; ++i)
        out << ' '
            << NameOr(snapshot, ResourceType::kEnterprise, snapshot.FindIdentifier(system, prefix + std::to_string(i)));
  for (int i = 0; i < 4; ++i)
    out << '\n' << Names(snapshot, ResourceType::kCapabilityType, snapshot.TypesWithCode("hs", std::to_string(i)));
  return out.str();
}

}  // namespace bulian::model
