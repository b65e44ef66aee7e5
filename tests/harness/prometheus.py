"""A real Prometheus for a test: on loopback, scraping the given addresses, with a rules file if given."""
import json
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from redis import free_port


class Prometheus:
    """Use as a context manager."""

    def __init__(self, targets, rules=None, interval="500ms"):
        self._folder = tempfile.TemporaryDirectory(prefix="bulian-prometheus-")
        self.port = free_port()
        rule_files = f"rule_files: ['{rules}']\n" if rules else ""
        addresses = ", ".join(f"'{target}'" for target in targets)
        pathlib.Path(self._folder.name, "prometheus.yml").write_text(
            f"global: {{scrape_interval: {interval}, evaluation_interval: {interval}}}\n{rule_files}scrape_configs:\n- job_name: bulian\n"
            f"  static_configs: [{{targets: [{addresses}], labels: {{namespace: test}}}}]\n", "utf-8")

    def __enter__(self):
        with open(pathlib.Path(self._folder.name) / "log", "wb") as log:
            self.process = subprocess.Popen(["prometheus", f"--config.file={self._folder.name}/prometheus.yml", f"--storage.tsdb.path={self._folder.name}/data",
                                             f"--web.listen-address=127.0.0.1:{self.port}"], stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        self._folder.cleanup()

    def get(self, path, **query):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def query(self, text):
        """[(labels, value)] of an instant query."""
        try:
            return [(one["metric"], float(one["value"][1])) for one in self.get("query", query=text)["result"]]
        except urllib.error.HTTPError as error:
            raise ValueError(f"{text}: {error.read().decode('utf-8')}") from error

    def wait_for(self, text, holds):
        """Until a value of the query fulfils it, a minute at most."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if any(holds(value) for _, value in self.query(text)):
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"Prometheus never answered {text}")
