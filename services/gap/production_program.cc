#include "services/gap/production_program.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"

namespace bulian::gap {
namespace {

constexpr double kLeastValue = 1e-7;  // of the value's scale: less is the solver's tolerance
constexpr lp::Range kFree{-lp::kInfinity, lp::kInfinity};

bool IsFlow(const ProductionInput& input) { return input.coefficient > 0; }

}  // namespace

absl::StatusOr<std::unique_ptr<ProductionProgram>> ProductionProgram::Make(const ProductionModel& model,
                                                                           std::vector<double> worth, bool with_stock) {
  auto made = std::unique_ptr<ProductionProgram>(new ProductionProgram(model, std::move(worth)));
  made->AddColumns(with_stock);
  made->AddRows();
  made->AddClassRows();
  auto solver = lp::Solver::Make(made->program_);
  if (!solver.ok()) return solver.status();
  made->solver_ = *std::move(solver);
  made->Choose({});
  return made;
}

ProductionProgram::ProductionProgram(const ProductionModel& model, std::vector<double> worth)
    : model_(model), worth_(std::move(worth)) {
  for (std::size_t p = 0; p < worth_.size(); ++p)
    value_scale_ = std::max(value_scale_, worth_[p] * model_.segments[model_.products[p]].scale);
  if (value_scale_ == 0) value_scale_ = 1;
  for (const CapacityClass& some : model_.classes)
    class_scale_.push_back(model_.segments[some.segments.front()].scale / some.yield.front());
  for (const ProductionPool& pool : model_.pools)
    pool_scale_.push_back(pool.capacity.upper > 0 && !pool.capacity.unbounded() ? pool.capacity.upper : 1);
}

// Amounts in the program are of the segment's scale.
void ProductionProgram::AddColumns(bool with_stock) {
  for (std::size_t i = 0; i < model_.segments.size(); ++i) made_.push_back(program_.AddColumn({}, 0));
  for (std::size_t p = 0; p < model_.products.size(); ++p)
    delivered_.push_back(program_.AddColumn({}, worth_[p] * model_.segments[model_.products[p]].scale / value_scale_));
  for (const ProductionInput& input : model_.inputs) flow_.push_back(IsFlow(input) ? program_.AddColumn({}, 0) : -1);
  for (const CapacityClass& some : model_.classes) {
    output_.emplace_back();
    stock_.emplace_back();
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      output_.back().push_back(program_.AddColumn({}, 0));
      if (with_stock) stock_.back().push_back(program_.AddColumn({}, 0));
    }
  }
}

void ProductionProgram::AddRows() {
  for (std::size_t i = 0; i < made_.size(); ++i) {
    balance_row_.push_back(program_.AddRow({}));
    program_.entries.push_back({balance_row_.back(), made_[i], 1});
    output_row_.push_back(program_.AddRow(model_.segments[i].bought ? kFree : lp::Range{0, 0}));
    program_.entries.push_back({output_row_.back(), made_[i], 1});
  }
  for (std::size_t p = 0; p < model_.products.size(); ++p)
    program_.entries.push_back({balance_row_[model_.products[p]], delivered_[p], -1});
  std::map<int, int> group_rows;
  for (std::size_t e = 0; e < model_.inputs.size(); ++e) {
    const ProductionInput& input = model_.inputs[e];
    if (flow_[e] >= 0) program_.entries.push_back({balance_row_[input.from], flow_[e], -1});
    input_row_.push_back(-1);
    const double drawn = input.coefficient * model_.segments[input.to].scale / model_.segments[input.from].scale;
    if (input.group < 0) {
      if (flow_[e] < 0) continue;
      input_row_[e] = program_.AddRow({});
      program_.entries.push_back({input_row_[e], flow_[e], 1});
      program_.entries.push_back({input_row_[e], made_[input.to], -drawn});
      continue;
    }
    const auto [at, added] = group_rows.try_emplace(input.group, 0);
    if (added) {
      at->second = program_.AddRow({});
      program_.entries.push_back({at->second, made_[input.to], -1});
    }
    input_row_[e] = at->second;
    if (flow_[e] >= 0) program_.entries.push_back({at->second, flow_[e], 1 / drawn});
  }
}

