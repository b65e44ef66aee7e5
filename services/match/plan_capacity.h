// What candidates of a plan can give: free capacity of capabilities, and free parts of pools. Pure.
#ifndef SERVICES_MATCH_PLAN_CAPACITY_H_
#define SERVICES_MATCH_PLAN_CAPACITY_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "bulian/v1/capability.pb.h"
#include "services/match/find.h"
#include "services/match/plan_inputs.h"

namespace bulian::match {

// Numbers capacities and pools as candidates name them. What several clusters have on record of one enterprise (the
// same USCC or LEI) for the same types is one capacity, that of the record met first. Belongs to one thread.
class PlanCapacities {
 public:
  // `upper`: what is not stated counts at its upper end. Nothing is owned; `inputs` has its clusters.
  PlanCapacities(model::Day as_of, bool upper, PlanInputs* inputs) : as_of_(as_of), upper_(upper), inputs_(*inputs) {}

  // What the candidate may give at most by its own capacity, in SI units; `source` becomes its number, or -1 if it
  // draws on none.
  double Draw(const Entry& entry, const Found& found, const Target& target, int* source);

 private:
  // A capacity of an enterprise on record elsewhere too, and the types it was asked for.
  struct Known {
    std::uint16_t cluster;
    std::vector<model::Row> types;
    int source;
  };

  const model::Snapshot& Records(const Entry& entry) const { return *inputs_.clusters[entry.source]; }
  int SourceOf(const Entry& entry, const Found& found, const Target& target, double capacity);
  int NewSource(const Entry& entry, const Found& found, const Target& target, double capacity);
  int PoolOf(const Entry& entry, const std::string& id);
  double FreeOfPool(const Entry& entry, const std::string& id) const;

  const model::Day as_of_;
  const bool upper_;
  PlanInputs& inputs_;
  std::map<std::string, int> sources_;
  std::map<std::tuple<std::uint16_t, model::Row, std::string>, int> pools_;
  std::map<std::string, std::vector<Known>> known_;  // by USCC and by LEI
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_PLAN_CAPACITY_H_
