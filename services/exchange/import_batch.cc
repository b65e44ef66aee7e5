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
  std::vector<Record*>& same = by_name_[name];
  if (before == nullptr) {
    resource::StampCreate(record->type, (*stamper_.new_uid)(), stamper_.now, record->resource.get());
    record->state = same.empty() ? State::kCreated : State::kUpdated;
  } else {
    if (same.empty() && resource::SameContent(record->type, record->resource.get(), *before)) {
      record->state = State::kUnchanged;
      overlay_->DependOn(name);
      return;
    }
    if (same.empty() && (overlay_->Kept(name) || overlay_->NamedByKept(name))) needs_newer_snapshot_ = true;
    resource::StampUpdate(record->type, *before, stamper_.now, record->resource.get());
    record->state = State::kUpdated;
  }
  same.push_back(record);
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
      if (const auto same = by_name_.find(name); same != by_name_.end() && !same->second.empty())
        overlay_->Put(record->type, same->second.back()->resource.get());
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
  std::vector<std::string> looked_up;
  resource::Findings findings;
  overlay_->TraceLookups(&looked_up);
  family.check_references(*record->resource, record->field, *overlay_, &findings);
  overlay_->TraceLookups(nullptr);
  for (std::string& name : looked_up) dependents_[std::move(name)].push_back(record);
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
  std::vector<std::string> gone{name};
  if (const auto& family = families_->Of(record->type); family.identifiers) {
    std::vector<resource::Identifier> identifiers;
    family.identifiers(*record->resource, &identifiers);
    for (const auto& each : identifiers) gone.push_back(resource::IdentifierGuard(each.system, each.value));
  }
  overlay_->Unstage(name);
  std::vector<Record*>& same = by_name_[name];
  std::erase(same, record);
  if (!same.empty()) {
    overlay_->Put(same.back()->type, same.back()->resource.get());
    open_.push_back(same.back());
  }
  for (const std::string& key : gone) {
    const auto it = dependents_.find(key);
    if (it == dependents_.end()) continue;
    std::vector<Record*> dependents = std::move(it->second);
    dependents_.erase(it);
    open_.insert(open_.end(), dependents.begin(), dependents.end());
  }
}

void ImportBatch::StageFollowUps(Record* record) {
  const std::string& name = resource::NameOf(record->type, *record->resource);
  resource::Findings findings;
  resource::StageFollowUps(families_->Of(record->type), *families_, overlay_->Before(record->type, name),
                           *record->resource, record->field, stamper_, *overlay_, &findings);
}

void ImportBatch::Settle(const std::vector<Record*>& records) {
  for (Record* record : records) {
    if (record->state == State::kRejected) continue;
    record->state = State::kOpen;
    record->missing.clear();
    if (record->pristine == nullptr) Stage(record);
  }
  StageAddressedByIdentifier(records);
  while (!open_.empty()) {
    Record* record = open_.front();
    open_.pop_front();
    const bool staged = record->state == State::kCreated || record->state == State::kUpdated;
    if (!staged || by_name_[resource::NameOf(record->type, *record->resource)].back() != record) continue;
    Validate(record);
  }
  for (Record* record : records) {
    const bool staged = record->state == State::kCreated || record->state == State::kUpdated;
    if (staged && families_->Of(record->type).follow_up) StageFollowUps(record);
  }
}

}  // namespace bulian::exchange
