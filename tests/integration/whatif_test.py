"""What-ifs of the sample on a real server: the answer against the same changes really made on a second server, stored state that never changes,
refusals that tell everything with its line, and what the command line prints."""
import csv
import io
import json
import pathlib
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from server import SAMPLE, Server  # noqa: E402

NAME = "clusters/beibei"


def plain(gap):
    """A gap without what says which state it is of."""
    return {key: value for key, value in gap.items() if key not in ("revision", "asOf")}


def numbers(segment):
    return {key: segment.get(key) for key in ("segment", "metrics", "verdicts")}


def chain_of(gap):
    return gap["segment"].split("/segments/")[0]


class State:
    """A server with the sample, asked through the command line."""

    def __init__(self, case):
        self.server = Server().__enter__()
        case.addClassCleanup(self.server.__exit__)
        self.run("import", SAMPLE / "beibei.jsonl")

    def run(self, *arguments, **keywords):
        done = self.server.bulian(*arguments, **keywords)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, *arguments, **keywords):
        return json.loads(self.run(*arguments, "-o", "json", **keywords))

    def gaps(self):
        return {gap["name"]: plain(gap) for gap in self.ask("gaps", "beibei")["gaps"]}

    def segments(self):
        return {one["segment"]: numbers(one) for one in self.ask("gaps", "beibei", "--segments")["segments"]}

    def candidates(self, segment, top):
        found = self.ask("match", segment, "--top", top)
        return found.get("candidateCount", 0), {
            one["enterprise"]: {"rank": rank, "score": one["score"], "fit": one["fit"], "capability": one["capability"], "basis": one["basis"]}
            for rank, one in enumerate(found.get("candidates", []), 1)}

    def make(self, change):
        """Makes one change really."""
        kind, value = next(iter(change.items()))
        if kind == "remove":
            self.run("delete", value, *(["--force"] if "/enterprises/" in value else []))
        elif kind == "stopEnterprise":
            for one in self.ask("list", value + "/capabilities").get("capabilities", []):
                self.run("delete", one["name"])
        elif kind == "scaleDemand":
            for chain in self.ask("list", NAME + "/chains")["chains"]:
                scaled = False
                for segment in chain["segments"]:
                    full = f"{chain['name']}/segments/{segment['segmentId']}"
                    if full == value["name"] or full.startswith(value["name"] + "/"):
                        for rate in [segment] + segment.get("demandPlan", []):
                            if "finalDemand" in rate:
                                rate["finalDemand"]["value"] = rate["finalDemand"].get("value", 0) * value["factor"]
                                scaled = True
                if scaled:
                    self.run("import", "-", stdin=json.dumps({"chain": chain}))
        else:
            record = value if kind == "put" else change
            self.run("import", "-", stdin=json.dumps(record))

    def stored(self):
        return self.ask("gaps", "beibei", "--limit", 1)["revision"]["number"], self.run("export", "beibei")


def supplier(enterprise, capability_type, per_year, unit, region="500109"):
    """A new local company with one verified offer, as import records."""
    name = f"{NAME}/enterprises/{enterprise}"
    return [{"enterprise": {"name": name, "kind": "COMPANY", "displayName": {"zh": "新厂", "en": "New Works"},
                            "sites": [{"siteId": "main", "regionCode": region}]}},
            {"capability": {"name": name + "/capabilities/c", "capabilityType": capability_type, "site": "main", "level": "VOLUME",
                            "capacity": {"total": {"value": per_year, "unit": unit, "period": "YEAR"}, "freeShare": 1, "inClusterShare": 0, "outsideShare": 0},
                            "evidence": {"state": "VERIFIED", "verifiedBy": "office", "date": {"year": 2026, "month": 6, "day": 1}}}}]


class WhatIfTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.here, cls.copy = State(cls), State(cls)
        gaps = cls.here.ask("gaps", "beibei")["gaps"]
        cls.missing = next(g for g in gaps if g["kind"] == "MISSING" and g["certainty"] == "CERTAIN" and g["metrics"]["demand"]["state"] == "KNOWN")
        cls.single = next(g for g in gaps if g["kind"] == "SINGLE_SOURCE" and g["certainty"] == "CERTAIN")
        cls.sole = cls.single["suppliers"][0]["enterprise"]
        # One that nothing names, so that it can be deleted.
        spare = {"chain": {"name": NAME + "/chains/spare", "displayName": {"en": "Spare"}, "segments": [
            {"segmentId": "only", "displayName": {"en": "Only"}, "requirement": {"capabilityType": cls.missing["capabilityType"]}}]}}
        for state in (cls.here, cls.copy):
            state.make(spare)

    def what_if(self, changes, *arguments):
        return self.here.ask("whatif", "beibei", "-", *arguments, stdin="".join(json.dumps(one) + "\n" for one in changes))

    def patched(self, before, deltas, of):
        """What is there after the deltas; each must say truly what is there before."""
        after = dict(before)
        for delta in deltas:
            name = of(delta.get("after") or delta["before"])
            self.assertEqual(delta["kind"], "APPEARED" if "before" not in delta else "GONE" if "after" not in delta else "CHANGED")
            self.assertEqual("before" in delta, name in before, name)
            if "after" in delta:
                after[name] = delta["after"]
            else:
                del after[name]
        return after

    def check(self, changes, least_gaps=1):
        """Evaluated here, really made on the copy, compared, and then made here too."""
        targets = [gap["segment"] for gap in (self.missing, self.single)]
        stored = self.here.stored()
        answer = self.what_if(changes, "--top", 5, *(x for t in targets for x in ("--match", t)))
        self.assertEqual(self.here.stored(), stored, "nothing may be stored")
        self.assertEqual(answer["revision"]["number"], stored[0])
        gaps, segments = self.here.gaps(), self.here.segments()
        ranked = {t: self.here.candidates(t, 5) for t in targets}
        for one in changes:
            self.copy.make(one)

        for delta in answer.get("gapDeltas", []):
            for side in ("before", "after"):
                if side in delta:
                    delta[side] = plain(delta[side])
            if "before" in delta:
                self.assertEqual(delta["before"], gaps[delta["before"]["name"]])
        after = self.copy.gaps()
        self.assertEqual(self.patched(gaps, answer.get("gapDeltas", []), lambda gap: gap["name"]), after)
        self.assertEqual((answer["gapCountBefore"], answer["gapCountAfter"]), (len(gaps), len(after)))
        counts = [answer.get(key, 0) for key in ("appearedCount", "changedCount", "goneCount")]
        self.assertEqual(sum(counts), len(answer.get("gapDeltas", [])))
        self.assertGreaterEqual(sum(counts), least_gaps)

        deltas = [{key: numbers(value) if key in ("before", "after") else value for key, value in one.items()} for one in answer.get("segmentDeltas", [])]
        self.assertEqual(self.patched(segments, deltas, lambda segment: segment["segment"]), self.copy.segments())

        for target, delta in zip(targets, answer["matchDeltas"]):
            self.assertEqual(delta["segment"], target)
            now = self.copy.candidates(target, 5)
            self.assertEqual((delta["countBefore"], delta["countAfter"]), (ranked[target][0], now[0]))
            best = dict(ranked[target][1])
            for one in delta.get("candidates", []):
                self.assertEqual(one.get("before"), best.pop(one["enterprise"], None))
                if "after" in one:
                    best[one["enterprise"]] = one["after"]
            self.assertEqual(best, now[1])
        for one in changes:
            self.here.make(one)

    def test_equals_the_changes_really_made(self):
        metrics = self.missing["metrics"]
        unit = metrics["unit"]
        half = metrics["demand"]["perYear"] / 2
        new = supplier("whatif-new", self.missing["capabilityType"], half, unit)
        chain = chain_of(self.single)
        spare = next(c for c in self.here.ask("list", NAME + "/chains")["chains"] if c["name"].endswith("/spare"))
        project = next(p for p in self.here.ask("list", NAME + "/projects")["projects"] if p["state"] == "TRIAL" or p["state"] == "STARTED")
        self.check([{"stopEnterprise": self.sole}], least_gaps=2)
        self.check([{"put": one} for one in new])
        self.check([{"scaleDemand": {"name": chain, "factor": 1.5}}])
        self.check([{"scaleDemand": {"name": NAME, "factor": 0.25}}, new[1] | {"capability": new[1]["capability"] | {"level": "PILOT"}}])
        self.check([{"project": project | {"state": "IN_PRODUCTION"}}], least_gaps=0)
        self.check(supplier("whatif-two", self.missing["capabilityType"], 3 * half, unit) + [{"remove": f"{NAME}/enterprises/whatif-new"},
                   {"stopEnterprise": f"{NAME}/enterprises/whatif-two"}], least_gaps=0)
        self.check([{"remove": NAME + "/chains/spare"}])
        for state in (self.here, self.copy):
            state.make({"chain": spare})

    def test_flags_are_short_for_changes(self):
        chain = chain_of(self.missing)
        enterprise = self.here.ask("list", NAME + "/enterprises", "--limit", 1)["enterprises"][0]["name"]
        by_file = self.what_if([{"stopEnterprise": enterprise}, {"scaleDemand": {"name": chain, "factor": 2}}, {"scaleDemand": {"name": NAME, "factor": 2}}])
        short = chain.split("/")[-1]
        for stop, scale in ((enterprise, chain), (enterprise.split("/")[-1], short), (enterprise.removeprefix("clusters/"), "beibei/" + short)):
            self.assertEqual(self.here.ask("whatif", "beibei", "--stop", stop, "--scale", scale + "=2", "--scale", "beibei=2"), by_file)
        removed = self.here.ask("whatif", "beibei", "--remove", "spare", "--chain", "spare")
        self.assertGreater(removed["goneCount"], 0)
        self.assertEqual(removed.get("gapCountAfter", 0), 0)
        short_enterprise = supplier("whatif-short", self.missing["capabilityType"], 1, self.missing["metrics"]["unit"])
        gone = self.here.ask("whatif", "beibei", "-", "--remove", "enterprises/whatif-short", stdin="".join(json.dumps(one) + "\n" for one in short_enterprise))
        self.assertEqual((gone["createdCount"], gone["deletedCount"], len(gone.get("gapDeltas", []))), (2, 2, 0))

    def test_filters(self):
        chain = chain_of(self.missing).split("/")[-1]
        only = self.here.ask("whatif", "beibei", "--scale", "beibei=3", "--chain", chain, "--kind", "under-capacity", "--certain")
        self.assertGreater(len(only["gapDeltas"]), 0)
        for delta in only["gapDeltas"]:
            for gap in (delta[side] for side in ("before", "after") if side in delta):
                self.assertEqual((gap["kind"], gap["certainty"]), ("UNDER_CAPACITY", "CERTAIN"))
                self.assertIn(f"/chains/{chain}/", gap["name"])
        dated = self.here.ask("whatif", "beibei", "--scale", "beibei=3", "--as-of", "2027-01-01")
        self.assertEqual(dated["asOf"]["year"], 2027)

    def refused(self, status, *arguments, **keywords):
        stored = self.here.stored()
        done = self.here.server.bulian("whatif", "beibei", *arguments, **keywords)
        self.assertEqual((done.returncode, done.stdout), (status, ""))
        self.assertEqual(self.here.stored(), stored)
        return done.stderr.splitlines()

    def test_every_violation_with_its_line(self):
        lines = [{"enterprise": {"name": f"{NAME}/enterprises/bad", "uscc": "91350100M000100Y4Z", "sites": [{"siteId": "Main", "regionCode": "990000"}]}}, {"remove": f"{NAME}/chains/none"},
                 {"put": {"capability": {"name": f"{NAME}/enterprises/bad/capabilities/c", "capabilityType": self.missing["capabilityType"]}}},
                 {"scaleDemand": {"name": NAME, "factor": -1}}, {"stopEnterprise": NAME}]
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("\n" + "".join(json.dumps(one) + "\n" for one in lines))
            file.flush()
            told = self.refused(1, file.name, "--stop", "nobody", "--scale", "nothing=2")
            name = file.name
        starts = [f"{name}:2: enterprise.display_name: ", f"{name}:2: enterprise.uscc: ", f"{name}:2: enterprise.sites[0].site_id: ",
                  f"{name}:2: enterprise.sites[0].region_code: ", f"{name}:3: remove: there is no {NAME}/chains/none",
                  f"{name}:5: scale_demand.factor: ", f"{name}:6: stop_enterprise: ", f"--stop nobody: there is no {NAME}/enterprises/nobody",
                  f"--scale nothing=2: there is no {NAME}/chains/nothing"]
        for start in starts:
            self.assertTrue(any(line.startswith(start) for line in told), (start, told))
        self.assertFalse([line for line in told if line.startswith(f"{name}:4:")], "only follows from line 2")

    def test_lines_that_cannot_be_read(self):
        told = self.refused(1, "-", "--scale", "beibei", stdin='{"remove":"x"}\nnonsense\n{"stop":"x"}\n{"scaleDemand":{"name":"clusters/beibei"}}\n')
        self.assertEqual([line.split(": ")[0] for line in told], ["standard input:2", "standard input:3", "standard input:4", "--scale beibei"])
        self.assertIn("cannot be read", self.refused(1, "/nowhere/x.jsonl")[0])
        self.assertIn("no changes", self.refused(1)[0])
        self.assertTrue(self.refused(1, "--scale", "beibei=2", "--kind", "strange"))
        self.assertTrue(self.refused(2, "--top", "0", "--scale", "beibei=2"))
        self.assertEqual(self.here.server.bulian("whatif", "nowhere", "--scale", "nowhere=2").returncode, 1)

    def test_tables(self):
        chain = chain_of(self.missing).split("/")[-1]
        segment = self.missing["segment"].replace("clusters/", "").replace("/chains/", "/").replace("/segments/", "/")
        new = "".join(json.dumps(one) + "\n" for one in supplier("whatif-table", self.missing["capabilityType"], 1, self.missing["metrics"]["unit"]))
        table = self.here.run("whatif", "beibei", "-", "--chain", chain, "--segments", "--match", segment, stdin=new)
        self.assertIn("nothing is stored", table)
        self.assertIn("2 created, 0 updated, 0 deleted", table)
        self.assertRegex(table, r"BETTER +MISSING → SINGLE_SOURCE")
        self.assertRegex(table, r"ENTERS +" + segment + r" +- → 1 +New Works")
        self.assertRegex(table, r"candidates of .*: \d+ → \d+")
        self.assertIn("█", self.here.run("whatif", "beibei", "--scale", "beibei=2"))
        chinese = self.here.run("--lang", "zh", "whatif", "beibei", "-", "--match", segment, stdin=new)
        self.assertIn("未存储", chinese)
        self.assertIn("新厂", chinese)
        raw = self.here.run("-o", "csv", "whatif", "beibei", "--scale", "beibei=2")
        rows = list(csv.DictReader(io.StringIO(raw.lstrip("\ufeff"))))
        self.assertEqual(len(rows), len(self.here.ask("whatif", "beibei", "--scale", "beibei=2")["gapDeltas"]))
        self.assertTrue(all(row["NAME"].startswith("beibei/") for row in rows))

    def test_many_at_once_answer_as_alone(self):
        client = Client(self.here.server.grpc)
        self.addCleanup(client.close)
        enterprises = [one["name"] for one in self.here.ask("list", NAME + "/enterprises")["enterprises"]][:40]
        stored = self.here.stored()

        def answer(enterprise):
            return client("EvaluateScenario", parent=NAME, changes=[dict(stop_enterprise=enterprise)]).SerializeToString(deterministic=True)
        alone, together = [answer(one) for one in enterprises], {}
        threads = [threading.Thread(target=lambda at=at: together.update({at: answer(enterprises[at])})) for at in range(len(enterprises))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([together[at] for at in range(len(enterprises))], alone)
        self.assertGreater(len(set(alone)), 5)
        self.assertEqual(self.here.stored(), stored)


if __name__ == "__main__":
    unittest.main()
