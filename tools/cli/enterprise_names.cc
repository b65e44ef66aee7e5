#include "tools/cli/enterprise_names.h"

#include "bulian/v1/enterprise.pb.h"

namespace bulian::cli {

EnterpriseNames ReadEnterpriseNames(Connection& connection, const Options& options, const std::string& cluster,
                                    const std::vector<std::string>& enterprises) {
  constexpr int kMostNames = 1000;
  v1::BatchGetEnterprisesRequest request;
  request.set_parent(cluster);
  for (const std::string& name : enterprises)
    if (request.names_size() < kMostNames) request.add_names(name);
  EnterpriseNames names;
  v1::BatchGetEnterprisesResponse response;
  if (request.names().empty() ||
      !connection.Call("bulian.v1.EnterpriseService/BatchGetEnterprises", request, &response).ok())
    return names;
  for (const v1::Enterprise& one : response.enterprises()) names[one.name()] = options.Text(one.display_name());
  return names;
}

}  // namespace bulian::cli
