// What a bench gives a server of services/rpc that is to be measured alone: a log that is off, and metrics that cost
// what counting costs. Thread-safe.
#ifndef TESTS_BENCH_QUIET_RPC_H_
#define TESTS_BENCH_QUIET_RPC_H_

#include <atomic>
#include <string_view>
#include <vector>

#include "services/rpc/event_log.h"
#include "services/rpc/metrics.h"

namespace bulian::bench {

class NoLog final : public rpc::EventLog {
 public:
  bool Enabled(rpc::LogLevel) const override { return false; }
  void Write(rpc::LogLevel, std::string_view, const rpc::LogFields&) override {}
};

// One number for all.
class OneMetric final : public rpc::Metrics {
 public:
  rpc::Counter* NewCounter(std::string_view, std::string_view, const rpc::MetricLabels&) override { return &value_; }
  rpc::Histogram* NewHistogram(std::string_view, std::string_view, const rpc::MetricLabels&,
                               const std::vector<double>&) override {
    return &value_;
  }

 private:
  struct Value final : rpc::Counter, rpc::Histogram {
    void Add(double) override { total.fetch_add(1, std::memory_order_relaxed); }
    void Observe(double) override { total.fetch_add(1, std::memory_order_relaxed); }
    std::atomic<long> total = 0;
  };
  Value value_;
};

}  // namespace bulian::bench

#endif  // TESTS_BENCH_QUIET_RPC_H_
