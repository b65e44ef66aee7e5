"""Watches of gaps against the real server: equal to AnalyzeGaps at every revision, restarts, restores, many at once, the command line, and the gauges."""
import collections
import json
import pathlib
import random
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import gap_pb2, gap_pb2_grpc, grpc, message, refusal_of  # noqa: E402
from server import BIN, SAMPLE  # noqa: E402
from server_test import ServerTest  # noqa: E402
from small_cluster import NAME, en, enterprise_name, load, type_name  # noqa: E402

CHAIN = f"{NAME}/chains/main"
MATERIAL = f"{CHAIN}/segments/material/gaps/"


def bare(gap):
    """A gap without what a watch does not tell changes of."""
    copy = gap_pb2.Gap()
    copy.CopyFrom(gap)
    copy.ClearField("revision")
    copy.ClearField("as_of")
    return copy.SerializeToString(deterministic=True)


class WatchGapsTest(ServerTest):
    def watch(self, client, timeout=120, **fields):
        return client("WatchGaps", timeout, **(dict(parent=NAME) | fields))

    def commits(self, stream, count):
        found = []
        while len(found) < count:
            one = next(stream)
            if one.HasField("commit"):
                found.append(one)
        return found

    def gaps(self, client, parent, number=0, **fields):
        """All pages of AnalyzeGaps."""
        found, token = [], ""
        read_at = dict(at_revision=dict(number=number)) if number else None
        while True:
            page = client("AnalyzeGaps", parent=parent, read_at=read_at, page_size=1000, page_token=token, **fields)
            found += page.gaps
            token = page.next_page_token
            if not token:
                return found

    def metrics(self, server):
        with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
            return answer.read().decode()

    def metric(self, server, name):
        return float(re.search(rf"^{name} (\S+)$", self.metrics(server), re.M)[1])

    def ended(self, stream):
        last = None
        try:
            for last in stream:
                pass
        except grpc.RpcError as error:
            return last, refusal_of(error)
        self.fail("the watch ended without an error")

    def fold(self, state, one):
        for gap in one.snapshot.gaps:
            state[gap.name] = bare(gap)
        for change in one.commit.changes:
            self.assertEqual(change.name in state, change.kind != gap_pb2.APPEARED)
            if change.HasField("before"):
                self.assertEqual(state[change.name], bare(change.before))
            if change.kind == gap_pb2.GONE:
                del state[change.name]
            else:
                state[change.name] = bare(change.after)

    def make_capability(self, client, enterprise, name, kind="steel", level="VOLUME"):
        client("CreateCapability", parent=enterprise_name(enterprise), capability_id=name,
               capability=dict(capability_type=type_name(kind), site="seat", level=level))

    def test_folded_equals_the_analysis_of_the_sample_at_every_revision(self):
        server, client = self.start()
        self.assertEqual(server.bulian("import", SAMPLE / "beibei.jsonl").returncode, 0)
        parent, chain = "clusters/beibei", "clusters/beibei/chains/chip"
        capabilities = [r.capability for part in client("Export", parent=parent) for r in part.records if r.HasField("capability")]
        cluster = client("GetCluster", name=parent)
        watches = {}
        for name, fields in (("all", {}), ("chain", dict(parent=chain)), ("kinds", dict(kinds=["SINGLE_SOURCE", "UNVERIFIED"]))):
            stream, state = self.watch(client, **(dict(parent=parent, position="SNAPSHOT_THEN_FOLLOW") | fields)), {}
            one = next(stream)
            while not one.snapshot.snapshot_complete:
                self.fold(state, one)
                one = next(stream)
            self.fold(state, one)
            fields = dict(parent=parent) | fields
            self.assertEqual(state, {gap.name: bare(gap) for gap in self.gaps(client, number=one.revision.number, **fields)})
            watches[name] = stream, state, fields
        rng, told = random.Random(5), 0
        for step in range(25):
            if step % 8 == 7:
                cluster.as_of.month, cluster.as_of.day = 7 + step // 8, 1
                cluster = client("UpdateCluster", cluster=cluster, update_mask=dict(paths=["as_of"]))
            else:
                client("DeleteCapability", name=capabilities.pop(rng.randrange(len(capabilities))).name)
        # The last commit changes a gap of every watch.
        chain_now = client("GetChain", name=chain)
        for segment in chain_now.segments:
            segment.priority += 1
        client("UpdateChain", chain=chain_now)
        number = client("AnalyzeGaps", parent=parent).revision.number
        for stream, state, fields in watches.values():
            at = 0
            while at < number:
                one = next(stream)
                if not one.HasField("commit"):
                    continue
                at, told = one.revision.number, told + 1
                self.assertTrue(one.commit.actor and one.commit.method and one.commit.request_id)
                self.fold(state, one)
                self.assertEqual(state, {gap.name: bare(gap) for gap in self.gaps(client, number=at, **fields)}, at)
        self.assertGreater(told, 20)

    def test_tokens_outlive_a_kill(self):
        server, client = self.start()
        load(client)
        stream = self.watch(client, position="SNAPSHOT_THEN_FOLLOW", kinds=["MISSING", "SINGLE_SOURCE"])
        first = next(stream)
        self.assertTrue(first.snapshot.snapshot_complete)
        self.assertIn(MATERIAL + "missing", [gap.name for gap in first.snapshot.gaps])
        self.make_capability(client, "alpha", "steel")
        one = self.commits(stream, 1)[0]
        self.assertEqual(one.commit.method, "bulian.v1.CapabilityService/CreateCapability")
        self.assertEqual([(c.name, c.kind) for c in one.commit.changes if c.name.startswith(MATERIAL)][0],
                         (MATERIAL + "missing", gap_pb2.CHANGED))  # claimed only: no more certain
        server.process.kill()
        server.process.wait(timeout=60)
        _, client = self.start()
        client("DeleteCapability", name=enterprise_name("alpha") + "/capabilities/steel")
        again = self.commits(self.watch(client, resume_token=one.resume_token, kinds=["SINGLE_SOURCE", "MISSING"]), 1)[0]
        self.assertEqual(again.revision.number, one.revision.number + 1)
        # From before both commits they are told as they were.
        replayed = self.commits(self.watch(client, resume_token=first.resume_token, kinds=["MISSING", "SINGLE_SOURCE"]), 2)
        self.assertEqual([r.SerializeToString(deterministic=True) for r in replayed], [r.SerializeToString(deterministic=True) for r in (one, again)])
        _, refusal = self.ended(self.watch(client, resume_token=one.resume_token))
        self.assertEqual(refusal.reason, "RESUME_TOKEN_INVALID")

    def test_a_token_of_a_history_that_was_restored_away_is_an_error(self):
        secret = "--page-token-secret=the same on every machine"
        server, client = self.start(secret)
        load(client)
        backup = pathlib.Path(self.folder, "backup")
        self.assertEqual(server.bulian("backup", "--to", backup).returncode, 0)
        stream = self.watch(client)
        next(stream)
        self.make_capability(client, "alpha", "lost")
        token = self.commits(stream, 1)[0].resume_token
        server.__exit__()
        self.folder = str(pathlib.Path(self.folder, "restored"))
        data = pathlib.Path(self.folder, "data")
        data.mkdir(parents=True)
        subprocess.run([BIN / "bulian-db", "restore", backup, data], check=True, capture_output=True)
        _, client = self.start(secret)
        _, refusal = self.ended(self.watch(client, resume_token=token))
        self.assertEqual((refusal.code, refusal.reason), ("OUT_OF_RANGE", "EPOCH_CHANGED"))

    def test_shutdown_ends_watches_and_their_tokens_go_on(self):
        server, client = self.start()
        load(client)
        streams = [self.watch(client, parent=CHAIN) for _ in range(30)]
        for stream in streams:
            next(stream)
        self.make_capability(client, "alpha", "a")
        tokens = [self.commits(stream, 1)[0].resume_token for stream in streams]
        server.process.send_signal(signal.SIGTERM)
        for stream in streams:
            _, refusal = self.ended(stream)
            self.assertEqual((refusal.code, refusal.reason), ("UNAVAILABLE", "SHUTTING_DOWN"))
        self.assertEqual(server.process.wait(timeout=60), 0)
        _, client = self.start()
        client("DeleteCapability", name=enterprise_name("alpha") + "/capabilities/a")
        for token in tokens[::10]:
            self.assertEqual(self.commits(self.watch(client, parent=CHAIN, resume_token=token), 1)[0].commit.method,
                             "bulian.v1.CapabilityService/DeleteCapability")

    def test_a_thousand_watches_take_no_threads_and_one_analysis(self):
        server, client = self.start()
        load(client)

        def threads():
            return [pathlib.Path(one, "comm").read_text().strip() for one in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir()].count("buliand")
        first = self.watch(client)
        next(first)
        before, streams = threads(), []
        for _ in range(4):
            channel = grpc.insecure_channel(server.grpc, options=[("grpc.use_local_subchannel_pool", 1)])
            self.addCleanup(channel.close)
            stub = gap_pb2_grpc.GapServiceStub(channel)
            streams += [stub.WatchGaps(message("WatchGapsRequest", parent=NAME)) for _ in range(250)]
        for stream in streams:
            next(stream)
        self.assertEqual(self.metric(server, "bulian_gap_watch_streams"), 1001)
        self.assertLessEqual(threads(), before + 1)  # an analysis that was asked for has one of its own
        self.make_capability(client, "alpha", "a")
        client("DeleteCapability", name=enterprise_name("alpha") + "/capabilities/a")
        for stream in streams:
            self.commits(stream, 2)
        self.assertEqual(self.metric(server, "bulian_gap_watch_commits_total"), 2)
        self.assertEqual(self.metric(server, "bulian_gap_watch_slow_readers_total"), 0)
        for stream in streams:
            stream.cancel()
        while self.metric(server, "bulian_gap_watch_streams") > 1:
            time.sleep(0.01)

    def test_the_cluster_is_deleted(self):
        _, client = self.start()
        load(client)
        stream = self.watch(client)
        next(stream)
        client("DeleteCluster", name=NAME, force=True)
        _, refusal = self.ended(stream)
        self.assertEqual((refusal.code, refusal.reason), ("NOT_FOUND", "RESOURCE_NOT_FOUND"))

    def gauged(self, server):
        """(cluster, kind, certainty) -> number, without zeros, once nothing is pending."""
        for _ in range(600):
            text = self.metrics(server)
            if re.search(r"^bulian_gaps_pending_clusters 0$", text, re.M):
                break
            time.sleep(0.1)
        found = {}
        for labels, value in re.findall(r"^bulian_gaps\{(.*)\} (\S+)$", text, re.M):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            self.assertEqual(set(labels), {"cluster", "kind", "certainty"})
            if float(value):
                found[labels["cluster"], labels["kind"], labels["certainty"]] = int(float(value))
        return found

    def answered(self, client, *clusters):
        return dict(collections.Counter((cluster, gap_pb2.GapKind.Name(gap.kind), gap_pb2.Certainty.Name(gap.certainty))
                                        for cluster in clusters for gap in self.gaps(client, f"clusters/{cluster}")))

    def test_gauges_equal_the_answers(self):
        server, client = self.start()
        self.assertEqual(server.bulian("import", SAMPLE / "beibei.jsonl").returncode, 0)
        load(client)
        gauged = self.gauged(server)
        self.assertEqual(gauged, self.answered(client, "beibei", "small"))
        self.assertIn(("small", "MISSING", "CERTAIN"), gauged)
        self.make_capability(client, "alpha", "a")
        changed = self.gauged(server)
        self.assertEqual(changed, self.answered(client, "beibei", "small"))
        self.assertNotEqual(changed, gauged)
        self.assertIn('bulian_gaps{certainty="CERTAIN",cluster="small",kind="EXTERNAL"} 0', self.metrics(server))
        client("DeleteCluster", name=NAME, force=True)
        self.assertEqual(self.gauged(server), self.answered(client, "beibei"))

    def cli(self, server, *arguments, lang="en"):
        process = subprocess.Popen([BIN / "bulian", "--server", server.grpc, "--lang", lang, "watch", *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        self.addCleanup(lambda: (process.kill(), process.wait(), process.stdout.close(), process.stderr.close()))
        return process

    def lines(self, process, last):
        """Lines up to the one that matches."""
        found = []
        while not found or not re.search(last, found[-1]):
            line = process.stdout.readline()
            self.assertTrue(line, "it ended")
            found.append(line.rstrip("\n"))
        return found

    def test_command_line_is_readable(self):
        server, client = self.start()
        load(client)
        process = self.cli(server, "small/main", "--gaps", "--from", "snapshot", "--kind", "missing", "--kind", "single-source")
        snapshot = self.lines(process, "snapshot complete")
        self.assertIn("  = MISSING  CERTAIN  small/main/material/missing  Material: k = 0, wanted 2, unmet 100 %", snapshot)
        self.assertRegex(snapshot[-1], r"^\d+  snapshot complete, as of 2026-06-30$")
        chinese = self.cli(server, "small", "--gaps", "--from", "snapshot", lang="zh")
        self.assertRegex(self.lines(chinese, "快照完成")[0], r"^  = \S+  \S+  small/main/\S+  \S+")
        self.make_capability(client, "alpha", "a")
        told = self.lines(process, "small/main/material/missing")
        self.assertRegex(told[0], r"^\d+  \S+Z  \S+  CreateCapability  as of 2026-06-30$")
        self.assertRegex(told[-1], r"^  ~ MISSING  POSSIBLE  small/main/material/missing  Material: CERTAIN → POSSIBLE, k = 0 → 0 / 1 / 1, wanted 2")
        client("UpdateChain", chain=dict(name=CHAIN, display_name=en("Main")), update_mask=dict(paths=["segments"]))
        self.assertRegex(self.lines(process, "UpdateChain")[-1], r"^\d+  \S+Z  \S+  UpdateChain  as of 2026-06-30$")
        gone = self.lines(process, "- SINGLE_SOURCE  POSSIBLE  small/main/material")
        self.assertIn("  - MISSING  POSSIBLE  small/main/material/missing  Material: k = 0 / 1 / 1, wanted 2, unmet 100 %", gone)

    def test_command_line_goes_on_over_a_restart(self):
        server, client = self.start()
        load(client)
        process = self.cli(server, "small", "--gaps", "-o", "json")
        self.assertIn("heartbeat", json.loads(process.stdout.readline()))
        self.make_capability(client, "alpha", "a")
        one = json.loads(process.stdout.readline())
        self.assertIn(MATERIAL + "missing", [change["name"] for change in one["commit"]["changes"]])
        client.close()
        server.__exit__()
        _, client = self.start(f"--listen={server.grpc}")
        client("DeleteCapability", name=enterprise_name("alpha") + "/capabilities/a")
        while "commit" not in (one := json.loads(process.stdout.readline())):
            pass
        self.assertEqual(one["commit"]["method"], "bulian.v1.CapabilityService/DeleteCapability")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertRegex(process.stderr.read(), r"trying again(.|\n)*--resume \S+\n$")

    def test_command_line_says_what_is_wrong(self):
        server, client = self.start()
        load(client)
        for arguments, status, told in ((["small", "--gaps", "--resume", "x"], 1, "RESUME_TOKEN_INVALID"), (["small", "--gaps", "--kind", "x"], 1, "no gap kind"),
                                        (["small/none", "--gaps"], 1, "RESOURCE_NOT_FOUND"), (["small", "--gaps", "--from", "earliest"], 1, "position"),
                                        (["small", "--gaps", "--type", "chain"], 2, "excludes"), (["small", "--kind", "missing"], 2, "requires")):
            done = server.bulian("watch", *arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(told, done.stderr)


if __name__ == "__main__":
    unittest.main()
