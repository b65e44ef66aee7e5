// One cascade while few firms are hit: visits only firms next to a loss. Not thread-safe; one per thread, for many
// shocks in turn.
#ifndef SERVICES_RISK_ESRI_SPARSE_H_
#define SERVICES_RISK_ESRI_SPARSE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "services/risk/esri.h"
#include "services/risk/esri_network.h"

namespace bulian::risk {

// A cap on a firm's level, as its loss: 1 - (1 - shock), by compiled number.
struct EsriCap {
  std::int32_t firm = 0;
  double down = 0, up = 0;
};

class SparseCascade {
 public:
  // `network` is not owned and outlives this.
  SparseCascade(const EsriNetwork* network, const EsriOptions& options);

  // Begins a shock; the one before is forgotten.
  void Start(const EsriShock& shock);
  // One step. True: the cascade has ended.
  bool Step();
  // How many links the next step visits.
  std::int64_t LinksAhead() const { return down_.links + up_.links; }

  std::int32_t steps() const { return steps_; }
  const std::vector<EsriCap>& caps() const { return caps_; }
  // Losses by compiled number, and the firms that have any, in no order.
  const std::vector<double>& down_losses() const { return down_.loss; }
  const std::vector<double>& up_losses() const { return up_.loss; }
  const std::vector<std::int32_t>& down_hit() const { return down_.hit; }
  const std::vector<std::int32_t>& up_hit() const { return up_.hit; }
  double index() const { return index_; }  // kept for rule kIndexGrowth only
  EsriResult Result() const;

 private:
  struct Side {
    std::vector<double> loss;
    std::vector<std::int32_t> hit;      // firms with a loss
    std::vector<std::int32_t> near;     // firms next to one
    std::vector<char> is_hit, is_near;  // by firm
    std::vector<double> next;           // by place in `near`
    std::int64_t links = 0;             // of the firms in `near`
  };

  void Forget(Side* side);
  // Notes a loss; the firms it may reach are visited from the next step on.
  void Hit(Side* side, const EsriRows& reached, const EsriRows& rows, std::int32_t firm, double loss);
  void RemainingSales();
  double StepDown();
  double StepUp();
  double Commit(Side* side, const EsriRows& reached, const EsriRows& rows, double EsriCap::*cap);
  // The three weighted losses.
  EsriResult Totals() const;

  const EsriNetwork& net_;
  const EsriOptions options_;
  Side down_, up_;
  std::vector<double> lost_input_;  // per supplier: loss times what the market cannot replace
  std::vector<double> block_sum_, market_;
  std::vector<std::int32_t> blocks_, markets_;  // touched
  std::vector<char> block_touched_, market_touched_;
  std::vector<EsriCap> caps_;
  std::int32_t steps_ = 0;
  double index_ = 0;
};

}  // namespace bulian::risk

#endif  // SERVICES_RISK_ESRI_SPARSE_H_
