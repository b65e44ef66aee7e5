#include "services/gap/closure_search.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "services/gap/closure_bound.h"
#include "services/gap/closure_division.h"

namespace bulian::gap {
namespace {

constexpr std::int64_t kWorkBetweenPolls = 512;

// Some choices made: their division, and which missing demands have a supplier by them.
struct Made {
  CapacityDivision division;
  std::vector<char> begun;  // by demand
  std::vector<int> choices{};
  int missing = 0;
  ClosureValue value() const { return {division.share(), missing}; }
};

void Make(const ClosureProblem& problem, int choice, Made* made) {
  made->choices.push_back(choice);
  for (const int at : problem.choices[static_cast<std::size_t>(choice)].supplies) {
    const ClosureSupply& supply = problem.supplies[static_cast<std::size_t>(at)];
    if (!supply.feeds.empty()) made->division.Add(supply);
    for (const int demand : supply.begins) {
      char& begun = made->begun[static_cast<std::size_t>(demand)];
      made->missing += begun == 0 ? 1 : 0;
      begun = 1;
    }
  }
}

Made Nothing(const ClosureProblem& problem) {
  return {CapacityDivision(&problem.demands), std::vector<char>(problem.demands.size(), 0)};
}

void Clear(const ClosureProblem& problem, Made* made) {
  for (const int choice : made->choices) {
    for (const int at : problem.choices[static_cast<std::size_t>(choice)].supplies) {
      for (const int demand : problem.supplies[static_cast<std::size_t>(at)].begins)
        made->begun[static_cast<std::size_t>(demand)] = 0;
    }
  }
  made->division.Clear();
  made->choices.clear();
  made->missing = 0;
}

struct Gain {
  int position = 0;  // in the candidates
  ClosureValue value;
};

bool IsGreater(const Gain& a, const Gain& b) {
  if (a.value.share != b.value.share) return a.value.share > b.value.share;
  return a.value.missing != b.value.missing ? a.value.missing > b.value.missing : a.position < b.position;
}

// The sum of the greatest few of what was seen.
template <class Number>
class GreatestSum {
 public:
  explicit GreatestSum(int count) : count_(static_cast<std::size_t>(std::max(count, 0))) {}
  void See(Number number) {
    if (greatest_.size() == count_ && (count_ == 0 || number <= greatest_.back())) return;
    greatest_.insert(std::upper_bound(greatest_.begin(), greatest_.end(), number, std::greater<>()), number);
    if (greatest_.size() > count_) greatest_.pop_back();
  }
  Number sum() const {
    Number sum{};
    for (const Number number : greatest_) sum += number;
    return sum;
  }

 private:
  std::size_t count_;
  std::vector<Number> greatest_{};
};

class Search {
 public:
  Search(const ClosureProblem& problem, std::span<const int> choices, int k, const StopSignal& stop, std::int64_t work)
      : problem_(problem),
        candidates_(choices.begin(), choices.end()),
        k_(k),
        stop_(stop),
        work_(work),
        scratch_(Nothing(problem)) {}

  absl::StatusOr<ClosureBest> Run() {
    for (const ClosureDemand& demand : problem_.demands) {
      most_.share += demand.share();
      most_.missing += demand.missing ? 1 : 0;
    }
    const Made nothing = Nothing(problem_);
    bound_ = most_;
    if (k_ == 0 || std::cmp_less_equal(candidates_.size(), k_)) {
      if (k_ == 0) candidates_.clear();
      Made all = nothing;
      for (const int choice : candidates_) Make(problem_, choice, &all);
      best_ = all.choices;
      bound_ = best_value_ = all.value();
    } else if (const absl::Status searched = SearchFrom(nothing); !searched.ok()) {
      return searched;
    }
    return Answer();
  }

 private:
  absl::Status SearchFrom(const Made& nothing) {
    Greedy(nothing);
    if (stopped_) return absl::CancelledError("stopped");
    if (k_ > 1 && most_.share > 0) {
      auto prices = FindPrices(problem_, candidates_, k_, stop_);
      if (absl::IsCancelled(prices.status())) return prices.status();
      if (prices.ok()) SetPrices(*std::move(prices));  // without prices the other bounds do
    }
    if (!bound_.CannotBeOver(best_value_)) {
      std::vector<int> positions(candidates_.size());
      for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<int>(i);
      Explore(nothing, 0, positions, k_);
      if (stopped_) return absl::CancelledError("stopped");
      if (!given_up_) bound_ = best_value_;
    }
    return absl::OkStatus();
  }

