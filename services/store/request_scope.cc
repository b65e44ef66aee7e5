#include "services/store/request_scope.h"

#include <cstdint>

#include "services/store/digest.h"

namespace bulian::store {

std::string RequestScope(std::string_view actor, std::string_view method, std::string_view request_id) {
  std::string scoped;
  for (const std::string_view part : {actor, method}) {
    for (int shift = 0; shift < 32; shift += 8)
      scoped += static_cast<char>(static_cast<std::uint32_t>(part.size()) >> shift);
    scoped.append(part);
  }
  return Sha256Of(scoped.append(request_id));
}

}  // namespace bulian::store
