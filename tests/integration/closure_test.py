"""What would close unmet demand in the sample, through the real server, against a second computation from its records."""
import itertools
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from server import SAMPLE, Server  # noqa: E402

sys.path.insert(0, str(SAMPLE))
from gap_oracle import LEVELS, Oracle  # noqa: E402

# The server keeps shares of capacity as single-precision numbers: amounts agree to about 1e-7 of themselves.
SETS = {"verified": 0, "claimed": 1, "possible": 2}


def most(supplies, wanted, weights):
    """The greatest sum of weight times amount: supplies [(amount, segments)], wanted {segment: amount}. Segments are
    served by falling weight; each draws along alternating paths on supplies with something left."""
    left = [amount for amount, _ in supplies]
    sent = {}
    total = 0.0
    for segment in sorted(wanted, key=lambda s: (-weights[s], s)):
        need = wanted[segment]
        while need > 1e-12 * wanted[segment]:
            came, open_ = {segment: None}, [segment]
            end = None
            while open_ and end is None:
                at = open_.pop(0)
                if isinstance(at, int):  # a supply: what it sends elsewhere may be taken by another
                    for other in wanted:
                        if other not in came and sent.get((at, other), 0) > 1e-12:
                            came[other] = at
                            open_.append(other)
                    continue
                for number, (_, segments) in enumerate(supplies):
                    if at in segments and number not in came:
                        came[number] = at
                        open_.append(number)
                        if left[number] > 1e-12:
                            end = number
                            break
            if end is None:
                break
            path = [end]
            while came[path[-1]] is not None:
                path.append(came[path[-1]])
            amount = min([need, left[end]] + [sent[(path[i], path[i - 1])] for i in range(2, len(path), 2)])
            left[end] -= amount
            for i in range(0, len(path) - 1, 2):
                sent[(path[i], path[i + 1])] = sent.get((path[i], path[i + 1]), 0) + amount
                if i + 2 < len(path):
                    sent[(path[i + 2], path[i + 1])] -= amount
            need -= amount
            total += amount * weights[segment]
    return total


class Expected:
    """All options of some segments on one set, from the records."""

    def __init__(self, oracle, segments, number):
        self.oracle, self.number = oracle, number
        self.unmet, self.missing, self.demand = {}, set(), {}
        for name in segments:
            counted = [s for s in oracle.suppliers(name) if s[1] <= number]
            capacity, demand = sum(s[2] for s in counted), oracle.demand[name]
            if oracle.enabling(name) or demand is None:
                demand = 0
            self.demand[name] = demand
            if demand > 0 and capacity < demand * (1 - 1e-9):
                self.unmet[name] = demand - capacity
            if not counted:
                self.missing.add(name)
        self.wanted = [n for n in segments if n in self.unmet or n in self.missing]
        self.sources = {}  # (name, change) -> [holder, amount, fed segments, begun segments]
        self._capabilities()
        self._projects()
        self.options = {}  # (subject name, change) -> list of sources
        for (name, change), source in self.sources.items():
            if not source[2] and not source[3]:
                continue
            subject = name.partition(":")[0] if change == "COME_INTO_PRODUCTION" else source[0]
            self.options.setdefault((subject, change), []).append(source)

    def _add(self, name, change, holder, amount, segment):
        source = self.sources.setdefault((name, change), [holder, amount, [], []])
        if amount > 0 and segment in self.unmet:
            source[2].append(segment)
        if change != "ALLOT_TO_CLUSTER" and segment in self.missing:
            source[3].append(segment)

    def _capabilities(self):
        oracle = self.oracle
        for segment in self.wanted:
            requirement = oracle.segments[segment]["requirement"]
            for capability in oracle.by_kind["capability"]:
                holder = capability["name"].partition("/capabilities/")[0]
                if (not oracle.subsumes(requirement["capabilityType"], capability["capabilityType"])
                        or not oracle.current(capability) or oracle.enterprises[holder].get("kind") == "ALLIANCE"):
                    continue
                low = oracle.capacity(capability)[0]
                local = oracle.place(holder, capability.get("site"))
                short = LEVELS[requirement.get("minLevel", "VOLUME")] - LEVELS.get(capability.get("level"), 9)
                raised = dict(capability)
                if short > 0:
                    raised["level"] = requirement.get("minLevel", "VOLUME")
                fit = oracle.fit(requirement, raised)
                if fit is False:
                    continue
                lacks = []
                if local is False:
                    lacks.append("MOVE_IN")
                if short > 0:
                    lacks.append("RAISE_LEVEL")
                if (fit is None or local is None) and self.number < 2:
                    lacks.append("STATE_FIT")
                if self.number == 0 and not oracle.sure(capability["evidence"]):
                    lacks.append("VERIFY")
                if not lacks:
                    total = oracle.capacity({**capability, "capacity": {**capability["capacity"], "inClusterShare": 1.0,
                                                                        "freeShare": 0.0, "outsideShare": 0.0}})[0] \
                        if "capacity" in capability else 0.0
                    if total - low > 1e-12 * total:
                        self._add(capability["name"], "ALLOT_TO_CLUSTER", holder, total - low, segment)
                elif len(lacks) == 1 and not (lacks == ["RAISE_LEVEL"] and short > 1):
                    self._add(capability["name"], lacks[0], holder, low, segment)

    def _projects(self):
        oracle = self.oracle
        for segment in self.wanted:
            requirement = oracle.segments[segment]["requirement"]
            for project in oracle.by_kind["project"]:
                if project["state"] in ("IN_PRODUCTION", "CANCELLED"):
                    continue
                for planned in project["plannedCapabilities"]:
                    capability = planned["capability"]
                    if not oracle.subsumes(requirement["capabilityType"], capability["capabilityType"]):
                        continue
                    local, fit = oracle.place(project["owner"], capability.get("site")), oracle.fit(requirement, capability)
                    sure = capability.get("evidence") and oracle.sure(capability["evidence"])
                    if local is False or fit is False or (None in (local, fit) and self.number < 2) or (self.number == 0 and not sure):
                        continue
                    self._add(project["name"] + ":" + planned["capabilityId"], "COME_INTO_PRODUCTION", project["owner"],
                              oracle.capacity(capability)[0], segment)

    def value(self, options, prices=None):
        """Share and missing segments some options close together."""
        sources = [s for option in options for s in self.options[option]]
        weights = {n: (1 - (prices or {}).get(n, 0)) / self.demand[n] for n in self.unmet}
        missing = {n for s in sources for n in s[3]}
        return most([(s[1], set(s[2])) for s in sources], self.unmet, weights), len(missing)


class ClosureTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr
        with open(SAMPLE / "beibei.jsonl", encoding="utf-8") as lines:
            cls.oracle = Oracle([json.loads(line) for line in lines])

    def ask(self, *arguments):
        done = self.server.bulian("close", "-o", "json", "--top", "1000", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def segments_of(self, chain):
        return [n for n in self.oracle.segments if not chain or n.startswith(f"clusters/beibei/chains/{chain}/")]

    def test_every_option_of_the_cluster_on_every_set(self):
        changes = set()
        for which, number in SETS.items():
            expected = Expected(self.oracle, self.segments_of(""), number)
            answer = self.ask("beibei", "--set", which)
            self.assertEqual({s["segment"] for s in answer["segments"]}, set(expected.wanted))
            for segment in answer["segments"]:
                self.assertAlmostEqual(segment["unmet"], expected.unmet.get(segment["segment"], 0), delta=1e-6 * max(1, segment["unmet"]))
                self.assertEqual(segment.get("missing", False), segment["segment"] in expected.missing)
            self.assertAlmostEqual(answer["unmetShare"], sum(u / expected.demand[n] for n, u in expected.unmet.items()), delta=1e-5)
            told = {(o["name"], o["change"]): o for o in answer["options"] if o["subject"] != "CLOSE_BY_CAPABILITY"}
            values = {key: expected.value([key]) for key in expected.options}
            self.assertEqual(set(told), {key for key, (share, missing) in values.items() if share > 1e-9 or missing})
            for key, option in told.items():
                changes.add(option["change"])
                self.assertAlmostEqual(option.get("closedShare", 0), values[key][0], delta=1e-6, msg=key)
                self.assertEqual(option.get("closesMissing", 0), values[key][1], key)
                self.check_effects(option, expected, key)
            order = [(-o.get("closedShare", 0), -o.get("closesMissing", 0), o["name"]) for o in answer["options"]]
            self.assertEqual(order, sorted(order))
        self.assertGreaterEqual(changes, {"MOVE_IN", "RAISE_LEVEL", "STATE_FIT", "VERIFY", "ALLOT_TO_CLUSTER", "COME_INTO_PRODUCTION"})

    def check_effects(self, answer, expected, key):
        """What is told of segments adds up."""
        share, sent = 0.0, {}
        for effect in answer["effects"]:
            name, unmet = effect["segment"], effect.get("unmetBefore", 0)
            self.assertAlmostEqual(unmet, expected.unmet.get(name, 0), delta=1e-6 * max(1, unmet), msg=key)
            self.assertAlmostEqual(effect.get("unmetAfter", 0), unmet - effect.get("added", 0), delta=1e-6 * max(1, unmet), msg=key)
            self.assertAlmostEqual(sum(f["amount"] for f in effect.get("flows", [])), effect.get("added", 0), delta=1e-6 * max(1, unmet))
            for flow in effect.get("flows", []):
                source = (flow["source"], flow.get("plannedCapability", ""))
                sent[source] = sent.get(source, 0) + flow["amount"]
            share += effect.get("closedShare", 0)
        self.assertAlmostEqual(share, answer.get("closedShare", 0), msg=key)
        for source in answer.get("sources", []):
            name = (source["name"], source.get("plannedCapability", ""))
            self.assertLessEqual(sent.get(name, 0), source.get("adds", 0) * (1 + 1e-9), key)

    def test_the_best_sets_of_chains(self):
        sizes = set()
        for chain in sorted({n.split("/")[3] for n in self.oracle.segments}):
            expected = Expected(self.oracle, self.segments_of(chain), 1)
            answer = self.ask("beibei/" + chain, "--k", "2")
            best = answer["best"]
            options = list(expected.options)
            values = [expected.value(pair) for pair in itertools.combinations(options, min(2, len(options)))] or [(0.0, 0)]
            top = max(share for share, _ in values)
            missing = max(m for share, m in values if share >= top - 1e-6)
            self.assertTrue(best["optimal"])
            self.assertAlmostEqual(best.get("closedShare", 0), top, delta=1e-6, msg=chain)
            self.assertEqual(best.get("closesMissing", 0), missing, chain)
            self.assertEqual(best.get("bound", 0), best.get("closedShare", 0))
            self.check_effects(best, expected, chain)
            sizes.add(len(best.get("options", [])))
            if "lpBound" not in best:
                continue
            prices = {s["segment"]: s.get("price", 0) for s in answer["segments"]}
            at_prices = sorted((expected.value([o], prices)[0] for o in options), reverse=True)[:2]
            bound = sum(p * expected.unmet[n] / expected.demand[n] for n, p in prices.items() if n in expected.unmet) + sum(at_prices)
            self.assertAlmostEqual(best["lpBound"], bound, delta=1e-6, msg=chain)
            self.assertGreaterEqual(bound, top - 1e-6)
        self.assertIn(2, sizes)

    def test_more_options_close_no_less(self):
        before = 0.0
        for k in (1, 2, 4, 7, 10):
            best = self.ask("beibei", "--k", k)["best"]
            self.assertGreaterEqual(best["closedShare"], before - 1e-9)
            self.assertGreaterEqual(best["bound"], best["closedShare"])
            self.assertLessEqual(len(best["options"]), k)
            before = best["closedShare"]

    def test_segments_gaps_and_words(self):
        by_gap, by_segment = self.ask("beibei/chip/wafer-fab/under-capacity"), self.ask("beibei/chip/wafer-fab")
        self.assertEqual(by_gap["options"], by_segment["options"])
        self.assertEqual(by_gap["segmentCount"], 1)
        only = self.ask("beibei", "--by", "project", "--change", "come-into-production")
        self.assertEqual({o["subject"] for o in only["options"]}, {"CLOSE_BY_PROJECT"})
        for arguments, word in ((["--k", "3"], "best set of at most 3"), (["--lang", "zh", "--k", "3"], "最优组合"), (["-o", "csv"], "OPTION")):
            done = self.server.bulian("close", "beibei/chip", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(word, done.stdout)
        for wrong in (["beibei/chip/nowhere"], ["nowhere"], ["beibei/chip/wafer-fab/missing"]):
            done = self.server.bulian("close", *wrong)
            self.assertEqual(done.returncode, 1)
            self.assertIn("NOT_FOUND", done.stderr.upper().replace(" ", "_"))
        self.assertEqual(self.server.bulian("close", "beibei", "--k", "11").returncode, 2)


if __name__ == "__main__":
    unittest.main()
