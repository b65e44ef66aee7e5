#include "services/scenario/branch_service.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bulian/v1/chain.pb.h"
#include "services/resource/removal.h"
#include "services/resource/resource_message.h"
#include "services/scenario/demand_scale.h"
#include "services/scenario/told_violations.h"

namespace bulian::scenario {

using model::ResourceType;
using resource::FieldPath;

namespace {

// Nothing of a scenario is stored, so that its new resources need no uid of their own.
constexpr char kUid[] = "00000000-0000-4000-8000-000000000000";

}  // namespace

Branch::Branch(model::SnapshotPtr base, const resource::Families* families)
    : base_(std::move(base)),
      families_(families),
      parent_("clusters/" + base_->position().cluster),
      new_uid_([] { return kUid; }),
      stamper_{absl::FromUnixMicros(base_->position().commit_time_us), &new_uid_, ""},
      builder_(base_),
      now_(base_) {}

void Branch::Make(const v1::ScenarioChange& change, int index, model::Violations* violations) {
  const FieldPath request(""), element = request.At("changes", index);
  switch (change.change_case()) {
    case v1::ScenarioChange::kPut:
      return Put(change.put(), index, violations);
    case v1::ScenarioChange::kRemove:
      return Remove(change.remove(), element / "remove", violations);
    case v1::ScenarioChange::kStopEnterprise:
      return Stop(change.stop_enterprise(), element / "stop_enterprise", violations);
    case v1::ScenarioChange::kScaleDemand:
      return Scale(change.scale_demand(), element / "scale_demand", violations);
    case v1::ScenarioChange::CHANGE_NOT_SET:
      violations->Add(element.str(), "one of put, remove, stop_enterprise and scale_demand is required");
  }
}

void Branch::Put(const v1::ImportRecord& put, int index, model::Violations* violations) {
  v1::ImportRecord message = put;
  const auto record = exchange::TakeRecord(0, index, parent_, *families_, &message, {"changes", "put"});
  if (record->state == exchange::Record::State::kRejected) {
    if (record->resource != nullptr) refused_.insert(resource::NameOf(record->type, *record->resource));
    return TellViolations(record->status, "", violations);
  }
  resource::Overlay overlay(now_, families_);
  if (record->pristine != nullptr && !Resolve(record.get(), overlay, violations)) return;
  if (Stage(record->type, record->resource.get(), exchange::RecordPath(*record).field(), overlay, violations))
    Commit(overlay);
}

bool Branch::Resolve(exchange::Record* record, resource::Overlay& overlay, model::Violations* violations) {
  const auto resolve = [&] {
    record->missing.clear();
    exchange::ResolveNames(parent_, *families_, overlay, record);
  };
  resolve();
  if (record->type == ResourceType::kEnterprise && record->state != exchange::Record::State::kRejected) {
    // It may name itself by its own identifier, which is known once it is staged.
    const std::string name = resource::NameOf(record->type, *record->resource);
    overlay.Put(record->type, record->resource.get());
    resolve();
    overlay.Unstage(name);
  }
  const exchange::RecordPath path(*record);
  bool refused = record->state == exchange::Record::State::kRejected;
  if (refused) TellViolations(record->status, "", violations);
  for (const std::string& name : record->missing) {
    if (!refused_.contains(name)) violations->Add(path.field().str(), absl::StrCat("there is no ", name));
    refused = true;
  }
  if (refused) {
    const std::vector<std::string> keys = exchange::KeysOf(*record, parent_);
    refused_.insert(keys.begin(), keys.end());
  }
  return !refused;
}

bool Branch::Stage(ResourceType type, google::protobuf::Message* resource, const FieldPath& field,
                   resource::Overlay& overlay, model::Violations* violations) {
  const std::string name = resource::NameOf(type, *resource);
  const google::protobuf::Message* before = overlay.Before(type, name);
  if (const auto& carry = families_->Of(type).carry) carry(before, stamper_, resource);
  if (before == nullptr) {
    resource::StampCreate(type, kUid, stamper_.now, resource);
  } else {
    if (resource::SameContent(type, resource, *before)) return true;
    resource::StampUpdate(type, *before, stamper_.now, resource);
  }
  overlay.Put(type, resource);
  const resource::Family& family = families_->Of(type);
  resource::Findings findings;
  if (family.check_references) family.check_references(*resource, field, overlay, &findings);
  if (findings.clean())
    resource::StageFollowUps(family, *families_, before, *resource, field, stamper_, overlay, &findings);
  if (findings.clean()) return true;
  for (const auto& [at, text] : findings.violations.items()) violations->Add(at, text);
  for (const resource::MissingReference& missing : findings.missing) {
    if (!refused_.contains(missing.name)) violations->Add(missing.field, absl::StrCat("there is no ", missing.name));
  }
  TellViolations(findings.refusal, field.str(), violations);
  refused_.insert(name);
  return false;
}

bool Branch::Exists(const std::string& name, const std::function<bool(ResourceType)>& allowed, std::string_view what,
                    std::string_view field, model::Violations* violations) {
  const auto parsed = model::ParseResourceName(name);
  if (!parsed || parsed->cluster != base_->position().cluster || !allowed(parsed->type)) {
    violations->Add(field, absl::StrCat("must be the name of ", std::string(what), " of ", parent_));
    return false;
  }
  if (now_->Find(parsed->type, name) != model::kNoRow) return true;
  if (!refused_.contains(name)) violations->Add(field, absl::StrCat("there is no ", name));
  return false;
}

void Branch::Remove(const std::string& name, const FieldPath& field, model::Violations* violations) {
  const auto allowed = [](ResourceType type) { return type != ResourceType::kCluster; };
  if (!Exists(name, allowed, "a resource", field.str(), violations)) return;
  resource::Overlay overlay(now_, families_);
  const absl::Status staged = resource::StageRemoval(*families_, name, /*force=*/true, overlay);
  if (staged.ok()) return Commit(overlay);
  TellViolations(staged, field.str(), violations);
}

void Branch::Stop(const std::string& name, const FieldPath& field, model::Violations* violations) {
  const auto allowed = [](ResourceType type) { return type == ResourceType::kEnterprise; };
  if (!Exists(name, allowed, "an enterprise", field.str(), violations)) return;
  resource::Overlay overlay(now_, families_);
  for (const std::string& capability : families_->Of(ResourceType::kEnterprise).children(name, *now_)) {
    const absl::Status staged = resource::StageRemoval(*families_, capability, /*force=*/true, overlay);
    if (!staged.ok()) return TellViolations(staged, field.str(), violations);
  }
  Commit(overlay);
}

void Branch::Scale(const v1::ScaleDemand& scale, const FieldPath& field, model::Violations* violations) {
  const std::string name_field = (field / "name").str();
  const bool usable = scale.factor() >= 0 && std::isfinite(scale.factor());
  if (!usable) violations->Add((field / "factor").str(), "must be finite and not negative");
  const auto segment = model::ParseSegmentName(scale.name());
  const std::string of = segment ? std::string(segment->chain_name) : scale.name();
  const auto allowed = [&](ResourceType type) {
    return type == ResourceType::kChain || (!segment && type == ResourceType::kCluster);
  };
  if (!Exists(of, allowed, "the cluster, a chain or a segment", name_field, violations)) return;
  const auto type = model::ParseResourceName(of)->type;
  std::vector<std::unique_ptr<v1::Chain>> chains;
  now_->VisitByName(ResourceType::kChain, "", "", [&](model::Row row) {
    auto chain = std::make_unique<v1::Chain>(*now_->chain(row));
    if (type == ResourceType::kCluster || chain->name() == of) chains.push_back(std::move(chain));
    return true;
  });
  const std::string only(segment ? segment->segment : std::string_view());
  if (segment && !HasSegment(*chains.front(), only)) {
    violations->Add(name_field, absl::StrCat("there is no ", scale.name()));
    return;
  }
  if (!usable) return;
  std::erase_if(chains, [&](const auto& chain) { return !ScaleDemandOf(scale.factor(), only, chain.get()); });
  if (chains.empty()) violations->Add(name_field, "states no final demand that could be scaled");
  resource::Overlay overlay(now_, families_);
  bool good = true;
  for (const auto& chain : chains) {
    model::Violations wrong;
    families_->Of(ResourceType::kChain).check(*chain, field, &wrong);
    for (const auto& [at, text] : wrong.items()) violations->Add(at, text);
    good = wrong.empty() && Stage(ResourceType::kChain, chain.get(), field, overlay, violations) && good;
  }
  if (good) Commit(overlay);
}

void Branch::Commit(resource::Overlay& overlay) {
  if (overlay.staged_count() == 0) return;
  store::CommitRequest commit;
  overlay.FillCommit(&commit);
  std::vector<model::RecordChange> changes;
  changes.reserve(commit.writes.size());
  for (const store::Write& write : commit.writes) {
    const ResourceType type = model::ParseResourceName(write.name)->type;
    const bool there = now_->Find(type, write.name) != model::kNoRow;
    ++(!write.value ? counts_.deleted : there ? counts_.updated : counts_.created);
    changes.push_back({write.name, write.value ? std::optional<std::string_view>(*write.value) : std::nullopt});
  }
  builder_.Apply(base_->position(), changes);
  now_ = builder_.Build();
}

}  // namespace bulian::scenario
