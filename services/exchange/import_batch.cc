#include "services/exchange/import_batch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/resource/resource_message.h"

namespace bulian::exchange {

using google::protobuf::Message;
using model::ResourceType;
using State = Record::State;

ImportBatch::ImportBatch(std::string parent, const resource::Families* families, resource::Stamper stamper,
                         resource::Overlay* overlay)
    : parent_(std::move(parent)), families_(families), stamper_(stamper), overlay_(overlay) {}

void ImportBatch::Stage(Record* record) {
  const std::string& name = resource::NameOf(record->type, *record->resource);
  const Message* before = overlay_->Before(record->type, name);
  if (const auto& carry = families_->Of(record->type).carry) carry(before, stamper_, record->resource.get());
  record->name_id = overlay_->IdOf(name);
  Record*& last = by_name_[record->name_id];
  if (before == nullptr) {
    resource::StampCreate(record->type, (*stamper_.new_uid)(), stamper_.now, record->resource.get());
    record->state = last == nullptr ? State::kCreated : State::kUpdated;
  } else {
    if (last == nullptr && resource::SameContent(record->type, record->resource.get(), *before)) {
      record->state = State::kUnchanged;
      overlay_->DependOn(name);
      return;
    }
    if (last == nullptr && (overlay_->Kept(name) || overlay_->NamedByKept(name))) needs_newer_snapshot_ = true;
    resource::StampUpdate(record->type, *before, stamper_.now, record->resource.get());
    record->state = State::kUpdated;
  }
  record->earlier = std::exchange(last, record);
  overlay_->Put(record->type, record->resource.get());
  open_.push_back(record);
}

void ImportBatch::StageAddressedByIdentifier(const std::vector<Record*>& records) {
  // Enterprises first, so that their identifiers are known; one without a name takes that of the holder or a new one.
  std::vector<Record*> addressed;
  for (Record* record : records) {
    if (record->state != State::kRejected && record->pristine != nullptr) addressed.push_back(record);
  }
  std::stable_partition(addressed.begin(), addressed.end(),
                        [](Record* record) { return record->type == ResourceType::kEnterprise; });
  for (Record* record : addressed) {
    if (record->type != ResourceType::kEnterprise) continue;
    ResolveNames(parent_, *families_, *overlay_, record);
    record->missing.clear();
    if (record->state != State::kRejected) overlay_->Put(record->type, record->resource.get());
  }
  for (Record* record : addressed) {
    if (record->state == State::kRejected) continue;
    ResolveNames(parent_, *families_, *overlay_, record);
    if (record->type == ResourceType::kEnterprise) {
      const std::string& name = resource::NameOf(record->type, *record->resource);
      overlay_->Unstage(name);
      // What came before under the name counts again until this one is staged.
      if (const auto same = by_name_.find(overlay_->IdOf(name)); same != by_name_.end() && same->second != nullptr)
        overlay_->Put(record->type, same->second->resource.get());
    }
    if (record->state == State::kRejected) continue;
    if (!record->missing.empty()) {
      record->state = State::kWaiting;
    } else {
      Stage(record);
    }
  }
}

void ImportBatch::Validate(Record* record) {
  const resource::Family& family = families_->Of(record->type);
  if (!family.check_references) return;
  resource::Findings findings;
  trace_.clear();
  overlay_->TraceLookups(&trace_);
  family.check_references(*record->resource, RecordPath(*record).field(), *overlay_, &findings);
  overlay_->TraceLookups(nullptr);
  for (const NameId name : trace_) looked_up_.emplace_back(name, record);
  if (!findings.clean()) Drop(record, findings);
}

void ImportBatch::Drop(Record* record, const resource::Findings& findings) {
  const std::string name = resource::NameOf(record->type, *record->resource);
  if (!findings.violations.empty() || !findings.refusal.ok()) {
    record->state = State::kRejected;
    record->status = findings.violations.empty() ? findings.refusal : findings.violations.ToStatus();
  } else {
    record->state = State::kWaiting;
    for (const resource::MissingReference& reference : findings.missing) record->missing.push_back(reference.name);
  }
  std::vector<NameId> gone{overlay_->IdOf(name)};
  if (const auto& family = families_->Of(record->type); family.identifiers) {
    std::vector<resource::Identifier> identifiers;
    family.identifiers(*record->resource, &identifiers);
    for (const auto& each : identifiers)
      gone.push_back(overlay_->IdOf(resource::IdentifierGuard(each.system, each.value)));
  }
  overlay_->Unstage(name);
  Record*& last = by_name_[gone.front()];
  last = record->earlier;
  if (last != nullptr) {
    overlay_->Put(last->type, last->resource.get());
    open_.push_back(last);
  }
  for (const NameId each : gone) LookAgainAtDependents(each);
}

void ImportBatch::LookAgainAtDependents(NameId name) {
  for (const auto& [looked_up, record] : looked_up_) dependents_[looked_up].push_back(record);
  looked_up_.clear();
  const auto it = dependents_.find(name);
  if (it == dependents_.end()) return;
  open_.insert(open_.end(), it->second.begin(), it->second.end());
  dependents_.erase(it);
}

void ImportBatch::StageFollowUps(Record* record) {
  const std::string& name = resource::NameOf(record->type, *record->resource);
  resource::Findings findings;
  resource::StageFollowUps(families_->Of(record->type), *families_, overlay_->Before(record->type, name),
                           *record->resource, RecordPath(*record).field(), stamper_, *overlay_, &findings);
}

void ImportBatch::Settle(const std::vector<Record*>& records) {
  by_name_.reserve(records.size());
  for (Record* record : records) {
    if (record->state == State::kRejected) continue;
    record->state = State::kOpen;
    record->missing.clear();
    record->earlier = nullptr;
    if (record->pristine == nullptr) Stage(record);
  }
  StageAddressedByIdentifier(records);
  while (!open_.empty()) {
    Record* record = open_.front();
    open_.pop_front();
    const bool staged = record->state == State::kCreated || record->state == State::kUpdated;
    if (!staged || by_name_[record->name_id] != record) continue;
    Validate(record);
  }
  for (Record* record : records) {
    const bool staged = record->state == State::kCreated || record->state == State::kUpdated;
    if (staged && families_->Of(record->type).follow_up) StageFollowUps(record);
  }
}

}  // namespace bulian::exchange
