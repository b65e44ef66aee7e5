// Rows of a mask by name.
#include <algorithm>
#include <utility>
#include <vector>

#include "services/model/snapshot.h"

namespace bulian::model {
namespace {

// What fetching one name and putting one in order cost, in rows passed over in the order of names: measured by
// tests/bench/list_bench, between 16 and 32, and 29 and 107, with 20 000 to a million rows.
constexpr std::size_t kPassedPerFetch = 24, kPassedPerOrder = 64;

}  // namespace

void Snapshot::VisitByName(ResourceType type, const RowMask& mask, std::string_view after, std::size_t wanted,
                           const std::function<bool(Row)>& visit) const {
  const ResourceTable& table = state_.table(type);
  const std::size_t all = table.Count(), some = mask.Count();
  if (some == 0) return;
  const std::size_t passed = wanted >= some ? all : std::min(all, wanted * (all / some + 1));
  if (some * kPassedPerFetch + std::min(wanted, some) * kPassedPerOrder > passed) {
    bool first = true;
    return table.VisitFrom(after, [&](Row row) {
      const bool is_after = !first || after.empty() || table.RelativeName(row) != after;
      first = false;
      return !is_after || !mask.Test(row) || visit(row);
    });
  }
  // A heap gives the least names first without sorting those that are not asked for.
  std::vector<std::pair<std::string_view, Row>> named;
  named.reserve(some);
  mask.ForEach([&](Row row) {
    if (const std::string_view name = table.RelativeName(row); after.empty() || name > after)
      named.emplace_back(name, row);
  });
  const auto later = [](const auto& a, const auto& b) { return a.first > b.first; };
  std::make_heap(named.begin(), named.end(), later);
  while (!named.empty()) {
    std::pop_heap(named.begin(), named.end(), later);
    if (!visit(named.back().second)) return;
    named.pop_back();
  }
}

}  // namespace bulian::model
