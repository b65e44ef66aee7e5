// The plain scalar loop for ESRI, straight from the definition: what tests compare with and benchmarks are ratios to.
// Not part of the server.
#ifndef SERVICES_RISK_ESRI_PLAIN_H_
#define SERVICES_RISK_ESRI_PLAIN_H_

#include <cstdint>
#include <vector>

#include "services/risk/esri.h"
#include "services/risk/esri_network.h"

namespace bulian::risk {

class PlainEsri {
 public:
  // `data` is right (EsriNetwork::Compile took it).
  explicit PlainEsri(const EsriData& data);
  EsriResult Run(const EsriOptions& options, const EsriShock& shock);

 private:
  double Step();
  double Index() const;

  const EsriData data_;
  // Links of a buyer by supplier's industry: buyer j has the groups [group_start_[j], group_start_[j + 1]), group g the
  // links [link_start_[g], link_start_[g + 1]).
  std::vector<std::int32_t> group_start_, link_start_, supplier_;
  std::vector<InputClass> group_class_;
  std::vector<double> input_share_;
  std::vector<std::int32_t> customer_start_, customer_;
  std::vector<double> sales_share_, sold_, weight_;
  std::vector<std::int32_t> market_;
  // A cascade's state.
  std::vector<double> down_cap_, up_cap_, down_, up_, next_down_, next_up_, remains_, lost_;
};

}  // namespace bulian::risk

#endif  // SERVICES_RISK_ESRI_PLAIN_H_
