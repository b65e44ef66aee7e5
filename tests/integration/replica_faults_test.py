"""Whole processes on one Redis that are killed, stopped and whose clocks jump: the history of writers, watchers and readers must fit what is stored."""
import os
import pathlib
import random
import re
import signal
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, message  # noqa: E402
from clock import Clock  # noqa: E402
from redis import Redis, eventually  # noqa: E402
from replicated_counter import ReplicatedCounter, revision_of  # noqa: E402
from server import Server  # noqa: E402
from small_cluster import NAME, en, load  # noqa: E402

ROUNDS = int(os.environ.get("BULIAN_FAULT_ROUNDS", "9"))
SEED = int(os.environ.get("BULIAN_FAULT_SEED", "1"))


class ReplicaFaultsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.addCleanup(folder.cleanup)
        self.folder, self._clocks = folder.name, 0

    def clock(self):
        self._clocks += 1
        return Clock(self.folder, f"clock{self._clocks}")

    def enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def redis(self, clock=None):
        return self.enter(Redis(environment=clock.environment if clock else None))

    def start(self, redis, *flags, clock=None):
        return self.enter(Server(None, "--store=redis", f"--redis-address={redis.address}", "--redis-timeout=1s", *flags, environment=clock.environment if clock else None))

    def metric(self, server, name):
        with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
            return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M)[1])

    def test_one_history_whatever_is_killed_or_stopped_or_jumps(self):
        random_ = random.Random(SEED)
        redis_clock, clocks = self.clock(), [self.clock(), self.clock()]
        redis = self.redis(redis_clock)
        registries = [self.start(redis, "--target=registry", clock=clock) for clock in clocks]
        addresses = [registry.grpc for registry in registries]
        counter = ReplicatedCounter(addresses, SEED)

        def kill_registry():
            victim = random_.randrange(2)
            registries[victim].process.kill()
            registries[victim].process.wait()
            registries[victim] = self.start(redis, "--target=registry", clock=clocks[victim])
            addresses[victim] = registries[victim].grpc

        def kill_redis():
            redis.kill()
            redis.start()

        def pause(process, seconds):
            process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)  # the length of the fault
            process.send_signal(signal.SIGCONT)

        def jump():
            for clock in (redis_clock, *clocks):
                clock.jump(random_.uniform(-7200, 7200))

        faults = {"a registry killed": kill_registry, "Redis killed": kill_redis, "clocks": jump,
                  "Redis stopped": lambda: pause(redis.process, 1.5),
                  # Longer than callers wait: others did the same request meanwhile.
                  "a registry stopped": lambda: pause(random_.choice(registries).process, 4)}
        counter.start(writers=4, watchers=3, readers=2)
        done = []
        try:
            order = random_.sample(list(faults), len(faults))
            for round_ in range(ROUNDS):
                self.assertTrue(counter.progress(10), f"seed {SEED}, after {done}: {counter.failures}")
                done.append(order[round_ % len(order)])
                faults[done[-1]]()
            self.assertTrue(counter.progress(10), f"seed {SEED}, after {done}: {counter.failures}")
        finally:
            problems = counter.finish()
        self.assertEqual(problems, [], f"seed {SEED}: {done}")

    def test_a_replica_that_is_told_nothing_still_looks_when_its_clock_is_put_back(self):
        redis, clock = self.redis(), self.clock()
        registry = Client(self.start(redis, "--target=registry").grpc)
        self.addCleanup(registry.close)
        load(registry)
        analysis_server = self.start(redis, "--target=analysis", clock=clock)
        analysis = Client(analysis_server.grpc)
        self.addCleanup(analysis.close)
        # Nobody may use the channel: what is new is found by looking at Redis now and then.
        redis.command("ACL SETUSER default resetchannels")
        redis.command("CLIENT KILL TYPE pubsub")
        for hours in (-1, -3, 2, -24):
            clock.jump(hours * 3600)
            _, call = registry.method("CreateEnterprise").with_call(message("CreateEnterpriseRequest", parent=NAME, enterprise_id=f"e{abs(hours)}", enterprise=dict(display_name=en("E"))))
            at = revision_of(call)
            eventually(lambda: analysis("AnalyzeGaps", parent=NAME).revision.number >= at[1])  # pylint: disable=cell-var-from-loop
        age = self.metric(analysis_server, "bulian_store_follow_age_seconds")
        self.assertTrue(0 <= age < 10, age)

    def test_a_replica_that_fell_behind_the_log_rebuilds_by_itself(self):
        redis = self.redis()
        registry = Client(self.start(redis, "--target=registry").grpc)
        self.addCleanup(registry.close)
        load(registry)
        behind_server = self.start(redis, "--target=analysis")
        behind = Client(behind_server.grpc)
        self.addCleanup(behind.close)
        before = behind("AnalyzeGaps", parent=NAME)
        self.assertEqual(self.metric(behind_server, "bulian_store_reloads_total"), 0)
        behind_server.process.send_signal(signal.SIGSTOP)
        self.addCleanup(behind_server.process.send_signal, signal.SIGCONT)
        # What the gaps hang on changes meanwhile, and the log keeps the last commits only.
        for i in range(40):
            registry("CreateEnterprise", parent=NAME, enterprise_id=f"e{i}", enterprise=dict(display_name=en("E"), sites=[dict(site_id="seat", region_code="500109")]))
        _, call = registry.method("CreateCapability").with_call(message("CreateCapabilityRequest", parent=f"{NAME}/enterprises/e7", capability_id="steel", capability=dict(
            capability_type=f"{NAME}/capabilityTypes/steel", site="seat", level="VOLUME")))
        at = revision_of(call)
        keeper = self.start(redis, "--target=registry", "--retention-commits=5")  # trims at its start
        eventually(lambda: int(redis.command("HGET bulian:{small}:head earliest") or 0) > before.revision.number + 10)
        behind_server.process.send_signal(signal.SIGCONT)
        after = behind("AnalyzeGaps", parent=NAME, read_at=dict(min_revision=dict(cluster_uid=before.revision.cluster_uid, epoch=at[0], number=at[1])))
        self.assertEqual(self.metric(behind_server, "bulian_store_reloads_total"), 1)
        fresh = Client(self.start(redis, "--target=analysis").grpc)
        self.addCleanup(fresh.close)
        self.assertEqual(after, fresh("AnalyzeGaps", parent=NAME))
        self.assertNotEqual([gap.name for gap in after.gaps], [gap.name for gap in before.gaps])
        # And it goes on following.
        kept = Client(keeper.grpc)
        self.addCleanup(kept.close)
        _, call = kept.method("DeleteCapability").with_call(message("DeleteCapabilityRequest", name=f"{NAME}/enterprises/e7/capabilities/steel"))
        last = behind("AnalyzeGaps", parent=NAME, read_at=dict(min_revision=dict(cluster_uid=before.revision.cluster_uid, epoch=at[0], number=revision_of(call)[1])))
        self.assertEqual([gap.name for gap in last.gaps], [gap.name for gap in before.gaps])
        self.assertEqual(self.metric(behind_server, "bulian_store_reloads_total"), 1)


if __name__ == "__main__":
    unittest.main()
