"""ESRI through the real server, on the network of tests/testdata/esri/net200, against published results and an independent plain loop.

Enterprises do not sell to themselves in a cluster, so the three links of the network that do are left out of it. The plain loop below is first held
against the published results with them, then the server against the plain loop without.
"""
import csv
import gzip
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc  # noqa: E402
from server import SOURCE, Server  # noqa: E402
from small_cluster import en  # noqa: E402

FOLDER = SOURCE / "tests/testdata/esri/net200"
NAME = "clusters/net"
WORDS = {"0": "NEGLIGIBLE", "1": "NON_ESSENTIAL", "2": "ESSENTIAL"}


def rows(name):
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt") as file:
        return list(csv.reader(file))[1:]


def header(name):
    with gzip.open(FOLDER / f"{name}.csv.gz", "rt") as file:
        return next(csv.reader(file))


class Plain:
    """The definition, firm by firm and link by link; replaceability by industry."""

    def __init__(self, edges, industry, essential, replacement=True):
        self.n, self.industry, self.replacement = len(industry), industry, replacement
        self.sold, bought, group = [0.0] * self.n, [0.0] * self.n, {}
        for i, j, w in edges:
            self.sold[i] += w
            bought[j] += w
            group[j, industry[i]] = group.get((j, industry[i]), 0) + w
        self.inputs, self.sales = [[] for _ in industry], [[] for _ in industry]
        for i, j, w in edges:
            kind = essential[industry[i], industry[j]]
            if kind:
                self.inputs[j].append((i, kind, w / (group[j, industry[i]] if kind == 2 else bought[j])))
            self.sales[i].append((j, w / self.sold[i]))

    def run(self, down_shock, up_shock, threshold=0.01):
        cap_down, cap_up = [1 - down_shock.get(i, 0) for i in range(self.n)], [1 - up_shock.get(i, 0) for i in range(self.n)]
        down, up, steps, going = cap_down[:], cap_up[:], 0, True
        while going:
            remains = {}
            for i in range(self.n):
                remains[self.industry[i]] = remains.get(self.industry[i], 0) + down[i] * self.sold[i]
            remains = {k: 1 if v <= 1e-10 else v for k, v in remains.items()}
            lost = [(min(1, self.sold[i] / remains[self.industry[i]]) if self.replacement else 1) * (1 - down[i]) for i in range(self.n)]
            next_down, next_up = [], []
            for j in range(self.n):
                essential, linear = {}, 0
                for i, kind, share in self.inputs[j]:
                    if kind == 2:
                        essential[self.industry[i]] = essential.get(self.industry[i], 0) + share * lost[i]
                    else:
                        linear += share * lost[i]
                next_down.append(max(0, min(cap_down[j], 1 - max(essential.values(), default=0), 1 - linear)))
                next_up.append(max(0, min(cap_up[j], 1 - sum(share * (1 - up[k]) for k, share in self.sales[j]))))
            steps += 1
            going = max(max(a - b for a, b in zip(down, next_down)), max(a - b for a, b in zip(up, next_up))) > threshold
            down, up = next_down, next_up
        whole = sum(self.sold)
        return (sum(s * (1 - min(d, u)) for s, d, u in zip(self.sold, down, up)) / whole, sum(s * (1 - d) for s, d in zip(self.sold, down)) / whole,
                sum(s * (1 - u) for s, u in zip(self.sold, up)) / whole, steps)


def enterprise(firm):
    return f"{NAME}/enterprises/f{firm + 1:03}"


class SystemicRiskTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        cls.edges = [(int(i) - 1, int(j) - 1, float(w)) for i, j, w in rows("edges")]
        names = header("essential")[1:]
        # Its industries as divisions of manufacturing, from 13.
        cls.code = {name: str(13 + k) for k, name in enumerate(names)}
        cls.industry = [cls.code[name] for _, name in rows("industry")]
        matrix = rows("essential")
        cls.essential = {(cls.code[row[0]], cls.code[name]): int(value) for row in matrix for name, value in zip(names, row[1:])}
        cls.client("CreateCluster", cluster_id="net", cluster=dict(
            display_name=en("Net"), as_of=dict(year=2026, month=6, day=30),
            industry_essentiality=[dict(supplier_industry=a, buyer_industry=b, essentiality=WORDS[str(v)]) for (a, b), v in cls.essential.items()]))
        records = [dict(capability_type=dict(name=f"{NAME}/capabilityTypes/goods", kind="PRODUCT", display_name=en("goods"), unit="H87"))]
        records += [dict(enterprise=dict(name=enterprise(i), display_name=en(f"Firm {i + 1}"), industry_codes=[code])) for i, code in enumerate(cls.industry)]
        cls.kept = [e for e in cls.edges if e[0] != e[1]]
        for k, (i, j, w) in enumerate(cls.kept):
            units = int(w)
            records.append(dict(supply_link=dict(
                name=f"{NAME}/supplyLinks/l{k}", supplier=enterprise(i), buyer=enterprise(j), product_type=f"{NAME}/capabilityTypes/goods", year=2025,
                value=dict(currency_code="CNY", units=units, nanos=round((w - units) * 10**9)))))
        batches = [records[at:at + 500] for at in range(0, len(records), 500)]
        for answer in cls.client.import_records(NAME, *batches):
            assert not answer.rejected, answer.rejected[0]
        cls.plain = Plain(cls.kept, cls.industry, cls.essential)

    def assess(self, timeout=120, **fields):
        messages = list(self.client("AssessSystemicRisk", timeout, parent=NAME, **fields))
        self.assertEqual(messages[0].WhichOneof("part"), "header")
        self.assertEqual(messages[-1].WhichOneof("part"), "summary")
        self.assertTrue(messages[-1].summary.complete)
        return messages[0].header, [one for message in messages[1:-1] for one in message.batch.results], messages[-1].summary

    def same(self, got, want):
        self.assertEqual(got.steps, want[3])
        for a, b in zip((got.esri, got.esri_downstream, got.esri_upstream), want):
            self.assertAlmostEqual(a, b, delta=1e-8)

    def test_the_plain_loop_itself(self):
        with_own = Plain(self.edges, self.industry, self.essential)
        for firm, esri, down, up, steps in rows("esri_base")[::4]:
            got = with_own.run({int(firm) - 1: 1}, {int(firm) - 1: 1})
            self.assertEqual(got[3], int(steps))
            for a, b in zip(got, (esri, down, up)):
                self.assertAlmostEqual(a, float(b), delta=1e-8)

    def test_all_enterprises(self):
        head, results, summary = self.assess()
        firms = sorted({i for e in self.kept for i in e[:2]})
        self.assertEqual((head.firm_count, head.link_count, head.currency), (len(firms), len(self.kept), "CNY"))
        self.assertAlmostEqual(head.total_value, sum(e[2] for e in self.kept), places=6)
        self.assertEqual([one.enterprise for one in results], [enterprise(i) for i in firms])
        for firm, one in zip(firms, results):
            self.same(one, self.plain.run({firm: 1}, {firm: 1}))
        ranked = sorted(results, key=lambda one: (-one.esri, one.enterprise))
        self.assertEqual([one.enterprise for one in summary.top], [one.enterprise for one in ranked[:100]])

    def test_without_replacement_and_a_smaller_threshold(self):
        plain = Plain(self.kept, self.industry, self.essential, replacement=False)
        listed = [3, 50, 51, 120, 199]
        _, results, _ = self.assess(no_replacement=True, enterprises=[enterprise(i) for i in reversed(listed)], threshold=0.001)
        for firm, one in zip(listed, results):
            self.assertEqual(one.enterprise, enterprise(firm))
            if one.HasField("esri"):
                self.same(one, plain.run({firm: 1}, {firm: 1}, 0.001))

    def test_scenarios(self):
        shocks = {}
        for scenario, firm, shock in rows("shocks"):
            shocks.setdefault(scenario, {})[int(firm) - 1] = float(shock)
        _, results, _ = self.assess(loser_count=5, scenarios=[
            dict(label=name, losses=[dict(enterprise=enterprise(f), downstream_share=s, upstream_share=s / 2) for f, s in losses.items()])
            for name, losses in shocks.items()])
        for k, (name, losses) in enumerate(shocks.items()):
            self.assertEqual((results[k].scenario, results[k].label), (k, name))
            linked = {f: s for f, s in losses.items() if enterprise(f) not in results[k].unlinked_enterprises}
            self.same(results[k], self.plain.run(linked, {f: s / 2 for f, s in linked.items()}))
            parts = [one.index_part for one in results[k].losers]
            self.assertEqual(parts, sorted(parts, reverse=True))

    def test_same_answer_twice(self):
        first, second = (b"".join(m.SerializeToString(deterministic=True) for m in self.client("AssessSystemicRisk", parent=NAME, loser_count=3)) for _ in "ab")
        self.assertEqual(first, second)

    def test_refusals(self):
        refused = self.client.refused("AssessSystemicRisk", parent="net", threshold=-1, enterprises=["x"])
        self.assertEqual((refused.code, sorted(refused.violations)), ("INVALID_ARGUMENT", ["enterprises[0]", "parent", "threshold"]))
        self.assertEqual(self.client.refused("AssessSystemicRisk", parent="clusters/none").code, "NOT_FOUND")
        self.assertEqual(self.client.refused("AssessSystemicRisk", parent=NAME, enterprises=[NAME + "/enterprises/none"]).code, "NOT_FOUND")

    def test_a_reader_that_goes_away_leaves_the_server_going(self):
        for _ in range(20):
            call = self.client("AssessSystemicRisk", parent=NAME, threshold=1e-12)
            self.assertEqual(next(call).WhichOneof("part"), "header")
            call.cancel()
            with self.assertRaises(grpc.RpcError) as ended:
                list(call)
            self.assertEqual(ended.exception.code(), grpc.StatusCode.CANCELLED)
        self.assess(top_only=True)

    def test_command_line(self):
        done = self.server.bulian("risk", "systemic", "net", "--top", "3", "--losers", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len([line for line in done.stdout.splitlines() if "█" in line]), 3)
        self.assertIn("not counted: 0 links not valid", done.stdout)
        done = self.server.bulian("-o", "json", "risk", "systemic", "net", "--enterprise", "f003", "--enterprise", enterprise(4))
        head, end = map(json.loads, done.stdout.splitlines())
        self.assertEqual(head["header"]["currency"], "CNY")
        self.assertEqual({one["enterprise"] for one in end["summary"]["top"]}, {enterprise(2), enterprise(4)})
        self.assertEqual(self.server.bulian("risk", "systemic", "none").returncode, 1)
        self.assertEqual(len(self.server.bulian("-o", "csv", "risk", "systemic", "net", "--top", "2").stdout.splitlines()), 3)


if __name__ == "__main__":
    unittest.main()