void ProductionProgram::AddClassRows() {
  for (std::size_t i = 0; i < model_.pools.size(); ++i) pool_row_.push_back(program_.AddRow({-lp::kInfinity, 0}));
  for (std::size_t c = 0; c < model_.classes.size(); ++c) {
    const CapacityClass& some = model_.classes[c];
    class_row_.push_back(program_.AddRow({-lp::kInfinity, 0}));
    stock_row_.push_back(stock_[c].empty() ? -1 : program_.AddRow({-lp::kInfinity, 0}));
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      const int segment = some.segments[place];
      const double used = model_.segments[segment].scale / some.yield[place];
      program_.entries.push_back({output_row_[segment], output_[c][place], -1});
      program_.entries.push_back({class_row_[c], output_[c][place], used / class_scale_[c]});
      for (const auto& [pool, load] : some.pools)
        program_.entries.push_back({pool_row_[pool], output_[c][place], used * load / pool_scale_[pool]});
      if (stock_[c].empty()) continue;
      program_.entries.push_back({balance_row_[segment], stock_[c][place], 1});
      program_.entries.push_back({stock_row_[c], stock_[c][place], used / class_scale_[c]});
    }
  }
}

void ProductionProgram::Choose(SupplyCase of, Span span) {
  case_ = of;
  span_ = std::move(span);
  plan_.clear();
  suppliers_.assign(model_.segments.size(), 0);
  for (std::size_t c = 0; c < model_.classes.size(); ++c) {
    const CapacityClass& some = model_.classes[c];
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      const bool counts = some.sets[place] <= case_.set;
      if (counts) suppliers_[some.segments[place]] += some.count;
      solver_->SetColumn(output_[c][place], {0, counts ? lp::kInfinity : 0});
      if (!stock_[c].empty()) solver_->SetColumn(stock_[c][place], {0, counts ? lp::kInfinity : 0});
    }
    SetClass(c, CapacityWithout(c, {}));
  }
  SetStocks();
  for (std::size_t i = 0; i < model_.pools.size(); ++i) {
    const Bounds& capacity = model_.pools[i].capacity;
    const double most = (case_.upper ? capacity.upper : capacity.lower) * span_.years;
    solver_->SetRow(pool_row_[i], {-lp::kInfinity, most / pool_scale_[i]});
  }
  for (std::size_t p = 0; p < model_.products.size(); ++p) {
    const ProductionSegment& product = model_.segments[model_.products[p]];
    solver_->SetColumn(delivered_[p], {0, product.demand * span_.years / product.scale});
  }
  working_.clear();
  working_ = WorkingWithout({});
  SetWorking(working_);
}

void ProductionProgram::SetStocks() {
  if (stock_row_.empty() || stock_row_.front() < 0) return;
  std::vector<double> stock(model_.classes.size(), 0);
  for (std::size_t h = 0; h < span_.stock.size(); ++h) stock[model_.holdings[h].capacity_class] += span_.stock[h];
  for (std::size_t c = 0; c < stock.size(); ++c)
    solver_->SetRow(stock_row_[c], {-lp::kInfinity, stock[c] / class_scale_[c]});
}

double ProductionProgram::CapacityWithout(std::size_t number, std::span<const int> lost) const {
  return CapacityLeft(model_, static_cast<int>(number), lost, case_.upper);
}

double ProductionProgram::LeftAt(const Lost& lost, std::pair<int, int> place) const {
  std::vector<int> stopped = lost.of_place.at(place);
  const auto whole = lost.of_class.find(place.first);
  if (whole != lost.of_class.end()) stopped.insert(stopped.end(), whole->second.begin(), whole->second.end());
  return CapacityWithout(place.first, stopped);
}

void ProductionProgram::SetClass(std::size_t number, double capacity) {
  solver_->SetRow(class_row_[number], {-lp::kInfinity, capacity * span_.years / class_scale_[number]});
}

