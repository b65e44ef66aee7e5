"""Rules, alerts, runbooks, dashboards and the page of metrics, against a real loaded server that a real Prometheus scraped.

--update writes docs/metrics.md anew.
"""
import json
import math
import pathlib
import re
import subprocess
import sys
import threading
import unittest
import urllib.request

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, drain, grpc  # noqa: E402
from prometheus import Prometheus  # noqa: E402
from server import BIN, SAMPLE, SOURCE, Server  # noqa: E402

RULES, PAGE, HERE = SOURCE / "charts/bulian/rules/bulian.yaml", SOURCE / "docs/metrics.md", pathlib.Path(__file__).resolve().parent
# What keeps the values of each label few.
BOUNDS = {"grpc_type": "three", "grpc_service": "the server's services", "grpc_method": "the server's methods; calls of others are not counted",
          "grpc_code": "the 17 codes of gRPC", "kind": "the kinds of gaps", "certainty": "two", "cluster": "the first 100 by name, and `other`", "version": "one",
          "le": "the bounds of the buckets"}
# Metrics of others that alerts may use: of Prometheus, the kubelet, kube-state-metrics.
FOREIGN = {"up", "container_memory_working_set_bytes", "kube_pod_container_resource_limits", "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes",
           "kube_cronjob_status_last_successful_time"}


def families(text):
    """{name: (type, help, label names)} of a metrics page."""
    found = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, told = line.split(" ", 3)
            found[name] = [None, told, set()]
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            found[name][0] = kind
        elif line:
            name = re.match(r"[a-z_A-Z0-9:]+", line)[0]
            name = name if name in found else re.sub(r"_(bucket|sum|count)$", "", name)
            found[name][2] |= set(re.findall(r'[{,]([a-z_]+)="', line.split("} ")[0]))
    return found


def page(found):
    rows = [f"| `{name}` | {kind} | {', '.join(f'`{label}`' for label in sorted(labels - {'le'}))} | {told} |" for name, (kind, told, labels) in sorted(found.items())]
    bounds = [f"| `{label}` | {text} |" for label, text in BOUNDS.items() if label != "le"]
    return ("# Metrics\n\n<!-- Written from a running server by `tests/charts/monitoring_test.py --update`; the test compares. -->\n\n"
            "`/metrics` on the HTTP port has these, in the text format of Prometheus; all are there from the start, counters with zeros. What to watch and what alerts mean: "
            "[monitoring](monitoring.md).\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n" + "\n".join(rows) +
            "\n\n## Labels\n\nThe values of a label are few whatever callers do.\n\n| label | its values |\n|---|---|\n" + "\n".join(bounds) + "\n")


def metrics_of(server):
    with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
        return answer.read().decode("utf-8")


