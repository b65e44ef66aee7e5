// RiskService: decode, compute, encode.
#ifndef SERVICES_RISK_RISK_SERVICE_H_
#define SERVICES_RISK_RISK_SERVICE_H_

#include "services/gap/gap_service.h"
#include "services/view/view.h"

namespace bulian::rpc {
class MethodTable;
class PageTokens;
}  // namespace bulian::rpc

namespace bulian::risk {

// What the service needs; nothing is owned, all outlives the table's use.
struct RiskServiceDeps {
  const view::Views* views = nullptr;
  const rpc::PageTokens* page_tokens = nullptr;
  gap::PatientAnalysisSource analysis{};
  int threads = 0;  // of one systemic risk call; 0: one for each processor, at most 8
};

// Adds the methods of RiskService.
void RegisterRiskService(rpc::MethodTable& table, const RiskServiceDeps& deps);

// Adds AssessDisruption.
void RegisterDisruption(rpc::MethodTable& table, const RiskServiceDeps& deps);

// Adds AssessSystemicRisk.
void RegisterSystemicRisk(rpc::MethodTable& table, const RiskServiceDeps& deps);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_RISK_SERVICE_H_
