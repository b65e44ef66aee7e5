"""Writes the Grafana dashboards of the chart from the panels listed here; --check compares instead.

`panels(board)` is also what a test runs every query of.
"""
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "charts/bulian/dashboards"
WHERE = 'namespace=~"$namespace",job=~"$job"'
API = WHERE + ',grpc_service=~"bulian.v1..+"'
RATE = "[$__rate_interval]"
FAILED = 'grpc_code=~"Unavailable|Internal|Unknown|DataLoss|ResourceExhausted"'


def rate(metric, labels=WHERE, by=""):
    return f"sum{f' by ({by})' if by else ''} (rate({metric}{{{labels}}}{RATE}))"


def each(metric, by="instance"):
    return f"sum by ({by}) ({metric}{{{WHERE}}})"


# A panel: title, unit, [(query, legend)], what it tells.
BOARDS = {
    "bulian-service": ("Bulian: service", [
        ("Ready servers", "short", [(f"sum(bulian_ready{{{WHERE}}})", "ready"), (f"count(bulian_build_info{{{WHERE}}})", "running")], "Servers that may be sent calls, of those that answer."),
        ("Calls", "reqps", [(rate("grpc_server_handled_total", API, "grpc_service"), "{{grpc_service}}")], "Calls that ended, by service."),
        ("Share of failed calls", "percentunit", [(f"{rate('grpc_server_handled_total', API + ',' + FAILED)} / {rate('grpc_server_handled_total', API)}", "failed")],
         "Failed by the server's fault; the objective is one in a thousand."),
        ("Calls by code", "reqps", [(rate("grpc_server_handled_total", API + ',grpc_code!="OK"', "grpc_code"), "{{grpc_code}}")], "All that did not end with OK, a caller's mistakes too."),
        ("Latency of unary calls", "s", [(f"histogram_quantile({q}, {rate('grpc_server_handling_seconds_bucket', API + ',grpc_type=' + chr(34) + 'unary' + chr(34), 'le')})", f"p{int(q * 100)}")
                                         for q in (0.5, 0.9, 0.99)], "Time on the server."),
        ("Latency by method, p99", "s", [("topk(10, histogram_quantile(0.99, " + rate("grpc_server_handling_seconds_bucket", API + ',grpc_type="unary"', "le, grpc_method") + ") > 0)", "{{grpc_method}}")],
         "The ten slowest methods that were called."),
        ("Calls in flight", "short", [(f"sum by (grpc_type) (grpc_server_started_total{{{API}}}) - sum by (grpc_type) (grpc_server_handled_total{{{API}}})", "{{grpc_type}}")], "Begun and not ended."),
        ("Messages of streams", "short", [(rate("grpc_server_msg_received_total", API + ',grpc_type!="unary"'), "received"), (rate("grpc_server_msg_sent_total", API + ',grpc_type!="unary"'), "sent")], "A second."),
        ("CPU", "short", [(rate("process_cpu_seconds_total", WHERE, "instance"), "{{instance}}")], "Processors busy."),
        ("Memory", "bytes", [(each("process_resident_memory_bytes"), "{{instance}} resident"), (each("bulian_snapshot_bytes"), "{{instance}} snapshots")], "Of the process, and of the current snapshots in it."),
        ("File descriptors", "percentunit", [(f"process_open_fds{{{WHERE}}} / process_max_fds{{{WHERE}}}", "{{instance}}")], "Open, as a share of what may be."),
        ("Threads", "short", [(each("process_threads"), "{{instance}}")], ""),
        ("Watches open", "short", [(f"sum(bulian_watch_streams{{{WHERE}}})", "changes"), (f"sum(bulian_gap_watch_streams{{{WHERE}}})", "gaps")], "Of all servers."),
        ("Slow watchers", "short", [(rate("bulian_watch_slow_readers_total") + " + " + rate("bulian_gap_watch_slow_readers_total"), "ended")], "Watches a second that are ended because nobody reads them."),
        ("Versions", "short", [(f"count by (version) (bulian_build_info{{{WHERE}}})", "{{version}}")], "Servers of each version: an upgrade on its way."),
        ("Up since", "s", [(f"time() - process_start_time_seconds{{{WHERE}}}", "{{instance}}")], "Seconds since the process began."),
    ]),
    "bulian-store": ("Bulian: store", [
        ("Commits", "short", [(rate("bulian_store_commits_total"), "made"), (rate("bulian_store_commit_conflicts_total"), "refused and made again"), (rate("bulian_store_commit_failures_total"), "failed")], "A second."),
        ("Commits in one sync", "short", [(f"{rate('bulian_store_commits_total')} / {rate('bulian_store_group_syncs_total')}", "commits")], "How well commits that arrive together share a sync of the file."),
        ("Used", "bytes", [(f"max by (instance) (bulian_store_used_bytes{{{WHERE}}})", "{{instance}} used"), (f"max by (instance) (bulian_store_limit_bytes{{{WHERE}}})", "{{instance}} limit")], "Of the data file, or of Redis."),
        ("Records", "short", [(f"max(bulian_store_records{{{WHERE}}})", "records"), (f"max(bulian_store_log_entries{{{WHERE}}})", "commits kept"), (f"max(bulian_store_logs{{{WHERE}}})", "clusters")], ""),
        ("Behind", "short", [(each("bulian_store_follow_lag_commits"), "{{instance}}")], "Commits that a replica knows of and has not in memory yet."),
        ("Age", "s", [(f"max by (instance) (bulian_store_follow_age_seconds{{{WHERE}}})", "{{instance}}")], "Since nothing was missing in memory; over ten seconds a replica is not ready."),
        ("Connections to Redis", "short", [(rate("bulian_store_reconnects_total"), "made again"), (rate("bulian_store_retries_total"), "commands sent again")], "A second."),
        ("Clusters read anew", "short", [(f"sum(increase(bulian_store_reloads_total{{{WHERE}}}[1h]))", "in an hour")], "After a restore, a fall behind the log, or a lost history."),
        ("Snapshots", "short", [(rate("bulian_snapshot_published_total"), "published"), (rate("bulian_snapshot_commits_applied_total"), "commits applied"), (rate("bulian_snapshot_undos_total"), "made by undoing")], "A second."),
        ("Kept versions", "short", [(each("bulian_snapshot_kept_versions"), "{{instance}}")], "Older snapshots held for readers of a revision."),
        ("Durability", "short", [(f"max(bulian_store_durability_waived{{{WHERE}}})", "waived")], "1: acknowledged commits may be lost with the store's machine."),
    ]),
    "bulian-clusters": ("Bulian: clusters and gaps", [
        ("Gaps", "short", [(f"sum by (kind) (max by (cluster, kind, certainty) (bulian_gaps{{{WHERE},cluster=~\"$cluster\"}}))", "{{kind}}")], "Of the chosen clusters, by kind, certain and possible."),
        ("Certain gaps by cluster", "short", [(f"sum by (cluster) (max by (cluster, kind) (bulian_gaps{{{WHERE},cluster=~\"$cluster\",certainty=\"CERTAIN\"}}))", "{{cluster}}")], ""),
        ("Missing links", "short", [(f"max by (cluster) (bulian_gaps{{{WHERE},cluster=~\"$cluster\",kind=\"MISSING\",certainty=\"CERTAIN\"}})", "{{cluster}}")], "Segments that certainly have no local supplier."),
        ("Change in a day", "short", [(f"sum by (cluster) (max by (cluster, kind, certainty) (delta(bulian_gaps{{{WHERE},cluster=~\"$cluster\"}}[1d])))", "{{cluster}}")], "Gaps more or fewer."),
        ("Clusters", "short", [(f"max(bulian_snapshot_clusters{{{WHERE}}})", "in memory"), (f"max(bulian_gaps_pending_clusters{{{WHERE}}})", "gaps not counted yet")], ""),
        ("Analyses", "short", [(rate("bulian_gap_analyses_advanced_total"), "brought up to date"), (rate("bulian_gap_analyses_from_scratch_total"), "from scratch"), (rate("bulian_gap_analyses_other_dates_total"), "of other dates")], "A second."),
        ("Work of analyses", "short", [(rate("bulian_gap_segments_recomputed_total"), "segments"), (rate("bulian_gap_offers_read_total"), "offers"), (rate("bulian_gap_demand_solves_total"), "demand solved")], "A second."),
        ("Work of matching", "short", [(rate("bulian_match_offers_examined_total"), "offers examined"), (rate("bulian_match_candidates_total"), "candidates"), (rate("bulian_match_candidates_returned_total"), "returned"),
                                       (rate("bulian_match_links_read_total"), "links read")], "A second."),
        ("Searches given up", "short", [(rate("bulian_match_stopped_total"), "stopped")], "Because nobody waited any more."),
        ("Watches of gaps", "short", [(rate("bulian_gap_watch_commits_total"), "commits analysed"), (rate("bulian_gap_watch_segments_recomputed_total"), "segments read"), (rate("bulian_gap_watch_lines_total"), "runs begun"),
                                      (rate("bulian_gap_watch_messages_total"), "messages of gaps"), (rate("bulian_watch_messages_total"), "messages of changes")], "A second."),
    ]),
}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def variable(name, query):
    return {"name": name, "label": name, "type": "query", "datasource": SOURCE, "query": {"query": query, "refId": name}, "definition": query, "includeAll": True,
            "multi": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}, "refresh": 2, "sort": 1}


