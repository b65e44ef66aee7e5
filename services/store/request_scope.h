// The scope of a request id within a log, as every store keeps it. Pure, thread-safe.
#ifndef SERVICES_STORE_REQUEST_SCOPE_H_
#define SERVICES_STORE_REQUEST_SCOPE_H_

#include <string>
#include <string_view>

namespace bulian::store {

// SHA-256, 32 bytes, over actor and method, each after its length in 4 little-endian bytes, and the request id.
std::string RequestScope(std::string_view actor, std::string_view method, std::string_view request_id);

}  // namespace bulian::store

#endif  // SERVICES_STORE_REQUEST_SCOPE_H_
