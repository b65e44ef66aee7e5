// A requirement held ready to be compared with millions of offers.
#ifndef SERVICES_MATCH_TARGET_H_
#define SERVICES_MATCH_TARGET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/chain.pb.h"
#include "services/match/score_parts.h"
#include "services/model/attribute_algebra.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"

namespace bulian::match {

// Immutable once made; rows are those of the asked cluster's snapshot.
struct Target {
  v1::Requirement requirement;  // with its minimum level filled in
  model::Row type = model::kNoRow;
  std::vector<model::Row> types;  // it and all it subsumes, ascending
  std::uint8_t min_level = v1::VOLUME;
  model::CompiledRequirement compiled;  // its attributes and certificates

  std::string unit;  // canonical unit of the type; empty: none
  model::Dimension dimension{};
  double unit_factor = 1;
  bool stock = false;

  bool need_known = false;
  Range need = {0, kUnbounded};  // in canonical units per year, or the stock
  model::Day as_of = 0;
  PartWeights weights{};
  std::vector<model::Row> neighbour_types;  // types of the neighbouring segments; empty for a free requirement

  // Whether more than an offer's row is needed to tell its fit.
  bool asks_details() const { return !compiled.empty(); }
};

// Makes a target of a requirement, without need, date and weights, for snapshots built before. Adds a violation for
// everything wrong: a type the cluster does not have, an attribute that makes no sense, a malformed or repeated scheme.
Target MakeTarget(const model::Snapshot& snapshot, const v1::Requirement& requirement, std::string_view field,
                  model::Violations* violations);

// The target with its words looked up again: for comparing with records read after it was made (a branch, another
// snapshot).
Target Recompiled(Target target);

// A need as a rate, in the target's canonical unit per year (or the stock). A violation if it cannot be converted.
std::optional<double> ConvertNeed(const Target& target, const v1::Rate& need, std::string_view field,
                                  model::Violations* violations);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TARGET_H_
