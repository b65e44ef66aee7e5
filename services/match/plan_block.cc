#include "services/match/plan_block.h"

#include <algorithm>
#include <cmath>

namespace bulian::match {
namespace {

// Amounts are shares of their gap's need, so that numbers are near 1; with a lot, a column counts lots.
class BlockProgram {
 public:
  BlockProgram(const PlanProblem& problem, const std::vector<int>& pairs, const std::vector<double>& used,
               const std::vector<double>& drawn)
      : problem_(problem), pairs_(pairs), used_(used), drawn_(drawn) {
    for (const int pair : pairs) AddPair(pair);
    for (auto& [gap, rows] : gaps_) {
      if (problem.gaps[gap].min_suppliers > 0) AddMinimum(gap, &rows);
    }
  }

  const lp::LinearProgram& program() const { return program_; }
  const std::vector<int>& integers() const { return integers_; }

  std::vector<double> Amounts(const std::vector<double>& columns) const {
    std::vector<double> amounts;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const PlanPair& pair = problem_.pairs[pairs_[i]];
      const double amount = columns[i] * unit_[i];
      amounts.push_back(problem_.gaps[pair.gap].lot > 0 ? amount : std::clamp(amount, pair.floor, pair.limit));
    }
    return amounts;
  }

  std::vector<double> ColumnsOf(const std::vector<double>& amounts) const {
    std::vector<double> columns(program_.columns.size());
    std::map<std::pair<int, int>, double> counted;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const PlanPair& pair = problem_.pairs[pairs_[i]];
      columns[i] = amounts[i] / unit_[i];
      if (problem_.gaps[pair.gap].lot > 0) columns[i] = std::round(columns[i]);
      if (amounts[i] > 0 && gaps_.at(pair.gap).begun >= 0) columns[gaps_.at(pair.gap).begun] = 1;
      if (pair.counts) counted[{pair.gap, pair.supplier}] += amounts[i];
    }
    for (const auto& [gap, rows] : gaps_) {
      for (const auto& [supplier, column] : rows.counts) {
        const bool enough = counted[{gap, supplier}] >= problem_.gaps[gap].least * (1 - kPlanRounding);
        columns[column] = enough && columns[rows.begun] > 0 ? 1 : 0;
      }
    }
    return columns;
  }

 private:
  struct GapRows {
    int need = -1;
    int begun = -1;               // column: 1 if it gets anything
    std::map<int, int> supplier;  // row of its limit
    std::map<int, int> counts;    // column: 1 if the supplier counts
    std::vector<int> columns;     // of pairs, by position
  };
  struct ScaledRow {
    int row = -1;
    double scale = 1;
  };

  ScaledRow NewRow(double capacity) {
    const double scale = capacity > 0 ? capacity : 1;
    return {program_.AddRow({-lp::kInfinity, std::max(0.0, capacity) / scale}), scale};
  }

  void Draw(std::map<int, ScaledRow>* rows, int thing, double capacity, int column, double load) {
    if (!std::isfinite(capacity)) return;
    auto [at, fresh] = rows->try_emplace(thing);
    if (fresh) at->second = NewRow(capacity);
    program_.entries.push_back({at->second.row, column, load / at->second.scale});
  }

  void AddPair(int number) {
    const PlanPair& pair = problem_.pairs[number];
    const PlanNeed& gap = problem_.gaps[pair.gap];
    const double need = gap.need > 0 ? gap.need : 1;
    const double unit = gap.lot > 0 ? gap.lot : need;
    const auto ends = [&](double amount) { return gap.lot > 0 ? std::round(amount / unit) : amount / unit; };
    const int column = program_.AddColumn({ends(pair.floor), ends(pair.limit)}, pair.value * unit);
    unit_.push_back(unit);
    if (gap.lot > 0) integers_.push_back(column);
    GapRows& rows = gaps_[pair.gap];
    rows.columns.push_back(column);
    if (rows.need < 0) rows.need = program_.AddRow({-lp::kInfinity, gap.need / need});
    program_.entries.push_back({rows.need, column, unit / need});
    if (gap.supplier_limit < gap.need) {
      auto [at, fresh] = rows.supplier.try_emplace(pair.supplier);
      if (fresh) at->second = program_.AddRow({-lp::kInfinity, gap.supplier_limit / need});
      program_.entries.push_back({at->second, column, unit / need});
    }
    if (pair.source < 0) return;
    const PlanSource& source = problem_.sources[pair.source];
    Draw(&sources_, pair.source, source.capacity - used_[pair.source], column, unit);
    for (const auto& [pool, load] : source.pools)
      Draw(&pools_, pool, problem_.pools[pool] - drawn_[pool], column, load * unit);
  }

  int AddSwitch() {
    const int column = program_.AddColumn({0, 1}, 0);
    integers_.push_back(column);
    return column;
  }

  void AddMinimum(int number, GapRows* rows) {
    const PlanNeed& gap = problem_.gaps[number];
    const double need = gap.need > 0 ? gap.need : 1;
    rows->begun = AddSwitch();
    const int enough = program_.AddRow({0, lp::kInfinity});
    program_.entries.push_back({enough, rows->begun, -static_cast<double>(gap.min_suppliers)});
    std::map<int, int> gives;  // supplier, row: what it gives less what it has to give to count
    for (const int column : rows->columns) {
      const PlanPair& pair = problem_.pairs[pairs_[column]];
      const double upper = program_.columns[column].upper;
      if (upper > 0) {
        const int only_if = program_.AddRow({-lp::kInfinity, 0});
        program_.entries.push_back({only_if, column, 1 / upper});
        program_.entries.push_back({only_if, rows->begun, -1});
      }
      if (!pair.counts) continue;
      auto [at, fresh] = gives.try_emplace(pair.supplier);
      if (fresh) {
        at->second = program_.AddRow({0, lp::kInfinity});
        const int counts = AddSwitch();
        rows->counts[pair.supplier] = counts;
        program_.entries.push_back({at->second, counts, -gap.least / need});
        program_.entries.push_back({enough, counts, 1});
      }
      program_.entries.push_back({at->second, column, unit_[column] / need});
    }
  }

  const PlanProblem& problem_;
  const std::vector<int>& pairs_;
  const std::vector<double>&used_, &drawn_;
  lp::LinearProgram program_;  // the first columns are those of the pairs
  std::vector<int> integers_;
  std::vector<double> unit_;  // by pair: amount of one unit of its column
  std::map<int, GapRows> gaps_;
  std::map<int, ScaledRow> sources_, pools_;
};

}  // namespace

absl::StatusOr<BlockPlan> PlanBlock(const PlanProblem& problem, const std::vector<int>& pairs,
                                    const std::vector<double>& used, const std::vector<double>& drawn,
                                    const std::vector<double>& start, const lp::IntegerLimits& limits,
                                    const std::function<bool()>& stop) {
  const BlockProgram block(problem, pairs, used, drawn);
  const auto solution = lp::MaximizeInteger(
      block.program(), block.integers(), start.empty() ? std::vector<double>() : block.ColumnsOf(start), limits, stop);
  if (!solution.ok()) return solution.status();
  BlockPlan plan;
  plan.amounts = block.Amounts(solution->columns);
  plan.bound = solution->bound;
  plan.nodes = solution->nodes;
  for (std::size_t i = 0; i < pairs.size(); ++i) plan.value += problem.pairs[pairs[i]].value * plan.amounts[i];
  return plan;
}

}  // namespace bulian::match
