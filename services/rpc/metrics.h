// Metrics as rooms see them: resolve a child once at start, then count without a lock or a look-up. Names follow
// Prometheus conventions; label values are few and known at start.
#ifndef SERVICES_RPC_METRICS_H_
#define SERVICES_RPC_METRICS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bulian::rpc {

using MetricLabels = std::map<std::string, std::string>;

// Only grows.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double amount) = 0;
};

// Counts values into buckets.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

// Makes metrics; they live as long as it. The same name and labels give the same metric. Thread-safe.
class Metrics {
 public:
  virtual ~Metrics() = default;
  virtual Counter* NewCounter(std::string_view name, std::string_view help, const MetricLabels& labels) = 0;
  // `bounds`: upper bounds of the buckets, ascending; the unbounded one is added.
  virtual Histogram* NewHistogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                                  const std::vector<double>& bounds) = 0;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_METRICS_H_
