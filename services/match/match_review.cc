#include "services/match/match_review.h"

#include <algorithm>
#include <set>

#include "services/gap/analysis.h"
#include "services/match/fit.h"
#include "services/match/target.h"
#include "services/model/day.h"
#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

constexpr std::int64_t kSecondsPerDay = 86'400;

bool IsOpen(v1::Match::State state) {
  return state == v1::Match::PROPOSED || state == v1::Match::CONTACTED || state == v1::Match::AGREED;
}

std::string NeedKey(const v1::Match& match) {
  return match.has_requirement() ? "\n" + match.requirement().SerializeAsString() : match.segment();
}

std::string DutyKey(const v1::Match& match) { return NeedKey(match) + "\n" + match.enterprise(); }

std::string NameOfPromise(const v1::Match& match, const v1::PlannedCapability& promised) {
  return model::MakeName(match.enterprise(), ResourceType::kCapability, promised.capability_id());
}

std::string NameOfLink(const v1::Match& match, const v1::PromisedSupplyLink& promised) {
  return model::MakeName("clusters/" + std::string(model::ClusterIdOf(match.name())), ResourceType::kSupplyLink,
                         promised.supply_link_id());
}

void Add(v1::MatchFinding::Kind kind, std::string reason, std::string related, v1::ReviewedMatch* reviewed) {
  v1::MatchFinding* finding = reviewed->add_findings();
  finding->set_kind(kind);
  finding->set_reason(std::move(reason));
  finding->set_related(std::move(related));
}

bool Better(v1::Fit a, v1::Fit b) {
  const auto rank = [](v1::Fit fit) { return fit == v1::SATISFIED ? 0 : fit == v1::UNKNOWN ? 1 : 2; };
  return rank(a) < rank(b);
}

}  // namespace

// What a match is to fill, held ready.
struct MatchReview::Need {
  Target target;
  bool segment = false, gap = false;  // whether it is a segment, and one with a gap besides UNVERIFIED
  std::set<Row> suppliers;            // of the segment today: verified or claimed
};

MatchReview::MatchReview(gap::AnalysisPtr analysis, const gap::StopSignal& stop)
    : analysis_(std::move(analysis)), snapshot_(analysis_->snapshot()) {
  ReadPromises(stop);
}

MatchReview::~MatchReview() = default;

void MatchReview::ReadPromises(const gap::StopSignal& stop) {
  std::vector<std::string> names, values;
  std::vector<std::pair<std::string, int>> keys;
  int number = 0;
  snapshot_->VisitByName(ResourceType::kMatch, "", "", [&](Row row) {
    if (++number % 1024 == 0 && stop && stop()) return !(stopped_ = true);
    const auto match = snapshot_->match(row);
    if (IsOpen(match->state())) first_open_.emplace(DutyKey(*match), match->name());
    for (int i = 0; i < match->promised_capabilities_size(); ++i) {
      const v1::PlannedCapability& promised = match->promised_capabilities(i);
      if (snapshot_->Find(ResourceType::kCapability, NameOfPromise(*match, promised)) != model::kNoRow) continue;
      // Longer than any id may be, so that it is nobody's.
      names.push_back(match->enterprise() + "/capabilities/promised-" + std::to_string(names.size()));
      while (snapshot_->Find(ResourceType::kCapability, names.back()) != model::kNoRow) names.back() += "-x";
      values.push_back(promised.capability().SerializeAsString());
      keys.emplace_back(match->name(), i);
    }
    return true;
  });
  branch_ = snapshot_;
  if (stopped_ || names.empty()) return;
  std::vector<model::RecordChange> changes;
  for (std::size_t i = 0; i < names.size(); ++i) changes.push_back({names[i], values[i]});
  model::SnapshotBuilder builder(snapshot_);
  builder.Apply(snapshot_->position(), changes);
  branch_ = builder.Build();
  for (std::size_t i = 0; i < names.size(); ++i)
    promised_[keys[i]] = branch_->Find(ResourceType::kCapability, names[i]);
}

