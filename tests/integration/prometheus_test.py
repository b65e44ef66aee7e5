"""A real Prometheus scrapes a real server and answers queries about it; promtool finds nothing wrong with the metrics."""
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from server import SAMPLE, Server  # noqa: E402


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PrometheusTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        assert cls.server.bulian("import", SAMPLE / "beibei.jsonl").returncode == 0
        assert cls.server.bulian("gaps", "beibei").returncode == 0

    def metrics(self):
        with urllib.request.urlopen(f"http://{self.server.http}/metrics") as answer:
            self.assertIn("version=0.0.4", answer.headers["Content-Type"])
            return answer.read().decode("utf-8")

    def test_promtool(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.metrics(), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_method_is_zero_initialised(self):
        text = self.metrics()
        self.assertIn('grpc_server_handled_total{grpc_code="NotFound",grpc_method="DeleteProject",grpc_service="bulian.v1.ProjectService",grpc_type="unary"} 0', text)
        for family in ("bulian_store_", "bulian_snapshot_", "bulian_gap_", "bulian_match_", "process_"):
            self.assertIn("\n" + family, text)

    def test_scrape_and_query(self):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            config = pathlib.Path(folder) / "prometheus.yml"
            config.write_text("global: {scrape_interval: 200ms}\nscrape_configs:\n- job_name: bulian\n  static_configs:\n"
                              f"  - targets: ['{self.server.http}']\n", "utf-8")
            with open(pathlib.Path(folder) / "log", "wb") as log:
                prometheus = subprocess.Popen(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                                               f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
            try:
                self.assertEqual(self.query(port, "up{job='bulian'}"), 1)
                handled = "sum(grpc_server_handled_total{grpc_method='AnalyzeGaps',grpc_code='OK'})"
                self.assertGreaterEqual(self.query(port, handled), 1)
            finally:
                prometheus.terminate()
                prometheus.wait(timeout=30)

    def query(self, port, text):
        """The value, polled until Prometheus has scraped one above zero or a minute has passed."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?query={urllib.parse.quote(text)}") as answer:
                    result = json.load(answer)["data"]["result"]
                if result and float(result[0]["value"][1]) > 0:
                    return float(result[0]["value"][1])
            except OSError:
                pass
            time.sleep(0.1)
        self.fail(f"no answer to {text}")


if __name__ == "__main__":
    unittest.main()
