#include "services/risk/esri_sparse.h"

#include <algorithm>
#include <cstddef>

#include "services/risk/esri_levels.h"

namespace bulian::risk {
namespace {

// The same sums in the same order as the lanes' (esri_lanes_body.h), so that a cascade may change over at any step.
double InputLoss(const EsriBuyerRows& rows, std::int32_t buyer, const double* lost) {
  const std::int32_t linear_end = rows.linear_end[buyer], single_end = rows.single_end[buyer];
  double linear = 0, worst = 0;
  std::int32_t k = rows.start[buyer];
  for (; k < linear_end; ++k) linear += rows.weight[k] * lost[rows.source[k]];
  for (; k < single_end; ++k) worst = std::max(worst, rows.weight[k] * lost[rows.source[k]]);
  for (std::int32_t group = rows.group_start[buyer]; group < rows.group_start[buyer + 1]; ++group) {
    double sum = 0;
    for (; k < rows.group_end[group]; ++k) sum += rows.weight[k] * lost[rows.source[k]];
    worst = std::max(worst, sum);
  }
  return std::max(worst, linear);
}

double SalesLoss(const EsriRows& rows, std::int32_t supplier, const double* lost) {
  double sum = 0;
  for (std::int32_t k = rows.start[supplier]; k < rows.start[supplier + 1]; ++k)
    sum += rows.weight[k] * lost[rows.source[k]];
  return sum;
}

}  // namespace

SparseCascade::SparseCascade(const EsriNetwork* network, const EsriOptions& options)
    : net_(*network), options_(options) {
  const auto firms = static_cast<std::size_t>(net_.firms());
  for (Side* side : {&down_, &up_}) {
    side->loss.assign(firms, 0);
    side->is_hit.assign(firms, 0);
    side->is_near.assign(firms, 0);
  }
  lost_input_.assign(firms, 0);
  block_sum_ = net_.block_sold;
  block_touched_.assign(block_sum_.size(), 0);
  market_.assign(net_.market_start.size(), 0);
  market_touched_.assign(net_.market_start.size(), 0);
}

void SparseCascade::Forget(Side* side) {
  for (const std::int32_t firm : side->hit) side->loss[firm] = 0, side->is_hit[firm] = 0;
  for (const std::int32_t firm : side->near) side->is_near[firm] = 0;
  side->hit.clear();
  side->near.clear();
  side->links = 0;
}

void SparseCascade::Start(const EsriShock& shock) {
  for (const std::int32_t firm : down_.hit) lost_input_[firm] = 0;
  Forget(&down_);
  Forget(&up_);
  for (const std::int32_t block : blocks_) block_sum_[block] = net_.block_sold[block], block_touched_[block] = 0;
  for (const std::int32_t market : markets_) market_touched_[market] = 0;
  blocks_.clear();
  markets_.clear();
  caps_.clear();
  steps_ = 0;
  for (const EsriShock::Loss& loss : shock.losses) {
    const EsriCap cap{net_.compiled_of[loss.firm], LossOf(1 - loss.down), LossOf(1 - loss.up)};
    caps_.push_back(cap);
    if (cap.down > 0) Hit(&down_, net_.dependants, net_.inputs, cap.firm, cap.down);
    if (cap.up > 0) Hit(&up_, net_.customers_of, net_.outputs, cap.firm, cap.up);
  }
  if (options_.rule == StoppingRule::kIndexGrowth) index_ = Totals().esri;
}

void SparseCascade::Hit(Side* side, const EsriRows& reached, const EsriRows& rows, std::int32_t firm, double loss) {
  side->loss[firm] = loss;
  if (side->is_hit[firm]) return;
  side->is_hit[firm] = 1;
  side->hit.push_back(firm);
  for (std::int32_t k = reached.start[firm]; k < reached.start[firm + 1]; ++k) {
    const std::int32_t next = reached.source[k];
    if (side->is_near[next]) continue;
    side->is_near[next] = 1;
    side->near.push_back(next);
    side->links += rows.start[next + 1] - rows.start[next];
  }
}

void SparseCascade::RemainingSales() {
  for (const std::int32_t firm : down_.hit) {
    const std::int32_t block = net_.block_of[firm];
    if (block < 0 || block_touched_[block]) continue;
    block_touched_[block] = 1;
    blocks_.push_back(block);
    const std::int32_t market = net_.market_of[firm];
    if (market_touched_[market]) continue;
    market_touched_[market] = 1;
    markets_.push_back(market);
  }
  for (const std::int32_t block : blocks_) {
    double sum = 0;
    for (std::int32_t k = net_.block_start[block]; k < net_.block_start[block + 1]; ++k)
      sum += (1 - down_.loss[net_.member[k]]) * net_.sold[net_.member[k]];
    block_sum_[block] = sum;
  }
  for (const std::int32_t market : markets_) {
    double sum = 0;
    for (std::int32_t block = net_.market_start[market]; block < net_.market_start[market + 1]; ++block)
      sum += block_sum_[block];
    market_[market] = sum <= kLeastMarket ? 1 : sum;
  }
}

double SparseCascade::StepDown() {
  if (net_.replaceability) {
    RemainingSales();
    for (const std::int32_t firm : down_.hit) {
      if (net_.market_of[firm] < 0) continue;
      lost_input_[firm] = std::min(1.0, net_.sold[firm] / market_[net_.market_of[firm]]) * down_.loss[firm];
    }
  } else {
    for (const std::int32_t firm : down_.hit) lost_input_[firm] = down_.loss[firm];
  }
  down_.next.clear();
  for (const std::int32_t buyer : down_.near)
    down_.next.push_back(LossOf(LevelAfter(InputLoss(net_.inputs, buyer, lost_input_.data()))));
  return Commit(&down_, net_.dependants, net_.inputs, &EsriCap::down);
}

double SparseCascade::StepUp() {
  up_.next.clear();
  for (const std::int32_t supplier : up_.near)
    up_.next.push_back(LossOf(LevelAfter(SalesLoss(net_.outputs, supplier, up_.loss.data()))));
  return Commit(&up_, net_.customers_of, net_.outputs, &EsriCap::up);
}

double SparseCascade::Commit(Side* side, const EsriRows& reached, const EsriRows& rows, double EsriCap::*cap) {
  double greatest = 0;
  const std::size_t visited = side->next.size();  // those that come near now are visited next time
  for (std::size_t i = 0; i < visited; ++i) {
    const std::int32_t firm = side->near[i];
    const double loss = side->next[i];
    greatest = std::max(greatest, (1 - side->loss[firm]) - (1 - loss));
    if (loss > 0 || side->is_hit[firm]) Hit(side, reached, rows, firm, loss);
  }
  for (const EsriCap& one : caps_) side->loss[one.firm] = std::max(side->loss[one.firm], one.*cap);
  return greatest;
}

bool SparseCascade::Step() {
  const double down = StepDown(), up = StepUp();
  ++steps_;
  if (options_.rule == StoppingRule::kGreatestChange) return !(std::max(down, up) > options_.threshold);
  const double index = Totals().esri;
  const bool grows = index / index_ > 1 + options_.threshold;
  index_ = index;
  return !grows;
}

EsriResult SparseCascade::Totals() const {
  std::vector<std::int32_t> firms = down_.hit;
  firms.insert(firms.end(), up_.hit.begin(), up_.hit.end());
  std::sort(firms.begin(), firms.end());
  firms.erase(std::unique(firms.begin(), firms.end()), firms.end());
  EsriResult result;
  for (const std::int32_t firm : firms) {
    const double down = down_.loss[firm], up = up_.loss[firm], weight = net_.weight[firm];
    result.esri += weight * std::max(down, up);
    result.down += weight * down;
    result.up += weight * up;
  }
  return result;
}

EsriResult SparseCascade::Result() const {
  EsriResult result = Totals();
  result.steps = steps_;
  if (!options_.want_losses) return result;
  const auto firms = static_cast<std::size_t>(net_.firms());
  result.down_losses.resize(firms);
  result.up_losses.resize(firms);
  for (std::size_t i = 0; i < firms; ++i) {
    result.down_losses[net_.original_of[i]] = down_.loss[i];
    result.up_losses[net_.original_of[i]] = up_.loss[i];
  }
  return result;
}

}  // namespace bulian::risk
