#include "services/runtime/prometheus_metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bulian::runtime {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PrometheusMetricsTest, CountersStartAtZeroAndAreSharedByNameAndLabels) {
  PrometheusMetrics metrics;
  rpc::Counter* one = metrics.NewCounter("x_total", "Help.", {{"a", "1"}});
  EXPECT_THAT(metrics.Text(), HasSubstr("x_total{a=\"1\"} 0"));
  EXPECT_EQ(metrics.NewCounter("x_total", "Help.", {{"a", "1"}}), one);
  EXPECT_NE(metrics.NewCounter("x_total", "Help.", {{"a", "2"}}), one);
  one->Add(2);
  EXPECT_THAT(metrics.Text(), HasSubstr("x_total{a=\"1\"} 2"));
  EXPECT_THAT(metrics.Text(), HasSubstr("# TYPE x_total counter"));
}

TEST(PrometheusMetricsTest, HistogramsCountIntoBuckets) {
  PrometheusMetrics metrics;
  rpc::Histogram* seconds = metrics.NewHistogram("t_seconds", "Help.", {}, {0.1, 1});
  seconds->Observe(0.5);
  EXPECT_THAT(metrics.Text(), HasSubstr("t_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(metrics.Text(), HasSubstr("t_seconds_bucket{le=\"1\"} 1"));
  EXPECT_THAT(metrics.Text(), HasSubstr("t_seconds_count 1"));
}

TEST(PrometheusMetricsTest, SourcesAreReadUntilRemoved) {
  PrometheusMetrics metrics;
  int reads = 0;
  metrics.AddSource("s", [&reads] {
    return std::vector<Reading>{{"s_now", "Help.", false, {{{}, static_cast<double>(++reads)}}}};
  });
  EXPECT_THAT(metrics.Text(), HasSubstr("s_now 1"));
  EXPECT_THAT(metrics.Text(), HasSubstr("s_now 2"));
  metrics.RemoveSource("s");
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("s_now")));
  EXPECT_EQ(reads, 2);
}

TEST(PrometheusMetricsTest, TheProcessKnowsItself) {
  double start = 0, memory = 0, files = 0;
  for (const Reading& reading : ProcessReadings()) {
    if (reading.name == "process_start_time_seconds") start = reading.values[0].second;
    if (reading.name == "process_resident_memory_bytes") memory = reading.values[0].second;
    if (reading.name == "process_open_fds") files = reading.values[0].second;
  }
  EXPECT_GT(start, 1.6e9);
  EXPECT_GT(memory, 1e6);
  EXPECT_GE(files, 3);
}

}  // namespace
}  // namespace bulian::runtime
