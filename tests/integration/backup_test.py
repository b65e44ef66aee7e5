"""A backup of a server that is being written, restored elsewhere: the same cluster under a raised epoch, with its past and its request ids."""
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from redis import Redis, eventually  # noqa: E402
from server import BIN, Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, load  # noqa: E402

SECRET = "--page-token-secret=a secret of both servers"
WRITES = 400


def bulian_db(*arguments):
    return subprocess.run([BIN / "bulian-db", *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def records(client, **read_at):
    """All a cluster holds, without the etags, which carry the epoch."""
    found = []
    for part in client("Export", parent=NAME, read_at=read_at):
        for record in part.records:
            getattr(record, record.WhichOneof(record.DESCRIPTOR.oneofs[0].name)).etag = ""
            found.append(record.SerializeToString(deterministic=True))
    return found


def gaps(client, **read_at):
    """The answer but for the epochs in it."""
    return re.sub(r"epoch: \d+", "epoch", str(client("AnalyzeGaps", parent=NAME, read_at=read_at)))


class BackupTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, name):
        server = Server(self.folder / name, SECRET).__enter__()
        self.addCleanup(server.__exit__)
        client = Client(server.grpc)
        self.addCleanup(client.close)
        return server, client

    def backup(self, server, *arguments):
        done = server.bulian("backup", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_restored_elsewhere_it_is_the_same_cluster_of_another_epoch(self):
        server, client = self.start("first")
        load(client)
        request_id = str(uuid.uuid4())
        asked = dict(parent=NAME, enterprise_id="asked", enterprise=dict(display_name=en("Asked")), request_id=request_id)
        made = client("CreateEnterprise", **asked)
        early = client("ListEnterprises", parent=NAME, page_size=1)
        self.assertTrue(early.next_page_token)
        client("CreateCluster", cluster_id="other", cluster=dict(display_name=en("Other")))

        started, file = threading.Event(), self.folder / "archive"

        def write():
            writer = Client(server.grpc)
            for number in range(WRITES):
                writer("CreateEnterprise", parent=NAME, enterprise_id=f"w{number}", enterprise=dict(display_name=en("W")))
                if number % 3 == 0:
                    writer("DeleteEnterprise", name=enterprise_name(f"w{number}"))
                if number == 20:
                    started.set()
            writer.close()

        writing = threading.Thread(target=write)
        writing.start()
        started.wait(60)
        out = self.backup(server, "--to", file)
        writing.join()
        self.assertIn("2 clusters", out)
        self.assertEqual([p.name for p in self.folder.glob("archive*")], ["archive"])

        # Somewhere else, from nothing.
        done = bulian_db("restore", file, self.folder / "second/data")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("restored to", done.stdout)
        verified = bulian_db("verify", self.folder / "second/data")
        self.assertEqual(verified.returncode, 0, verified.stderr)
        again_server, again = self.start("second")
        now = again("ListEnterprises", parent=NAME, page_size=1).revision
        self.assertEqual(now.cluster_uid, early.revision.cluster_uid)
        self.assertGreater(now.epoch, early.revision.epoch)
        self.assertGreater(now.number, early.revision.number)
        at = dict(number=now.number)  # of the first server's epoch
        self.assertEqual(records(again), records(client, at_revision=at))
        self.assertEqual(gaps(again), gaps(client, at_revision=at))
        older = dict(number=early.revision.number)
        self.assertEqual(records(again, at_revision=older), records(client, at_revision=older))

        # What the first server gave out is refused, not misread.
        for method in ("ListEnterprises", "AnalyzeGaps"):
            for position in ("at_revision", "min_revision"):
                refusal = again.refused(method, parent=NAME, read_at={position: early.revision})
                self.assertEqual((refusal.code, refusal.reason), ("OUT_OF_RANGE", "EPOCH_CHANGED"), refusal)
        refusal = again.refused("ListEnterprises", parent=NAME, page_size=1, page_token=early.next_page_token)
        self.assertEqual((refusal.code, refusal.reason), ("OUT_OF_RANGE", "EPOCH_CHANGED"), refusal)

        # A repeat has its first answer, another payload is refused, and writing goes on.
        repeated = again("CreateEnterprise", **asked)
        repeated.etag = made.etag
        self.assertEqual(repeated, made)
        reused = again.refused("CreateEnterprise", **{**asked, "enterprise_id": "other"})
        self.assertEqual(reused.reason, "REQUEST_ID_REUSED")
        self.assertEqual(again("ListEnterprises", parent=NAME, page_size=1).revision.number, now.number)
        again("CreateEnterprise", parent=NAME, enterprise_id="after", enterprise=dict(display_name=en("After")))
        self.assertEqual(again("ListEnterprises", parent=NAME, page_size=1).revision.number, now.number + 1)
        del again_server

    def test_replicas_on_redis_are_backed_up_while_written_and_running_ones_take_up_what_is_restored(self):
        stores = [self.enterContext(Redis()) for _ in range(2)]
        servers = [self.enterContext(Server(None, SECRET, "--store=redis", f"--redis-address={store.address}")) for store in (*stores, stores[0], stores[1])]
        clients = [Client(server.grpc) for server in servers]
        for client in clients:
            self.addCleanup(client.close)
        load(clients[0])
        clients[1]("CreateCluster", cluster_id="other", cluster=dict(display_name=en("Other")))
        asked = dict(parent=NAME, enterprise_id="asked", enterprise=dict(display_name=en("Asked")), request_id=str(uuid.uuid4()))
        made, started, stop = clients[0]("CreateEnterprise", **asked), threading.Event(), threading.Event()

        def write():
            for number in itertools.count():
                if stop.is_set():
                    return
                clients[2]("CreateEnterprise", parent=NAME, enterprise_id=f"w{number}", enterprise=dict(display_name=en("W")))
                if number == 20:
                    started.set()

        writing, file = threading.Thread(target=write), self.folder / "archive"
        writing.start()
        self.assertTrue(started.wait(60))
        try:
            self.assertIn("1 clusters", self.backup(servers[0], "--to", file))
        finally:
            stop.set()
            writing.join()
        done = bulian_db("restore", file, f"redis://{stores[1].address}")
        self.assertEqual(done.returncode, 0, done.stderr)
        for client in (clients[1], clients[3]):
            eventually(lambda: NAME in [one.name for one in client("ListClusters").clusters])  # pylint: disable=cell-var-from-loop
            at = client("ListEnterprises", parent=NAME, page_size=1).revision
            self.assertGreater(at.epoch, 1)
            self.assertGreater(at.number, 20)
            self.assertEqual(records(client), records(clients[0], at_revision=dict(number=at.number)))
            self.assertEqual(gaps(client), gaps(clients[2], at_revision=dict(number=at.number)))
            self.assertEqual(records(client, at_revision=dict(number=10)), records(clients[0], at_revision=dict(number=10)))
            repeated = client("CreateEnterprise", **asked)
            repeated.etag = made.etag
            self.assertEqual(repeated, made)
            self.assertEqual(len(client("ListClusters").clusters), 2)
        refused = bulian_db("restore", file, f"redis://{stores[1].address}")
        self.assertEqual(refused.returncode, 1)
        self.assertIn(NAME, refused.stderr)

    def test_one_cluster_of_an_archive_into_a_place_that_has_others(self):
        server, client = self.start("first")
        load(client)
        client("CreateCluster", cluster_id="other", cluster=dict(display_name=en("Other")))
        file, target = self.folder / "archive", self.folder / "copy"
        self.assertIn("1 clusters", self.backup(server, "small", "--to", file))
        self.assertEqual(bulian_db("restore", file, target, "--cluster", "other").returncode, 1)
        self.assertEqual(bulian_db("restore", file, target, "--cluster", "clusters/small").returncode, 0)
        refused = bulian_db("restore", file, target)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("clusters/small", refused.stderr)
        # In use: only the server itself gives a backup.
        busy = bulian_db("backup", server.data_dir, self.folder / "offline")
        self.assertEqual(busy.returncode, 1)
        self.assertIn("in use by the process with pid", busy.stderr)
        del client

    def test_what_is_refused_leaves_no_file(self):
        server, client = self.start("first")
        file = self.folder / "archive"
        done = server.bulian("backup", "nobody", "--to", file)
        self.assertEqual(done.returncode, 1)
        self.assertIn("NOT_FOUND", done.stderr)
        self.assertEqual(list(self.folder.glob("archive*")), [])
        file.write_text("precious")
        done = server.bulian("backup", "--to", file)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is there already", done.stderr)
        self.assertEqual(file.read_text(), "precious")
        self.assertEqual(server.bulian("backup").returncode, 2)
        self.assertIn("0 clusters", self.backup(server, "--to", self.folder / "empty"))
        for parent in ("", "none", "clusters/", "clusters/a/enterprises/b", "clusters/A"):
            refusal = client.refused("Backup", parent=parent)
            self.assertEqual((refusal.code, list(refusal.violations)), ("INVALID_ARGUMENT", ["parent"]), refusal)
        self.assertEqual(client.refused("Backup", parent="clusters/nobody").reason, "RESOURCE_NOT_FOUND")


if __name__ == "__main__":
    unittest.main()
