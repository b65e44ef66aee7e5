// What list filters cost by their indexes, as a part of what a scan costs that looks at every enterprise by name: a
// page of 50 and a whole list, for values that many, some and few have. Then what the way of searching a mask is chosen
// by: how many rows can be passed in the order of names in the time one name is fetched and put in order.
//
// Prints CPU time and ratios as JSON lines. Stops with status 1 if index and scan find different rows.
// Usage: list_bench [enterprises] [by-name|mixed]   (mixed, the default: rows are not in the order of names, as after
// imports; by-name: they are, as after a start)
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/record_fields.h"
#include "services/model/snapshot.h"

namespace bulian::model {
namespace {

constexpr ResourceType kType = ResourceType::kEnterprise;
constexpr std::size_t kPage = 50, kAll = std::numeric_limits<std::size_t>::max();

double Now() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Seconds of one run, the least of several rounds.
double Seconds(const std::function<void()>& run) {
  double least = 1e9;
  for (int round = 0; round < 5; ++round) {
    int times = 0;
    const double start = Now();
    double taken = 0;
    do {
      run();
      ++times;
      taken = Now() - start;
    } while (taken < 0.02);
    least = std::min(least, taken / times);
  }
  return least;
}

std::uint64_t Mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Kinds: 88 % companies. Regions: 3 000 counties in 300 prefectures in 30 provinces. Industries: 300 classes. A fifth
// is HIGH_TECH, one in 50 SRDI, one in 2 000 GIANT.
std::string EnterpriseBytes(std::uint64_t e) {
  const std::uint64_t random = Mixed(e + 1);
  v1::Enterprise enterprise;
  enterprise.set_uid("00000000-0000-4000-8000-000000000000");
  enterprise.set_kind(random % 100 < 88 ? v1::Enterprise::COMPANY
                                        : static_cast<v1::Enterprise::Kind>(2 + random % 100 % 5));
  enterprise.mutable_display_name()->set_zh("北部湾精密制造有限公司" + std::to_string(e));
  enterprise.set_uscc("9133" + std::to_string(10'000'000'000'000 + e));
  enterprise.add_industry_codes("C" + std::to_string(1300 + random / 100 % 300 * 10 + 1));
  if (random / 100'000 % 5 == 0) enterprise.add_qualifications("HIGH_TECH");
  if (random / 1'000'000 % 50 == 0) enterprise.add_qualifications("SRDI");
  if (random / 100'000'000 % 2000 == 0) enterprise.add_qualifications("GIANT");
  auto* site = enterprise.add_sites();
  site->set_site_id("main");
  const std::uint64_t county = Mixed(random) % 3000;
  site->set_region_code(
      std::to_string(110'000 + county / 100 * 10'000 + county / 10 % 10 * 100 + 100 + county % 10 + 1));
  site->set_address("Road " + std::to_string(e % 1000));
  enterprise.mutable_create_time()->set_seconds(1'700'000'000);
  enterprise.mutable_update_time()->set_seconds(1'700'000'000);
  return enterprise.SerializeAsString();
}

SnapshotPtr Load(std::uint64_t count, bool by_name) {
  SnapshotBuilder builder("bench");
  const std::uint64_t step = 7919;  // no divisor of the powers of ten the count is usually of
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t e = by_name ? i : i * step % count;
    builder.Load("clusters/bench/enterprises/e" + std::to_string(10'000'000 + e), EnterpriseBytes(e), 1);
  }
  builder.SetPosition({"bench", "uid", 1, 1, 1});
  return builder.Build();
}

bool InRegion(std::uint32_t region, std::uint32_t within) {
  if (within % 10'000 == 0) return region / 10'000 == within / 10'000;
  return within % 100 == 0 ? region / 100 == within / 100 : region == within;
}

// One filter: by the index, and by looking at a record.
struct Filter {
  const char* name;
  std::function<void(const EnterpriseIndex&, RowMask*)> add;
  std::function<bool(std::string_view enterprise)> passes;
};

Filter Kind(const char* name, v1::Enterprise::Kind kind) {
  return {name, [=](const EnterpriseIndex& index, RowMask* mask) { index.AddKind(kind, mask); },
          [=](std::string_view enterprise) {
            return NumberField(enterprise, v1::Enterprise::kKindFieldNumber) == static_cast<std::uint64_t>(kind);
          }};
}

Filter Region(const char* name, std::uint32_t code) {
  return {name, [=](const EnterpriseIndex& index, RowMask* mask) { index.AddRegion(code, mask); },
          [=](std::string_view enterprise) {
            for (const auto& [site, region] : SitesOf(enterprise))
              if (InRegion(region, code)) return true;
            return false;
          }};
}

// Whether a text field, repeated or not, has a value that starts with `prefix`.
bool AnyStartsWith(std::string_view enterprise, int field, std::string_view prefix) {
  bool found = false;
  VisitField(enterprise, field, [&](std::string_view value) { found = found || value.starts_with(prefix); });
  return found;
}

Filter Industry(const char* name, const char* code) {
  return {name, [=](const EnterpriseIndex& index, RowMask* mask) { index.AddIndustry(code, mask); },
          [=](std::string_view enterprise) {
            return AnyStartsWith(enterprise, v1::Enterprise::kIndustryCodesFieldNumber, code);
          }};
}

Filter Qualification(const char* name, const char* qualification) {
  return {name, [=](const EnterpriseIndex& index, RowMask* mask) { index.AddQualification(qualification, mask); },
          [=](std::string_view enterprise) {
            return AnyStartsWith(enterprise, v1::Enterprise::kQualificationsFieldNumber, qualification);
          }};
}

std::vector<Filter> Filters() {
  return {Kind("kind, 88 in 100", v1::Enterprise::COMPANY),
          Kind("kind, 2 in 100", v1::Enterprise::INSTITUTE),
          Region("province, 1 in 30", 330'000),
          Region("prefecture, 1 in 300", 330'200),
          Region("county, 1 in 3 000", 330'203),
          Industry("division, 1 in 30", "C26"),
          Industry("class, 1 in 300", "C2611"),
          Qualification("qualification, 1 in 5", "HIGH_TECH"),
          Qualification("qualification, 1 in 50", "SRDI"),
          Qualification("qualification, 1 in 2 000", "GIANT")};
}

// The rows of the first `wanted`, by all filters given.
std::vector<Row> ByIndex(const Snapshot& snapshot, const std::vector<const Filter*>& filters, std::size_t wanted) {
  RowMask rows(snapshot.RowLimit(kType));
  filters[0]->add(snapshot.enterprise_index(), &rows);
  for (std::size_t i = 1; i < filters.size(); ++i) {
    RowMask more(snapshot.RowLimit(kType));
    filters[i]->add(snapshot.enterprise_index(), &more);
    rows.And(more);
  }
  std::vector<Row> found;
  snapshot.VisitByName(kType, rows, "", wanted, [&](Row row) {
    found.push_back(row);
    return found.size() < wanted;
  });
  return found;
}

std::vector<Row> ByScan(const Snapshot& snapshot, const std::vector<const Filter*>& filters, std::size_t wanted) {
  std::vector<Row> found;
  snapshot.VisitByName(kType, "", "", [&](Row row) {
    const std::string_view record = snapshot.RecordBytes(kType, row);
    if (!std::all_of(filters.begin(), filters.end(), [&](const Filter* one) { return one->passes(record); }))
      return true;
    found.push_back(row);
    return found.size() < wanted;
  });
  return found;
}

void Compare(const Snapshot& snapshot, const std::string& name, const std::vector<const Filter*>& filters) {
  for (const std::size_t wanted : {kPage, kAll}) {
    const std::vector<Row> found = ByIndex(snapshot, filters, wanted);
    if (found != ByScan(snapshot, filters, wanted)) {
      std::fprintf(stderr, "%s: index and scan differ\n", name.c_str());
      std::exit(1);
    }
    const double index = Seconds([&] { ByIndex(snapshot, filters, wanted); });
    const double scan = Seconds([&] { ByScan(snapshot, filters, wanted); });
    std::printf(
        "{\"filter\": \"%s\", \"asked\": \"%s\", \"found\": %zu, \"index_us\": %.1f, \"scan_us\": %.1f, "
        "\"scan_to_index\": %.1f}\n",
        name.c_str(), wanted == kPage ? "page" : "all", found.size(), index * 1e6, scan * 1e6, scan / index);
  }
}

// One row in `one_in` of the snapshot.
RowMask Sparse(const Snapshot& snapshot, std::uint64_t one_in) {
  RowMask rows(snapshot.RowLimit(kType));
  for (Row row = 0; row < rows.limit(); ++row)
    if (Mixed(row) % one_in == 0) rows.Set(row);
  return rows;
}

// Seconds to visit the first `taken` rows of a mask that are asked for as if all were wanted.
double VisitSeconds(const Snapshot& snapshot, const RowMask& rows, std::size_t taken) {
  std::size_t seen = 0;
  const double seconds = Seconds([&] {
    std::size_t left = taken;
    snapshot.VisitByName(kType, rows, "", kAll, [&](Row) {
      ++seen;
      return --left > 0;
    });
  });
  if (seen == 0) std::exit(1);
  return seconds;
}

// What fetching a name of a sparse mask costs, and putting it in order, in rows passed by a walk over all names. The
// costs that do not depend on the number of names fall out of the differences.
void MeasureFactors(const Snapshot& snapshot) {
  const auto all = static_cast<double>(snapshot.Count(kType));
  // Dense masks are walked: the time is all rows passed and the chosen ones visited.
  const RowMask half = Sparse(snapshot, 2), eighth = Sparse(snapshot, 8);
  const auto many = static_cast<double>(half.Count()), fewer = static_cast<double>(eighth.Count());
  const double half_seconds = VisitSeconds(snapshot, half, kAll), eighth_seconds = VisitSeconds(snapshot, eighth, kAll);
  const double visit = (half_seconds - eighth_seconds) / (many - fewer);
  const double pass = (eighth_seconds - visit * fewer) / all;
  const RowMask some = Sparse(snapshot, 400), few = Sparse(snapshot, 1600);
  const auto more = static_cast<double>(some.Count() - few.Count());
  const double fetch = (VisitSeconds(snapshot, some, 1) - VisitSeconds(snapshot, few, 1)) / more;
  const double both = (VisitSeconds(snapshot, some, kAll) - VisitSeconds(snapshot, few, kAll)) / more;
  std::printf(
      "{\"pass_ns\": %.2f, \"fetch_ns\": %.1f, \"order_ns\": %.1f, \"rows_passed_per_fetch\": %.0f, "
      "\"rows_passed_per_order\": %.0f}\n",
      pass * 1e9, fetch * 1e9, (both - fetch) * 1e9, fetch / pass, (both - fetch) / pass);
}

int Run(std::uint64_t count, bool by_name) {
  const SnapshotPtr snapshot = Load(count, by_name);
  const std::vector<Filter> filters = Filters();
  for (const Filter& filter : filters) Compare(*snapshot, filter.name, {&filter});
  Compare(*snapshot, "province and division, 1 in 900", {&filters[2], &filters[5]});
  Compare(*snapshot, "kind, province and qualification, 1 in 170", {&filters[0], &filters[2], &filters[7]});
  MeasureFactors(*snapshot);
  return 0;
}

}  // namespace
}  // namespace bulian::model

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  return bulian::model::Run(count, argc > 2 && std::string_view(argv[2]) == "by-name");
}
