// ESRI of single-firm failures: processor time of a cascade on one thread, as a ratio to the plain scalar loop in the
// same run. The two take turns, so that other load on the machine meets both.
//
//   esri_bench [firms] [links] [rounds]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "services/risk/esri.h"
#include "services/risk/esri_lanes.h"
#include "services/risk/esri_network.h"
#include "services/risk/esri_plain.h"

namespace bulian::risk {
namespace {

// Heavy-tailed: sizes by a power law, partners by size, values by both sizes. One firm in eight sells to nobody.
EsriData Synthetic(std::int32_t firms, std::size_t links, std::int32_t industries) {
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> unit(0, 1);
  std::normal_distribution<double> normal(0, 1);
  const auto summed = [](std::vector<double> values) {
    for (std::size_t i = 1; i < values.size(); ++i) values[i] += values[i - 1];
    return values;
  };
  const auto pick = [&](const std::vector<double>& sums) {
    const auto found = std::upper_bound(sums.begin(), sums.end(), unit(engine) * sums.back());
    return static_cast<std::int32_t>(std::min<std::ptrdiff_t>(found - sums.begin(), std::ssize(sums) - 1));
  };
  EsriData data;
  data.firms = firms;
  data.industries = industries;
  std::vector<double> industry_size(static_cast<std::size_t>(industries)), size, sells, buys;
  for (double& one : industry_size) one = std::exp(0.8 * normal(engine));
  const std::vector<double> by_industry = summed(industry_size);
  for (std::int32_t i = 0; i < firms; ++i) {
    data.industry.push_back(pick(by_industry));
    size.push_back(std::pow(1 - unit(engine), -1 / 1.6));
    const auto reach = [&](double none, double power, double most) {
      return unit(engine) < none ? 0 : std::min(most, std::pow(size.back(), power) * std::exp(0.4 * normal(engine)));
    };
    sells.push_back(reach(0.12, 0.8, 60));
    buys.push_back(reach(0.05, 0.7, 40));
  }
  const std::vector<double> by_sales = summed(sells), by_purchases = summed(buys);
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  while (pairs.size() < links) {
    const std::int32_t supplier = pick(by_sales), buyer = pick(by_purchases);
    if (!pairs.emplace(supplier, buyer).second) continue;
    data.links.push_back(
        {supplier, buyer, 10 * std::exp(1.2 * normal(engine)) * std::sqrt(size[supplier] * size[buyer])});
  }
  for (std::int32_t i = 0; i < industries * industries; ++i) {
    const double part = unit(engine);
    data.essentiality.push_back(part < 0.66   ? InputClass::kEssential
                                : part < 0.92 ? InputClass::kNonEssential
                                              : InputClass::kNegligible);
  }
  return data;
}

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int Run(std::int32_t firms, std::size_t links, int rounds) {
  const EsriData data = Synthetic(firms, links, 80);
  const auto network = EsriNetwork::Compile(data);
  if (!network.ok()) return 1;
  PlainEsri plain(data);
  std::vector<EsriShock> all = SingleFailures(**network);
  std::shuffle(all.begin(), all.end(), std::mt19937_64(3));
  const std::size_t ours = std::max<std::size_t>(1, all.size() / static_cast<std::size_t>(rounds)),
                    sample = std::max<std::size_t>(1, ours / 8);
  std::vector<double> plain_us, our_us, ratios;
  double greatest = 0, steps = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::span<const EsriShock> shocks(all.data() + ours * static_cast<std::size_t>(round), ours);
    const double start = CpuSeconds();
    const auto results = RunShocks(**network, {}, shocks);
    const double middle = CpuSeconds();
    if (!results.ok()) return 1;
    for (std::size_t i = 0; i < sample; ++i) {
      const EsriResult want = plain.Run({}, shocks[i]);
      const EsriResult& got = (*results)[i];
      if (want.steps != got.steps) greatest = 1;
      greatest = std::max(greatest, std::abs(want.esri - got.esri));
    }
    const double end = CpuSeconds();
    for (const EsriResult& result : *results) steps += result.steps;
    our_us.push_back((middle - start) * 1e6 / static_cast<double>(ours));
    plain_us.push_back((end - middle) * 1e6 / static_cast<double>(sample));
    ratios.push_back(plain_us.back() / our_us.back());
  }
  std::printf("%d firms, %zu links, kernel %s, %.2f steps a cascade\n", firms, links, LaneKernels().front()->name,
              steps / static_cast<double>(ours * static_cast<std::size_t>(rounds)));
  std::printf("plain scalar loop %8.1f us a failure (median of %d rounds)\n", Median(plain_us), rounds);
  std::printf("ours              %8.1f us a failure\n", Median(our_us));
  std::printf("ratio             %8.1f (least %.1f)   greatest difference %.1e\n", Median(ratios),
              *std::min_element(ratios.begin(), ratios.end()), greatest);
  return greatest < 1e-10 ? 0 : 1;
}

}  // namespace
}  // namespace bulian::risk

int main(int argc, char** argv) {
  const int firms = argc > 1 ? std::atoi(argv[1]) : 10000;
  const int links = argc > 2 ? std::atoi(argv[2]) : 65000;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 10;
  if (firms < 2 || links < 1 || rounds < 1 || rounds > firms) return 2;
  return bulian::risk::Run(firms, static_cast<std::size_t>(links), rounds);
}
