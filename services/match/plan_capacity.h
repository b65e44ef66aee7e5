// What candidates of a plan can give: free capacity of capabilities, and free parts of pools. Pure.
#ifndef SERVICES_MATCH_PLAN_CAPACITY_H_
#define SERVICES_MATCH_PLAN_CAPACITY_H_

#include <map>
#include <string>
#include <utility>

#include "bulian/v1/capability.pb.h"
#include "services/match/find.h"
#include "services/match/plan_inputs.h"

namespace bulian::match {

// Numbers capacities and pools as candidates name them. Belongs to one thread.
class PlanCapacities {
 public:
  // `upper`: what is not stated counts at its upper end. Nothing is owned.
  PlanCapacities(const model::Snapshot* snapshot, model::Day as_of, bool upper, PlanInputs* inputs)
      : snapshot_(*snapshot), as_of_(as_of), upper_(upper), inputs_(*inputs) {}

  // What the candidate may give at most by its own capacity, in SI units; `source` becomes its number, or -1 if it
  // draws on none.
  double Draw(const Entry& entry, const Found& found, const Target& target, int* source);

 private:
  int NewSource(const Entry& entry, const Found& found, const Target& target, double capacity);
  int PoolOf(model::Row enterprise, const std::string& id);
  double FreeOfPool(model::Row enterprise, const std::string& id) const;

  const model::Snapshot& snapshot_;
  const model::Day as_of_;
  const bool upper_;
  PlanInputs& inputs_;
  std::map<std::string, int> sources_;
  std::map<std::pair<model::Row, std::string>, int> pools_;
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_CAPACITY_H_
