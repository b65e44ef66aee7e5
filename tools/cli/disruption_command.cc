#include "tools/cli/disruption_command.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include "bulian/v1/risk.pb.h"
#include "services/model/day.h"
#include "services/model/region.h"
#include "services/model/resource_name.h"
#include "tools/cli/bars.h"
#include "tools/cli/enterprise_names.h"
#include "tools/cli/phrases.h"
#include "tools/cli/table.h"

namespace bulian::cli {
namespace {

v1::FailureUnit UnitOf(const std::string& by) {
  if (by == "supplier") return v1::SEGMENT_SUPPLIERS;
  return by == "region" ? v1::REGIONS : v1::ENTERPRISES;
}

std::string ClusterOf(const std::string& parent) { return "clusters/" + std::string(model::ClusterIdOf(parent)); }

v1::AssessDisruptionRequest RequestOf(const std::string& parent, const DisruptionFlags& flags) {
  v1::AssessDisruptionRequest request;
  request.set_parent(parent);
  request.set_recovery(flags.recovery);
  request.set_page_size(flags.top);
  if (flags.alone) request.set_sourcing(v1::CLUSTER_ALONE);
  if (flags.stop.empty()) {
    request.set_unit(UnitOf(flags.by));
    return request;
  }
  v1::Failure* failure = request.add_failures();
  for (const std::string& one : flags.stop) {
    if (model::RegionProblem(one).empty()) {
      failure->add_region_codes(one);
    } else {
      failure->add_enterprises(EnterpriseName(one, ClusterOf(parent)));
    }
  }
  return request;
}

std::string Joined(std::vector<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string WhoStops(const v1::Failure& failure, const EnterpriseNames& names) {
  const auto called = [&](const std::string& enterprise) {
    const auto at = names.find(enterprise);
    const std::string id = enterprise.substr(enterprise.rfind('/') + 1);
    return at == names.end() ? id : id + " " + at->second;
  };
  std::vector<std::string> parts;
  for (const std::string& enterprise : failure.enterprises()) parts.push_back(called(enterprise));
  for (const v1::SegmentSupplierFailure& supplier : failure.segment_suppliers()) {
    std::vector<std::string> members;
    for (const std::string& enterprise : supplier.enterprises()) members.push_back(called(enterprise));
    parts.push_back(ShortName(supplier.segment()) + ": " + Joined(members));
  }
  for (const std::string& region : failure.region_codes()) parts.push_back(region);
  return Joined(parts);
}

// No lower end: they do not run out.
std::string DaysText(const v1::Bounds& days) { return std::isinf(days.lower()) ? "∞" : BoundsText(days); }

// Six digits tell enough of money, and hide what is the solver's rounding.
double Rounded(double amount) {
  if (amount == 0 || !std::isfinite(amount)) return amount;
  const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(std::abs(amount))) - 5));
  return std::round(amount / unit) * unit;
}

std::string MoneyText(v1::Bounds amount, const std::string& currency) {
  amount.set_lower(Rounded(amount.lower()));
  amount.set_upper(Rounded(amount.upper()));
  return BoundsText(amount) + " " + currency;
}

std::string MoneyText(const google::type::Money& money) {
  const double amount = static_cast<double>(money.units()) + money.nanos() * 1e-9;
  return NumberText(Rounded(amount)) + " " + money.currency_code();
}

void AddRow(const v1::FailureResult& result, const EnterpriseNames& names, bool recovery, const Options& o,
            Table* table) {
  const v1::ProductLoss* worst = nullptr;
  for (const v1::ProductLoss& loss : result.losses()) {
    const auto key = [](const v1::ProductLoss& one) {
      return std::pair(one.share().claimed().lower(), one.share().claimed().upper());
    };
    if (worst == nullptr || key(loss) > key(*worst)) worst = &loss;
  }
  std::vector<std::string> row{WhoStops(result.failure(), names), std::to_string(result.capabilities())};
  if (worst == nullptr) {
    row.insert(row.end(), {"0", "", "", ""});
  } else {
    const v1::Bounds& share = worst->share().claimed();
    row.insert(row.end(), {PercentText(share),
                           o.output == Output::kTable ? FilledBar(share.lower(), share.upper() - share.lower(), 1) : "",
                           ShortName(worst->segment()), std::to_string(result.losses_size())});
  }
  const v1::ValueLoss& value = result.value_loss();
  row.push_back(result.has_value_loss() ? MoneyText(value.loss().claimed(), value.currency()) : "");
  if (recovery) {
    const v1::Recovery& times = result.recovery();
    row.push_back(times.has_recovery_days() ? NumberText(times.recovery_days()) : "?");
    row.push_back(times.has_survival_days() ? DaysText(times.survival_days()) : "");
    row.push_back(times.has_impact() ? MoneyText(times.impact()) : "");
    row.push_back(times.has_exposure_index() ? NumberText(times.exposure_index()) : "");
  }
  table->AddRow(std::move(row));
}

// For sure, on every set.
bool IsMet(const v1::ProductBaseline& product) {
  const double demand = product.demand() * (1 - 1e-7);
  const v1::ThreeValues& delivered = product.delivered();
  return product.has_demand() && delivered.verified().lower() >= demand && delivered.claimed().lower() >= demand &&
         delivered.possible().lower() >= demand;
}

