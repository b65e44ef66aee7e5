"""A server is told to go under open-loop load while a second one is there: with the documented client settings no call fails."""
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from redis import Redis, free_port  # noqa: E402
from server import BIN, Server  # noqa: E402

CLUSTER = ["--enterprises=300", "--types=50", "--segments=20", "--links=50"]


class DrainTest(unittest.TestCase):
    def setUp(self):
        self.redis = Redis().__enter__()
        self.addCleanup(self.redis.__exit__)

    def start(self, port):
        server = Server(None, "--store=redis", f"--redis-address={self.redis.address}", f"--listen=127.0.0.1:{port}", "--drain-delay=2s").__enter__()
        self.addCleanup(server.__exit__)
        return server

    def handled(self, server):
        with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
            text = answer.read().decode("utf-8")
        return sum(float(value) for value in re.findall(r'^grpc_server_handled_total\{[^}]*grpc_service="bulian[^}]*\} (\S+)$', text, re.M))

    def load(self, address, seconds):
        # Planned times do not wait for answers: a server that stood still would be seen.
        load = subprocess.Popen([BIN / "bulian-loadgen", "run", "mixed", *CLUSTER, f"--server={address}", "--rate=150", "--concurrency=8", f"--seconds={seconds}"],
                                stdout=subprocess.PIPE, text=True)
        self.addCleanup(load.stdout.close)
        return load

    def assert_no_call_failed(self, load, seconds):
        told = load.communicate(timeout=120)[0]
        self.assertEqual(load.returncode, 0, told)
        self.assertNotIn("errors", told)
        self.assertGreaterEqual(int(re.search(r"calls (\d+)", told)[1]), 150 * seconds * 0.95, told)

    def test_no_call_fails_when_one_goes_and_another_takes_over(self):
        ports = [free_port() for _ in range(2)]
        first, second = (self.start(port) for port in ports)
        subprocess.run([BIN / "bulian-loadgen", "load", *CLUSTER, f"--server={first.grpc}"], check=True, stdout=subprocess.DEVNULL)
        address = ",".join(f"127.0.0.1:{port}" for port in ports)
        load, seconds = self.load(address, 16), 16
        time.sleep(2)
        self.assertGreater(self.handled(first), 50)
        # Each goes once while the other answers, and comes back.
        for port, leaving in zip(ports, (first, second)):
            leaving.process.send_signal(signal.SIGTERM)
            self.assertEqual(leaving.process.wait(timeout=60), 0)
            back = self.start(port)
            end = time.monotonic() + 30
            while self.handled(back) < 20 and time.monotonic() < end:
                if load.poll() is not None:  # it took long to come back
                    self.assert_no_call_failed(load, seconds)
                    load, seconds = self.load(address, 6), 6
                time.sleep(0.1)
            self.assertGreaterEqual(self.handled(back), 20, "the one that came back is not called")
        self.assert_no_call_failed(load, seconds)


if __name__ == "__main__":
    unittest.main()
