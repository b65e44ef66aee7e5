"""Sentinels that promote a replica under whole processes: with a wait for all replicas nothing is lost, without one what was lost is said."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc, refusal_of  # noqa: E402
from redis import RedisGroup, eventually, free_port  # noqa: E402
from replicated_counter import ReplicatedCounter  # noqa: E402
from server import Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name  # noqa: E402


class FailoverTest(unittest.TestCase):
    def setUp(self):
        self.group = self.enter(RedisGroup())

    def enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def start(self, *flags):
        return self.enter(Server(None, "--store=redis", "--redis-mode=sentinel", f"--redis-address={self.group.addresses}", f"--redis-master={self.group.NAME}",
                                 "--redis-timeout=1s", *flags))

    def client(self, server):
        client = Client(server.grpc)
        self.addCleanup(client.close)
        return client

    def test_one_history_over_failovers_that_are_waited_for(self):
        servers = [self.start("--redis-wait-replicas=2", "--redis-wait-timeout=300ms") for _ in range(2)]
        counter = ReplicatedCounter([server.grpc for server in servers], seed=1)
        counter.start(writers=3, watchers=2, readers=2)
        try:
            for _ in range(2):
                self.assertTrue(counter.progress(10), counter.failures)
                self.group.fail_over().start()  # comes back as a replica of the new master
            self.assertTrue(counter.progress(10), counter.failures)
        finally:
            problems = counter.finish()
        self.assertEqual(problems, [])

    def test_what_a_failover_lost_is_an_error_to_who_saw_it(self):
        servers = [self.start("--redis-wait-replicas=0") for _ in range(2)]
        writer, other = [self.client(server) for server in servers]
        writer("CreateCluster", cluster_id="small", cluster=dict(display_name=en("Small")))
        watch = other("WatchChanges", parent=NAME)
        kept = next(watch).resume_token
        # The replicas lose their way to the master, which acknowledges more.
        old = self.group.master()
        nowhere = free_port()
        for server in self.group.servers:
            if server is not old:
                server.command(f"REPLICAOF 127.0.0.1 {nowhere}")
        self.group.wait_for_replicas(0)
        lost = writer("CreateEnterprise", parent=NAME, enterprise_id="lost", enterprise=dict(display_name=en("Lost")))
        seen = next(told for told in watch if told.HasField("commit"))
        self.group.fail_over()
        with self.assertRaises(grpc.RpcError) as ended:
            for _ in watch:
                pass
        self.assertEqual(refusal_of(ended.exception).reason, "EPOCH_CHANGED")
        for client in (writer, other):
            eventually(lambda: client("ListEnterprises", parent=NAME).revision.epoch > seen.revision.epoch)  # pylint: disable=cell-var-from-loop
            self.assertEqual(len(client("ListEnterprises", parent=NAME).enterprises), 0)
            self.assertEqual(client.refused("ListEnterprises", parent=NAME, read_at=dict(min_revision=seen.revision)).reason, "EPOCH_CHANGED")
            for token in (kept, seen.resume_token):
                with self.assertRaises(grpc.RpcError) as refused:
                    next(client("WatchChanges", parent=NAME, resume_token=token))
                self.assertEqual(refusal_of(refused.exception).reason, "EPOCH_CHANGED")
        # It goes on: the lost revision is another commit of the new epoch.
        watch = other("WatchChanges", parent=NAME)
        next(watch)
        again = writer("CreateEnterprise", parent=NAME, enterprise_id="again", enterprise=dict(display_name=en("Again")))
        self.assertNotEqual(again.etag, lost.etag)
        told = next(told for told in watch if told.HasField("commit"))
        self.assertEqual([change.name for change in told.commit.changes], [enterprise_name("again")])
        self.assertEqual((told.revision.number, told.revision.epoch > seen.revision.epoch), (seen.revision.number, True))


if __name__ == "__main__":
    unittest.main()
