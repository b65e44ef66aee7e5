"""The whole server against ceilings measured in the same run; prints ratios and the numbers behind them.

    tests/bench/service/run.py [--enterprises 1000000] [--rounds 3] [--out FILE]     (the release build must be there)

Ratios are of CPU time per call of the server process where that is what a caller pays for, else of wall time; real and
ceiling runs alternate, and the median of the rounds is given, because machines are shared and noisy.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "harness"))
from server import BIN, Server  # noqa: E402

SECONDS = 3


def fields(line):
    words = line.split()
    return {words[i]: float(words[i + 1]) for i in range(len(words) - 1) if words[i + 1].replace(".", "", 1).replace("-", "", 1).isdigit()}


class Peer:
    def __init__(self, answer):
        self.process = subprocess.Popen([BIN / "peer_server", answer], stdout=subprocess.PIPE, text=True)
        self.grpc = self.process.stdout.readline().strip().removeprefix("listening grpc=")

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Bench:
    def __init__(self, arguments):
        self.shape = ["--enterprises", str(arguments.enterprises), "--capabilities", "5", "--types", str(max(1000, arguments.enterprises // 10)),
                      "--segments", "1000", "--links", str(arguments.enterprises // 10)]
        self.rounds = arguments.rounds
        self.enterprises = arguments.enterprises
        self.results = {}

    def loadgen(self, server, pid, *what):
        done = subprocess.run([BIN / "bulian-loadgen", *what[:1], *map(str, what[1:]), *self.shape, "--server", server, "--pid", str(pid)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return fields(done.stdout.splitlines()[0])

    def record(self, name, value, note):
        self.results[name] = {"value": round(value, 3), "note": note}
        print(f"{name:<42} {value:10.3f}  {note}", flush=True)

    def rss(self, pid):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    def run(self, folder):
        flags = ["--retention-commits=0", "--retention-bytes=0", "--retention-age=0s", "--max-data-size=200GiB"]
        with Server(folder, *flags) as server:
            load = self.loadgen(server.grpc, server.process.pid, "load", "--prepared")
        self.imports(load, server.data_dir)
        self.start(folder, flags)
        with Server(folder, *flags) as server:
            self.wait_ready(server)
            memory = self.rss(server.process.pid)
            self.record("memory, kB an enterprise with 5 capabilities", memory / self.enterprises / 1000, f"{memory / 1e9:.2f} GB resident after start")
            costs = self.find(server, folder)
            self.gaps(server)
        self.found(costs, pathlib.Path(folder) / "data")

    def imports(self, load, data_dir):
        """The import against the same rows written without a server, and against a server that parses and drops them."""
        imported = load["records_per_second"]
        bare = fields(self.tool("store_ceilings", "load", data_dir))["records_per_second"]
        self.record("import / bare loader (rate)", imported / bare, f"{imported:.0f} and {bare:.0f} records a second; target at least 0.5")
        peer = Peer(os.devnull)
        try:
            drop = self.loadgen(peer.grpc, peer.process.pid, "load", "--prepared")
        finally:
            peer.stop()
        self.record("import / parse and drop (rate)", imported / drop["records_per_second"],
                    f"{drop['records_per_second']:.0f} records a second when nothing is done with them; for orientation. CPU us a record: server "
                    f"{load['server_cpu_us_per_record']:.2f} and {drop['server_cpu_us_per_record']:.2f}, sender {load['client_cpu_us_per_record']:.2f}")

    def tool(self, *command):
        return subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=True).stdout

    def wait_ready(self, server):
        while subprocess.run(["curl", "-sf", "-o", "/dev/null", f"http://{server.http}/readyz"], check=False).returncode != 0:
            time.sleep(0.05)

    def start(self, folder, flags):
        ratios, notes = [], []
        for _ in range(self.rounds):
            scan = fields(self.tool("store_ceilings", "scan", pathlib.Path(folder) / "data"))
            begin = time.monotonic()
            with Server(folder, *flags) as server:
                self.wait_ready(server)
                ready = time.monotonic() - begin
            ratios.append(ready / scan["seconds"])
            notes.append(f"{ready:.2f}/{scan['seconds']:.2f} s")
        self.record("start / bare scan and parse (time)", statistics.median(ratios), f"{', '.join(notes)} for {scan['records']:.0f} records; target at most 2")

    def find(self, server, folder):
        """CPU of the answer and of an echo of it, by kind of requirement."""
        answer = pathlib.Path(folder) / "answer.bin"
        costs = {}
        for what in ("find-narrow", "find-broad"):
            self.tool("bulian-loadgen", "capture", what, answer, *self.shape, "--server", server.grpc)
            peer = Peer(answer)
            try:
                real, echo = [], []
                for _ in range(self.rounds):
                    real.append(self.loadgen(server.grpc, server.process.pid, "run", what, "--concurrency", 8, "--seconds", SECONDS))
                    echo.append(self.loadgen(peer.grpc, peer.process.pid, "run", what, "--concurrency", 8, "--seconds", SECONDS))
            finally:
                peer.stop()
            cpu = statistics.median(r["server_cpu_us_per_call"] for r in real)
            floor = statistics.median(r["server_cpu_us_per_call"] for r in echo)
            costs[what] = cpu, floor, f"answer {real[0].get('answer_bytes', 0):.0f} bytes; target at most 1.6"
        return costs

    def found(self, costs, data_dir):
        cpu, floor, note = costs["find-narrow"]
        self.record("find-narrow / echo of the answer (CPU)", cpu / floor, f"{cpu:.1f} and {floor:.1f} us a call, {note}")
        scan = fields(self.tool("offer_scan", data_dir, "load", "broad-"))
        cpu, floor, note = costs["find-broad"]
        self.record("find-broad / (echo + bare scan) (CPU)", cpu / (floor + scan["cpu_us_a_type"]),
                    f"{cpu:.1f}, {floor:.1f} and {scan['cpu_us_a_type']:.1f} us a call of {scan['offers_a_type']:.0f} offers, {note}")

    def gaps(self, server):
        def once():
            return self.loadgen(server.grpc, server.process.pid, "run", "gaps", "--concurrency", 1, "--seconds", 0.2)["max_ms"]

        def update(record):
            subprocess.run([BIN / "bulian", "--server", server.grpc, "apply", "-"], input=json.dumps(record), text=True, check=True, capture_output=True)

        self.record("gaps of 1000 segments, first call (ms)", once(), "from scratch")
        unrelated, touching = [], []
        for i in range(5):
            update({"enterprise": {"name": "clusters/load/enterprises/quiet", "kind": "COMPANY", "displayName": {"en": f"Quiet {i}"}}})
            unrelated.append(once())
            update({"enterprise": {"name": "clusters/load/enterprises/maker", "kind": "COMPANY", "displayName": {"en": "Maker"},
                                   "sites": [{"siteId": "main", "regionCode": "500109"}]}})
            update({"capability": {"name": "clusters/load/enterprises/maker/capabilities/c", "level": "VOLUME", "site": "main", "leadTimeDays": i + 1,
                                   "capabilityType": "clusters/load/capabilityTypes/narrow-0", "evidence": {"state": "CLAIMED"}}})
            touching.append(once())
        self.record("gaps, after an unrelated write (ms)", statistics.median(unrelated), "median of 5")
        self.record("gaps, after a touching write (ms)", statistics.median(touching), "median of 5")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--enterprises", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    bench = Bench(arguments)
    folder = tempfile.mkdtemp(prefix="bulian-bench-", dir=os.environ.get("BULIAN_BENCH_DIR"))
    try:
        bench.run(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(bench.results, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
