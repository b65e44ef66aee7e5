// Metrics of the process: the interface rooms use over a prometheus-cpp registry, and the text of /metrics.
#ifndef SERVICES_RUNTIME_PROMETHEUS_METRICS_H_
#define SERVICES_RUNTIME_PROMETHEUS_METRICS_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "prometheus/metric_family.h"
#include "prometheus/registry.h"
#include "services/rpc/metrics.h"

namespace bulian::runtime {

// A value read when metrics are asked for. `counter`: it only grows.
struct Reading {
  std::string name, help;
  bool counter = false;
  std::vector<std::pair<rpc::MetricLabels, double>> values;
};

// Thread-safe.
class PrometheusMetrics final : public rpc::Metrics {
 public:
  rpc::Counter* NewCounter(std::string_view name, std::string_view help, const rpc::MetricLabels& labels) override;
  rpc::Histogram* NewHistogram(std::string_view name, std::string_view help, const rpc::MetricLabels& labels,
                               const std::vector<double>& bounds) override;

  // Values that are read, not counted. `read` is called on the threads that ask for metrics until it is removed.
  using Source = std::function<std::vector<Reading>()>;
  void AddSource(std::string_view name, Source source);
  void RemoveSource(std::string_view name);

  // The text exposition format 0.0.4.
  std::string Text();

 private:
  prometheus::Registry registry_;
  std::mutex mutex_;
  std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counter_families_;
  std::map<std::string, prometheus::Family<prometheus::Histogram>*, std::less<>> histogram_families_;
  std::map<prometheus::Counter*, std::unique_ptr<rpc::Counter>> counters_;
  std::map<prometheus::Histogram*, std::unique_ptr<rpc::Histogram>> histograms_;
  std::map<std::string, Source, std::less<>> sources_;
};

// `bulian_build_info`, and memory, processor time, file descriptors, threads and start time of this process.
std::vector<Reading> ProcessReadings();

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_PROMETHEUS_METRICS_H_
