// Lets Clp ask whether to go on. For the .cc files of this room only.
#ifndef SERVICES_LP_STOP_HANDLER_H_
#define SERVICES_LP_STOP_HANDLER_H_

#include <functional>

#include "coin/ClpEventHandler.hpp"

namespace bulian::lp {

// Clp asks its handler after each step; a result of 0 or more ends the run. Models that are copied copy it.
class ClpStopHandler : public ClpEventHandler {
 public:
  // Not owned; outlives the models. The function may be empty.
  explicit ClpStopHandler(const std::function<bool()>* stop) : stop_(stop) {}

  int event(Event which) override {
    if (which != endOfIteration || !*stop_ || ++steps_ % kStepsBetweenAsks != 0) return -1;
    return (*stop_)() ? 0 : -1;
  }
  ClpEventHandler* clone() const override { return new ClpStopHandler(*this); }

 private:
  static constexpr int kStepsBetweenAsks = 16;
  const std::function<bool()>* stop_;
  int steps_ = 0;
};

}  // namespace bulian::lp

#endif  // SERVICES_LP_STOP_HANDLER_H_
