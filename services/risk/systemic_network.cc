#include "services/risk/systemic_network.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "services/model/record_fields.h"
#include "services/risk/systemic_essentiality.h"

namespace bulian::risk {
namespace {

using model::ResourceType;
using model::Row;

constexpr std::size_t kLinksBetweenStops = 4096;

bool Valued(const model::Link& link) { return link.currency != 0 && !std::isnan(link.value); }

class Builder {
 public:
  Builder(const model::Snapshot& snapshot, const SystemicQuery& query, const std::function<bool()>& stop)
      : snapshot_(snapshot), query_(query), stop_(stop), essentiality_(ClusterOf(snapshot)) {}

  std::optional<SystemicNetwork> Run() {
    if (!Collect()) return std::nullopt;
    net_.currency = query_.currency.empty() ? MainCurrency() : query_.currency;
    KeepCurrency();
    KeepYear();
    NumberFirms();
    AddLinks();
    if (!AddIndustries()) return std::nullopt;
    net_.data.replaceability = query_.replaceability;
    return std::move(net_);
  }

 private:
  static v1::Cluster ClusterOf(const model::Snapshot& snapshot) {
    v1::Cluster cluster;
    const Row row = snapshot.Find(ResourceType::kCluster, "clusters/" + snapshot.position().cluster);
    if (row != model::kNoRow) snapshot.Read(ResourceType::kCluster, row, &cluster);
    return cluster;
  }

  bool Stopped() const { return stop_ && stop_(); }

  // Links that are valid at the date and state a value.
  bool Collect() {
    if (Stopped()) return false;
    const Row limit = static_cast<Row>(snapshot_.RowLimit(ResourceType::kSupplyLink));
    for (Row row = 0; row < limit; ++row) {
      if (row % kLinksBetweenStops == 0 && Stopped()) return false;
      if (!snapshot_.Exists(ResourceType::kSupplyLink, row)) continue;
      const model::Link& link = snapshot_.link(row);
      if (query_.as_of < link.valid_from || query_.as_of > link.valid_until)
        ++net_.left_out.not_valid;
      else if (link.supplier == model::kNoRow || link.buyer == model::kNoRow)
        ++net_.left_out.enterprise_missing;
      else if (!Valued(link))
        ++net_.left_out.no_value;
      else
        links_.push_back(link);
    }
    return true;
  }

  std::string MainCurrency() const {
    std::map<std::string_view, std::int64_t> count;
    for (const model::Link& link : links_) ++count[model::SymbolText(link.currency)];
    std::pair<std::string_view, std::int64_t> best{"", 0};
    for (const auto& one : count) {
      if (one.second > best.second) best = one;
    }
    return std::string(best.first);
  }

  void KeepCurrency() {
    const std::optional<model::Symbol> currency = model::FindSymbol(net_.currency);
    net_.left_out.other_currency = static_cast<std::int64_t>(
        std::erase_if(links_, [&](const model::Link& link) { return !currency || link.currency != *currency; }));
  }

  // A link without a year counts in any.
  void KeepYear() {
    const auto pair = [](const model::Link& link) { return std::pair(link.supplier, link.buyer); };
    std::sort(links_.begin(), links_.end(), [&](const model::Link& a, const model::Link& b) {
      return std::tuple(a.supplier, a.buyer, b.year) < std::tuple(b.supplier, b.buyer, a.year);
    });
    std::vector<model::Link> kept;
    int newest = 0;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      const model::Link& link = links_[i];
      if (i == 0 || pair(link) != pair(links_[i - 1])) newest = link.year;
      const int year = query_.year == 0 ? newest : query_.year;
      if (link.year == 0 || link.year == year)
        kept.push_back(link);
      else
        ++net_.left_out.other_year;
    }
    links_ = std::move(kept);
  }

