// A disruption study as the messages of the API. Pure, thread-safe.
#ifndef SERVICES_RISK_DISRUPTION_REPORT_H_
#define SERVICES_RISK_DISRUPTION_REPORT_H_

#include "bulian/v1/disruption.pb.h"
#include "google/type/money.pb.h"
#include "services/risk/disruption.h"
#include "services/risk/recovery.h"

namespace bulian::risk {

// On a set without a value nothing is filled.
void FillThree(const ThreeShares& values, v1::ThreeValues* message);
void FillThree(const ThreeBounds& values, v1::ThreeValues* message);
// Amounts beyond what Money holds become its greatest.
void FillMoney(double amount, const std::string& currency, google::type::Money* message);
// The names of what stops.
void FillFailure(const DisruptionStudy& study, const Stoppage& stoppage, v1::Failure* message);
// Baselines, segments bought outside, inputs without coefficient.
void FillProducts(const DisruptionStudy& study, v1::AssessDisruptionResponse* response);
// Without `failure` and `recovery`.
void FillResult(const DisruptionStudy& study, const Stoppage& stoppage, const StoppageResult& result,
                v1::FailureResult* message);
// `greatest_impact` of the whole answer.
void FillRecovery(const RecoveryResult& result, const std::string& currency, double greatest_impact,
                  v1::Recovery* message);

// Whether a loss is the greater share on the claimed set: at the lower end, then at the upper.
bool CostsMore(const Loss& loss, const Loss& other);
// The greatest share of one end product that is lost on the claimed set, at the lower and at the upper end.
gap::Bounds GreatestShare(const StoppageResult& result);

}  // namespace bulian::risk

#endif  // SERVICES_RISK_DISRUPTION_REPORT_H_
