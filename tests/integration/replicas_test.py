"""Several buliand on one Redis: what one writes all others read, by kind of replica; killed, restarted one by one, and without a Redis for a while."""
import itertools
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc  # noqa: E402
from redis import Redis, free_port  # noqa: E402
from server import BIN, Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, load  # noqa: E402

# As docs/redis.md says a client should have it.
CHANNEL = [("grpc.service_config", json.dumps({
    "loadBalancingConfig": [{"round_robin": {}}],
    "healthCheckConfig": {"serviceName": ""},
    "methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                                                    "retryableStatusCodes": ["UNAVAILABLE"]}}]})),
    ("grpc.max_reconnect_backoff_ms", 500), ("grpc.initial_reconnect_backoff_ms", 100)]


def content(client):
    """All resources but for their etags, which name the epoch."""
    kept = []
    for part in client("Export", parent=NAME):
        for record in part.records:
            resource = getattr(record, record.WhichOneof("resource"))
            resource.etag = ""
            kept.append(record.SerializeToString(deterministic=True))
    return kept


def eventually(holds):
    for _ in range(1500):
        if holds():
            return True
        time.sleep(0.02)
    return False


class ReplicasTest(unittest.TestCase):
    def setUp(self):
        self.redis = self.enterContext(Redis()) if hasattr(self, "enterContext") else self._enter(Redis())

    def _enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def start(self, *flags):
        return self._enter(Server(None, "--store=redis", f"--redis-address={self.redis.address}", "--redis-timeout=1s", *flags))

    def client(self, address, options=None):
        client = Client(address, options)
        self.addCleanup(client.close)
        return client

    def test_what_one_writes_all_read(self):
        registries = [self.client(self.start("--target=registry").grpc) for _ in range(2)]
        analysis = self.client(self.start("--target=analysis").grpc)
        load(registries[0])
        made = registries[0]("CreateCluster", cluster_id="other", cluster=dict(display_name=en("Other")))
        # A cluster that another replica made this instant is waited for.
        revision = dict(cluster_uid=made.uid, epoch=1, number=1)
        export = list(registries[1]("Export", parent="clusters/other", read_at=dict(min_revision=revision)))
        self.assertEqual(export[0].revision.number, 1)
        for i in range(30):
            writer, reader = registries[i % 2], registries[(i + 1) % 2]
            writer("CreateEnterprise", parent=NAME, enterprise_id=f"e{i}", enterprise=dict(display_name=en("E")))
            at = list(writer("Export", parent=NAME))[0].revision
            there = {r.enterprise.name for part in reader("Export", parent=NAME, read_at=dict(min_revision=at)) for r in part.records}
            self.assertIn(enterprise_name(f"e{i}"), there)
            report = analysis("AnalyzeGaps", parent=NAME, read_at=dict(min_revision=at))
            self.assertGreaterEqual(report.revision.number, at.number)
        # A page token of one replica is good on the other.
        first = registries[0]("ListEnterprises", parent=NAME, page_size=5)
        second = registries[1]("ListEnterprises", parent=NAME, page_size=5, page_token=first.next_page_token)
        self.assertEqual(len({e.name for e in (*first.enterprises, *second.enterprises)}), 10)
        self.assertEqual(registries[0].refused("AnalyzeGaps", parent=NAME).reason, "WRONG_REPLICA")
        self.assertEqual(analysis.refused("GetEnterprise", name=enterprise_name("e1")).reason, "WRONG_REPLICA")
        registries[0]("DeleteCluster", name="clusters/other", force=True)
        self.assertTrue(eventually(lambda: registries[1].refused("Export", parent="clusters/other").reason == "RESOURCE_NOT_FOUND"))

    def test_killed_replicas_lose_nothing_and_repeat_nothing(self):
        servers = [self.start("--target=registry") for _ in range(2)]
        analysis = self.start("--target=analysis")
        self.client(servers[0].grpc)("CreateCluster", cluster_id="small", cluster=dict(display_name=en("Small")))
        acknowledged, stop = {}, threading.Event()

        def write(number):
            for i in itertools.count():
                if stop.is_set():
                    return
                name, request_id = f"w{number}-{i}", f"{number:08d}-0000-4000-8000-{i:012d}"
                while not stop.is_set():
                    client = self.client(random.choice(servers).grpc)
                    try:
                        client("CreateEnterprise", parent=NAME, enterprise_id=name, enterprise=dict(display_name=en("E")), request_id=request_id, timeout=20)
                        acknowledged[name] = acknowledged.get(name, 0) + 1
                        break
                    except grpc.RpcError as error:
                        # A replica that is down or was killed in the middle: the same request again, elsewhere.
                        if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
                            raise

        threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        for round_ in range(4):
            wanted = len(acknowledged) + 15
            self.assertTrue(eventually(lambda: len(acknowledged) >= wanted))
            victim = servers[round_ % 2]
            victim.process.send_signal(signal.SIGKILL)
            victim.process.wait()
            servers[round_ % 2] = self.start("--target=registry")
            if round_ == 1:
                analysis.process.send_signal(signal.SIGKILL)
                analysis = self.start("--target=analysis")
            if round_ == 2:
                self.redis.kill()
                self.redis.start()
        stop.set()
        for thread in threads:
            thread.join()
        last = self.client(servers[0].grpc)
        revision = list(last("Export", parent=NAME))[0].revision
        there = [r.enterprise.name for part in last("Export", parent=NAME) for r in part.records if r.HasField("enterprise")]
        self.assertEqual(len(there), len(set(there)))
        self.assertLessEqual({enterprise_name(n) for n in acknowledged}, set(there))
        # One commit each: nothing was done twice.
        self.assertEqual(revision.number, 1 + len(there))
        self.assertTrue(eventually(lambda: self.client(analysis.grpc)("AnalyzeGaps", parent=NAME).revision.number == revision.number))

    def test_a_rolling_restart_fails_no_call(self):
        ports = [free_port() for _ in range(3)]
        replica = [self.start(f"--listen=127.0.0.1:{port}", "--drain-delay=1s") for port in ports]
        load(self.client(replica[0].grpc))
        client = self.client("ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports), CHANNEL)
        failures, counts, stop = [], [0, 0], threading.Event()

        def read():
            while not stop.is_set():
                try:
                    client("AnalyzeGaps", parent=NAME, timeout=20)
                    counts[0] += 1
                except grpc.RpcError as error:
                    failures.append(str(error))

        def write(number):
            for i in itertools.count():
                if stop.is_set():
                    return
                try:
                    client("CreateEnterprise", parent=NAME, enterprise_id=f"r{number}-{i}", enterprise=dict(display_name=en("E")),
                           request_id=f"{number:08d}-1111-4000-8000-{i:012d}", timeout=20)
                    counts[1] += 1
                except grpc.RpcError as error:
                    failures.append(str(error))

        threads = [threading.Thread(target=read) for _ in range(2)] + [threading.Thread(target=write, args=(n,)) for n in range(2)]
        for thread in threads:
            thread.start()
        for i, port in enumerate(ports):
            wanted = [count + 20 for count in counts]
            self.assertTrue(eventually(lambda: counts[0] >= wanted[0] and counts[1] >= wanted[1]))
            replica[i].process.send_signal(signal.SIGTERM)
            self.assertEqual(replica[i].process.wait(timeout=60), 0)
            replica[i] = self.start(f"--listen=127.0.0.1:{port}", "--drain-delay=1s")
        wanted = [count + 20 for count in counts]
        self.assertTrue(eventually(lambda: counts[0] >= wanted[0] and counts[1] >= wanted[1]))
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        stored = {r.enterprise.name for part in client("Export", parent=NAME) for r in part.records if r.HasField("enterprise") and "/r" in r.enterprise.name}
        self.assertEqual(len(stored), counts[1])

    def test_a_missing_redis_is_waited_for_and_said(self):
        self.redis.kill()
        http_port = free_port()
        with tempfile.TemporaryDirectory(prefix="bulian-test-") as folder, open(pathlib.Path(folder) / "log", "wb") as log:
            process = subprocess.Popen([BIN / "buliand", "--store=redis", f"--redis-address={self.redis.address}", "--listen=127.0.0.1:0", f"--http-listen=127.0.0.1:{http_port}"],
                                       stdout=subprocess.PIPE, stderr=log, text=True)

            def ready():
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/readyz") as answer:
                        return answer.status, answer.read().decode()
                except urllib.error.HTTPError as error:
                    return error.code, error.read().decode()
                except OSError:
                    return 0, ""

            try:
                self.assertTrue(eventually(lambda: "could not connect to " + self.redis.address in ready()[1]), ready())
                self.assertEqual(ready()[0], 503)
                self.redis.start()
                self.assertTrue(eventually(lambda: ready()[0] == 200), ready())
                self.redis.kill()
                self.assertTrue(eventually(lambda: ready()[0] == 503), ready())
                self.redis.start()
                self.assertTrue(eventually(lambda: ready()[0] == 200), ready())
            finally:
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(timeout=60), 0)
                process.stdout.close()
            log.flush()
            text = (pathlib.Path(folder) / "log").read_text()
            self.assertEqual(text.count("waiting for the store"), 1, text)

    def test_a_cluster_moves_between_a_file_and_redis(self):
        with tempfile.TemporaryDirectory(prefix="bulian-test-") as folder:
            with Server(folder) as one:
                client = Client(one.grpc)
                load(client)
                before = content(client)
                client.close()
            data, back = f"{folder}/data", f"{folder}/back"
            for source, target in ((data, f"redis://{self.redis.address}"), (f"redis://{self.redis.address}", back)):
                copied = subprocess.run([BIN / "bulian-db", "copy", source, target], capture_output=True, text=True, timeout=120, check=False)
                self.assertEqual(copied.returncode, 0, copied.stderr)
            self.assertEqual(content(self.client(self.start().grpc)), before)
            checked = subprocess.run([BIN / "bulian-db", "verify", back], capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(checked.returncode, 0, checked.stderr)


if __name__ == "__main__":
    unittest.main()
