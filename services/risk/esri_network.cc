#include "services/risk/esri_network.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>

#include "absl/status/status.h"

namespace bulian::risk {
namespace {

constexpr std::int32_t kBlock = 16;

double OrOne(double value) { return value > 0 ? value : 1; }

absl::Status Wrong(const std::string& what) { return absl::InvalidArgumentError(what); }

std::size_t KindsOf(const EsriData& data) {
  std::int32_t kinds = data.kind.empty() ? std::max(data.industries, 0) : 0;
  for (const std::int32_t kind : data.kind) kinds = std::max(kinds, kind + 1);
  return static_cast<std::size_t>(kinds);
}

absl::Status CheckIndices(const EsriData& data) {
  const auto firms = static_cast<std::size_t>(std::max(data.firms, 0));
  const auto industries = static_cast<std::size_t>(std::max(data.industries, 0));
  if (data.firms < 0 || data.industries < 0) return Wrong("a number of firms or industries is negative");
  if (data.links.size() > std::numeric_limits<std::int32_t>::max()) return Wrong("there are too many links");
  if (data.industry.size() != firms) return Wrong("there is not one industry for each firm");
  if (!data.kind.empty() && data.kind.size() != industries) return Wrong("there is not one kind for each industry");
  const std::size_t kinds = KindsOf(data);
  if (data.essentiality.size() != kinds * kinds) return Wrong("the essentiality matrix is not square");
  if (!data.market.empty() && data.market.size() != firms) return Wrong("there is not one market for each firm");
  for (const std::int32_t one : data.industry) {
    if (one < 0 || one >= data.industries) return Wrong("an industry is out of range");
  }
  for (const std::int32_t one : data.market) {
    if (one < 0 || one >= std::max(data.firms, data.industries)) return Wrong("a market is out of range");
  }
  for (const std::int32_t one : data.kind) {
    if (one < 0) return Wrong("a kind of industry is out of range");
  }
  for (const InputClass one : data.essentiality) {
    if (one > InputClass::kEssential) return Wrong("an essentiality is out of range");
  }
  for (const EsriLink& link : data.links) {
    const bool in_range =
        link.supplier >= 0 && link.supplier < data.firms && link.buyer >= 0 && link.buyer < data.firms;
    if (!in_range) return Wrong("a link's firm is out of range");
  }
  return absl::OkStatus();
}

absl::Status CheckAmounts(const std::vector<double>& values, std::int32_t firms, const std::string& what) {
  if (!values.empty() && values.size() != static_cast<std::size_t>(firms))
    return Wrong("there are not as many " + what + " as firms");
  double sum = 0;
  for (const double value : values) {
    if (!(value >= 0)) return Wrong(what + " must not be negative");
    sum += value;
  }
  return std::isfinite(sum) ? absl::OkStatus() : Wrong(what + " must be finite, and their sum");
}

absl::Status Check(const EsriData& data) {
  if (absl::Status status = CheckIndices(data); !status.ok()) return status;
  std::vector<double> values;
  values.reserve(data.links.size());
  for (const EsriLink& link : data.links) values.push_back(link.value);
  for (const double value : values) {
    if (!(value >= 0)) return Wrong("values of links must not be negative");
  }
  if (!std::isfinite(std::accumulate(values.begin(), values.end(), 0.0)))
    return Wrong("values of links must be finite, and their sum");
  for (const auto& [amounts, what] :
       {std::pair(&data.revenues, "revenues"), std::pair(&data.costs, "costs"), std::pair(&data.weights, "weights")}) {
    if (absl::Status status = CheckAmounts(*amounts, data.firms, what); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Makes a network from checked data.
class Compiler {
 public:
  explicit Compiler(const EsriData& data) : data_(data), kinds_(KindsOf(data)), net_(std::make_shared<EsriNetwork>()) {}

  std::shared_ptr<const EsriNetwork> Run() {
    Number();
    SumLinks();
    Strengths();
    Inputs();
    Outputs();
    net_->replaceability = data_.replaceability;
    if (data_.replaceability) Markets();
    return net_;
  }

 private:
  void Number() {
    const auto firms = static_cast<std::size_t>(data_.firms);
    std::vector<std::int64_t> degree(firms);
    for (const EsriLink& link : data_.links) {
      ++degree[link.supplier];
      ++degree[link.buyer];
    }
    net_->original_of.resize(firms);
    std::iota(net_->original_of.begin(), net_->original_of.end(), 0);
    std::stable_sort(net_->original_of.begin(), net_->original_of.end(),
                     [&](std::int32_t a, std::int32_t b) { return degree[a] > degree[b]; });
    net_->compiled_of.resize(firms);
    for (std::size_t i = 0; i < firms; ++i) net_->compiled_of[net_->original_of[i]] = static_cast<std::int32_t>(i);
  }

  // Links by compiled number, one a pair, by buyer; without those of no value.
  void SumLinks() {
    links_.reserve(data_.links.size());
    for (const EsriLink& link : data_.links) {
      if (link.value > 0)
        links_.push_back({net_->compiled_of[link.supplier], net_->compiled_of[link.buyer], link.value});
    }
    // By value last: sums must not depend on the order in which links came.
    std::sort(links_.begin(), links_.end(), [](const EsriLink& a, const EsriLink& b) {
      return std::tie(a.buyer, a.supplier, a.value) < std::tie(b.buyer, b.supplier, b.value);
    });
    std::size_t kept = 0;
    for (const EsriLink& link : links_) {
      if (kept > 0 && links_[kept - 1].buyer == link.buyer && links_[kept - 1].supplier == link.supplier)
        links_[kept - 1].value += link.value;
      else
        links_[kept++] = link;
    }
    links_.resize(kept);
  }

  void Strengths() {
    const auto firms = static_cast<std::size_t>(data_.firms);
    net_->sold.assign(firms, 0);
    bought_.assign(firms, 0);
    for (const EsriLink& link : links_) {
      net_->sold[link.supplier] += link.value;
      bought_[link.buyer] += link.value;
    }
    net_->weight.resize(firms);
    double sum = 0;
    for (std::size_t i = 0; i < firms; ++i) {
      net_->weight[i] = data_.weights.empty() ? net_->sold[i] : data_.weights[net_->original_of[i]];
      sum += net_->weight[i];
    }
    for (double& weight : net_->weight) weight = sum > 0 ? weight / sum : 0;
  }

  std::int32_t IndustryOf(std::int32_t firm) const { return data_.industry[net_->original_of[firm]]; }

  std::size_t KindOf(std::int32_t industry) const {
    return static_cast<std::size_t>(data_.kind.empty() ? industry : data_.kind[industry]);
  }

  InputClass ClassOf(std::int32_t supplier_industry, std::int32_t buyer) const {
    return data_.essentiality[KindOf(supplier_industry) * kinds_ + KindOf(IndustryOf(buyer))];
  }

  void Inputs() {
    EsriBuyerRows& rows = net_->inputs;
    auto begin = links_.begin();
    for (std::int32_t buyer = 0; buyer < data_.firms; ++buyer) {
      rows.start.push_back(static_cast<std::int32_t>(rows.source.size()));
      rows.group_start.push_back(static_cast<std::int32_t>(rows.group_end.size()));
      const auto end = std::find_if(begin, links_.end(), [&](const EsriLink& link) { return link.buyer != buyer; });
      AddBuyer(buyer, std::vector<EsriLink>(begin, end));
      begin = end;
    }
    rows.start.push_back(static_cast<std::int32_t>(rows.source.size()));
    rows.group_start.push_back(static_cast<std::int32_t>(rows.group_end.size()));
    net_->dependants = Transposed(rows);
  }

  // `links`: of the buyer, by supplier.
  void AddBuyer(std::int32_t buyer, std::vector<EsriLink> links) {
    EsriBuyerRows& rows = net_->inputs;
    const double scale = data_.costs.empty() ? 1 : OrOne(bought_[buyer]) / OrOne(data_.costs[net_->original_of[buyer]]);
    const auto add = [&](const EsriLink& link, double whole) {
      rows.source.push_back(link.supplier);
      const double share = link.value / whole;
      rows.weight.push_back(data_.costs.empty() ? share : share * scale);
    };
    for (const EsriLink& link : links) {
      if (ClassOf(IndustryOf(link.supplier), buyer) == InputClass::kNonEssential) add(link, bought_[buyer]);
    }
    rows.linear_end.push_back(static_cast<std::int32_t>(rows.source.size()));
    std::erase_if(links, [&](const EsriLink& link) {
      return ClassOf(IndustryOf(link.supplier), buyer) != InputClass::kEssential;
    });
    std::stable_sort(links.begin(), links.end(), [&](const EsriLink& a, const EsriLink& b) {
      return IndustryOf(a.supplier) < IndustryOf(b.supplier);
    });
    // Twice over the industries: those with one supplier, then the others.
    for (const bool singles : {true, false}) {
      for (std::size_t i = 0, end = 0; i < links.size(); i = end) {
        double whole = 0;
        for (end = i; end < links.size() && IndustryOf(links[end].supplier) == IndustryOf(links[i].supplier); ++end)
          whole += links[end].value;
        if ((end - i == 1) != singles) continue;
        for (std::size_t k = i; k < end; ++k) add(links[k], whole);
        if (!singles) rows.group_end.push_back(static_cast<std::int32_t>(rows.source.size()));
      }
      if (singles) rows.single_end.push_back(static_cast<std::int32_t>(rows.source.size()));
    }
  }

  void Outputs() {
    std::vector<EsriLink> links = links_;
    std::stable_sort(links.begin(), links.end(),
                     [](const EsriLink& a, const EsriLink& b) { return a.supplier < b.supplier; });
    EsriRows& rows = net_->outputs;
    std::size_t at = 0;
    for (std::int32_t supplier = 0; supplier < data_.firms; ++supplier) {
      rows.start.push_back(static_cast<std::int32_t>(rows.source.size()));
      const double whole =
          OrOne(data_.revenues.empty() ? net_->sold[supplier] : data_.revenues[net_->original_of[supplier]]);
      for (; at < links.size() && links[at].supplier == supplier; ++at) {
        rows.source.push_back(links[at].buyer);
        rows.weight.push_back(links[at].value / whole);
      }
    }
    rows.start.push_back(static_cast<std::int32_t>(rows.source.size()));
    net_->customers_of = Transposed(rows);
  }

  // Of each source, the firms whose rows it stands in.
  static EsriRows Transposed(const EsriRows& rows) {
    const std::size_t firms = rows.start.size() - 1;
    EsriRows turned;
    turned.start.assign(firms + 1, 0);
    for (const std::int32_t source : rows.source) ++turned.start[source + 1];
    std::partial_sum(turned.start.begin(), turned.start.end(), turned.start.begin());
    turned.source.resize(rows.source.size());
    std::vector<std::int32_t> next(turned.start.begin(), turned.start.end() - 1);
    for (std::size_t firm = 0; firm < firms; ++firm) {
      for (std::int32_t k = rows.start[firm]; k < rows.start[firm + 1]; ++k)
        turned.source[next[rows.source[k]]++] = static_cast<std::int32_t>(firm);
    }
    return turned;
  }

  void Markets() {
    EsriNetwork& net = *net_;
    const std::vector<std::int32_t>& market = data_.market.empty() ? data_.industry : data_.market;
    const std::int32_t markets = market.empty() ? 0 : *std::max_element(market.begin(), market.end()) + 1;
    std::vector<std::vector<std::int32_t>> members(markets);
    for (std::int32_t i = 0; i < data_.firms; ++i) {
      if (net.sold[i] > 0) members[market[net.original_of[i]]].push_back(i);
    }
    net.market_of.assign(data_.firms, -1);
    net.block_of.assign(data_.firms, -1);
    for (std::int32_t k = 0; k < markets; ++k) {
      net.market_start.push_back(static_cast<std::int32_t>(net.block_start.size()));
      for (std::size_t i = 0; i < members[k].size(); ++i) {
        if (i % kBlock == 0) {
          net.block_start.push_back(static_cast<std::int32_t>(net.member.size()));
          net.block_sold.push_back(0);
        }
        const std::int32_t firm = members[k][i];
        net.member.push_back(firm);
        net.market_of[firm] = k;
        net.block_of[firm] = static_cast<std::int32_t>(net.block_start.size()) - 1;
        net.block_sold.back() += net.sold[firm];
      }
    }
    net.market_start.push_back(static_cast<std::int32_t>(net.block_start.size()));
    net.block_start.push_back(static_cast<std::int32_t>(net.member.size()));
  }

  const EsriData& data_;
  const std::size_t kinds_;
  std::shared_ptr<EsriNetwork> net_;
  std::vector<EsriLink> links_;
  std::vector<double> bought_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const EsriNetwork>> EsriNetwork::Compile(const EsriData& data) {
  if (absl::Status status = Check(data); !status.ok()) return status;
  return Compiler(data).Run();
}

}  // namespace bulian::risk
