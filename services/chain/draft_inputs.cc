#include "services/chain/draft_inputs.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "services/model/record_fields.h"

namespace bulian::chain {
namespace {

using model::ResourceType;
using model::Row;
using Ground = v1::DraftGround;

constexpr double kStated = 0.7, kBroader[] = {0.3, 0.15}, kNarrower = 0.5, kSiblings = 0.4, kBought = 0.6;
constexpr std::size_t kStepsUp = std::size(kBroader);

void AddGround(Ground::Kind kind, double weight, std::size_t count, std::size_t of, std::vector<Ground>* grounds) {
  if (count == 0) return;
  Ground& ground = grounds->emplace_back();
  ground.set_kind(kind);
  ground.set_weight(weight);
  ground.set_count(static_cast<std::int32_t>(count));
  ground.set_of(static_cast<std::int32_t>(of));
}

double ConfidenceOf(const std::vector<Ground>& grounds) {
  double doubt = 1;
  for (const Ground& ground : grounds) doubt *= 1 - ground.weight();
  return 1 - doubt;
}

}  // namespace

const LikelyInputs::Recipe& LikelyInputs::RecipeOf(Row type) {
  const auto [at, is_new] = recipes_.try_emplace(type);
  if (!is_new) return at->second;
  Recipe& recipe = at->second;
  v1::TypicalInput input;
  model::VisitField(snapshot_->RecordBytes(ResourceType::kCapabilityType, type),
                    v1::CapabilityType::kTypicalInputsFieldNumber, [&](std::string_view bytes) {
                      if (!input.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
                      const Row row = snapshot_->Find(ResourceType::kCapabilityType, input.capability_type());
                      if (row == model::kNoRow) return;
                      const auto coefficient =
                          input.has_coefficient() ? std::optional<double>(input.coefficient()) : std::nullopt;
                      recipe.try_emplace(row, coefficient);
                    });
  return recipe;
}

std::vector<std::set<Row>> LikelyInputs::Broader(Row type) const {
  std::vector<std::set<Row>> steps;
  std::set<Row> seen{type}, last{type};
  for (std::size_t step = 0; step < kStepsUp; ++step) {
    std::set<Row> next;
    for (const Row below : last)
      for (const Row parent : snapshot_->type(below).parents)
        if (parent != model::kNoRow && seen.insert(parent).second) next.insert(parent);
    steps.push_back(next);
    last = std::move(next);
  }
  return steps;
}

int LikelyInputs::CountOf(const std::set<Row>& types, Row input) {
  return static_cast<int>(
      std::count_if(types.begin(), types.end(), [&](Row type) { return RecipeOf(type).contains(input); }));
}

model::RowMask LikelyInputs::MakersOf(Row type) const {
  model::RowMask makers(snapshot_->RowLimit(ResourceType::kEnterprise));
  for (const Row each : snapshot_->Subtree(type))
    snapshot_->OffersOfType(each).ForEach([&](const model::OfferRef& offer) { makers.Set(offer->enterprise); });
  return makers;
}

int LikelyInputs::BuyersAmong(const model::RowMask& makers, Row input) const {
  const model::Day today = snapshot_->cluster().as_of;
  std::set<Row> buyers;
  for (const Row each : snapshot_->Subtree(input)) {
    snapshot_->LinksOfType(each).ForEach([&](Row row) {
      const model::Link& link = snapshot_->link(row);
      if (link.valid_from <= today && today <= link.valid_until && makers.Test(link.buyer)) buyers.insert(link.buyer);
    });
  }
  return static_cast<int>(buyers.size());
}

std::vector<LikelyInput> LikelyInputs::Of(Row type) {
  const Recipe own = RecipeOf(type);
  const std::vector<std::set<Row>> broader = Broader(type);
  const auto& children = snapshot_->type(type).children;
  const std::set<Row> narrower(children.begin(), children.end());
  std::set<Row> siblings, inputs;
  for (const Row parent : broader.front())
    for (const Row child : snapshot_->type(parent).children)
      if (child != type) siblings.insert(child);
  const auto add = [&](const Recipe& recipe) {
    for (const auto& entry : recipe) inputs.insert(entry.first);
  };
  add(own);
  for (const auto& step : broader)
    for (const Row each : step) add(RecipeOf(each));
  for (const Row each : narrower) add(RecipeOf(each));
  inputs.erase(type);

  const model::RowMask makers = MakersOf(type);
  const std::size_t maker_count = makers.Count();
  std::vector<LikelyInput> likely;
  for (const Row input : inputs) {
    LikelyInput& one = likely.emplace_back();
    one.type = input;
    if (const auto stated = own.find(input); stated != own.end()) {
      one.coefficient = stated->second;
      AddGround(Ground::TYPICAL_INPUT, kStated, 1, 1, &one.grounds);
    }
    for (std::size_t step = 0; step < broader.size(); ++step) {
      const int count = CountOf(broader[step], input);
      if (count == 0) continue;
      AddGround(Ground::BROADER_TYPE, kBroader[step], static_cast<std::size_t>(count), broader[step].size(),
                &one.grounds);
      break;  // the nearest
    }
    const auto share = [&](const std::set<Row>& types, Ground::Kind kind, double most) {
      const int count = CountOf(types, input);
      AddGround(kind, most * count / (static_cast<double>(types.size()) + 1), static_cast<std::size_t>(count),
                types.size(), &one.grounds);
    };
    share(narrower, Ground::NARROWER_TYPES, kNarrower);
    share(siblings, Ground::SIBLING_TYPES, kSiblings);
    if (maker_count > 0) {
      const int buyers = BuyersAmong(makers, input);
      AddGround(Ground::SUPPLY_LINKS, kBought * buyers / (buyers + 2.0), static_cast<std::size_t>(buyers), maker_count,
                &one.grounds);
    }
    std::stable_sort(one.grounds.begin(), one.grounds.end(),
                     [](const Ground& a, const Ground& b) { return a.weight() > b.weight(); });
    one.confidence = ConfidenceOf(one.grounds);
  }
  std::sort(likely.begin(), likely.end(), [this](const LikelyInput& a, const LikelyInput& b) {
    if (a.confidence != b.confidence) return a.confidence > b.confidence;
    return snapshot_->CompareNames(ResourceType::kCapabilityType, a.type, b.type) < 0;
  });
  return likely;
}

}  // namespace bulian::chain