def used_metrics(query):
    """The metric names in a query; labels, functions and grouping are taken away first."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|on|group_left|group_right|without|ignoring)\s*\([^)]*\)|\"[^\"]*\"", " ", query)
    return {word for word in re.findall(r"[a-z_][a-z_0-9:]*\b(?!\s*\()", bare) if word not in ("and", "or", "unless", "offset", "h", "d", "m")}


class MonitoringTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.prometheus = Prometheus([cls.server.http], RULES).__enter__()
        cls.addClassCleanup(cls.prometheus.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        assert cls.server.bulian("import", SAMPLE / "beibei.jsonl").returncode == 0
        small = ["--enterprises=300", "--types=50", "--segments=20", "--links=50", f"--server={cls.server.grpc}"]
        subprocess.run([BIN / "bulian-loadgen", "load", *small], check=True, stdout=subprocess.DEVNULL)
        watches = [cls.client("WatchChanges", timeout=600, parent="clusters/load"), cls.client("WatchGaps", timeout=600, parent="clusters/beibei")]
        for watch in watches:
            threading.Thread(target=drain, args=(watch,), daemon=True).start()
            cls.addClassCleanup(watch.cancel)
        subprocess.run([BIN / "bulian-loadgen", "run", "mixed", *small, "--rate=200", "--seconds=12"], check=True, stdout=subprocess.DEVNULL)
        for _ in range(3):
            cls.client.refused("GetCluster", name="clusters/none")
        cls.prometheus.wait_for("sum(rate(grpc_server_handled_total{grpc_code='NotFound'}[10s]))", lambda value: value > 0)

    def test_the_page_of_metrics_is_what_the_server_has(self):
        self.assertEqual(PAGE.read_text("utf-8"), page(families(metrics_of(self.server))), "--update writes it anew")

    def test_every_label_is_bounded(self):
        for name, (_, _, labels) in families(metrics_of(self.server)).items():
            self.assertLessEqual(labels, set(BOUNDS), name)
        before = metrics_of(self.server).count("\n")
        with grpc.insecure_channel(self.server.grpc) as channel:
            for i in range(50):
                with self.assertRaises(grpc.RpcError):
                    channel.unary_unary(f"/bulian.v1.Strange{i}/Call{i}")(b"", timeout=10)
        for i in range(50):
            self.client.refused("GetCluster", name=f"clusters/none-{i}")
        self.assertEqual(metrics_of(self.server).count("\n"), before)

    def test_every_query_of_the_dashboards_returns_data(self):
        files = sorted((SOURCE / "charts/bulian/dashboards").glob("*.json"))
        self.assertEqual(len(files), 3)
        known, empty, count = set(families(metrics_of(self.server))), [], 0
        for file in files:
            for panel in json.loads(file.read_text("utf-8"))["panels"]:
                for target in panel["targets"]:
                    query = target["expr"].replace("$__rate_interval", "1m")
                    for name in ("namespace", "job", "cluster"):
                        query = query.replace(f"${name}", ".*")
                    self.assertNotIn("$", query)
                    result, count = self.prometheus.query(query), count + 1
                    if not result or all(math.isnan(value) for _, value in result):
                        empty.append(f"{file.stem}/{panel['title']}: {query}")
                    for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                        self.assertTrue(all(label in labels for labels, _ in result), f"{panel['title']}: no label {label}")
                    self.assertLessEqual({re.sub("_(bucket|count|sum)$", "", name) for name in used_metrics(query)}, known)
        self.assertEqual(empty, [])
        self.assertGreater(count, 50)

    def test_every_metric_is_on_a_dashboard(self):
        shown = "".join(path.read_text("utf-8") for path in (SOURCE / "charts/bulian/dashboards").glob("*.json"))
        self.assertEqual([name for name in families(metrics_of(self.server)) if name not in shown and name != "process_virtual_memory_bytes"], [])

    def test_the_rules_run_and_no_alert_fires_under_load(self):
        known = set(families(metrics_of(self.server)))
        groups = self.prometheus.get("rules")["groups"]
        recorded = {rule["name"] for group in groups for rule in group["rules"] if rule["type"] == "recording"}
        for rule in (rule for group in groups for rule in group["rules"]):
            self.assertNotEqual(rule["health"], "err", rule.get("lastError"))
            names = {re.sub("_(bucket|count|sum)$", "", name) for name in used_metrics(rule["query"])}
            self.assertLessEqual(names, known | recorded | FOREIGN, rule["name"])
            if rule["type"] == "recording":
                self.prometheus.wait_for(rule["name"], lambda value: not math.isnan(value))
            else:
                self.assertEqual([one for one in rule["alerts"] if one["state"] == "firing"], [], rule["name"])

    def test_a_full_store_fires_its_alert(self):
        # Of the rules with a real server behind them, not of made-up numbers: commits that fail are seen within the minute that the alert waits.
        with Server(None, "--max-data-size=1MiB") as full, Prometheus([full.http], RULES) as prometheus:
            client = Client(full.grpc)
            client("CreateCluster", cluster_id="small", cluster=dict(display_name=dict(en="Small")))
            prometheus.wait_for("bulian_store_commits_total", lambda value: value == 1)
            big = dict(display_name=dict(en="E"), annotations={str(i): "x" * 250 for i in range(60)})
            for i in range(1000):
                try:
                    client("CreateEnterprise", parent="clusters/small", enterprise_id=f"e{i}", enterprise=big)
                except grpc.RpcError:
                    break
            prometheus.wait_for("ALERTS{alertname='BulianCommitsFail',alertstate='pending'}", lambda value: value == 1)
            client.close()


class RulesTest(unittest.TestCase):
    def setUp(self):
        groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
        self.alerts = {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}

    def promtool(self, *arguments):
        done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_takes_the_rules(self):
        self.promtool("check", "rules", RULES)

    def test_each_alert_fires_when_it_should_and_only_then(self):
        self.promtool("test", "rules", HERE / "rules_test.yaml", HERE / "rules_of_days_test.yaml")
        tested = set(re.findall(r"- name: (Bulian\w+)", (HERE / "rules_test.yaml").read_text("utf-8") + (HERE / "rules_of_days_test.yaml").read_text("utf-8")))
        self.assertEqual(tested, set(self.alerts))

    def test_each_alert_has_a_runbook(self):
        sections = re.findall(r"^### (Bulian\w+)$", (SOURCE / "docs/monitoring.md").read_text("utf-8"), re.M)
        self.assertEqual(sections, list(self.alerts), "in the order of the rules")
        for name, alert in self.alerts.items():
            self.assertIn(alert["labels"]["severity"], ("page", "ticket", "info"), name)
            self.assertEqual(set(alert["annotations"]), {"summary", "description"})


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        with Server() as one:
            assert one.bulian("import", SAMPLE / "beibei.jsonl").returncode == 0
            PAGE.write_text(page(families(metrics_of(one))), "utf-8")
    else:
        unittest.main()
