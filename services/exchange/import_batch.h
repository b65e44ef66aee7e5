// Which records of one commit can stand together: the greatest set in which every record keeps its rules and names only
// what is stored or in the set, so that records may name each other in any order. Belongs to one thread.
#ifndef SERVICES_EXCHANGE_IMPORT_BATCH_H_
#define SERVICES_EXCHANGE_IMPORT_BATCH_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/exchange/import_record.h"
#include "services/resource/overlay.h"
#include "services/resource/validation.h"

namespace bulian::exchange {

class ImportBatch {
 public:
  // Records in the order they came; a later one of the same name replaces an earlier one. All must outlive the batch
  // and the overlay's commit.
  ImportBatch(std::string parent, const resource::Families* families, resource::Stamper stamper,
              resource::Overlay* overlay);

  // Sets the state of each record that is not rejected already and leaves the accepted ones staged.
  void Settle(const std::vector<Record*>& records);

  // Whether a record changes something that the rules see in the snapshot only: it must be newer than all that is kept.
  bool needs_newer_snapshot() const { return needs_newer_snapshot_ || overlay_->outdated(); }

 private:
  using NameId = resource::Overlay::NameId;

  void Stage(Record* record);
  void StageAddressedByIdentifier(const std::vector<Record*>& records);
  void Validate(Record* record);
  // Takes a record back, as one that waits for `missing` or is rejected, and looks again at those that counted on it.
  void Drop(Record* record, const resource::Findings& findings);
  void LookAgainAtDependents(NameId name);
  void StageFollowUps(Record* record);

  std::string parent_;
  const resource::Families* families_;
  resource::Stamper stamper_;
  resource::Overlay* overlay_;
  absl::flat_hash_map<NameId, Record*> by_name_;  // the last staged, which counts; null: none any longer
  // Who looked up what, and the same as an index, into which it goes when something is taken back, which is rare.
  std::vector<std::pair<NameId, Record*>> looked_up_;
  absl::flat_hash_map<NameId, std::vector<Record*>> dependents_;
  std::vector<NameId> trace_;
  std::deque<Record*> open_;
  bool needs_newer_snapshot_ = false;
};

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_IMPORT_BATCH_H_