ProductionProgram::Lost ProductionProgram::LostBy(const Outage& outage) const {
  Lost lost;
  for (const int h : outage.holdings) lost.of_class[model_.holdings[h].capacity_class].push_back(h);
  for (const auto& [h, segment] : outage.at_segment) {
    const int number = model_.holdings[h].capacity_class;
    const std::vector<int>& segments = model_.classes[number].segments;
    const auto at = std::lower_bound(segments.begin(), segments.end(), segment);
    if (at != segments.end() && *at == segment)
      lost.of_place[{number, static_cast<int>(at - segments.begin())}].push_back(h);
  }
  return lost;
}

std::vector<char> ProductionProgram::WorkingWithout(const Lost& lost) const {
  std::vector<int> left = suppliers_;
  for (const auto& [number, holdings] : lost.of_class) {
    const CapacityClass& some = model_.classes[number];
    for (std::size_t place = 0; place < some.segments.size(); ++place) {
      if (some.sets[place] <= case_.set) left[some.segments[place]] -= static_cast<int>(holdings.size());
    }
  }
  for (const auto& [place, holdings] : lost.of_place) {
    const CapacityClass& some = model_.classes[place.first];
    if (some.sets[place.second] <= case_.set) left[some.segments[place.second]] -= static_cast<int>(holdings.size());
  }
  std::vector<char> has_supplier(left.size(), 0);
  bool same = !working_.empty();
  for (std::size_t i = 0; i < left.size(); ++i) {
    has_supplier[i] = left[i] > 0 || model_.segments[i].bought ? 1 : 0;
    same = same && (left[i] > 0) == (suppliers_[i] > 0);
  }
  return same ? working_ : WorkingSegments(model_.needs, has_supplier);
}

void ProductionProgram::SetWorking(const std::vector<char>& working) {
  // Without stocks what does not work makes nothing at all; with them its inputs may be on hand, and hold by their
  // flow.
  const bool with_stock = !stock_row_.empty() && stock_row_.front() >= 0;
  std::vector<char> makes = with_stock ? std::vector<char>(model_.segments.size(), 1) : working;
  std::vector<char> by_presence(program_.rows.size(), 0);  // rows of groups
  for (std::size_t e = 0; e < model_.inputs.size(); ++e) {
    const ProductionInput& input = model_.inputs[e];
    if (IsFlow(input)) continue;
    const bool not_known = std::isnan(input.coefficient) && !case_.upper;
    const bool there = working[input.from] != 0 && !not_known;
    if (input.group < 0) {
      if (!there) makes[input.to] = 0;
    } else if (there) {
      by_presence[input_row_[e]] = 1;
    }
  }
  for (std::size_t i = 0; i < makes.size(); ++i) solver_->SetColumn(made_[i], {0, makes[i] != 0 ? lp::kInfinity : 0});
  for (std::size_t e = 0; e < model_.inputs.size(); ++e) {
    if (model_.inputs[e].group >= 0)
      solver_->SetRow(input_row_[e], by_presence[input_row_[e]] != 0 ? kFree : lp::Range{0, lp::kInfinity});
  }
}

// The reduced cost of the output, whose bound is what is left.
double ProductionProgram::WorthOfCut(std::pair<int, int> place, const std::vector<double>& duals) const {
  const CapacityClass& some = model_.classes[place.first];
  const int segment = some.segments[place.second];
  const double used = model_.segments[segment].scale / some.yield[place.second];
  double worth = duals[output_row_[segment]] - duals[class_row_[place.first]] * used / class_scale_[place.first];
  for (const auto& [pool, load] : some.pools) worth -= duals[pool_row_[pool]] * used * load / pool_scale_[pool];
  return std::max(0.0, worth * value_scale_ / used);
}

