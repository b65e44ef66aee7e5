#include "services/risk/risk_service.h"

namespace bulian::risk {

void RegisterRiskService(rpc::MethodTable& table, const RiskServiceDeps& deps) {
  RegisterDisruption(table, deps);
  RegisterSystemicRisk(table, deps);
}

}  // namespace bulian::risk
