// Facts of supply links, chains, projects and matches.
#include <limits>

#include "services/model/snapshot_writer.h"

namespace bulian::model {
namespace {

template <class Message>
std::shared_ptr<Message> Decode(const SnapshotState& state, ResourceType type, Row row) {
  const std::string_view bytes = state.table(type).Bytes(row);
  auto message = std::make_shared<Message>();
  message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  message->set_name("clusters/" + state.position.cluster + "/" + std::string(state.table(type).RelativeName(row)));
  return message;
}

}  // namespace

void SnapshotWriter::DeriveLink(Row row) {
  const std::string_view bytes = state_.table(ResourceType::kSupplyLink).Bytes(row);
  supply_link_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  const Referrer self{ResourceType::kSupplyLink, row};
  Link link;
  link.supplier = Resolve(ResourceType::kEnterprise, supply_link_.supplier(), self);
  link.buyer = Resolve(ResourceType::kEnterprise, supply_link_.buyer(), self);
  link.type = Resolve(ResourceType::kCapabilityType, supply_link_.product_type(), self);
  if (supply_link_.has_valid_from()) link.valid_from = ToDay(supply_link_.valid_from()).value_or(kDistantPast);
  if (supply_link_.has_valid_until()) link.valid_until = ToDay(supply_link_.valid_until()).value_or(kDistantFuture);
  const v1::Evidence& evidence = supply_link_.evidence();
  link.verified = evidence.state() == v1::Evidence::VERIFIED;
  if (evidence.has_date()) link.evidence_day = ToDay(evidence.date()).value_or(kDistantFuture);
  link.year = static_cast<std::int16_t>(supply_link_.year());
  link.value = std::numeric_limits<double>::quiet_NaN();
  if (supply_link_.has_value()) {
    link.currency = Intern(supply_link_.value().currency_code());
    link.value = static_cast<double>(supply_link_.value().units()) + supply_link_.value().nanos() * 1e-9;
  }
  SetLink(row, link);
}

void SnapshotWriter::SetLink(Row row, const Link& link) {
  const Link old_link = state_.links[row];
  state_.links.Mutable(row) = link;
  const auto move = [&](Row from, Row to, const auto& list_of) {
    if (from == to) return;
    if (from != kNoRow) RowListEditor::Erase(list_of(from), row);
    if (to != kNoRow) RowListEditor::Insert(list_of(to), row);
  };
  move(old_link.supplier, link.supplier,
       [this](Row r) -> RowList& { return MutableEnterprise(r).sold[EnterpriseSlot(r)]; });
  move(old_link.buyer, link.buyer,
       [this](Row r) -> RowList& { return MutableEnterprise(r).bought[EnterpriseSlot(r)]; });
  move(old_link.type, link.type, [this](Row r) -> RowList& { return state_.type_uses.Mutable(r).links; });
}

void SnapshotWriter::DeriveChain(Row row) {
  const auto chain = Decode<v1::Chain>(state_, ResourceType::kChain, row);
  std::vector<std::string_view> names;
  for (const auto& segment : chain->segments()) names.push_back(segment.requirement().capability_type());
  std::vector<Row> types = ResolveTypes(names, {ResourceType::kChain, row});
  MoveUses(row, state_.chains[row].types, types, &TypeUses::chains);
  state_.chains.Mutable(row) = {chain, std::move(types)};
}

void SnapshotWriter::DeriveProject(Row row) {
  const auto project = Decode<v1::Project>(state_, ResourceType::kProject, row);
  std::vector<std::string_view> names;
  for (const auto& planned : project->planned_capabilities()) names.push_back(planned.capability().capability_type());
  std::vector<Row> types = ResolveTypes(names, {ResourceType::kProject, row});
  MoveUses(row, state_.projects[row].types, types, &TypeUses::projects);
  state_.projects.Mutable(row) = {project, std::move(types)};
}

void SnapshotWriter::DeriveMatch(Row row) {
  const auto match = Decode<v1::Match>(state_, ResourceType::kMatch, row);
  std::vector<std::string_view> names;
  if (match->has_requirement()) names.push_back(match->requirement().capability_type());
  for (const auto& promised : match->promised_capabilities()) names.push_back(promised.capability().capability_type());
  for (const auto& promised : match->promised_supply_links()) names.push_back(promised.supply_link().product_type());
  std::vector<Row> types = ResolveTypes(names, {ResourceType::kMatch, row});
  MoveUses(row, state_.matches[row].types, types, &TypeUses::matches);
  state_.matches.Mutable(row) = {match, std::move(types)};
}

}  // namespace bulian::model