absl::StatusOr<Delivery> ProductionProgram::Solve(std::vector<char> working, const Lost& lost, const StopSignal& stop) {
  Delivery delivery;
  delivery.working = std::move(working);
  auto solution = solver_->Maximize(stop);
  if (absl::IsOutOfRange(solution.status())) {
    delivery.value = kUnbounded;
    plan_.clear();
    return delivery;
  }
  if (!solution.ok()) return solution.status();
  delivery.value = solution->value > kLeastValue ? solution->value * value_scale_ : 0;
  const auto price = [&](int row, double scale) { return std::abs(solution->duals[row]) * value_scale_ / scale; };
  for (std::size_t i = 0; i < made_.size(); ++i)
    delivery.prices.segments.push_back(price(balance_row_[i], model_.segments[i].scale));
  for (std::size_t i = 0; i < pool_row_.size(); ++i)
    delivery.prices.pools.push_back(price(pool_row_[i], pool_scale_[i]));
  for (std::size_t c = 0; c < class_row_.size(); ++c) {
    delivery.prices.classes.push_back(price(class_row_[c], class_scale_[c]));
    delivery.prices.stocks.push_back(stock_row_[c] < 0 ? 0 : price(stock_row_[c], class_scale_[c]));
  }
  for (std::size_t p = 0; p < delivered_.size(); ++p) {
    const int segment = model_.products[p];
    delivery.delivered.push_back(solution->columns[delivered_[p]] * model_.segments[segment].scale);
    delivery.prices.demands.push_back(std::max(0.0, worth_[p] - delivery.prices.segments[segment]));
  }
  for (const auto& [place, holdings] : lost.of_place) {
    const CapacityClass& some = model_.classes[place.first];
    if (some.sets[place.second] <= case_.set)
      delivery.prices.cuts[{place.first, some.segments[place.second]}] = WorthOfCut(place, solution->duals);
  }
  plan_ = std::move(solution->columns);
  return delivery;
}

absl::StatusOr<Delivery> ProductionProgram::Deliver(const StopSignal& stop) {
  auto delivery = Solve(working_, {}, stop);
  if (delivery.ok()) value_ = delivery->value;
  return delivery;
}

bool ProductionProgram::IsNeedless(const Lost& lost, const std::vector<char>& working) const {
  if (plan_.empty() || working != working_) return false;
  const auto used = [this](int number, std::size_t place) {
    const CapacityClass& some = model_.classes[number];
    return plan_[output_[number][place]] * model_.segments[some.segments[place]].scale / some.yield[place];
  };
  for (const auto& [number, holdings] : lost.of_class) {
    double sum = 0;
    for (std::size_t place = 0; place < output_[number].size(); ++place) sum += used(number, place);
    if (sum > CapacityWithout(number, holdings) * span_.years) return false;
  }
  for (const auto& [place, holdings] : lost.of_place) {
    if (used(place.first, place.second) > LeftAt(lost, place) * span_.years) return false;
  }
  return true;
}

absl::StatusOr<double> ProductionProgram::DeliverWithout(const Outage& outage, Delivery* delivery,
                                                         const StopSignal& stop) {
  const Lost lost = LostBy(outage);
  std::vector<char> working = WorkingWithout(lost);
  if (delivery == nullptr && IsNeedless(lost, working)) return value_;
  SetLost(lost, false);
  SetWorking(working);
  std::vector<double> plan = std::move(plan_);
  auto without = Solve(std::move(working), lost, stop);
  plan_ = std::move(plan);
  SetLost(lost, true);
  SetWorking(working_);
  if (!without.ok()) return without.status();
  without->value = std::min(without->value, value_);
  if (delivery == nullptr) return without->value;
  *delivery = *std::move(without);
  return delivery->value;
}

void ProductionProgram::SetLost(const Lost& lost, bool back) {
  for (const auto& [number, holdings] : lost.of_class)
    SetClass(number, CapacityWithout(number, back ? std::span<const int>() : holdings));
  for (const auto& [place, holdings] : lost.of_place) {
    const auto& [number, index] = place;
    const CapacityClass& some = model_.classes[number];
    const double most =
        some.sets[index] > case_.set ? 0
        : back                       ? lp::kInfinity
               : LeftAt(lost, place) * some.yield[index] * span_.years / model_.segments[some.segments[index]].scale;
    solver_->SetColumn(output_[number][index], {0, most});
  }
}

}  // namespace bulian::gap
