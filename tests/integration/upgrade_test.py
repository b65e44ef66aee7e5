"""What earlier versions stored is opened, complete and goes on: the data file, the archive and the Redis of each version kept in tests/testdata/format. Data of a newer version is refused, and in a pod said.

--keep VERSION stores the fixtures of the present program; do it when a version is tagged and its format is new.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from redis import Redis  # noqa: E402
from server import BIN, SOURCE, Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, load  # noqa: E402

FIXTURES = SOURCE / "tests/testdata/format"
ONCE = dict(parent=NAME, enterprise_id="once", enterprise=dict(display_name=en("Once")), request_id="11111111-2222-4333-8444-555555555555")


def lines(server):
    """The cluster as `bulian export` tells it, without what a restore changes."""
    done = server.bulian("export", "small")
    assert done.returncode == 0, done.stderr
    return sorted(done.stdout.splitlines())


def bulian_db(*arguments):
    done = subprocess.run([BIN / "bulian-db", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def fill(server):
    """A cluster with a history: created, updated, deleted, and a request id."""
    client = Client(server.grpc)
    load(client)
    client("CreateEnterprise", **ONCE)
    client("UpdateEnterprise", enterprise=dict(name=enterprise_name("beta"), website="https://beta.example"))
    client("CreateEnterprise", parent=NAME, enterprise_id="gone", enterprise=dict(display_name=en("Gone")))
    client("DeleteEnterprise", name=enterprise_name("gone"))
    client.close()


def keep(version):
    folder = FIXTURES / version
    folder.mkdir(parents=True, exist_ok=False)
    with tempfile.TemporaryDirectory() as scratch, Redis() as redis:
        with Server(scratch) as server:
            fill(server)
            exported = "\n".join(lines(server)) + "\n"
            assert server.bulian("backup", "--to", f"{scratch}/archive").returncode == 0
        assert bulian_db("compact", f"{scratch}/data")[0] == 0
        with Server(None, "--store=redis", f"--redis-address={redis.address}") as server:
            fill(server)
        redis.command("SAVE")
        kept = {"export.jsonl": exported.encode("utf-8"), "archive": pathlib.Path(scratch, "archive").read_bytes(),
                "bulian.mdb": pathlib.Path(scratch, "data/bulian.mdb").read_bytes(),
                "redis.rdb": pathlib.Path(redis.folder, "dump.rdb").read_bytes()}
    for name, data in kept.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def versions(self):
        found = sorted(FIXTURES.iterdir())
        self.assertTrue(found)
        return found

    def unpack(self, version, name, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.decompress((version / f"{name}.gz").read_bytes()))
        return target

    def check(self, server, version):
        """All that was stored is there, and the cluster goes on."""
        expected = gzip.decompress((version / "export.jsonl.gz").read_bytes()).decode("utf-8").splitlines()
        self.assertEqual([strip(line) for line in lines(server)], [strip(line) for line in expected])
        client = Client(server.grpc)
        self.addCleanup(client.close)
        self.assertEqual(client("ListEnterprises", parent=NAME).enterprises[0].name, enterprise_name("alpha"))
        self.assertGreater(len(client("AnalyzeGaps", parent=NAME).gaps), 0)
        client("CreateEnterprise", parent=NAME, enterprise_id="new", enterprise=dict(display_name=en("New")))
        self.assertEqual(client("GetEnterprise", name=enterprise_name("new")).display_name.en, "New")

    def test_the_data_file(self):
        for version in self.versions():
            with self.subTest(version.name):
                home = self.folder / version.name
                self.unpack(version, "bulian.mdb", home / "data/bulian.mdb")
                self.assertEqual(bulian_db("verify", home / "data")[0], 0)
                with Server(home) as server:
                    self.check(server, version)
                self.assertEqual(bulian_db("verify", home / "data")[0], 0)

    def test_the_archive(self):
        for version in self.versions():
            with self.subTest(version.name):
                home = self.folder / version.name
                archive = self.unpack(version, "archive", home / "archive")
                code, told = bulian_db("restore", archive, home / "data")
                self.assertEqual(code, 0, told)
                with Server(home) as server:
                    self.check(server, version)

    def test_redis(self):
        for version in self.versions():
            with self.subTest(version.name):
                # The snapshot is read only where there is no append-only file; then that begins with it.
                redis = Redis("--appendonly", "no")
                self.unpack(version, "redis.rdb", pathlib.Path(redis.folder, "dump.rdb"))
                with redis:
                    with Server(None, "--store=redis", f"--redis-address={redis.address}", "--redis-durability=unchecked") as server:
                        self.check(server, version)

    def test_data_of_a_newer_version_in_redis_is_refused(self):
        with Redis() as redis:
            flags = ("--store=redis", f"--redis-address={redis.address}")
            with Server(None, *flags):
                pass
            self.assertEqual(redis.command("INCR bulian:{directory}:format"), ":2")
            refused = Server(self.folder, *flags)
            with self.assertRaisesRegex(RuntimeError, "format version 2, this program reads up to 1: use a newer release"):
                refused.__enter__()
            self.assertEqual(refused.process.wait(timeout=60), 1)
            refused.__exit__()
            redis.command("DECR bulian:{directory}:format")
            with Server(None, *flags):
                pass


def strip(line):
    """Without the etag, which names the epoch; times differ between the file's and Redis' fixtures."""
    record = json.loads(line)
    for resource in record.values():
        for key in ("etag", "uid", "createTime", "updateTime"):
            resource.pop(key, None)
    return record


if __name__ == "__main__":
    if sys.argv[1:2] == ["--keep"]:
        keep(sys.argv[2])
    else:
        unittest.main()
