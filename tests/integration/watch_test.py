"""Watches against the real server: restarts, kills, shutdown, slow readers, a thousand at once, and the command line."""
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, exchange_pb2_grpc, grpc, message, refusal_of  # noqa: E402
from clock import Clock  # noqa: E402
from server import BIN  # noqa: E402
from server_test import ServerTest  # noqa: E402
from small_cluster import NAME, en, enterprise_name  # noqa: E402


def make(client, *names):
    for name in names:
        client("CreateEnterprise", parent=NAME, enterprise_id=name, enterprise=dict(display_name=en(name)))


class WatchTest(ServerTest):
    def watch(self, client, timeout=120, **fields):
        return client("WatchChanges", timeout, **(dict(parent=NAME) | fields))

    def commits(self, stream, count):
        """The next commits, leaving heartbeats out."""
        found = []
        while len(found) < count:
            one = next(stream)
            if one.HasField("commit"):
                found.append(one)
        return found

    def metric(self, server, name):
        with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
            return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M)[1])

    def ended(self, stream):
        """Reads to the end; the last message and the refusal."""
        last = None
        try:
            for last in stream:
                pass
        except grpc.RpcError as error:
            return last, refusal_of(error)
        self.fail("the watch ended without an error")

    def test_tokens_outlive_a_kill(self):
        server, client = self.start(new=True)
        stream = self.watch(client, position="SNAPSHOT_THEN_FOLLOW")
        first = next(stream)
        self.assertTrue(first.snapshot.snapshot_complete)
        make(client, "a", "b")
        token = self.commits(stream, 1)[0].resume_token
        server.process.kill()
        server.process.wait(timeout=60)
        _, client = self.start()
        make(client, "c")
        again = self.commits(self.watch(client, resume_token=token), 2)
        self.assertEqual([one.commit.changes[0].name for one in again], [enterprise_name("b"), enterprise_name("c")])
        self.assertEqual([one.revision.number for one in again], [3, 4])
        _, refusal = self.ended(self.watch(client, resume_token=token, types=["CHAIN"]))
        self.assertEqual(refusal.reason, "RESUME_TOKEN_INVALID")

    def test_a_token_of_a_history_that_was_restored_away_is_an_error(self):
        secret = "--page-token-secret=the same on every machine"
        server, client = self.start(secret, new=True)
        make(client, "a")
        backup = pathlib.Path(self.folder, "backup")
        self.assertEqual(server.bulian("backup", "--to", backup).returncode, 0)
        stream = self.watch(client)
        next(stream)
        make(client, "lost", "lost-too")
        token = self.commits(stream, 2)[1].resume_token
        server.__exit__()
        self.folder = str(pathlib.Path(self.folder, "restored"))
        data = pathlib.Path(self.folder, "data")
        data.mkdir(parents=True)
        subprocess.run([BIN / "bulian-db", "restore", backup, data], check=True, capture_output=True)
        _, client = self.start(secret)
        make(client, "b", "c", "d")  # as many commits as the token counts, but others
        _, refusal = self.ended(self.watch(client, resume_token=token))
        self.assertEqual((refusal.code, refusal.reason), ("OUT_OF_RANGE", "EPOCH_CHANGED"))
        anew = self.watch(client, position="EARLIEST")
        self.assertEqual([one.revision.number for one in self.commits(anew, 5)], [1, 2, 3, 4, 5])

    def test_shutdown_ends_watches_and_their_tokens_go_on(self):
        server, client = self.start(new=True)
        streams = [self.watch(client) for _ in range(50)]
        for stream in streams:
            next(stream)
        make(client, "a")
        tokens = [self.commits(stream, 1)[0].resume_token for stream in streams]
        server.process.send_signal(signal.SIGTERM)
        for stream in streams:
            _, refusal = self.ended(stream)
            self.assertEqual((refusal.code, refusal.reason), ("UNAVAILABLE", "SHUTTING_DOWN"))
        self.assertEqual(server.process.wait(timeout=60), 0)
        _, client = self.start()
        make(client, "b")
        for token in tokens[::10]:
            self.assertEqual(self.commits(self.watch(client, resume_token=token), 1)[0].commit.changes[0].name, enterprise_name("b"))

    def test_a_slow_reader_is_ended_with_a_token_and_misses_nothing(self):
        server, client = self.start(new=True)
        channel = grpc.insecure_channel(server.grpc, options=[("grpc.use_local_subchannel_pool", 1)])
        self.addCleanup(channel.close)
        stub = exchange_pb2_grpc.ExchangeServiceStub(channel)
        stream = stub.WatchChanges(message("WatchChangesRequest", parent=NAME))
        next(stream)
        pad = {str(i): "x" * 250 for i in range(60)}
        count = 40
        client.import_records(NAME, *([dict(enterprise=dict(name=enterprise_name(f"e{batch}-{i}"), display_name=en("E"), annotations=pad))
                                       for i in range(40)] for batch in range(count)))
        live = self.watch(client)
        next(live)
        while self.metric(server, "bulian_watch_slow_readers_total") == 0:
            time.sleep(0.1)
        make(client, "after")
        self.assertEqual(self.commits(live, 1)[0].commit.changes[0].name, enterprise_name("after"))
        numbers, refusal = [], None
        try:
            for one in stream:
                numbers.append(one.revision.number)
                token = one.resume_token
        except grpc.RpcError as error:
            refusal = refusal_of(error)
        self.assertEqual((refusal.code, refusal.reason), ("RESOURCE_EXHAUSTED", "READER_TOO_SLOW"))
        self.assertEqual(refusal.metadata["resume_token"], token)
        self.assertLess(len(numbers), count)
        rest = self.commits(self.watch(client, resume_token=token), count + 1 - len(numbers))
        numbers += [one.revision.number for one in rest]
        self.assertEqual(numbers, list(range(2, 3 + count)))

    def test_a_thousand_watches_take_no_threads(self):
        server, client = self.start(new=True)

        def threads():
            """Ours, and all: the gRPC library has executors of its own, as many as processors ask for."""
            names = [pathlib.Path(one, "comm").read_text().strip() for one in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir()]
            return names.count("buliand"), len(names)
        first = self.watch(client)  # is cancelled when it is forgotten
        next(first)
        before, streams = threads(), []
        for _ in range(4):
            channel = grpc.insecure_channel(server.grpc, options=[("grpc.use_local_subchannel_pool", 1)])
            self.addCleanup(channel.close)
            stub = exchange_pb2_grpc.ExchangeServiceStub(channel)
            streams += [stub.WatchChanges(message("WatchChangesRequest", parent=NAME)) for _ in range(250)]
        for stream in streams:
            next(stream)
        self.assertEqual(self.metric(server, "bulian_watch_streams"), 1001)
        self.assertEqual(threads()[0], before[0])
        make(client, "a", "b")
        for stream in streams:
            self.assertEqual([one.revision.number for one in self.commits(stream, 2)], [2, 3])
        self.assertLess(threads()[1], before[1] + 50)
        for stream in streams:
            stream.cancel()
        while self.metric(server, "bulian_watch_streams") > 1:
            time.sleep(0.01)

    def test_the_cluster_is_deleted(self):
        _, client = self.start(new=True)
        stream = self.watch(client)
        next(stream)
        make(client, "last")
        client("DeleteCluster", name=NAME, force=True)
        last, refusal = self.ended(stream)
        self.assertGreaterEqual(last.revision.number, 2)
        self.assertEqual((refusal.code, refusal.reason), ("NOT_FOUND", "RESOURCE_NOT_FOUND"))

    def test_heartbeats(self):
        _, client = self.start(new=True)
        stream = self.watch(client, heartbeat_interval=dict(seconds=1))
        for _ in range(3):
            one = next(stream)
            self.assertTrue(one.HasField("heartbeat"))
            self.assertEqual(one.revision.number, 1)
            self.assertTrue(one.resume_token)

    def test_heartbeats_and_commits_come_when_the_clock_is_put_back(self):
        clock = Clock(self.folder, "clock")
        _, client = self.start(new=True, environment=clock.environment)
        stream = self.watch(client, heartbeat_interval=dict(seconds=1), timeout=30)
        next(stream)
        for hours in (-1, 5, -24):
            clock.jump(hours * 3600)
            for _ in range(2):
                self.assertTrue(next(stream).HasField("heartbeat"))
            make(client, f"e{abs(hours)}")
            self.assertEqual(self.commits(stream, 1)[0].commit.changes[0].name, enterprise_name(f"e{abs(hours)}"))

    def cli(self, server, *arguments):
        process = subprocess.Popen([BIN / "bulian", "--server", server.grpc, "--lang", "en", "watch", "small", *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        self.addCleanup(lambda: (process.kill(), process.wait(), process.stdout.close(), process.stderr.close()))
        return process

    def test_command_line_goes_on_over_a_restart(self):
        server, client = self.start(new=True)
        process = self.cli(server, "-o", "json", "--from", "earliest", "--type", "enterprise")

        def next_commit():
            while "commit" not in (one := json.loads(process.stdout.readline())):
                pass
            return one
        make(client, "a")
        self.assertEqual(next_commit()["commit"]["changes"][0]["after"]["enterprise"]["name"], enterprise_name("a"))
        client.close()  # with its connection, which the next one would take over
        server.__exit__()
        _, client = self.start(f"--listen={server.grpc}")
        make(client, "b")
        one = next_commit()
        self.assertEqual(one["commit"]["changes"][0]["name"], enterprise_name("b"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertRegex(process.stderr.read(), r"trying again(.|\n)*--resume \S+\n$")
        resumed = self.cli(server, "--type", "enterprise", "--resume", one["resumeToken"])
        client("UpdateEnterprise", enterprise=dict(name=enterprise_name("b"), display_name=en("B")), update_mask=dict(paths=["display_name"]))
        self.assertRegex(resumed.stdout.readline(), r"^4  \S+Z  \S+  UpdateEnterprise$")
        self.assertEqual(resumed.stdout.readline(), f"  ~ {enterprise_name('b')}  display_name\n")

    def test_command_line_says_what_is_wrong(self):
        server, _ = self.start(new=True)
        for arguments, status, told in ((["--resume", "x"], 1, "RESUME_TOKEN_INVALID"), (["--name", "nonsense"], 1, "names[0]"),
                                        (["--type", "gap"], 2, "--type"), (["--from", "now", "--resume", "x"], 2, "excludes")):
            done = server.bulian("watch", "small", *arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(told, done.stderr)


if __name__ == "__main__":
    unittest.main()
