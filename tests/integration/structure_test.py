"""Structure and feasibility of the sample through the real server, against a second computation from its records."""
import collections
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from server import SAMPLE, Server  # noqa: E402

sys.path.insert(0, str(SAMPLE))
from gap_oracle import Oracle  # noqa: E402


def reached(starts, nexts, without=None):
    """All nodes on ways from the starts that do not pass `without`."""
    seen, open_ = set(), [s for s in starts if s != without]
    while open_:
        node = open_.pop()
        if node not in seen:
            seen.add(node)
            open_.extend(n for n in nexts[node] if n != without)
    return seen


def truth(low, high, limit):
    return "HOLDS" if low > limit else "ABSENT" if high <= limit else "UNDECIDED"


class StructureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr
        with open(SAMPLE / "beibei.jsonl", encoding="utf-8") as lines:
            cls.oracle = Oracle([json.loads(line) for line in lines])
        cls.structure = {s["segment"]: s for s in cls.ask("structure")["segments"]}
        cls.feeds, cls.fed_by = collections.defaultdict(set), collections.defaultdict(set)
        for name, inputs in cls.oracle.inputs.items():
            for source, _ in inputs:
                if source != name:
                    cls.feeds[source].add(name)
                    cls.fed_by[name].add(source)
        cls.ends = {name for name, segment in cls.oracle.segments.items()
                    if segment.get("finalDemand", {}).get("value", 0) > 0
                    or "finalDemand" not in segment and not cls.feeds[name]}

    @classmethod
    def ask(cls, command, *arguments):
        done = cls.server.bulian(command, "beibei", "-o", "json", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_every_segment_is_there(self):
        self.assertEqual(set(self.structure), set(self.oracle.segments))

    def test_end_products_and_dominators(self):
        raw = [n for n in self.oracle.segments if not self.fed_by[n]]
        all_reached = reached(raw, self.feeds)
        dominated = 0
        for name, segment in self.structure.items():
            self.assertEqual(set(segment["feeds"].get("segments", [])), reached([name], self.feeds) & self.ends, name)
            expected = (all_reached - reached(raw, self.feeds, name)) & self.ends - {name}
            self.assertEqual(set(segment["dominates"].get("segments", [])), expected, name)
            dominated += len(expected)
        self.assertGreater(dominated, 0)

    def test_articulation_points(self):
        around = {n: self.feeds[n] | self.fed_by[n] for n in self.oracle.segments}

        def parts(without):
            left, count = set(around) - {without}, 0
            while left:
                left -= reached([min(left)], around, without)
                count += 1
            return count
        for name, segment in self.structure.items():
            self.assertEqual(segment.get("articulationPoint", False), parts(name) > parts(None), name)

    def test_upstreamness_and_backward_linkages(self):
        demand, known = self.oracle._demand(), 0
        edges = [(source, name, entry.get("coefficient"), entry.get("split", 1.0))
                 for name, inputs in self.oracle.inputs.items() for source, entry in inputs]
        up, back = dict.fromkeys(demand, 1.0), dict.fromkeys(demand, 1.0)
        for _ in range(400):
            next_up, next_back = dict.fromkeys(demand, 1.0), dict.fromkeys(demand, 1.0)
            for source, name, coefficient, split in edges:
                amount = (coefficient or 0.0) * split
                if amount and demand[source] and demand[name]:
                    next_up[source] += amount * demand[name] / demand[source] * up[name]
                next_back[name] += amount * back[source]
            up, back = next_up, next_back
        for name, segment in self.structure.items():
            if segment["upstreamness"]["state"] == "KNOWN":
                known += 1
                self.assertAlmostEqual(segment["upstreamness"]["value"], up[name], delta=1e-9 * up[name], msg=name)
            if segment["backwardLinkage"]["state"] == "KNOWN":
                self.assertAlmostEqual(segment["backwardLinkage"]["sum"], back[name], delta=1e-9 * back[name], msg=name)
        self.assertGreater(known, 0)
        values = [s["backwardLinkage"]["value"] for s in self.structure.values() if s["backwardLinkage"]["state"] == "KNOWN"]
        self.assertAlmostEqual(sum(values) / len(values), 1)

    def test_dependency_by_year(self):
        roots, checked = self.oracle._owner_groups(), 0
        for name, segment in self.structure.items():
            wanted = self.oracle.segments[name]["requirement"]["capabilityType"]
            links = [li for li in self.oracle.by_kind["supplyLink"] if self.oracle.subsumes(wanted, li["productType"])
                     and li.get("year", 0) <= self.oracle.as_of.year]
            years = sorted({li["year"] for li in links if li.get("year")}, reverse=True)[:3]
            answered = segment["dependency"].get("years", [])
            places = [self.oracle.place(li[side], None) for li in links for side in ("supplier", "buyer")]
            if None in places or any("value" not in li or not li.get("year") for li in links):
                continue  # with unknowns the answers are intervals, which the unit tests check
            links = [li for li in links if self.oracle.place(li["supplier"], None) or self.oracle.place(li["buyer"], None)]
            self.assertEqual([y["year"] for y in answered], [y for y in years if any(li["year"] == y for li in links)], name)
            for year in answered:
                of_year = [li for li in links if li["year"] == year["year"]]
                bought, outside, output = collections.Counter(), 0, 0
                for link in of_year:
                    value = int(link["value"].get("units", 0)) + link["value"].get("nanos", 0) / 1e9
                    local = self.oracle.place(link["supplier"], None)
                    output += value if local else 0
                    if self.oracle.place(link["buyer"], None):
                        bought[roots[link["supplier"]]] += value
                        outside += 0 if local else value
                total = sum(bought.values())
                if not total:
                    continue
                checked += 1
                hhi, share = sum((v / total) ** 2 for v in bought.values()), outside / total
                self.assertAlmostEqual(year["supplierHhi"].get("lower", 0), hhi, msg=name)
                self.assertAlmostEqual(year["supplierHhi"].get("upper", 0), hhi, msg=name)
                self.assertAlmostEqual(year["outsideShare"].get("upper", 0), share, msg=name)
                self.assertEqual(year["concentrated"], truth(hhi, hhi, 0.4), name)
                self.assertEqual(year["outsideReliant"], truth(share, share, 0.5), name)
                self.assertEqual(year["notSubstitutable"], truth(outside, outside, output), name)
        self.assertGreater(checked, 0)

    def works(self, supplied):
        """Strikes out what cannot work until nothing changes."""
        working = set(supplied)
        while True:
            kept = set()
            for name in working:
                groups = collections.defaultdict(list)
                for number, (source, entry) in enumerate(self.oracle.inputs[name]):
                    groups[entry.get("alternativesGroup") or number].append(source)
                if all(any(m in working for m in members) for members in groups.values()):
                    kept.add(name)
            if kept == working:
                return working
            working = kept

    def test_feasibility_with_its_certificates(self):
        answer = self.ask("feasible")
        self.assertEqual({e["segment"] for e in answer["endProducts"]}, self.ends)
        outcomes = set()
        for number, which in enumerate(("VERIFIED_SET", "CLAIMED_SET", "POSSIBLE_SET")):
            supplied = {n for n in self.oracle.segments if any(s[1] <= number for s in self.oracle.suppliers(n))}
            working = self.works(supplied)
            for end in answer["endProducts"]:
                name, on_set = end["segment"], end["onSets"][number]
                self.assertEqual(on_set["set"], which)
                self.assertEqual(on_set.get("feasible", False), name in working, name)
                outcomes.add(name in working)
                if name in working:
                    route = set(on_set["route"])
                    self.assertLessEqual(route, supplied)
                    self.assertIn(name, self.works(route))
                    continue
                missing = set(on_set["missing"])
                self.assertIn(name, self.works(supplied | missing))
                for one in missing:
                    self.assertNotIn(name, self.works(supplied | missing - {one}))
        self.assertIn(False, outcomes)

    def test_tables_and_choice(self):
        one = min(self.ends)
        short = one.replace("clusters/", "").replace("/chains/", "/").replace("/segments/", "/")
        answer = self.ask("feasible", "--end", short)
        self.assertEqual([e["segment"] for e in answer["endProducts"]], [one])
        for command in ("structure", "feasible"):
            done = self.server.bulian(command, "beibei/smart-sensor")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("smart-sensor/", done.stdout)
            self.assertEqual(self.server.bulian(command, "nowhere").returncode, 1)


if __name__ == "__main__":
    unittest.main()