// With `why` all, else those that fall short.
void PrintProducts(const v1::AssessDisruptionResponse& response, bool why, const Options& o) {
  const auto met = std::count_if(response.products().begin(), response.products().end(), IsMet);
  if (met > 0)
    std::cout << met << o.Word(" of ", " / ") << response.products_size()
              << o.Word(" end products can be delivered in full\n", " 种终端产品可足额交付\n");
  for (const v1::ProductBaseline& product : response.products()) {
    if (!why && IsMet(product)) continue;
    std::cout << ShortName(product.segment()) << ": " << o.Word("can be delivered ", "可交付 ")
              << ThreeText(product.delivered()) << ' ' << product.unit();
    if (product.has_demand()) std::cout << o.Word(" of ", "，需求 ") << NumberText(product.demand());
    std::cout << '\n';
    if (!why) continue;
    for (const v1::DeliveryCertificate& proof : product.certificates()) {
      for (const v1::DeliveryLimit& limit : proof.limits()) {
        std::cout << "  " << (proof.upper_end() ? o.Word("at most: ", "上限：") : o.Word("for sure: ", "确定："))
                  << NumberText(limit.amount()) << o.Word(" of ", " — ");
        if (limit.demand()) std::cout << o.Word("demand", "需求");
        if (!limit.pool().empty())
          std::cout << o.Word("pool ", "资源池 ") << ShortName(limit.holder()) << '/' << limit.pool();
        if (limit.pool().empty() && !limit.demand()) {
          std::vector<std::string> segments;
          for (const std::string& segment : limit.segments()) segments.push_back(ShortName(segment));
          std::cout << Joined(segments);
        }
        std::cout << o.Word(", each worth ", "，每单位值 ") << NumberText(limit.worth()) << '\n';
      }
    }
  }
}

void PrintFoot(const v1::AssessDisruptionResponse& response, const Options& o) {
  const auto list = [](const google::protobuf::RepeatedPtrField<std::string>& names) {
    std::vector<std::string> texts;
    for (int i = 0; i < std::min(names.size(), 10); ++i) texts.push_back(ShortName(names[i]));
    if (names.size() > 10) texts.emplace_back("...");
    return Joined(texts);
  };
  if (!response.bought_outside().empty())
    std::cout << o.Word("bought outside, as nobody here makes it: ", "本地无人供应，按外购计：")
              << list(response.bought_outside()) << '\n';
  if (!response.unknown_inputs().empty())
    std::cout << o.Word("inputs without coefficient, which widen the ends: ", "投入系数未知，使区间变宽：")
              << list(response.unknown_inputs()) << '\n';
  const auto day = model::ToDay(response.as_of());
  std::cout << response.result_count() << o.Word(" of ", " / ") << response.failure_count()
            << o.Word(" failures cost something, as of ", " 种停产会造成损失，日期 ")
            << (day ? model::FormatDay(*day) : "?") << o.Word(", revision ", "，版本 ") << response.revision().number()
            << '\n';
}

EnterpriseNames NamesOf(Connection& connection, const Options& o, const std::string& parent,
                        const v1::AssessDisruptionResponse& response) {
  std::vector<std::string> enterprises;
  for (const v1::FailureResult& result : response.results()) {
    enterprises.insert(enterprises.end(), result.failure().enterprises().begin(), result.failure().enterprises().end());
    for (const v1::SegmentSupplierFailure& supplier : result.failure().segment_suppliers())
      enterprises.insert(enterprises.end(), supplier.enterprises().begin(), supplier.enterprises().end());
  }
  return ReadEnterpriseNames(connection, o, ClusterOf(parent), enterprises);
}

}  // namespace

int Disruption(Connection& connection, const Options& o, const std::string& typed, const DisruptionFlags& flags) {
  const std::string parent = FullName(typed);
  v1::AssessDisruptionRequest request = RequestOf(parent, flags);
  if (!flags.as_of.empty() && !SetAsOf(flags.as_of, request.mutable_as_of())) return 1;
  v1::AssessDisruptionResponse response;
  const grpc::Status status = connection.Call("bulian.v1.RiskService/AssessDisruption", request, &response);
  if (!status.ok()) return PrintError(status);
  if (o.output == Output::kJson) {
    std::cout << ToJson(response);
    return 0;
  }
  std::vector<std::string> columns = {std::string(o.Word("STOPS", "停产")),
                                      ">" + std::string(o.Word("CAPABILITIES", "能力数")),
                                      ">" + std::string(o.Word("LOSS %", "损失 %")),
                                      "",
                                      std::string(o.Word("OF", "终端产品")),
                                      ">" + std::string(o.Word("PRODUCTS", "产品数")),
                                      ">" + std::string(o.Word("VALUE A YEAR", "年价值损失"))};
  if (flags.recovery) {
    for (const auto& [en, zh] : {std::pair("TTR DAYS", "恢复天数"), std::pair("TTS DAYS", "可撑天数"),
                                 std::pair("IMPACT", "损失额"), std::pair("REI", "暴露指数")})
      columns.push_back(">" + std::string(o.Word(en, zh)));
  }
  Table table(std::move(columns));
  const EnterpriseNames names = NamesOf(connection, o, parent, response);
  for (const v1::FailureResult& result : response.results()) AddRow(result, names, flags.recovery, o, &table);
  if (o.output == Output::kCsv) {
    table.PrintCsv(std::cout);
    return 0;
  }
  PrintProducts(response, flags.why, o);
  table.PrintAligned(std::cout, 60);
  PrintFoot(response, o);
  return 0;
}

}  // namespace bulian::cli
