"""A server that is killed, doubled, filled up or told to go: nothing acknowledged is lost, nothing half done is seen, and it says why."""
import pathlib
import queue
import random
import re
import signal
import sys
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc, message, refusal_of  # noqa: E402
from server import Server  # noqa: E402
from server_test import ServerTest  # noqa: E402
from small_cluster import NAME, en, enterprise_name  # noqa: E402

RECORDS = 20


def an_import_message(sequence):
    """Records of one commit; by their names it can be told whether all of them are there."""
    return message("ImportRequest", parent=NAME, sequence=sequence, records=[
        dict(enterprise=dict(name=enterprise_name(f"m{sequence}-{i}"), display_name=en("E"), annotations={"pad": "x" * 200})) for i in range(RECORDS)])


def messages_there(client):
    """How many records of each import message are stored, and the revision."""
    found, records = {}, 0
    for part in client("Export", parent=NAME):
        for record in part.records:
            if record.HasField("enterprise"):
                sequence = int(re.search(r"/m(\d+)-", record.enterprise.name)[1])
                found[sequence], records = found.get(sequence, 0) + 1, records + 1
        revision = part.revision
    return found, revision


def http(server, path):
    try:
        with urllib.request.urlopen(f"http://{server.http}{path}") as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, ""


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", http(server, "/metrics")[1], re.M)[1])


class ServerLifeTest(ServerTest):
    def refuses_to_start(self, why):
        refused = Server(self.folder)
        with self.assertRaisesRegex(RuntimeError, why):
            refused.__enter__()
        self.assertEqual(refused.process.wait(timeout=60), 1)
        refused.__exit__()

    def test_killed_in_the_middle_of_imports(self):
        rng, sequence, uid = random.Random(11), 0, None
        for life in range(8):
            server, client = self.start(new=life == 0)
            found, revision = messages_there(client)
            self.assertEqual(uid or revision.cluster_uid, revision.cluster_uid)
            uid = revision.cluster_uid
            # From the message after the newest that is there, as a caller would go on.
            sequence, acknowledged, kill_after = max(found, default=0), [], rng.randrange(1, 40)
            first = sequence + 1
            try:
                for answer in client.open_import(map(an_import_message, range(first, first + 10 ** 6))):
                    acknowledged.append((answer.low_water_mark, answer.revision.number))
                    if len(acknowledged) == kill_after:
                        server.process.kill()
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            self.assertEqual(server.process.wait(timeout=60), -signal.SIGKILL)
            server, client = self.start()
            found, revision = messages_there(client)
            self.assertEqual(set(found.values()), {RECORDS}, "a message is half there")
            self.assertEqual(sorted(found), list(range(1, len(found) + 1)))
            self.assertGreaterEqual(len(found), acknowledged[-1][0])
            self.assertEqual(revision.number, 1 + len(found), "revisions have a hole")
            self.assertEqual(acknowledged, [(n, n + 1) for n in range(first, first + len(acknowledged))])
            server.process.kill()
            server.process.wait(timeout=60)

    def test_a_request_id_outlives_a_kill(self):
        server, client = self.start(new=True)
        same = dict(parent=NAME, enterprise_id="m1-0", enterprise=dict(display_name=en("E")), request_id="11111111-2222-4333-8444-555555555555")
        made = client("CreateEnterprise", **same)
        server.process.kill()
        server.process.wait(timeout=60)
        _, client = self.start()
        self.assertEqual(client("CreateEnterprise", **same), made)
        self.assertEqual(client.refused("CreateEnterprise", **(same | dict(enterprise_id="m1-1"))).reason, "REQUEST_ID_REUSED")

    def test_a_second_process_is_refused_with_the_pid_of_the_first(self):
        server, client = self.start(new=True)
        self.refuses_to_start(rf"\b{server.process.pid}\b")
        client("GetCluster", name=NAME)

    def test_a_data_file_of_a_newer_version_is_refused(self):
        server, client = self.start(new=True)
        server.__exit__()
        changed = 0
        for path in pathlib.Path(self.folder, "data").iterdir():
            data = path.read_bytes() if path.name != "log" else b""
            newer = re.sub(rb"format(?:\x00\x00\x00\x01|\x01\x00\x00\x00)", b"formatcccc", data)
            if newer != data:
                with open(path, "r+b") as file:
                    file.write(newer)
                changed += 1
        self.assertEqual(changed, 1)
        self.refuses_to_start("newer release")

    def test_a_full_store_says_so_and_serves_on(self):
        server, client = self.start("--max-data-size=1MiB", new=True)
        answers, refusal = [], None
        for sequence in range(1, 10 ** 5):
            try:
                answers += client.import_messages([an_import_message(sequence)])
            except grpc.RpcError as error:
                refusal = refusal_of(error)
                break
        self.assertEqual((refusal.code, refusal.reason), ("RESOURCE_EXHAUSTED", "STORE_FULL"), refusal)
        self.assertLessEqual({"used_bytes", "limit_bytes"}, set(refusal.metadata))
        state = client.state(NAME)
        self.assertEqual(state[0], 1 + len(answers))
        big = dict(enterprise=dict(display_name=en("E"), annotations={str(i): "x" * 250 for i in range(60)}))
        refusals = [client.refused("CreateEnterprise", parent=NAME, enterprise_id=f"late-{i}", **big) for i in range(3)]
        self.assertEqual({one.reason for one in refusals}, {"STORE_FULL"})
        self.assertEqual(client.state(NAME), state)
        self.assertGreaterEqual(metric(server, "bulian_store_commit_failures_total"), 4)
        self.assertEqual(metric(server, "bulian_store_commits_total"), state[0])
        self.assertEqual(http(server, "/livez")[0], 200)
        client("AnalyzeGaps", parent=NAME)
        # With more room the same data goes on.
        server.__exit__()
        _, client = self.start("--max-data-size=64MiB")
        self.assertEqual(client.state(NAME), state)
        client("CreateEnterprise", parent=NAME, enterprise_id="late", **big)

    def test_told_to_go_while_streams_are_open(self):
        server, client = self.start("--drain-delay=1s", new=True)
        requests, ended = queue.Queue(), []
        call = client.open_import(iter(requests.get, None))
        requests.put(an_import_message(1))
        self.assertEqual(next(call).low_water_mark, 1)
        idle = client.open_import(iter(queue.Queue().get, None))

        def read_to_the_end(stream):
            try:
                for _ in stream:
                    pass
                ended.append(None)
            except grpc.RpcError as error:
                ended.append(refusal_of(error))
        readers = [threading.Thread(target=read_to_the_end, args=(one,), daemon=True) for one in (call, idle)]
        for reader in readers:
            reader.start()
        server.process.send_signal(signal.SIGTERM)
        while (ready := http(server, "/readyz")[0]) == 200:
            pass
        self.assertEqual((ready, http(server, "/livez")[0]), (503, 200))
        self.assertEqual(client("GetCluster", name=NAME).name, NAME)
        for reader in readers:
            reader.join(timeout=60)
        self.assertEqual([(one.code, one.reason) for one in ended], [("UNAVAILABLE", "SHUTTING_DOWN")] * 2)
        self.assertEqual(server.process.wait(timeout=60), 0)
        requests.put(None)
        _, client = self.start()
        self.assertEqual(messages_there(client)[0], {1: RECORDS})


if __name__ == "__main__":
    unittest.main()
