"""Disruption through the real server: a small cluster whose losses are computed by hand below, its certificates recomputed from prices alone, and laws on
the sample."""
import csv
import io
import itertools
import json
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, gap_pb2  # noqa: E402
from server import SAMPLE, Server  # noqa: E402
from small_cluster import en  # noqa: E402

NAME = "clusters/plant"
CHAIN = NAME + "/chains/main"
DEVICE = CHAIN + "/segments/device"
INFINITE = math.inf
SETS = ("verified", "claimed", "possible")

# 100 devices a year, each of a board (of 4 chips), a housing (2 of steel or 1 of plastic), half a litre of glue, and 3 rare ones, which nobody here makes.
INPUTS = {"device": [("board", 1, ""), ("steel", 2, "housing"), ("plastic", 1, "housing"), ("glue", 0.5, ""), ("rare", 3, ""), ("test", 0, "")],
          "board": [("chip", 4, "")]}
UNITS = {"device": "H87", "board": "H87", "chip": "H87", "steel": "KGM", "plastic": "KGM", "glue": "LTR", "rare": "KGM", "test": "H87"}
# Enterprise, segment, capacity a year (None: unknown), hours of the pool `press` for a unit.
OFFERS = [("asm", "device", 120, 0), ("boards-one", "board", 60, 0), ("boards-two", "board", 50, 0), ("chips-one", "chip", 300, 0),
          ("chips-two", "chip", 140, 0), ("glue-known", "glue", 30, 0), ("glue-unknown", "glue", None, 0), ("lab", "test", 5, 0),
          ("mold", "steel", 80, 0.5), ("mold", "plastic", 70, 1), ("plast", "plastic", 30, 0)]
PRESS = 90  # hours a year: 180 of steel or 90 of plastic, 90 housings of either
STOCK = {"asm": 20, "boards-one": 0, "boards-two": 0}
RECOVERY = {"asm": 146, "boards-one": 100}
ENTERPRISES = sorted({offer[0] for offer in OFFERS})

# What is delivered on the claimed set: at least the 60 that the known glue is enough for, at most the demand. Then what is lost by failure, with
# delivered without it, as (at the lower end, at the upper end), and the share bound r.
ALL = (60, 100)
WITHOUT = {
    "asm": ((0, 0), 1),
    "boards-one": ((50, 50), 60 / 110),
    "boards-two": ((60, 60), 50 / 110),
    "chips-one": ((35, 35), 300 / 440),
    "chips-two": ((60, 75), 140 / 440),
    "glue-known": ((0, 100), 1),
    "glue-unknown": ((60, 60), 1),
    "lab": ((0, 0), 1),
    "mold": ((30, 30), 1),
    "plast": ((60, 90), 1),
}


def enterprise(name):
    return f"{NAME}/enterprises/{name}"


def short(name):
    return name.split("/")[-1]


def loss_of(everything, without, r):
    low = max(0, everything[0] - without[1])
    return low, max(low, min(everything[1] - without[0], r * everything[1]))


def share_of(everything, without, r):
    low = 1 if without[1] == 0 else max(0, 1 - without[1] / everything[0])
    return low, max(low, min(r, 1 - without[0] / everything[1]))


def ends(bounds):
    return bounds.lower, INFINITE if bounds.unbounded else bounds.upper


def load(client):
    client("CreateCluster", cluster_id="plant", cluster=dict(
        display_name=en("Plant"), region_codes=["500109", "500112"], as_of=dict(year=2026, month=6, day=30)))
    for name, unit in UNITS.items():
        client("CreateCapabilityType", parent=NAME, capability_type_id=name, capability_type=dict(kind="PRODUCT", display_name=en(name), unit=unit))
    for name in ENTERPRISES:
        pools = [dict(pool_id="press", display_name=en("Press"), capacity=dict(value=PRESS, unit="HUR", period="YEAR"))] if name == "mold" else []
        client("CreateEnterprise", parent=NAME, enterprise_id=name, enterprise=dict(
            kind="COMPANY", display_name=dict(en=name.title(), zh="厂" + name), pools=pools,
            sites=[dict(site_id="seat", region_code="500112" if name == "chips-one" else "500109")]))
    for name, made, amount, hours in OFFERS:
        capability = dict(capability_type=f"{NAME}/capabilityTypes/{made}", site="seat", level="VOLUME")
        if amount is not None:
            capability["capacity"] = dict(total=dict(value=amount, unit=UNITS[made], period="YEAR"), free_share=1, in_cluster_share=0, outside_share=0)
        if hours:
            capability["pool_loads"] = [dict(pool="press", load_per_unit=hours)]
        if name in STOCK:
            capability["stock"] = dict(value=STOCK[name], unit=UNITS[made])
        if name in RECOVERY:
            capability["recovery_time_days"] = RECOVERY[name]
        # One only claims.
        capability["evidence"] = dict(state="CLAIMED") if name == "boards-two" else dict(
            state="VERIFIED", verified_by="office", date=dict(year=2026, month=6, day=1))
        client("CreateCapability", parent=enterprise(name), capability_id=made, capability=capability)
    segments = []
    for name in UNITS:
        segment = dict(segment_id=name, display_name=en(name), requirement=dict(capability_type=f"{NAME}/capabilityTypes/{name}"), inputs=[
            dict(segment=source, coefficient=coefficient, alternatives_group=group) for source, coefficient, group in INPUTS.get(name, [])])
        if name == "device":
            segment["final_demand"] = dict(value=100, unit="H87", period="YEAR")
            segment["unit_margin"] = dict(currency_code="CNY", units=10)
        segments.append(segment)
    client("CreateChain", parent=NAME, chain_id="main", chain=dict(display_name=en("Main"), segments=segments))


