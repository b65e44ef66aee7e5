#include "services/runtime/prometheus_metrics.h"

#include <utility>

#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/histogram.h"
#include "prometheus/text_serializer.h"

namespace bulian::runtime {
namespace {

class CounterOver final : public rpc::Counter {
 public:
  explicit CounterOver(prometheus::Counter* inner) : inner_(inner) {}
  void Add(double amount) override { inner_->Increment(amount); }

 private:
  prometheus::Counter* inner_;
};

class HistogramOver final : public rpc::Histogram {
 public:
  explicit HistogramOver(prometheus::Histogram* inner) : inner_(inner) {}
  void Observe(double value) override { inner_->Observe(value); }

 private:
  prometheus::Histogram* inner_;
};

prometheus::MetricFamily FamilyOf(const Reading& reading) {
  prometheus::MetricFamily family;
  family.name = reading.name;
  family.help = reading.help;
  family.type = reading.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  for (const auto& [labels, value] : reading.values) {
    prometheus::ClientMetric metric;
    for (const auto& [key, text] : labels) metric.label.push_back({key, text});
    (reading.counter ? metric.counter.value : metric.gauge.value) = value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

}  // namespace

rpc::Counter* PrometheusMetrics::NewCounter(std::string_view name, std::string_view help,
                                            const rpc::MetricLabels& labels) {
  const std::lock_guard lock(mutex_);
  auto*& family = counter_families_[std::string(name)];
  if (family == nullptr) {
    family = &prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(registry_);
  }
  prometheus::Counter* inner = &family->Add(labels);
  auto& outer = counters_[inner];
  if (outer == nullptr) outer = std::make_unique<CounterOver>(inner);
  return outer.get();
}

rpc::Histogram* PrometheusMetrics::NewHistogram(std::string_view name, std::string_view help,
                                                const rpc::MetricLabels& labels, const std::vector<double>& bounds) {
  const std::lock_guard lock(mutex_);
  auto*& family = histogram_families_[std::string(name)];
  if (family == nullptr) {
    family = &prometheus::BuildHistogram().Name(std::string(name)).Help(std::string(help)).Register(registry_);
  }
  prometheus::Histogram* inner = &family->Add(labels, bounds);
  auto& outer = histograms_[inner];
  if (outer == nullptr) outer = std::make_unique<HistogramOver>(inner);
  return outer.get();
}

void PrometheusMetrics::AddSource(std::string_view name, Source source) {
  const std::lock_guard lock(mutex_);
  sources_[std::string(name)] = std::move(source);
}

void PrometheusMetrics::RemoveSource(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(name);
  if (found != sources_.end()) sources_.erase(found);
}

std::string PrometheusMetrics::Text() {
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  {
    // Held while sources are read, so that a removed one is not read any more.
    const std::lock_guard lock(mutex_);
    for (const auto& [name, source] : sources_) {
      for (const Reading& reading : source()) families.push_back(FamilyOf(reading));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace bulian::runtime
