// What the cluster can deliver of its end products at most, also with something stopped: one linear program over inputs
// with coefficients, alternatives, capacities and pools.
//
//   maximise   sum of worth_p z_p                                  delivered of the end products
//   subject to z_p <= demand_p
//              made_i (+ stock_i) - sum of flow_e out of i - z_i >= 0   for each segment i
//              flow_e >= a_e made_i                                for each input e of i needed by itself
//              sum over the group of flow_e / a_e >= made_i        for each group of alternatives of i
//              made_i = sum of its classes' output, or bought elsewhere
//              output of a class <= its capacity; load of a pool <= its capacity.
// A segment is made only if it works: it has a supplier, and its inputs, also those that only count by presence, work
// (feasibility.h). An input without a stated coefficient gives nothing at the lower end and counts by presence at the
// upper. Everything is exact for given capacities, up to rounding.
//
// Certificate: the prices of the segments and pools (the duals). Any prices give an upper end of what can be delivered,
// by weak duality: let cost_i be the price of the inputs of a unit of i (of each group of alternatives the cheapest);
// then each unit of capacity of a class is worth the most of 0 and yield_i (price_i - cost_i) - load price over the
// segments it serves, each unit of demand the most of 0 and worth_p - price_p, and all capacities, pools and demands
// times their worth sum to at least the value. These prices give the value itself. Inputs that only count by presence
// cost nothing if they work; what does not work is not made. Where a part of a class stops for one segment only, a unit
// of the class is worth the most over its other segments, and a unit of what is left of it for that segment what it is
// worth there over that, if it is more.
#ifndef SERVICES_GAP_PRODUCTION_PROGRAM_H_
#define SERVICES_GAP_PRODUCTION_PROGRAM_H_

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "services/gap/production.h"
#include "services/gap/segment_need.h"
#include "services/lp/linear_program.h"

namespace bulian::gap {

// The supplier set that counts, and the end of unknown capacities and coefficients.
struct SupplyCase {
  int set = kClaimedSet;
  bool upper = false;
};

// What stops, as indexes of holdings: wholly, or for one segment (by position) only. Each at most once.
struct Outage {
  std::vector<int> holdings{};
  std::vector<std::pair<int, int>> at_segment{};
};

// How long the plan is for, with what is on hand: rates are taken times `years`, stocks once. Without stocks the plan
// is of steady rates.
struct Span {
  double years = 1;
  std::vector<double> stock{};  // by holding, in the unit of its class; empty: none. Stays usable in an outage.
};

// What one unit more adds to the value.
struct ProductionPrices {
  std::vector<double> segments, pools, classes, stocks;  // by position; stocks by class
  std::vector<double> demands;                           // of demand met, by product
  // Of what is left of a class for one segment for which a part of it stops, by (class, segment): over what a unit of
  // the class is worth.
  std::map<std::pair<int, int>, double> cuts{};
};

struct Delivery {
  double value = 0;               // infinity: without end
  std::vector<char> working;      // segments that work, by position
  std::vector<double> delivered;  // by product, when finite; not unique
  ProductionPrices prices;        // when finite
};

// Belongs to one thread. Answers do not depend on what was asked before, up to rounding of the solver.
class ProductionProgram {
 public:
  // `model` must outlive it. `worth` by product, 0 or more; `with_stock`: plans may use stocks.
  static absl::StatusOr<std::unique_ptr<ProductionProgram>> Make(const ProductionModel& model,
                                                                 std::vector<double> worth, bool with_stock = false);

  // All that follows is of this case and span.
  void Choose(SupplyCase of, Span span = {});
  // With everything running. CANCELLED if `stop` ended it, INTERNAL if the numbers defeat the solver.
  absl::StatusOr<Delivery> Deliver(const StopSignal& stop = {});
  // The value with something stopped, after a Deliver() of the same case. `delivery` may be null: then an outage that
  // the plan of that Deliver() does without costs no solve.
  absl::StatusOr<double> DeliverWithout(const Outage& outage, Delivery* delivery, const StopSignal& stop = {});

  const ProductionModel& model() const { return model_; }

 private:
  // Holdings that stop, by class, and by (class, place of a segment in it) those that stop for the segment only.
  struct Lost {
    std::map<int, std::vector<int>> of_class;
    std::map<std::pair<int, int>, std::vector<int>> of_place;
  };

  ProductionProgram(const ProductionModel& model, std::vector<double> worth);
  void AddColumns(bool with_stock);
  void AddRows();
  void AddClassRows();
  void SetClass(std::size_t number, double capacity);
  void SetStocks();
  void SetWorking(const std::vector<char>& working);
  void SetLost(const Lost& lost, bool back);
  Lost LostBy(const Outage& outage) const;
  double CapacityWithout(std::size_t number, std::span<const int> lost) const;
  // What is left of a class for a place of `of_place`.
  double LeftAt(const Lost& lost, std::pair<int, int> place) const;
  double WorthOfCut(std::pair<int, int> place, const std::vector<double>& duals) const;
  std::vector<char> WorkingWithout(const Lost& lost) const;
  bool IsNeedless(const Lost& lost, const std::vector<char>& working) const;
  absl::StatusOr<Delivery> Solve(std::vector<char> working, const Lost& lost, const StopSignal& stop);

  const ProductionModel& model_;
  const std::vector<double> worth_;
  double value_scale_ = 0;
  std::vector<double> class_scale_, pool_scale_;
  lp::LinearProgram program_{};  // as made; bounds are set in the solver
  std::unique_ptr<lp::Solver> solver_;
  // Columns and rows by what they are of; -1: none.
  std::vector<int> made_, delivered_, flow_;
  std::vector<std::vector<int>> output_, stock_;  // by class and place of a segment in it
  std::vector<int> balance_row_, output_row_, input_row_, pool_row_, class_row_, stock_row_;
  SupplyCase case_;
  Span span_;
  std::vector<int> suppliers_;  // that count, by segment
  std::vector<char> working_;   // segments, with everything running
  std::vector<double> plan_;    // columns of the last Deliver(); empty if that was without end
  double value_ = 0;            // of the last Deliver()
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_PRODUCTION_PROGRAM_H_