  void NumberFirms() {
    std::vector<Row>& rows = net_.enterprises;
    for (const model::Link& link : links_) {
      rows.push_back(link.supplier);
      rows.push_back(link.buyer);
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    std::sort(rows.begin(), rows.end(),
              [&](Row a, Row b) { return snapshot_.CompareNames(ResourceType::kEnterprise, a, b) < 0; });
    net_.data.firms = static_cast<std::int32_t>(rows.size());
    firm_of_.assign(snapshot_.RowLimit(ResourceType::kEnterprise), -1);
    for (std::size_t i = 0; i < rows.size(); ++i) firm_of_[rows[i]] = static_cast<std::int32_t>(i);
  }

  void AddLinks() {
    std::vector<EsriLink>& links = net_.data.links;
    for (const model::Link& link : links_) links.push_back({firm_of_[link.supplier], firm_of_[link.buyer], link.value});
    // By name and value, not by row: sums must not depend on the cluster's history.
    std::sort(links.begin(), links.end(), [](const EsriLink& a, const EsriLink& b) {
      return std::tie(a.supplier, a.buyer, a.value) < std::tie(b.supplier, b.buyer, b.value);
    });
    net_.links = static_cast<std::int64_t>(links.size());
    for (std::size_t i = 0; i < links.size(); ++i) {
      net_.value += links[i].value;
      if (i == 0 || std::tie(links[i].supplier, links[i].buyer) != std::tie(links[i - 1].supplier, links[i - 1].buyer))
        ++net_.pairs;
    }
  }

  bool AddIndustries() {
    net_.industry_digits = query_.industry_digits == 0 ? essentiality_.digits() : query_.industry_digits;
    std::vector<std::string> codes;
    std::map<std::string, std::int32_t> numbers;  // by code
    for (const Row row : net_.enterprises) {
      const std::string_view record = snapshot_.RecordBytes(ResourceType::kEnterprise, row);
      std::string_view first;
      model::VisitField(record, v1::Enterprise::kIndustryCodesFieldNumber, [&](std::string_view code) {
        if (first.empty()) first = code;
      });
      codes.push_back(IndustryToDigits(first, net_.industry_digits));
      if (!codes.back().empty()) numbers.emplace(codes.back(), 0);
    }
    std::int32_t next = 0;
    for (auto& [code, number] : numbers) number = next++;
    EsriData& data = net_.data;
    for (std::int32_t i = 0; i < next; ++i) data.kind.push_back(i);
    for (const std::string& code : codes) {
      if (code.empty()) {  // an industry of its own, all of one kind
        ++net_.without_industry;
        data.industry.push_back(static_cast<std::int32_t>(data.kind.size()));
        data.kind.push_back(next);
      } else {
        data.industry.push_back(numbers.at(code));
      }
    }
    data.industries = static_cast<std::int32_t>(data.kind.size());
    std::vector<std::string> kinds;
    for (const auto& [code, number] : numbers) kinds.push_back(code);
    if (net_.without_industry > 0) kinds.emplace_back();
    for (const std::string& supplier : kinds) {
      if (Stopped()) return false;
      for (const std::string& buyer : kinds) data.essentiality.push_back(essentiality_.Of(supplier, buyer));
    }
    return true;
  }

  const model::Snapshot& snapshot_;
  const SystemicQuery& query_;
  const std::function<bool()>& stop_;
  const SystemicEssentiality essentiality_;
  SystemicNetwork net_;
  std::vector<model::Link> links_;
  std::vector<std::int32_t> firm_of_;
};

}  // namespace

std::optional<std::int32_t> SystemicNetwork::FirmOf(const model::Snapshot& snapshot, Row enterprise) const {
  const auto found = std::lower_bound(enterprises.begin(), enterprises.end(), enterprise, [&](Row a, Row b) {
    return snapshot.CompareNames(ResourceType::kEnterprise, a, b) < 0;
  });
  if (found == enterprises.end() || *found != enterprise) return std::nullopt;
  return static_cast<std::int32_t>(found - enterprises.begin());
}

std::optional<SystemicNetwork> BuildSystemicNetwork(const model::Snapshot& snapshot, const SystemicQuery& query,
                                                    const std::function<bool()>& stop) {
  return Builder(snapshot, query, stop).Run();
}

}  // namespace bulian::risk
