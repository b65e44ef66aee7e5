// A random small cluster in plain words, and what it delivers by a linear program put together offer by offer, for
// tests. Shares no code with production.h.
#ifndef SERVICES_GAP_PRODUCTION_ORACLE_H_
#define SERVICES_GAP_PRODUCTION_ORACLE_H_

#include <random>
#include <string>
#include <vector>

#include "services/gap/production_program.h"
#include "services/gap/test_cluster.h"

namespace bulian::gap {

class RandomPlant {
 public:
  static RandomPlant Make(std::mt19937_64* random);

  void Store(TestCluster* cluster) const;
  std::vector<std::string> Enterprises() const;
  // By offer, 0 to 1: how much of what nobody stated is there for the cluster. 0: the lower end.
  std::vector<double> RandomPart(std::mt19937_64* random) const;
  std::vector<double> Part(double all) const { return std::vector<double>(offers_.size(), all); }
  // The sum over the products with a final demand, on a supplier set; without the offers of an enterprise (empty: none
  // is left out).
  double Deliver(int set, Sourcing sourcing, const std::vector<double>& part, const std::string& without) const;

 private:
  struct Input {
    int from;
    double coefficient;  // 0: only presence
    int group;           // -1: by itself
  };
  struct Segment {
    int type;
    double demand;  // below 0: none
    std::vector<Input> inputs;
  };
  struct Offer {
    int enterprise, type;
    double pieces, sure;  // and the share of them that is for the cluster for sure
    bool claimed;
    double load;  // on the enterprise's only pool; 0: none
  };

  double For(const Offer& offer, double part) const { return offer.pieces * (offer.sure + part * (1 - offer.sure)); }
  bool Serves(const Offer& offer, const Segment& segment) const;
  std::vector<char> Working(const std::vector<char>& has_supplier) const;

  std::vector<int> parent_;  // of types; -1: none
  std::vector<Segment> segments_;
  std::vector<Offer> offers_;
  std::vector<double> pool_;  // by enterprise
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_PRODUCTION_ORACLE_H_
