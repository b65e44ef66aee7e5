"""Disruption on the bundled sample: certificates that sum, times and impacts that are known, and not everywhere. And a supplier of two links that stops for
one of them: its certificate recomputed from prices alone."""
import collections
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, gap_pb2  # noqa: E402
from server import SAMPLE, Server  # noqa: E402
from small_cluster import en  # noqa: E402

BEIBEI = "clusters/beibei"
WORKS = "clusters/works"
CAR, BODY, FRAME = (WORKS + "/chains/cars/segments/" + name for name in ("car", "body", "frame"))
# A car takes one sheet for the body and two for the frame, of the same type.
NEEDED = {CAR: {BODY: 1, FRAME: 2}, BODY: {}, FRAME: {}}
SHEETS = {"small": 5, "big": 55}
CARS, WANTED = 1000, 100


def load_works(client):
    client("CreateCluster", cluster_id="works", cluster=dict(display_name=en("Works"), region_codes=["500109"], as_of=dict(year=2026, month=6, day=30)))
    for name in ("car", "sheet"):
        client("CreateCapabilityType", parent=WORKS, capability_type_id=name, capability_type=dict(kind="PRODUCT", display_name=en(name), unit="H87"))
    for name, made, amount in [("maker", "car", CARS)] + [(name, "sheet", amount) for name, amount in SHEETS.items()]:
        client("CreateEnterprise", parent=WORKS, enterprise_id=name, enterprise=dict(
            kind="COMPANY", display_name=dict(en=name, zh="厂" + name), sites=[dict(site_id="seat", region_code="500109")]))
        client("CreateCapability", parent=f"{WORKS}/enterprises/{name}", capability_id=made, capability=dict(
            capability_type=f"{WORKS}/capabilityTypes/{made}", site="seat", level="VOLUME",
            capacity=dict(total=dict(value=amount, unit="H87", period="YEAR"), free_share=1, in_cluster_share=0, outside_share=0),
            evidence=dict(state="VERIFIED", verified_by="office", date=dict(year=2026, month=6, day=1))))
    segments = [dict(segment_id=name, display_name=en(name), requirement=dict(capability_type=f"{WORKS}/capabilityTypes/{made}"))
                for name, made in (("car", "car"), ("body", "sheet"), ("frame", "sheet"))]
    segments[0] |= dict(final_demand=dict(value=WANTED, unit="H87", period="YEAR"), inputs=[
        dict(segment=name.split("/")[-1], coefficient=coefficient) for name, coefficient in NEEDED[CAR].items()])
    client("CreateChain", parent=WORKS, chain_id="cars", chain=dict(display_name=en("Cars"), segments=segments))


def upper_end(certificate, left):
    """What no plan can exceed, from the prices and the worth of sheets, told how many are left for the segments for which a part stops."""
    price = {name: 0.0 for name in NEEDED} | {one.segment: one.price for one in certificate.prices}
    cost = {name: sum(coefficient * price[source] for source, coefficient in inputs.items()) for name, inputs in NEEDED.items()}
    sheets = next((one.worth for one in certificate.limits if BODY in one.segments and not one.only_segment), 0)
    total = CARS * max(0, price[CAR] - cost[CAR]) + WANTED * max(0, 1 - price[CAR]) + sum(SHEETS.values()) * sheets
    for name in (BODY, FRAME):
        here = price[name] - cost[name]
        if name in left:
            total += left[name] * max(0, here - sheets)
        elif here > sheets + 1e-9:
            return math.inf
    return total


class DisruptionSampleTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        load_works(cls.client)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr

    def ask(self, parent=BEIBEI, **fields):
        return self.client("AssessDisruption", parent=parent, **fields)

    def test_every_certificate_of_the_sample_sums_to_its_value(self):
        for unit in ("ENTERPRISES", "SEGMENT_SUPPLIERS", "REGIONS"):
            certificates, only, token = 0, 0, ""
            while True:
                page = self.ask(BEIBEI, unit=unit, certificates=True, page_size=1000, page_token=token)
                proven = [(product.segment, one) for product in page.products for one in product.certificates]
                proven += [(result.failure, one) for result in page.results for loss in result.losses for one in loss.certificates]
                for of, one in proven:
                    total = math.fsum(limit.amount * limit.worth for limit in one.limits)
                    self.assertTrue(math.isclose(total, one.value, rel_tol=1e-9, abs_tol=1e-9), (of, one.value, total))
                    only += any(limit.only_segment for limit in one.limits)
                certificates += len(proven)
                token = page.next_page_token
                if not token:
                    break
            self.assertGreater(certificates, 100 if unit != "REGIONS" else 10, unit)
            # Nobody in the sample serves two segments of one type.
            self.assertEqual(only, 0, unit)

    def test_a_supplier_that_stops_for_one_of_its_segments(self):
        # 60 sheets are 20 cars. Without big the body has 5 left, the frame 5 for 2.5 cars.
        found = {one.failure.segment_suppliers[0].segment: one for one in self.ask(WORKS, unit="SEGMENT_SUPPLIERS", certificates=True).results
                 if one.failure.segment_suppliers[0].enterprises[0].endswith("/big")}
        for segment, value, worth in ((BODY, 5, 1), (FRAME, 2.5, 0.5)):
            [loss] = found[segment].losses
            self.assertAlmostEqual(loss.loss.claimed.lower, 20 - value, delta=1e-9)
            [certificate] = loss.certificates
            [limit] = certificate.limits
            self.assertEqual((list(limit.segments), limit.only_segment, limit.amount, limit.capabilities), ([BODY, FRAME], segment, 5, 1))
            self.assertAlmostEqual(limit.worth, worth, delta=1e-9)
            self.assertAlmostEqual(certificate.value, value, delta=1e-9)
            self.assertAlmostEqual(upper_end(certificate, {segment: SHEETS["small"]}), value, delta=1e-9)
            # Without that line the prices prove nothing.
            self.assertEqual(upper_end(certificate, {}), math.inf)
        # Who stops wholly leaves nothing for either; who stops for one besides leaves less for that.
        whole = dict(enterprises=[WORKS + "/enterprises/small"], segment_suppliers=[dict(segment=BODY, enterprises=[WORKS + "/enterprises/big"])])
        [result] = self.ask(WORKS, failures=[whole], certificates=True).results
        [certificate] = result.losses[0].certificates
        self.assertEqual((certificate.value, list(certificate.stopped_segments)), (0, [BODY, CAR]))
        self.assertAlmostEqual(result.losses[0].share.claimed.lower, 1)

    def test_times_and_impacts_of_the_sample(self):
        answer = self.ask(recovery=True, page_size=1000)
        self.assertEqual({one.unit_margin.currency_code for one in answer.products}, {"CNY"})
        of = {one.failure.enterprises[0].split("/")[-1]: one for one in answer.results}
        times = [one.recovery for one in of.values()]
        known = [one for one in times if one.HasField("recovery_days") and not one.survival_days.unbounded]
        self.assertGreater(len(known), 15)
        self.assertGreater(sum(one.exposed for one in known), 5)
        self.assertGreater(sum(not one.exposed for one in known), 5)
        # Not everybody states how long it takes, or what is on hand.
        self.assertGreater(sum(not one.HasField("recovery_days") for one in times), 5)
        self.assertGreater(sum(one.survival_days.unbounded and math.isfinite(one.survival_days.lower) for one in times), 5)
        index = [one.exposure_index for one in times if one.HasField("exposure_index")]
        self.assertEqual(max(index), 1)
        self.assertGreater(sum(one > 0 for one in index), 10)
        for result in of.values():
            self.assertEqual(result.value_loss.currency, "CNY")
            one = result.recovery
            self.assertLessEqual(one.survival_days.lower, one.survival_days.upper if not one.survival_days.unbounded else math.inf)
            self.assertEqual(one.HasField("impact"), one.HasField("recovery_days"))
            self.assertEqual(one.HasField("exposure_index"), one.HasField("impact"))
        # The only photomask shop keeps none on hand and takes half a year.
        mask = of["jingrui-photomask"].recovery
        self.assertEqual((mask.recovery_days, mask.exposed, mask.exposure_index), (170, True, 1))
        self.assertTrue(0 < mask.survival_days.lower <= mask.survival_days.upper < 30)
        # A platform cannot be put by.
        self.assertEqual(of["duochen-industrial-internet"].recovery.survival_days.upper, 0)
        # A chain by itself has them too.
        devices = self.ask(BEIBEI + "/chains/smart-device", recovery=True).results
        self.assertEqual(max(one.recovery.exposure_index for one in devices), 1)

    def test_command_line(self):
        done = self.server.bulian("risk", "disruption", "beibei", "--recovery", "--top", 1000)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        answer = self.ask(recovery=True, page_size=1000)
        met = [one.segment for one in answer.products if all(
            getattr(one.delivered, which).lower >= one.demand * (1 - 1e-7) for which in ("verified", "claimed", "possible"))]
        self.assertEqual(lines[0], f"{len(met)} of {len(answer.products)} end products can be delivered in full")
        self.assertEqual(sum("can be delivered " in line for line in lines) - 1, len(answer.products) - len(met))
        [mask] = [line for line in lines if line.startswith("jingrui-photomask ")]
        self.assertIn(" CNY ", mask)
        self.assertTrue(mask.split()[-1] == "1", mask)
        # Who ends nothing that is needed can be missed for ever; who states nothing is told so.
        self.assertTrue(any(" ∞ " in line for line in lines) and any(" ? " in line for line in lines))
        self.assertFalse(any("inf" in line.split() or "inf.." in line for line in lines))
        why = self.server.bulian("risk", "disruption", "beibei", "--why", "--top", 1).stdout
        self.assertEqual(why.count(": can be delivered "), len(answer.products))

    def test_fragile_links_are_those_one_of_whose_suppliers_costs_too_much(self):
        self.assertTrue(all(one.HasField("demand") for one in self.ask().products))
        greatest, token = {}, ""
        while True:
            page = self.ask(unit="SEGMENT_SUPPLIERS", page_size=1000, page_token=token)
            for result in page.results:
                lower, upper = greatest.setdefault(result.failure.segment_suppliers[0].segment, [0, 0])
                for loss in result.losses:
                    lower, upper = max(lower, loss.share.claimed.lower), max(upper, loss.share.claimed.upper)
                greatest[result.failure.segment_suppliers[0].segment] = [lower, upper]
            token = page.next_page_token
            if not token:
                break
        seen = collections.Counter()
        for one in self.client("AssessSegments", parent=BEIBEI, page_size=1000).segments:
            lower, upper = greatest.get(one.segment, (0, 0))
            limit, told = one.metrics.max_single_loss, one.metrics.single_loss.claimed
            [verdict] = [each.on_claimed for each in one.verdicts if each.kind == gap_pb2.FRAGILE]
            seen[gap_pb2.Verdict.Name(verdict)] += 1
            expected = gap_pb2.HOLDS if lower > limit + 1e-9 else gap_pb2.ABSENT if upper <= limit + 1e-9 else gap_pb2.UNDECIDED
            self.assertEqual(verdict, expected, (one.segment, lower, upper))
            # Who is within the limit by the share of the capacity is told by that.
            if told.upper > limit:
                self.assertAlmostEqual(told.lower, lower, delta=1e-6, msg=one.segment)
                self.assertAlmostEqual(told.upper, upper, delta=1e-6, msg=one.segment)
            else:
                self.assertGreaterEqual(told.upper, upper - 1e-6, one.segment)
        self.assertGreater(min(seen["HOLDS"], seen["ABSENT"]), 10, seen)


if __name__ == "__main__":
    unittest.main()
