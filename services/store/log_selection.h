// Which logs a process holds: all, some, or all but some.
#ifndef SERVICES_STORE_LOG_SELECTION_H_
#define SERVICES_STORE_LOG_SELECTION_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace bulian::store {

// A value; all logs by default.
struct LogSelection {
  std::set<std::string, std::less<>> named;
  bool all_but = true;  // those that are named are the ones left out

  bool Has(std::string_view log) const { return named.contains(log) != all_but; }
  bool HasAll() const { return all_but && named.empty(); }
};

}  // namespace bulian::store

#endif  // SERVICES_STORE_LOG_SELECTION_H_