std::vector<Row> MatchReview::MatchesOf(std::string_view chain) const {
  std::vector<Row> rows;
  snapshot_->VisitByName(ResourceType::kMatch, "", "", [&](Row row) {
    const auto match = snapshot_->match(row);
    const auto segment = model::ParseSegmentName(match->segment());
    if (chain.empty() || (segment && segment->chain_name == chain)) rows.push_back(row);
    return true;
  });
  return rows;
}

const MatchReview::Need& MatchReview::NeedOf(const v1::Match& match) {
  std::unique_ptr<Need>& need = needs_[NeedKey(match)];
  if (need) return *need;
  need = std::make_unique<Need>();
  model::Violations none;
  if (match.has_requirement()) {
    need->target = MakeTarget(*snapshot_, match.requirement(), "requirement", &none);
    return *need;
  }
  const auto found = gap::FindSegmentNeed(*analysis_, match.segment());
  if (!found) return *need;
  need->segment = true;
  need->target = MakeTarget(*snapshot_, found->segment.segment->requirement(), "segment", &none);
  for (const gap::SegmentSupplier& supplier : found->suppliers)
    if (supplier.set < 2) need->suppliers.insert(supplier.enterprise);
  const int index = analysis_->graph().Find(match.segment());
  for (const gap::GapRef& gap : analysis_->gaps())
    need->gap = need->gap || (gap.segment == index && gap.kind != v1::UNVERIFIED);
  return *need;
}

v1::Fit MatchReview::FitOf(const model::Snapshot& records, Row capability, const Need& need) const {
  const model::OfferRef offer = records.offer(capability);
  const std::vector<Row>& types = need.target.types;
  if (!std::binary_search(types.begin(), types.end(), offer->type) || !ValidAt(*offer, analysis_->as_of()))
    return v1::VIOLATED;
  return FitOfOffer(need.target, offer).fit;
}

MatchReview::Holding MatchReview::Held(const v1::Match& match, const Need& need) const {
  Holding best;
  const Row enterprise = snapshot_->Find(ResourceType::kEnterprise, match.enterprise());
  if (enterprise == model::kNoRow) return best;
  snapshot_->OffersOfEnterprise(enterprise).ForEach([&](Row capability) {
    const v1::Fit fit = FitOf(*snapshot_, capability, need);
    const bool first = best.capability == model::kNoRow && fit != v1::VIOLATED;
    const bool earlier = fit == best.fit && best.capability != model::kNoRow &&
                         snapshot_->CompareNames(ResourceType::kCapability, capability, best.capability) < 0;
    if (first || Better(fit, best.fit) || earlier) best = {fit, capability};
  });
  return best;
}

MatchReview::Holding MatchReview::Promised(const v1::Match& match, const Need& need) const {
  Holding best;
  for (int i = 0; i < match.promised_capabilities_size(); ++i) {
    const auto hypothetical = promised_.find({match.name(), i});
    const bool there = hypothetical == promised_.end();
    const Row row =
        there ? snapshot_->Find(ResourceType::kCapability, NameOfPromise(match, match.promised_capabilities(i)))
              : hypothetical->second;
    const v1::Fit fit = FitOf(there ? *snapshot_ : *branch_, row, need);
    if (Better(fit, best.fit)) best = {fit, row};
  }
  return best;
}

void MatchReview::FindIdle(const v1::Match& match, v1::ReviewedMatch* reviewed) const {
  const std::int64_t seconds = match.history().empty() ? 0 : match.history().rbegin()->time().seconds();
  const std::int64_t day = seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0);
  reviewed->set_idle_days(static_cast<std::int32_t>(analysis_->as_of() - day));
  const int most = snapshot_->cluster().match_max_idle_days;
  if (!IsOpen(match.state()) || reviewed->idle_days() <= most) return;
  Add(v1::MatchFinding::STALE,
      "nothing happened for " + std::to_string(reviewed->idle_days()) + " days; allowed are " + std::to_string(most),
      "", reviewed);
}

