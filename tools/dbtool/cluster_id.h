// The id of a cluster that people wrote as `beibei` or `clusters/beibei`. Pure, thread-safe.
#ifndef TOOLS_DBTOOL_CLUSTER_ID_H_
#define TOOLS_DBTOOL_CLUSTER_ID_H_

#include <string_view>

namespace bulian::dbtool {

inline std::string_view ClusterId(std::string_view cluster) {
  constexpr std::string_view kPrefix = "clusters/";
  return cluster.starts_with(kPrefix) ? cluster.substr(kPrefix.size()) : cluster;
}

}  // namespace bulian::dbtool

#endif  // TOOLS_DBTOOL_CLUSTER_ID_H_
