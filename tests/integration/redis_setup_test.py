"""Redis set up as docs/redis.md says is enough, and what is told when it is not or promises less."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from redis import Redis, eventually  # noqa: E402
from server import BIN, SOURCE, Server  # noqa: E402
from small_cluster import NAME, en, load  # noqa: E402


def documented_user():
    """The line that docs/redis.md tells to give to Redis."""
    return re.search(r"^ +(ACL SETUSER .*)$", (SOURCE / "docs/redis.md").read_text("utf-8"), re.M)[1]


class RedisSetupTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, redis, *flags):
        server = self.enterContext(Server(None, "--store=redis", f"--redis-address={redis.address}", "--redis-timeout=1s", *flags))
        client = Client(server.grpc)
        self.addCleanup(client.close)
        return server, client

    def metrics(self, server):
        with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
            return dict(re.findall(r"^(bulian_store_\w+) (\S+)$", answer.read().decode(), re.M))

    def test_a_user_with_the_documented_permissions_can_do_everything_and_no_more(self):
        redis, password = self.enterContext(Redis()), self.folder / "password"
        self.assertEqual(redis.command(documented_user().replace("PASSWORD", "a-long-word")), "+OK")
        password.write_text("a-long-word\n")
        user = ("--redis-user=bulian", f"--redis-password-file={password}")
        server, client = self.start(redis, *user, "--retention-commits=5")
        _, other = self.start(redis, *user)
        load(client)
        watch = other("WatchChanges", parent=NAME, position="EARLIEST")
        revision = client("ListEnterprises", parent=NAME).revision
        self.assertEqual(len(other("ListEnterprises", parent=NAME, read_at=dict(min_revision=revision)).enterprises), 2)
        while next(watch).revision.number < revision.number:
            pass
        client("DeleteProject", name=f"{NAME}/projects/line")
        archive = self.folder / "archive"
        self.assertEqual(server.bulian("backup", "--to", archive).returncode, 0)
        client("DeleteCluster", name=NAME, force=True)
        eventually(lambda: len(other("ListClusters").clusters) == 0)
        # The programs that work on it directly take the same user.
        restored = subprocess.run([BIN / "bulian-db", "restore", archive, f"redis://bulian@{redis.address}"], capture_output=True, text=True, timeout=60, check=False,
                                  env={"BULIAN_REDIS_PASSWORD_FILE": str(password)})
        self.assertEqual(restored.returncode, 0, restored.stderr)
        eventually(lambda: len(client("ListClusters").clusters) == 1)
        self.assertTrue(eventually(lambda: int(redis.command("HGET bulian:{small}:head earliest")) >= 1) is None)
        # Another start trims the log with the same rights.
        trimming, _ = self.start(redis, *user, "--retention-commits=5")
        eventually(lambda: int(redis.command("HGET bulian:{small}:head earliest")) > 5)
        for one in (server, trimming):
            self.assertNotIn("NOPERM", (one.data_dir / "log").read_text())
            self.assertNotIn("a-long-word", (one.data_dir / "log").read_text())
        denied = redis.command("ACL DRYRUN bulian GET elsewhere"), redis.command("ACL DRYRUN bulian FLUSHALL"), redis.command("ACL DRYRUN bulian CONFIG SET a b")
        for one in denied:
            self.assertIn("no permissions", one)

    def test_a_second_that_may_be_lost_must_be_allowed_and_is_seen(self):
        redis = self.enterContext(Redis())
        server, _ = self.start(redis)
        told = self.metrics(server)
        self.assertEqual((told["bulian_store_durability_waived"], told["bulian_store_follow_lag_commits"], told["bulian_store_reloads_total"]), ("0", "0", "0"))
        self.assertLess(float(told["bulian_store_follow_age_seconds"]), 10)
        redis.command("CONFIG SET appendfsync everysec")
        server, _ = self.start(redis, "--redis-durability=everysec")
        self.assertEqual(self.metrics(server)["bulian_store_durability_waived"], "1")

    def test_a_restore_waits_for_replicas_too(self):
        redis, archive = self.enterContext(Redis()), self.folder / "archive"
        with Server(str(self.folder)) as server:
            client = Client(server.grpc)
            client("CreateCluster", cluster_id="small", cluster=dict(display_name=en("Small")))
            client.close()
            self.assertEqual(server.bulian("backup", "--to", archive).returncode, 0)
        for replicas, status, said in (("1", 1, "too few replicas hold it"), ("none", 1, "BULIAN_REDIS_WAIT_REPLICAS"), ("", 1, "clusters/small")):
            done = subprocess.run([BIN / "bulian-db", "restore", archive, f"redis://{redis.address}"], capture_output=True, text=True, timeout=60, check=False,
                                  env={"BULIAN_REDIS_WAIT_REPLICAS": replicas})
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
