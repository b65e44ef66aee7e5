#include "services/runtime/data_metrics.h"

#include <cstdint>
#include <string>
#include <utility>

namespace bulian::runtime {
namespace {

// Others that ask for metrics wait meanwhile.
constexpr absl::Duration kGaugeBudget = absl::Milliseconds(500);

Reading One(std::string name, std::string help, bool counter, std::int64_t value) {
  return Reading{std::move(name), std::move(help), counter, {{{}, static_cast<double>(value)}}};
}

}  // namespace

std::vector<Reading> StoreReadings(store::Store& store) {
  const store::StoreStats stats = store.Stats();
  return {
      One("bulian_store_used_bytes", "Bytes used in the data file.", false, stats.used_bytes),
      One("bulian_store_limit_bytes", "Most bytes the data file may use.", false, stats.limit_bytes),
      One("bulian_store_logs", "Logs: clusters.", false, stats.logs),
      One("bulian_store_records", "Records in all logs.", false, stats.records),
      One("bulian_store_log_entries", "Commits kept in the logs.", false, stats.log_entries),
      One("bulian_store_commits_total", "Commits made.", true, stats.commits),
      One("bulian_store_commit_conflicts_total", "Commits refused because something they read had changed.", true,
          stats.commit_conflicts),
      One("bulian_store_commit_failures_total", "Commits that failed for want of room or by a fault.", true,
          stats.commit_failures),
      One("bulian_store_group_syncs_total", "Syncs of the data file; several commits share one.", true,
          stats.group_syncs),
      One("bulian_store_follow_lag_commits", "Commits known of that are not in memory yet.", false, stats.follow_lag),
      Reading{"bulian_store_follow_age_seconds",
              "Time since nothing was missing in memory.",
              false,
              {{{}, absl::ToDoubleSeconds(stats.follow_age)}}},
      One("bulian_store_retries_total", "Commands to the store sent again.", true, stats.retries),
      One("bulian_store_reconnects_total", "Connections to the store made again.", true, stats.reconnects),
      One("bulian_store_reloads_total", "Clusters read anew because following did not lead to what is stored.", true,
          stats.reloads),
      One("bulian_store_durability_waived", "1: the store may lose acknowledged commits with its machine.", false,
          stats.durability_waived ? 1 : 0)};
}

std::vector<Reading> ViewReadings(const view::Views& views) {
  const view::ViewStats stats = views.Stats();
  return {One("bulian_snapshot_clusters", "Clusters in memory.", false, stats.clusters),
          One("bulian_snapshot_kept_versions", "Older snapshots held for readers of a revision.", false,
              stats.versions_kept),
          One("bulian_snapshot_bytes", "Memory of the current snapshots.", false, stats.bytes),
          One("bulian_snapshot_published_total", "Snapshots published.", true, stats.versions_published),
          One("bulian_snapshot_commits_applied_total", "Commits applied to snapshots.", true, stats.commits_applied),
          One("bulian_snapshot_undos_total", "Snapshots made by undoing the log.", true, stats.undos)};
}

std::vector<Reading> GapReadings(const gap::GapAnalyses& analyses) {
  const gap::GapStats stats = analyses.Stats();
  return {One("bulian_gap_analyses_from_scratch_total", "Gap analyses that took nothing over.", true,
              stats.work.from_scratch),
          One("bulian_gap_analyses_advanced_total", "Gap analyses brought up to date from an older one.", true,
              stats.advanced),
          One("bulian_gap_analyses_other_dates_total", "Gap analyses of another date than the cluster's.", true,
              stats.other_dates),
          One("bulian_gap_segments_recomputed_total", "Segments whose suppliers or links were read again.", true,
              stats.work.segments_recomputed),
          One("bulian_gap_offers_read_total", "Offers read by gap analyses.", true, stats.work.offers_read),
          One("bulian_gap_demand_solves_total", "Demand systems solved.", true, stats.work.demand_solves)};
}

std::vector<Reading> GapGaugeReadings(gap::GapGauges& gauges) {
  const gap::GapGaugeReading read = gauges.Read(kGaugeBudget);
  Reading gaps{"bulian_gaps", "Gaps at each cluster's own date, by the first 100 clusters and `other`.", false, {}};
  for (const gap::GapGauge& gauge : read.gauges) {
    gaps.values.emplace_back(rpc::MetricLabels{{"cluster", gauge.cluster},
                                               {"kind", v1::GapKind_Name(gauge.kind)},
                                               {"certainty", v1::Certainty_Name(gauge.certainty)}},
                             static_cast<double>(gauge.gaps));
  }
  return {std::move(gaps),
          One("bulian_gaps_pending_clusters", "Clusters whose gaps of the newest commit are not counted yet.", false,
              read.pending_clusters)};
}

std::vector<Reading> WatchReadings(const watch::Hub& hub) {
  const watch::HubStats stats = hub.Stats();
  return {One("bulian_watch_streams", "Watches open.", false, stats.streams),
          One("bulian_watch_messages_total", "Messages of watches.", true, stats.messages),
          One("bulian_watch_slow_readers_total", "Watches ended because their messages were taken too slowly.", true,
              stats.slow_readers)};
}

std::vector<Reading> GapWatchReadings(const gap::GapWatches& watches) {
  const gap::GapWatchStats stats = watches.Stats();
  return {
      One("bulian_gap_watch_streams", "Watches of gaps open.", false, stats.hub.streams),
      One("bulian_gap_watch_messages_total", "Messages of watches of gaps.", true, stats.hub.messages),
      One("bulian_gap_watch_slow_readers_total", "Watches of gaps ended because their messages were taken too slowly.",
          true, stats.hub.slow_readers),
      One("bulian_gap_watch_lines_total", "Runs of analyses begun for watches of gaps.", true, stats.lines),
      One("bulian_gap_watch_commits_total", "Commits analysed for watches of gaps.", true, stats.commits_analysed),
      One("bulian_gap_watch_segments_recomputed_total",
          "Segments whose suppliers or links were read again for watches of gaps.", true, stats.segments_recomputed)};
}

}  // namespace bulian::runtime
