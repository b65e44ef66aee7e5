#include "services/runtime/assembly.h"

namespace bulian::runtime {

void RegisterServices(rpc::MethodTable&, const ServiceDeps&) {}

}  // namespace bulian::runtime