def dashboard(uid, title, panels):
    variables = [{"name": "datasource", "label": "data source", "type": "datasource", "query": "prometheus", "current": {}},
                 variable("namespace", "label_values(bulian_build_info, namespace)"), variable("job", "label_values(bulian_build_info{namespace=~\"$namespace\"}, job)")]
    if "$cluster" in json.dumps(panels):
        variables.append(variable("cluster", f"label_values(bulian_gaps{{{WHERE}}}, cluster)"))
    return {"uid": uid, "title": title, "tags": ["bulian"], "timezone": "browser", "schemaVersion": 39, "refresh": "30s", "time": {"from": "now-3h", "to": "now"},
            "templating": {"list": variables},
            "panels": [{"id": i + 1, "type": "timeseries", "title": name, "description": text, "datasource": SOURCE,
                        "gridPos": {"x": i % 3 * 8, "y": i // 3 * 7, "w": 8, "h": 7}, "fieldConfig": {"defaults": {"unit": unit, "min": 0 if "Change" not in name else None}, "overrides": []},
                        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
                        "targets": [{"refId": chr(65 + n), "datasource": SOURCE, "expr": query, "legendFormat": legend} for n, (query, legend) in enumerate(queries)]}
                       for i, (name, unit, queries, text) in enumerate(panels)]}


def texts():
    return {f"{uid}.json": json.dumps(dashboard(uid, title, panels), indent=1, ensure_ascii=False) + "\n" for uid, (title, panels) in BOARDS.items()}


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if {path.name: path.read_text("utf-8") for path in FOLDER.glob("*")} != texts():
            sys.exit("charts/bulian/dashboards is not what tools/checks/dashboards.py makes: run it")
    else:
        FOLDER.mkdir(exist_ok=True)
        for file, text in texts().items():
            (FOLDER / file).write_text(text, "utf-8")
