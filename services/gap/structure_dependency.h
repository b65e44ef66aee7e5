// The dependency test on what local buyers buy outside: the first three criteria a year and whether they last. Pure,
// thread-safe.
//
// European Commission SWD(2021) 352, in a cluster's translation: (1) Herfindahl-Hirschman index of the suppliers over
// 0.4, (2) share bought outside over 0.5, (3) outside purchases over the sales of local suppliers, (4) all three in at
// least 2 of the 3 newest link years.
#ifndef SERVICES_GAP_STRUCTURE_DEPENDENCY_H_
#define SERVICES_GAP_STRUCTURE_DEPENDENCY_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/gap/bounds.h"
#include "services/gap/verdicts.h"
#include "services/model/day.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

inline constexpr double kMaxSupplierHhi = 0.4, kMaxOutsideShare = 0.5;
inline constexpr int kDependencyYears = 3, kPersistentYears = 2;

// A link as the test sees it. Places: 1 local, 0 outside, -1 not known.
struct YearlyFlow {
  int supplier = 0;  // its group; equal ones are one supplier
  int supplier_place = -1, buyer_place = -1;
  Bounds value;
};

struct DependencyYear {
  int year = 0, link_count = 0;
  std::optional<Bounds> supplier_hhi, outside_share;  // absent: nothing is bought
  Bounds outside_purchases, cluster_output;
  Truth concentrated = Truth::kUndecided, outside_reliant = Truth::kUndecided, not_substitutable = Truth::kUndecided;
  Truth all_hold = Truth::kUndecided;
};

// The first three criteria; `year` and `link_count` are left alone.
DependencyYear JudgeYear(std::span<const YearlyFlow> flows);

// Holds if all do, absent if one is, else undecided.
Truth AllOf(std::span<const Truth> truths);
// The fourth criterion, from `all_hold` of at most three years; years that are not there are undecided.
Truth Persistent(std::span<const DependencyYear> years);

struct DependencyFacts {
  std::vector<DependencyYear> years;  // newest first, at most three
  std::string currency;               // that most links state, the first by code among equals
  Truth persistent = Truth::kUndecided, dependent = Truth::kUndecided;
};

// Of `type` and what it subsumes. A link counts in its year, whatever its validity and evidence, unless the year is
// after that of `as_of`; one without a year perhaps counts in each. Suppliers are collapsed along ownership at `as_of`.
DependencyFacts FindDependency(const model::Snapshot& snapshot, model::Row type, model::Day as_of);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_STRUCTURE_DEPENDENCY_H_
