// A bare scan of the offers that a broad search must look at: the ceiling FindCandidates is held against.
//
// Usage: offer_scan DATA_DIR CLUSTER TYPE_PREFIX
// Loads the views as a server does, then reads every column a search needs of all offers of each type whose id begins
// with the prefix, one type after the other so that none stays in a cache. The server must be stopped. Prints one line
// of key value pairs; the time is CPU time a type.
#include <sys/resource.h>

#include <cstdio>
#include <string>
#include <vector>

#include "services/store/lmdb/lmdb_store.h"
#include "services/view/view.h"

namespace bulian {
namespace {

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

double SumOf(const model::Snapshot& snapshot, model::Row type) {
  double sum = 0;
  snapshot.OffersOfType(type).ForEach([&](const model::OfferRef& offer) {
    sum += offer->capacity + static_cast<double>(offer->free_share + offer->lead_time_days) + offer->level +
           offer->region + offer->valid_from + offer->valid_until + offer->enterprise;
    for (const model::OfferAttribute& attribute : offer.attributes()) sum += attribute.min + attribute.max;
  });
  return sum;
}

int Run(const std::string& directory, const std::string& cluster, const std::string& prefix) {
  store::LmdbOptions options;
  options.directory = directory;
  auto store = store::OpenLmdbStore(options);
  if (!store.ok()) return std::fprintf(stderr, "%s\n", std::string(store.status().message()).c_str()), 1;
  view::Views views(store->get(), {});
  const absl::Status loaded = views.Load();
  const auto snapshot = loaded.ok() ? views.Current(cluster) : loaded;
  if (!snapshot.ok()) return std::fprintf(stderr, "%s\n", std::string(snapshot.status().message()).c_str()), 1;

  std::vector<model::Row> types;
  std::size_t offers = 0;
  for (model::Row row = 0; row < (*snapshot)->RowLimit(model::ResourceType::kCapabilityType); ++row) {
    const std::string_view name = (*snapshot)->RelativeName(model::ResourceType::kCapabilityType, row);
    if (!name.starts_with("capabilityTypes/" + prefix)) continue;
    types.push_back(row);
    offers += (*snapshot)->OffersOfType(row).size();
  }
  if (types.empty()) return std::fprintf(stderr, "no type begins with %s\n", prefix.c_str()), 1;
  double sum = 0, seconds = 0;
  long scans = 0;
  for (const double begin = CpuSeconds(); seconds < 2; seconds = CpuSeconds() - begin) {
    for (const model::Row type : types) sum += SumOf(**snapshot, type);
    scans += static_cast<long>(types.size());
  }
  std::printf("types %zu offers_a_type %zu cpu_us_a_type %.1f sum %g\n", types.size(), offers / types.size(),
              seconds * 1e6 / static_cast<double>(scans), sum);
  return 0;
}

}  // namespace
}  // namespace bulian

int main(int argc, char** argv) {
  if (argc == 4) return bulian::Run(argv[1], argv[2], argv[3]);
  std::fprintf(stderr, "usage: offer_scan DATA_DIR CLUSTER TYPE_PREFIX\n");
  return 2;
}
