// Who may call what: one row per method of every public service. Deny by default: a method without a row is not served.
#ifndef SERVICES_RPC_ACCESS_TABLE_H_
#define SERVICES_RPC_ACCESS_TABLE_H_

#include <optional>
#include <span>
#include <string_view>

namespace bulian::rpc {

// The role a caller needs; each includes the one before it. kPublic: anybody, without an identity.
enum class Role { kPublic, kReader, kEditor, kAdmin };

struct AccessRow {
  std::string_view method;  // `bulian.v1.ClusterService/GetCluster`
  Role role;
};

// All rows, by method name.
std::span<const AccessRow> AccessTable();

// The role a method needs; nullopt when it has no row.
std::optional<Role> RoleFor(std::string_view method);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_ACCESS_TABLE_H_