def upper_end(certificate, stopped):
    """What no plan can exceed, from the prices alone, without the enterprises that stop; infinite if the prices prove nothing."""
    price = {name: 0.0 for name in UNITS} | {short(one.segment): one.price for one in certificate.prices}
    pool = {one.pool: one.worth for one in certificate.limits if one.pool}
    still = {short(name) for name in certificate.stopped_segments}
    cost = {}
    for name in UNITS:
        groups = {}
        for number, (source, coefficient, group) in enumerate(INPUTS.get(name, [])):
            groups.setdefault(group or number, []).append(coefficient * price[source])
        cost[name] = sum(min(members) for members in groups.values())
    total = PRESS * pool.get("press", 0) * ("mold" not in stopped) + 100 * max(0, 1 - price["device"])
    if price["rare"] > 1e-9 and "rare" not in still:
        return INFINITE
    for name, made, amount, hours in OFFERS:
        worth = max(0, price[made] - cost[made] - hours * pool.get("press", 0))
        if name in stopped or made in still or worth < 1e-9:
            continue
        total += worth * ((INFINITE if certificate.upper_end else 0) if amount is None else amount)
    return total


class DisruptionTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        load(cls.client)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr

    def ask(self, parent=NAME, **fields):
        return self.client("AssessDisruption", parent=parent, **fields)

    def check(self, certificate, stopped, value):
        self.assertEqual(certificate.supplier_set, gap_pb2.CLAIMED_SET)
        self.assertAlmostEqual(certificate.value, value, delta=1e-6)
        self.assertAlmostEqual(upper_end(certificate, stopped), value, delta=1e-6, msg=str(certificate))
        self.assertAlmostEqual(sum(one.amount * one.worth for one in certificate.limits), value, delta=1e-6, msg=str(certificate))
        terms = [one.amount * one.worth for one in certificate.limits]
        self.assertEqual(terms, sorted(terms, reverse=True))

    def near(self, found, expected, message_=None):
        for one, other in zip(ends(found), expected):
            self.assertAlmostEqual(one, other, delta=1e-6, msg=message_)

    def test_what_is_delivered(self):
        answer = self.ask()
        self.assertEqual((answer.revision.number > 0, answer.as_of.year, answer.algorithm_version != ""), (True, 2026, True))
        [product] = answer.products
        self.assertEqual((product.segment, product.demand, product.unit, product.unit_margin.units), (DEVICE, 100, "H87", 10))
        # Verified are 60 boards only.
        for which, expected in zip(SETS, ((60, 60), ALL, ALL)):
            self.near(getattr(product.delivered, which), expected, which)
        self.assertEqual(list(answer.bought_outside), [CHAIN + "/segments/rare"])
        self.assertEqual(list(answer.unknown_inputs), [])
        self.assertEqual([one.upper_end for one in product.certificates], [False, True])
        for certificate, value in zip(product.certificates, ALL):
            self.check(certificate, set(), value)
        # The lower end hangs on the glue, the upper on the demand.
        [glue] = product.certificates[0].limits
        self.assertEqual((list(glue.segments), glue.capabilities, glue.demand), ([CHAIN + "/segments/glue"], 2, False))
        self.assertAlmostEqual(glue.worth, 2)
        self.assertEqual([one.demand for one in product.certificates[1].limits], [True])

    def test_every_enterprise(self):
        answer = self.ask(certificates=True)
        self.assertEqual((answer.failure_count, answer.result_count, answer.next_page_token), (len(ENTERPRISES), len(ENTERPRISES), ""))
        ranks = []
        for result in answer.results:
            [name] = map(short, result.failure.enterprises)
            without, r = WITHOUT[name]
            [loss] = result.losses
            self.assertEqual((loss.segment, result.capabilities), (DEVICE, 2 if name == "mold" else 1))
            for which in SETS[1:]:
                self.near(getattr(loss.loss, which), loss_of(ALL, without, r), name)
                self.near(getattr(loss.share, which), share_of(ALL, without, r), name)
            self.assertAlmostEqual(result.greatest_share, loss.share.claimed.lower)
            self.assertEqual(result.value_loss.currency, "CNY")
            self.near(result.value_loss.loss.claimed, [10 * one for one in loss_of(ALL, without, r)], name)
            self.assertFalse(result.HasField("recovery"))
            for certificate in loss.certificates:
                with self.subTest(stops=name, upper_end=certificate.upper_end):
                    self.check(certificate, {name}, without[certificate.upper_end])
            ranks.append((-loss.share.claimed.lower, -loss.share.claimed.upper))
        self.assertEqual(len({result.failure.enterprises[0] for result in answer.results}), len(ENTERPRISES))
        self.assertTrue(all(a[0] < b[0] + 1e-9 and (a[0] < b[0] - 1e-9 or a[1] < b[1] + 1e-9) for a, b in zip(ranks, ranks[1:])), ranks)
        self.assertEqual([short(result.failure.enterprises[0]) for result in answer.results][:6], ["asm", "lab", "mold", "chips-one", "boards-one", "glue-known"])
        stopped = {short(result.failure.enterprises[0]): result.losses[0].certificates[0].stopped_segments for result in answer.results}
        self.assertEqual([short(one) for one in stopped["lab"]], ["device", "test"])
        self.assertEqual([short(one) for one in stopped["asm"]], ["device"])
        # On verified suppliers boards-two does not count, and without boards-one there is no board.
        by_name = {short(result.failure.enterprises[0]): result.losses[0] for result in answer.results}
        self.near(by_name["boards-one"].loss.verified, (60, 60))
        self.near(by_name["boards-two"].loss.verified, (0, 0))

    def test_the_pool_limits(self):
        [result] = self.ask(failures=[dict(label="no other plastic", enterprises=[enterprise("plast")])], certificates=True).results
        self.assertEqual(result.failure.label, "no other plastic")
        press, plastic = result.losses[0].certificates[1].limits
        # Of other plastic there is nothing left, and a unit would be worth one device.
        self.assertEqual((list(plastic.segments), plastic.amount, plastic.capabilities), ([CHAIN + "/segments/plastic"], 0, 0))
        self.assertAlmostEqual(plastic.worth, 1)
        self.assertEqual((press.pool, press.holder), ("press", enterprise("mold")))
        self.assertAlmostEqual(press.amount, PRESS)
        self.assertAlmostEqual(press.worth, 1)

    def test_suppliers_of_a_segment_and_regions(self):
        answer = self.ask(unit="SEGMENT_SUPPLIERS")
        self.assertEqual(answer.failure_count, len(OFFERS))
        found = {(short(one.failure.segment_suppliers[0].segment), short(one.failure.segment_suppliers[0].enterprises[0])): one for one in answer.results}
        # Steel alone: 70 and 30 of plastic are enough. Plastic alone: 40 housings of steel, 30 of plastic.
        for made, without in (("steel", (60, 100)), ("plastic", (60, 70))):
            self.near(found[made, "mold"].losses[0].loss.claimed, loss_of(ALL, without, 1), made)
            self.assertEqual(found[made, "mold"].capabilities, 1)
        self.near(found["board", "boards-one"].losses[0].loss.claimed, loss_of(ALL, *WITHOUT["boards-one"]))
        regions = self.ask(unit="REGIONS")
        self.assertEqual([list(one.failure.region_codes) for one in regions.results], [["500109"], ["500112"]])
        self.near(regions.results[0].losses[0].share.claimed, (1, 1))
        self.near(regions.results[1].losses[0].loss.claimed, loss_of(ALL, *WITHOUT["chips-one"]))
        [outer] = self.ask(failures=[dict(region_codes=["500000"])]).results
        self.assertEqual(outer.capabilities, len(OFFERS))

    def test_given_failures_in_their_order(self):
        given = [dict(label="two", enterprises=[enterprise("chips-two"), enterprise("boards-two")]),
                 dict(label="three", enterprises=[enterprise(name) for name in ("boards-one", "boards-two", "mold")]),
                 dict(label="mixed", enterprises=[enterprise("chips-two")], region_codes=["500112"]),
                 dict(label="one", segment_suppliers=[dict(segment=CHAIN + "/segments/glue", enterprises=[enterprise("glue-known")])])]
        answer = self.ask(failures=given)
        self.assertEqual([one.failure.label for one in answer.results], ["two", "three", "mixed", "one"])
        expected = [((60, 60), max(50 / 110, 140 / 440)), ((0, 0), 1), ((0, 0), 1), ((0, 100), 1)]
        for result, (without, r) in zip(answer.results, expected):
            self.near(result.losses[0].loss.claimed, loss_of(ALL, without, r), result.failure.label)

    def test_standing_alone_nothing_is_delivered(self):
        answer = self.ask(sourcing="CLUSTER_ALONE")
        self.near(answer.products[0].delivered.possible, (0, 0))
        self.assertEqual((list(answer.bought_outside), answer.failure_count, answer.result_count), ([], len(ENTERPRISES), 0))
        self.assertIn(CHAIN + "/segments/rare", answer.products[0].certificates[0].stopped_segments)

    def test_recovery(self):
        found = {short(one.failure.enterprises[0]): one.recovery for one in self.ask(recovery=True).results}
        # Needed are the 60 a year that are sure: 20 devices on hand are a third of a year of it. In 0.4 years 24 and those on hand are enough for the
        # 40 that are wanted; without asm there are 20.
        self.assertEqual((found["asm"].recovery_days, found["asm"].exposed), (146, True))
        self.near(found["asm"].survival_days, (365 / 3, 365 / 3))
        self.assertAlmostEqual(found["asm"].impact.units + found["asm"].impact.nanos * 1e-9, 200, delta=1e-3)
        self.assertAlmostEqual(found["asm"].exposure_index, 1)
        # 50 a year still come: 20 + 50 t = 60 t. That is after it is back.
        self.assertEqual((found["boards-one"].recovery_days, found["boards-one"].exposed), (100, False))
        self.near(found["boards-one"].survival_days, (730, 730))
        self.assertAlmostEqual(found["boards-one"].impact.units + found["boards-one"].impact.nanos * 1e-9, 0, delta=1e-3)
        self.assertAlmostEqual(found["boards-one"].exposure_index, 0)
        # Nobody knows when mold is back and what it has on hand. 20 + 30 t = 60 t.
        self.assertFalse(found["mold"].HasField("recovery_days") or found["mold"].HasField("impact") or found["mold"].HasField("exposure_index"))
        self.assertAlmostEqual(found["mold"].survival_days.lower, 365 * 20 / 30, delta=1e-4)
        self.assertTrue(found["mold"].survival_days.unbounded)

    def test_bad_requests(self):
        refusal = self.client.refused("AssessDisruption", parent=CHAIN, unit="REGIONS", page_size=-1, failures=[dict(
            label="x" * 257, enterprises=["nonsense", "clusters/other/enterprises/a", enterprise("asm"), enterprise("asm")], region_codes=["99"],
            segment_suppliers=[dict(segment="x")]), dict()])
        self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_FIELDS"))
        at = "failures[0]."
        self.assertEqual(set(refusal.violations), {
            "unit", "page_size", at + "label", at + "enterprises[0]", at + "enterprises[1]", at + "enterprises[3]", at + "region_codes[0]",
            at + "segment_suppliers[0].segment", at + "segment_suppliers[0].enterprises", "failures[1]"})
        self.assertIn("parent", self.client.refused("AssessDisruption", parent="x").violations)
        self.assertIn("failures", self.client.refused("AssessDisruption", parent=NAME, failures=[dict(region_codes=["500109"])] * 201).violations)
        for request in (dict(parent="clusters/nowhere"), dict(parent=NAME + "/chains/none"), dict(parent=NAME, failures=[dict(enterprises=[enterprise("nobody")])])):
            self.assertEqual(self.client.refused("AssessDisruption", **request).code, "NOT_FOUND")
        token = self.ask(page_size=1).next_page_token
        self.assertEqual(self.client.refused("AssessDisruption", parent=NAME, unit="REGIONS", page_size=1, page_token=token).code, "INVALID_ARGUMENT")

    def test_sample_losses_pages_and_pairs(self):
        whole = self.ask("clusters/beibei", page_size=1000)
        self.assertEqual((whole.next_page_token, len(whole.results)), ("", whole.result_count))
        self.assertGreater(whole.result_count, 1)
        self.assertLessEqual(whole.result_count, whole.failure_count)
        delivered = {one.segment: one.delivered for one in whole.products}
        keys, sure = [], []
        for result in whole.results:
            # What costs no product by itself may still cost value together.
            self.assertTrue(len(result.losses) > 0 or any(ends(getattr(result.value_loss.loss, which))[1] > 0 for which in SETS), result.failure)
            for loss in result.losses:
                for which in SETS:
                    low, high = ends(getattr(loss.loss, which))
                    most = ends(getattr(delivered[loss.segment], which))[1]
                    self.assertTrue(0 <= low <= high <= most * (1 + 1e-9), (result.failure, loss))
                    if loss.share.HasField(which):
                        low, high = ends(getattr(loss.share, which))
                        self.assertTrue(0 <= low <= high <= 1, (result.failure, loss))
            shares = [one.share.claimed for one in result.losses if one.share.HasField("claimed")]
            keys.append((-max((one.lower for one in shares), default=0), -max((one.upper for one in shares), default=0), result.failure.enterprises[0]))
            self.assertEqual(result.greatest_share, -keys[-1][0])
            if result.greatest_share > 0:
                sure.append(result)
        self.assertEqual(keys, sorted(keys))
        pages, token = [], ""
        while True:
            page = self.ask("clusters/beibei", page_size=max(1, (whole.result_count + 2) // 3), page_token=token)
            self.assertEqual((page.revision.number, page.result_count), (whole.revision.number, whole.result_count))
            self.assertEqual(len(page.products) > 0, token == "")
            pages.extend(page.results)
            token = page.next_page_token
            if not token:
                break
        self.assertEqual([one.SerializeToString(deterministic=True) for one in pages], [one.SerializeToString(deterministic=True) for one in whole.results])
        # Two lose at least as much as each of them.
        some = (sure or list(whole.results))[:5]
        pairs = list(itertools.combinations(some, 2))
        answer = self.ask("clusters/beibei", failures=[dict(enterprises=[a.failure.enterprises[0], b.failure.enterprises[0]]) for a, b in pairs])
        self.assertEqual(len(answer.results), len(pairs))
        for pair, both in zip(pairs, answer.results):
            of_both = {one.segment: ends(one.loss.claimed) for one in both.losses}
            for loss in itertools.chain(*(one.losses for one in pair)):
                for one, two in zip(ends(loss.loss.claimed), of_both.get(loss.segment, (0, 0))):
                    self.assertLessEqual(one, two + 1e-6 * max(1, abs(two) if math.isfinite(two) else 1), (both.failure, loss))

    def run_cli(self, *arguments):
        done = self.server.bulian(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_command_line(self):
        table = self.run_cli("risk", "disruption", "plant", "--recovery", "--why")
        for text in ("can be delivered", "STOPS", "TTR DAYS", "asm Asm", "for sure: 30 of ", "bought outside", "plant/main/rare"):
            self.assertIn(text, table)
        self.assertIn(f"{len(ENTERPRISES)} of {len(ENTERPRISES)} failures cost something, as of 2026-06-30", table)
        chinese = self.run_cli("--lang", "zh", "risk", "disruption", "plant/main", "--by", "supplier")
        for text in ("停产", "可交付", "外购", "厂asm"):
            self.assertIn(text, chinese)
        answer = json.loads(self.run_cli("risk", "disruption", "plant", "--stop", "chips-two", "--stop", "500112", "-o", "json"))
        [result] = answer["results"]
        self.assertEqual((result["failure"]["enterprises"], result["failure"]["regionCodes"]), ([enterprise("chips-two")], ["500112"]))
        self.assertAlmostEqual(result["losses"][0]["loss"]["claimed"]["lower"], 60, delta=1e-6)
        rows = list(csv.reader(io.StringIO(self.run_cli("risk", "disruption", "beibei", "--top", 1000, "-o", "csv").lstrip("\ufeff"))))
        self.assertEqual(rows[0][:3], ["STOPS", "CAPABILITIES", "LOSS %"])
        self.assertEqual(len(rows) - 1, self.ask("clusters/beibei", page_size=1).result_count)
        alone = self.run_cli("risk", "disruption", "plant", "--alone")
        self.assertIn(f"0 of {len(ENTERPRISES)} failures", alone)
        self.assertEqual(self.server.bulian("risk", "disruption", "nowhere").returncode, 1)
        self.assertEqual(self.server.bulian("risk", "disruption", "plant", "--by", "luck").returncode, 2)


if __name__ == "__main__":
    unittest.main()
