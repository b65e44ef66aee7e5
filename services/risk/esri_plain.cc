#include "services/risk/esri_plain.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

namespace bulian::risk {

PlainEsri::PlainEsri(const EsriData& data) : data_(data) {
  const auto firms = static_cast<std::size_t>(data.firms);
  std::map<std::pair<std::int32_t, std::int32_t>, double> by_buyer, by_supplier;
  for (const EsriLink& link : data.links) by_buyer[{link.buyer, link.supplier}] += link.value;
  std::vector<double> bought(firms);
  sold_.assign(firms, 0);
  for (const auto& [pair, value] : by_buyer) {
    by_supplier[{pair.second, pair.first}] = value;
    bought[pair.first] += value;
    sold_[pair.second] += value;
  }
  const auto or_one = [](double value) { return value > 0 ? value : 1; };
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t>, double> grouped;  // buyer, industry, supplier
  std::map<std::pair<std::int32_t, std::int32_t>, double> whole;                   // buyer, industry
  for (const auto& [pair, value] : by_buyer) {
    grouped[{pair.first, data.industry[pair.second], pair.second}] = value;
    whole[{pair.first, data.industry[pair.second]}] += value;
  }
  auto link = grouped.begin();
  for (std::int32_t buyer = 0; buyer < data.firms; ++buyer) {
    group_start_.push_back(static_cast<std::int32_t>(link_start_.size()));
    while (link != grouped.end() && std::get<0>(link->first) == buyer) {
      const std::int32_t industry = std::get<1>(link->first);
      const InputClass how =
          data.essentiality[static_cast<std::size_t>(industry) * data.industries + data.industry[buyer]];
      if (how != InputClass::kNegligible) {
        link_start_.push_back(static_cast<std::int32_t>(supplier_.size()));
        group_class_.push_back(how);
      }
      for (; link != grouped.end() && std::get<0>(link->first) == buyer && std::get<1>(link->first) == industry;
           ++link) {
        if (how == InputClass::kNegligible) continue;
        double share = link->second;
        share /= or_one(how == InputClass::kEssential ? whole[{buyer, industry}] : bought[buyer]);
        if (!data.costs.empty()) share *= or_one(bought[buyer]) / or_one(data.costs[buyer]);
        supplier_.push_back(std::get<2>(link->first));
        input_share_.push_back(share);
      }
    }
  }
  group_start_.push_back(static_cast<std::int32_t>(link_start_.size()));
  link_start_.push_back(static_cast<std::int32_t>(supplier_.size()));
  auto sale = by_supplier.begin();
  for (std::int32_t supplier = 0; supplier < data.firms; ++supplier) {
    customer_start_.push_back(static_cast<std::int32_t>(customer_.size()));
    const double of = or_one(data.revenues.empty() ? sold_[supplier] : data.revenues[supplier]);
    for (; sale != by_supplier.end() && sale->first.first == supplier; ++sale) {
      customer_.push_back(sale->first.second);
      sales_share_.push_back(sale->second / of);
    }
  }
  customer_start_.push_back(static_cast<std::int32_t>(customer_.size()));
  weight_ = data.weights.empty() ? sold_ : data.weights;
  double sum = 0;
  for (const double weight : weight_) sum += weight;
  for (double& weight : weight_) weight = sum > 0 ? weight / sum : 0;
  market_ = data.market.empty() ? data.industry : data.market;
  remains_.resize(market_.empty() ? 0 : *std::max_element(market_.begin(), market_.end()) + std::size_t{1});
  lost_.resize(firms);
  next_down_.resize(firms);
  next_up_.resize(firms);
}

double PlainEsri::Step() {
  const std::int32_t firms = data_.firms;
  if (data_.replaceability) {
    std::fill(remains_.begin(), remains_.end(), 0);
    for (std::int32_t i = 0; i < firms; ++i) remains_[market_[i]] += down_[i] * sold_[i];
    for (double& remains : remains_) {
      if (remains <= 1e-10) remains = 1;
    }
    for (std::int32_t i = 0; i < firms; ++i) lost_[i] = std::min(1.0, sold_[i] / remains_[market_[i]]) * (1 - down_[i]);
  } else {
    for (std::int32_t i = 0; i < firms; ++i) lost_[i] = 1 - down_[i];
  }
  double fell = 0;
  for (std::int32_t j = 0; j < firms; ++j) {
    double essential = 0, linear = 0;
    for (std::int32_t group = group_start_[j]; group < group_start_[j + 1]; ++group) {
      double sum = 0;
      for (std::int32_t k = link_start_[group]; k < link_start_[group + 1]; ++k)
        sum += input_share_[k] * lost_[supplier_[k]];
      if (group_class_[group] == InputClass::kEssential)
        essential = std::max(essential, sum);
      else
        linear += sum;
    }
    const double level = std::max(0.0, std::min({down_cap_[j], 1 - essential, 1 - linear}));
    fell = std::max(fell, down_[j] - level);
    next_down_[j] = level;
  }
  for (std::int32_t i = 0; i < firms; ++i) {
    double sum = 0;
    for (std::int32_t k = customer_start_[i]; k < customer_start_[i + 1]; ++k)
      sum += sales_share_[k] * (1 - up_[customer_[k]]);
    const double level = std::max(0.0, std::min(up_cap_[i], 1 - sum));
    fell = std::max(fell, up_[i] - level);
    next_up_[i] = level;
  }
  down_.swap(next_down_);
  up_.swap(next_up_);
  return fell;
}

double PlainEsri::Index() const {
  double index = 0;
  for (std::int32_t i = 0; i < data_.firms; ++i) index += weight_[i] * (1 - std::min(down_[i], up_[i]));
  return index;
}

EsriResult PlainEsri::Run(const EsriOptions& options, const EsriShock& shock) {
  down_cap_.assign(static_cast<std::size_t>(data_.firms), 1);
  up_cap_ = down_cap_;
  for (const EsriShock::Loss& loss : shock.losses) {
    down_cap_[loss.firm] = 1 - loss.down;
    up_cap_[loss.firm] = 1 - loss.up;
  }
  down_ = down_cap_;
  up_ = up_cap_;
  EsriResult result;
  double index = options.rule == StoppingRule::kIndexGrowth ? Index() : 0;
  for (bool going = true; going;) {
    const double fell = Step();
    ++result.steps;
    going = fell > options.threshold;
    if (options.rule == StoppingRule::kIndexGrowth) {
      const double before = std::exchange(index, Index());
      going = index / before > 1 + options.threshold;
    }
    if (result.steps < options.most_steps) continue;
    result.converged = false;
    going = false;
  }
  for (std::int32_t i = 0; i < data_.firms; ++i) {
    result.down += weight_[i] * (1 - down_[i]);
    result.up += weight_[i] * (1 - up_[i]);
    result.down_losses.push_back(1 - down_[i]);
    result.up_losses.push_back(1 - up_[i]);
  }
  if (!options.want_losses) result.down_losses.clear(), result.up_losses.clear();
  result.esri = Index();
  return result;
}

}  // namespace bulian::risk
