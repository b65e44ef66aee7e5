"""Two analysis replicas that divide the clusters of one Redis by --clusters: each holds its own and says of the others that it does not."""
import json
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc, refusal_of  # noqa: E402
from redis import Redis, eventually  # noqa: E402
from server import BIN, Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, load  # noqa: E402

# As docs/redis.md says a client should have it.
CHANNEL = [("grpc.service_config", json.dumps({
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                                                    "retryableStatusCodes": ["UNAVAILABLE"]}}]}))]
SECOND = "clusters/second"


def http(server, path):
    with urllib.request.urlopen(f"http://{server.http}{path}") as answer:
        return answer.read().decode()


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", http(server, "/metrics"), re.M)[1])


class ClusterGroupsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.redis = cls.enter(Redis())
        cls.registry = cls.client(cls.start("--target=registry").grpc)
        load(cls.registry)
        cls.registry("CreateCluster", cluster_id="second", cluster=dict(display_name=en("Second")))
        # One is there before its replica starts and one comes later.
        cls.some, cls.others = cls.start("--target=analysis", "--clusters=small,later"), cls.start("--target=analysis", "--clusters=all-but:small,later")
        cls.of_some, cls.of_others = cls.client(cls.some.grpc), cls.client(cls.others.grpc)

    @classmethod
    def enter(cls, context):
        entered = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)
        return entered

    @classmethod
    def start(cls, *flags):
        return cls.enter(Server(None, "--store=redis", f"--redis-address={cls.redis.address}", *flags))

    @classmethod
    def client(cls, address, options=None):
        client = Client(address, options)
        cls.addClassCleanup(client.close)
        return client

    def assert_wrong_replica(self, refusal, cluster):
        self.assertEqual((refusal.code, refusal.reason, refusal.metadata), ("UNAVAILABLE", "WRONG_REPLICA", {"cluster": cluster}))

    def test_each_holds_its_own_and_refuses_the_rest(self):
        self.assertTrue(self.of_some("AnalyzeGaps", parent=NAME).gaps)
        self.assertEqual(list(self.of_others("AnalyzeGaps", parent=SECOND).gaps), [])
        segment = f"{NAME}/chains/main/segments/device"
        for method, fields in (("AnalyzeGaps", dict(parent=NAME)), ("AnalyzeGaps", dict(parent=NAME, read_at=dict(min_revision=dict(number=1000)))),
                               ("AnalyzeGaps", dict(parent=NAME, read_at=dict(at_revision=dict(number=1)))),
                               ("FindCandidates", dict(parent=NAME, target=dict(segment=segment))), ("AssessDisruption", dict(parent=NAME)),
                               ("AssessSystemicRisk", dict(parent=NAME)), ("EvaluateScenario", dict(parent=NAME))):
            self.assert_wrong_replica(self.of_others.refused(method, **fields), NAME)
        with self.assertRaises(grpc.RpcError) as raised:
            list(self.of_others("WatchGaps", parent=NAME))
        self.assert_wrong_replica(refusal_of(raised.exception), NAME)
        # A writer holds all; what is nowhere is not found there, and unknown to who does not hold it.
        self.assertEqual(self.of_others.refused("AnalyzeGaps", parent="clusters/nowhere").reason, "RESOURCE_NOT_FOUND")
        self.assert_wrong_replica(self.of_some.refused("AnalyzeGaps", parent="clusters/nowhere"), "clusters/nowhere")

    def test_clusters_come_change_and_go(self):
        watch = self.of_some("WatchGaps", parent=NAME)
        next(watch)  # it has begun
        applied = metric(self.others, "bulian_snapshot_commits_applied_total")
        for i in range(5):
            self.registry("CreateEnterprise", parent=NAME, enterprise_id=f"e{i}", enterprise=dict(display_name=en("E")))
        head = list(self.registry("Export", parent=NAME))[0].revision
        self.assertGreaterEqual(self.of_some("AnalyzeGaps", parent=NAME, read_at=dict(min_revision=head)).revision.number, head.number)
        self.registry("DeleteCapability", name=f"{enterprise_name('alpha')}/capabilities/pressure")
        self.assertEqual(next(part.revision.number for part in watch if part.HasField("commit")), head.number + 1)
        watch.cancel()
        later = self.registry("CreateCluster", cluster_id="later", cluster=dict(display_name=en("Later")))
        # The others' replica has seen a newer commit than all of these when it was told of none of them.
        self.registry("CreateEnterprise", parent=SECOND, enterprise_id="e", enterprise=dict(display_name=en("E")))
        self.of_others("AnalyzeGaps", parent=SECOND, read_at=dict(min_revision=dict(number=2)))
        self.assertEqual(metric(self.others, "bulian_snapshot_commits_applied_total"), applied + 1)
        self.of_some("AnalyzeGaps", parent="clusters/later", read_at=dict(min_revision=dict(cluster_uid=later.uid, epoch=1, number=1)))
        self.registry("DeleteCluster", name="clusters/later", force=True)
        eventually(lambda: metric(self.some, "bulian_snapshot_clusters") == 1)
        self.assertEqual(self.of_some.refused("AnalyzeGaps", parent="clusters/later").reason, "RESOURCE_NOT_FOUND")

    def test_memory_metrics_and_readiness_are_of_what_is_held(self):
        self.assertEqual([metric(server, "bulian_snapshot_clusters") for server in (self.some, self.others)], [1, 1])
        self.assertEqual(metric(self.some, "bulian_store_logs"), 2)
        for server, held in ((self.some, "small"), (self.others, "second")):
            eventually(lambda: metric(server, "bulian_gaps_pending_clusters") == 0)  # pylint: disable=cell-var-from-loop
            self.assertEqual(set(re.findall(r'bulian_gaps\{.*cluster="(\w+)"', http(server, "/metrics"))), {held})
            self.assertEqual((metric(server, "bulian_ready"), metric(server, "bulian_store_follow_lag_commits")), (1, 0))
        self.assertLess(metric(self.others, "bulian_snapshot_bytes"), metric(self.some, "bulian_snapshot_bytes"))

    def test_recruits_of_clusters_elsewhere_are_said_to_be_missing(self):
        ask = dict(parent=NAME, target=dict(segment=f"{NAME}/chains/main/segments/device"))
        self.assertTrue(self.of_some("FindCandidates", **ask).complete)
        everywhere = self.of_some("FindCandidates", include_recruits=True, page_size=1, **ask)
        self.assertFalse(everywhere.complete)
        self.assertIn("clusters/-: this replica holds only some", everywhere.unreachable[0])
        named = self.of_some("FindCandidates", include_recruits=True, recruit_clusters=[SECOND], **ask)
        self.assertEqual((named.complete, list(named.unreachable)), (False, [f"{SECOND}: this replica does not hold {SECOND}"]))
        self.assert_wrong_replica(self.of_some.refused("ExplainCandidate", enterprise=f"{SECOND}/enterprises/e", **ask), SECOND)
        whole = self.client(self.start("--target=analysis").grpc)
        for fields in ({}, dict(recruit_clusters=[SECOND])):
            self.assertTrue(whole("FindCandidates", include_recruits=True, **ask, **fields).complete)

    def test_a_client_of_both_that_retries_finds_the_right_one(self):
        both = self.client(f"ipv4:{self.some.grpc},{self.others.grpc}", CHANNEL)
        for _ in range(4):
            self.assertTrue(both("AnalyzeGaps", parent=NAME).gaps)
            self.assertEqual(list(both("AnalyzeGaps", parent=SECOND).gaps), [])

    def test_a_restart_with_another_choice_moves_a_cluster(self):
        moved = self.start("--target=analysis", "--clusters=second")
        self.assertEqual(list(self.client(moved.grpc)("AnalyzeGaps", parent=SECOND).gaps), [])
        self.assertEqual(metric(moved, "bulian_snapshot_clusters"), 1)


class ChoiceTest(unittest.TestCase):
    def check(self, *flags):
        done = subprocess.run([BIN / "buliand", *flags, "--check-config"], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def test_wrong_choices_are_refused_by_name(self):
        code, said = self.check("--target=analysis", "--store=redis", "--clusters=Beibei,good,clusters/c,good")
        self.assertEqual(code, 2)
        for one in ("`Beibei` is no id", "`clusters/c` is no id", "`good` is there twice"):
            self.assertIn(one, said)
        for target in ("all", "registry"):
            self.assertIn("is for the target `analysis`", self.check(f"--target={target}", "--store=redis", "--clusters=good")[1])
        self.assertEqual(self.check("--target=analysis", "--store=redis", "--clusters=all-but:good"), (0, ""))


if __name__ == "__main__":
    unittest.main()