void MatchReview::FindOpen(const v1::Match& match, const Need& need, const Holding& held,
                           v1::ReviewedMatch* reviewed) const {
  const Row enterprise = snapshot_->Find(ResourceType::kEnterprise, match.enterprise());
  const bool supplies = need.segment ? need.suppliers.contains(enterprise) : held.fit == v1::SATISFIED;
  if (supplies) {
    const std::string related =
        held.capability == model::kNoRow ? "" : snapshot_->Name(ResourceType::kCapability, held.capability);
    Add(v1::MatchFinding::ALREADY_SUPPLIES, "the enterprise holds a capability that fills the need today", related,
        reviewed);
  } else if (need.segment && !need.gap) {
    Add(v1::MatchFinding::NEED_MET, "the segment has no gap any more that a supplier could close", "", reviewed);
  }
  if (const std::string& first = first_open_.at(DutyKey(match)); first != match.name())
    Add(v1::MatchFinding::DUPLICATE, "another open match is for the same need and enterprise", first, reviewed);
  if (!match.promised_capabilities().empty() && Promised(match, need).fit == v1::VIOLATED)
    Add(v1::MatchFinding::PROMISE_UNFIT, "nothing it promises is valid and fits the requirement", "", reviewed);
}

void MatchReview::FindBroken(const v1::Match& match, const Need& need, v1::ReviewedMatch* reviewed) const {
  const std::size_t before = reviewed->findings().size();
  for (const v1::PlannedCapability& promised : match.promised_capabilities()) {
    const std::string name = NameOfPromise(match, promised);
    if (snapshot_->Find(ResourceType::kCapability, name) == model::kNoRow)
      Add(v1::MatchFinding::PROMISE_BROKEN, "a promised capability is gone", name, reviewed);
  }
  for (const v1::PromisedSupplyLink& promised : match.promised_supply_links()) {
    const std::string name = NameOfLink(match, promised);
    const Row row = snapshot_->Find(ResourceType::kSupplyLink, name);
    if (row == model::kNoRow) {
      Add(v1::MatchFinding::PROMISE_BROKEN, "a promised supply link is gone", name, reviewed);
    } else if (snapshot_->link(row).valid_until < analysis_->as_of()) {
      Add(v1::MatchFinding::PROMISE_BROKEN, "a promised supply link has ended", name, reviewed);
    }
  }
  const bool told = static_cast<std::size_t>(reviewed->findings().size()) > before;
  if (told || match.promised_capabilities().empty() || Promised(match, need).fit != v1::VIOLATED) return;
  Add(v1::MatchFinding::PROMISE_BROKEN, "nothing promised is valid and fits the requirement at the date",
      NameOfPromise(match, match.promised_capabilities(0)), reviewed);
}

void MatchReview::Fill(Row row, v1::ReviewedMatch* reviewed) {
  const auto match = snapshot_->match(row);
  snapshot_->Read(ResourceType::kMatch, row, reviewed->mutable_match());
  const Need& need = NeedOf(*match);
  const Holding held = Held(*match, need);
  FindIdle(*match, reviewed);
  if (IsOpen(match->state())) FindOpen(*match, need, held, reviewed);
  const bool due = match->state() == v1::Match::AGREED || match->state() == v1::Match::CONTRACTED;
  if (due && match->promised_capabilities().empty() && held.fit == v1::VIOLATED) {
    Add(v1::MatchFinding::PROMISE_ABSENT, "it promises no capability and the enterprise holds none that fits", "",
        reviewed);
  }
  if (match->state() == v1::Match::CONTRACTED) FindBroken(*match, need, reviewed);
  if (match->rejection_reason() == v1::Match::CANNOT_MAKE && held.fit == v1::SATISFIED) {
    Add(v1::MatchFinding::REJECTION_CONTRADICTED, "it was rejected as one that cannot make it, but holds one that fits",
        snapshot_->Name(ResourceType::kCapability, held.capability), reviewed);
  }
}

}  // namespace bulian::match