  void SetPrices(std::vector<double> prices) {
    prices_ = std::move(prices);
    values_ = ValuesAtPrices(problem_, candidates_, prices_);
    lp_bound_ = BoundAtPrices(problem_, values_, k_, prices_);
    bound_.share = std::min(bound_.share, *lp_bound_);
    for (std::size_t i = 0; i < prices_.size(); ++i) priced_ += prices_[i] * problem_.demands[i].share();
  }

  // The choice of greatest gain again and again; at each step the gains are also a bound (Nemhauser, Wolsey, Fisher
  // 1978). Gains only fall, so that old ones are bounds and only the greatest are computed again (Minoux 1978).
  void Greedy(const Made& nothing) {
    Made made = nothing;
    std::vector<int> all(candidates_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    std::vector<Gain> heap = Gains(nothing, all, false);  // falling: a heap as it is
    bound_.missing = most_.missing;
    LowerBoundTo(made, heap);
    while (!stopped_ && std::cmp_less(made.choices.size(), k_) && TakeGreatest(&heap, &made)) {
      LowerBoundTo(made, heap);
      if (made.value().IsOver(best_value_)) Keep(made.choices, made.value());
    }
  }

  // Makes the choice of greatest gain. False if none adds anything.
  bool TakeGreatest(std::vector<Gain>* heap, Made* made) {
    const auto less = [](const Gain& a, const Gain& b) { return IsGreater(b, a); };
    while (!heap->empty()) {
      std::pop_heap(heap->begin(), heap->end(), less);
      const Gain gain = GainOf(*made, heap->back().position);
      heap->pop_back();
      if (gain.value == ClosureValue{}) continue;
      if (heap->empty() || IsGreater(gain, heap->front())) {
        Make(problem_, candidates_[static_cast<std::size_t>(gain.position)], made);
        return true;
      }
      heap->push_back(gain);
      std::push_heap(heap->begin(), heap->end(), less);
    }
    return false;
  }

  // No k choices close more than some do and the k greatest gains beside them add; `gains` may be too great.
  void LowerBoundTo(const Made& made, const std::vector<Gain>& gains) {
    GreatestSum<double> shares(k_);
    GreatestSum<int> missing(k_);
    for (const Gain& gain : gains) {
      shares.See(gain.value.share);
      missing.See(gain.value.missing);
    }
    bound_.share = std::min(bound_.share, made.division.share() + shares.sum());
    bound_.missing = std::min(bound_.missing, made.missing + missing.sum());
  }

  void Keep(const std::vector<int>& choices, const ClosureValue& value) {
    best_ = choices;
    best_value_ = value;
  }

  Gain GainOf(const Made& made, int position) {
    scratch_ = made;
    Make(problem_, candidates_[static_cast<std::size_t>(position)], &scratch_);
    return {position, {scratch_.division.share() - made.division.share(), scratch_.missing - made.missing}};
  }

  // What each of the candidates at the positions would add, greatest first; those that add nothing are left out.
  std::vector<Gain> Gains(const Made& made, std::span<const int> positions, bool limited) {
    std::vector<Gain> gains;
    for (const int position : positions) {
      if (++asked_ % kWorkBetweenPolls == 0) stopped_ = stopped_ || (stop_ && stop_());
      if (limited) given_up_ = given_up_ || (work_ -= cost_) < 0;
      if (stopped_ || given_up_) break;
      const Gain gain = GainOf(made, position);
      if (gain.value.share > 0 || gain.value.missing > 0) gains.push_back(gain);
    }
    std::sort(gains.begin(), gains.end(), IsGreater);
    return gains;
  }

  // Tries all sets that extend `made` by at most `more` of the candidates at the positions. `value_at_prices` is the
  // sum of those made.
  void Explore(const Made& made, double value_at_prices, std::span<const int> positions, int more) {
    const std::vector<Gain> gains = Gains(made, WorthTrying(value_at_prices, positions, more), true);
    if (stopped_ || given_up_) return;
    const std::vector<ClosureValue> bounds = BoundsFrom(made, value_at_prices, gains, more);
    std::vector<int> rest;
    for (std::size_t i = 0; i < gains.size() && !stopped_ && !given_up_; ++i) {
      if (bounds[i].CannotBeOver(best_value_)) continue;
      const auto position = static_cast<std::size_t>(gains[i].position);
      Made with = made;
      Make(problem_, candidates_[position], &with);
      if (with.value().IsOver(best_value_)) Keep(with.choices, with.value());
      if (more == 1) continue;
      rest.clear();
      for (std::size_t j = i + 1; j < gains.size(); ++j) rest.push_back(gains[j].position);
      Explore(with, value_at_prices + (values_.empty() ? 0 : values_[position]), rest, more - 1);
    }
  }

  // Those of the positions that the bound at prices leaves a place in a better set.
  std::vector<int> WorthTrying(double value_at_prices, std::span<const int> positions, int more) const {
    std::vector<int> worth(positions.begin(), positions.end());
    if (values_.empty()) return worth;
    GreatestSum<double> others(more - 1);
    for (const int position : positions) others.See(values_[static_cast<std::size_t>(position)]);
    const double rest = priced_ + value_at_prices + others.sum();
    std::erase_if(worth, [&](int position) {
      const ClosureValue bound{rest + values_[static_cast<std::size_t>(position)], bound_.missing};
      return bound.CannotBeOver(best_value_);
    });
    return worth;
  }

  // By position in the gains: a bound of all sets that take it and `more` - 1 of those behind it.
  std::vector<ClosureValue> BoundsFrom(const Made& made, double value_at_prices, const std::vector<Gain>& gains,
                                       int more) const {
    std::vector<ClosureValue> bounds(gains.size());
    GreatestSum<double> shares(more - 1), values(more - 1);
    GreatestSum<int> missing(more - 1);
    for (std::size_t i = gains.size(); i-- > 0;) {
      const ClosureValue& gain = gains[i].value;
      bounds[i].share = std::min(most_.share, made.division.share() + gain.share + shares.sum());
      bounds[i].missing = std::min(bound_.missing, made.missing + gain.missing + missing.sum());
      shares.See(gain.share);
      missing.See(gain.missing);
      if (values_.empty()) continue;
      const double value = values_[static_cast<std::size_t>(gains[i].position)];
      bounds[i].share = std::min(bounds[i].share, priced_ + value_at_prices + value + values.sum());
      values.See(value);
    }
    return bounds;
  }

  ClosureBest Answer() {
    ClosureBest answer;
    answer.choices = best_;
    std::sort(answer.choices.begin(), answer.choices.end());
    // What was taken early may be of no use beside what came later; the least preferred goes first.
    for (std::size_t i = answer.choices.size(); i-- > 0;) {
      std::vector<int> without = answer.choices;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      if (!best_value_.IsOver(ValueOf(problem_, without))) answer.choices = std::move(without);
    }
    answer.value = ValueOf(problem_, answer.choices);
    answer.optimal = bound_.CannotBeOver(best_value_);
    answer.bound = answer.optimal ? answer.value.share : std::max(bound_.share, answer.value.share);
    answer.lp_bound = lp_bound_;
    answer.prices = std::move(prices_);
    return answer;
  }

  const ClosureProblem& problem_;
  std::vector<int> candidates_;
  int k_;
  const StopSignal& stop_;
  std::int64_t work_, asked_ = 0;
  std::int64_t cost_ = 1 + static_cast<std::int64_t>(problem_.demands.size()) / 256;  // of one gain
  bool stopped_ = false, given_up_ = false;
  Made scratch_;                            // of Gains, kept for its memory
  ClosureValue most_, bound_, best_value_;  // all there is; of any k; of best_
  std::vector<int> best_;
  std::vector<double> prices_, values_;  // by demand; by position in candidates_
  std::optional<double> lp_bound_;
  double priced_ = 0;  // sum of price times unmet share
};

}  // namespace

ClosureValue ValueOf(const ClosureProblem& problem, std::span<const int> choices) {
  Made made = Nothing(problem);
  for (const int choice : choices) Make(problem, choice, &made);
  return made.value();
}

std::optional<std::vector<ClosureValue>> ValuesAlone(const ClosureProblem& problem, const StopSignal& stop) {
  std::vector<ClosureValue> values;
  values.reserve(problem.choices.size());
  Made made = Nothing(problem);
  for (std::size_t i = 0; i < problem.choices.size(); ++i) {
    if (i % kWorkBetweenPolls == 0 && stop && stop()) return std::nullopt;
    Clear(problem, &made);
    Make(problem, static_cast<int>(i), &made);
    values.push_back(made.value());
  }
  return values;
}

absl::StatusOr<ClosureBest> FindBestSet(const ClosureProblem& problem, std::span<const int> choices, int k,
                                        const StopSignal& stop, std::int64_t work) {
  return Search(problem, choices, std::max(k, 0), stop, work).Run();
}

}  // namespace bulian::gap
