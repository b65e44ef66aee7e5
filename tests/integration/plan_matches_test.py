"""Joint plans through the real server: every answer is verified from itself alone, what it lacks against a second computation from the records, and plans
that would take long end with their callers."""
import json
import pathlib
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc, message  # noqa: E402
from bulian.v1 import match_plan_pb2  # noqa: E402
from closure_test import Expected  # noqa: E402
from server import SAMPLE, Server  # noqa: E402
from small_cluster import en  # noqa: E402

sys.path.insert(0, str(SAMPLE))
from gap_oracle import Oracle  # noqa: E402

NAME = "clusters/beibei"
WIDE = "clusters/wide"
ROUNDING = 1e-6


def plan(client, timeout=60, **fields):
    """The whole answer, over all pages; what stands on every page is the same on each."""
    whole, fields = None, {"parent": NAME, "include_candidates": True, "page_size": 1000} | fields
    while True:
        page = client("PlanMatches", timeout, **fields)
        if whole is None:
            whole = page
        else:
            assert (page.objective, page.bound, page.gap_count) == (whole.objective, whole.bound, whole.gap_count)
            whole.gaps.extend(page.gaps)
            whole.capacities.extend(page.capacities)
        if not page.next_page_token:
            whole.next_page_token = ""
            return whole
        fields["page_token"] = page.next_page_token


class Verified:
    """Recomputes a plan with all its candidates from the answer alone; `test` is told what does not hold."""

    def __init__(self, test, answer):
        self.test, self.answer = test, answer
        self.capacities = {c.capacity: c for c in answer.capacities}
        self.pool_price, self.drawn = {}, {}
        for capacity in answer.capacities:
            for draw in capacity.draws:
                self.pool_price[draw.capacity] = self.pool_price.get(draw.capacity, 0) + draw.load * capacity.price
        test.assertEqual((len(answer.gaps), len(answer.capacities)), (answer.gap_count, answer.capacity_count))
        self.value = self.bound = self.closed = 0.0
        self.used, self.given = {}, 0
        for gap in answer.gaps:
            self.check_gap(gap)
        self.check_capacities()
        self.check_head()

    def near(self, a, b, what):
        self.test.assertAlmostEqual(a, b, delta=ROUNDING * max(1, abs(a), abs(b)), msg=what)

    def at_most(self, a, b, what):
        self.test.assertLessEqual(a, b * (1 + ROUNDING) + 1e-9, what)

    def check_gap(self, gap):
        suppliers, amounts, limit_price = {}, 0.0, {one.supplier: one.price for one in gap.supplier_limits}
        self.bound += gap.usable_need * gap.price + sum(gap.supplier_limit * price for price in limit_price.values())
        for one in gap.assignments:
            self.at_most(one.floor, one.amount, one.enterprise)
            self.at_most(one.amount, one.limit, one.enterprise)
            self.near(one.share, one.amount / gap.need, "share")
            # What a unit is worth follows from the score.
            worth = gap.weight * (1 - self.answer.score_weight + self.answer.score_weight * one.score) / gap.need
            self.test.assertAlmostEqual(one.value / worth, 1, places=9)
            if gap.lot > 0:
                self.near(one.amount / gap.lot, round(one.amount / gap.lot), "whole lots")
            amounts += one.amount
            self.value += one.amount * one.value
            self.given += one.amount > 0
            mine = suppliers.setdefault(one.supplier, [0.0, one.counted_today])
            mine[0] += one.amount
            self.test.assertEqual(mine[1], one.counted_today)
            self.check_candidate(gap, one, limit_price.get(one.supplier, 0))
        for number, (amount, _) in suppliers.items():
            self.at_most(amount, gap.supplier_limit, gap.segment)
            self.check_slack(limit_price.get(number, 0), gap.supplier_limit - amount, gap.supplier_limit, gap.segment)
        new = [amount for amount, today in suppliers.values() if amount > 0 and not today]
        self.test.assertEqual(gap.new_suppliers, len(new))
        if gap.min_suppliers and amounts > 0:
            self.test.assertGreaterEqual(sum(a >= gap.least_amount * (1 - ROUNDING) for a in new), gap.min_suppliers, gap.segment)
        self.near(gap.assigned, amounts, gap.segment)
        self.near(gap.assigned + gap.unmet, gap.need, gap.segment)
        self.at_most(gap.assigned, gap.usable_need, gap.segment)
        self.at_most(gap.usable_need, gap.need, gap.segment)
        self.near(gap.worth * gap.need, max(0, gap.weight - gap.price * gap.need), gap.segment)
        self.check_slack(gap.price, gap.usable_need - amounts, gap.usable_need, gap.segment)
        self.closed += amounts / gap.need
        self.test.assertEqual(gap.candidate_count, len(gap.assignments))

    def check_candidate(self, gap, one, limit_price):
        """The reduced value of a unit goes into the bound; in a plan without wholes it also says which end the amount is at."""
        reduced, capacity = one.value - gap.price - limit_price, self.capacities.get(one.capacity)
        if one.amount > 0 and one.capacity:
            self.test.assertIsNotNone(capacity, f"{one.capacity} is used and not told")
        if capacity is not None:
            taken = gap.unit_factor / capacity.unit_factor
            self.used[one.capacity] = self.used.get(one.capacity, 0) + one.amount * taken
            reduced -= taken * (capacity.price + self.pool_price.get(one.capacity, 0))
        self.bound += max(one.floor * reduced, one.limit * reduced)
        if self.answer.method == match_plan_pb2.PLAN_INTEGER:
            return
        if reduced > ROUNDING * one.value:
            self.near(one.amount, one.limit, f"{one.enterprise} is worth more than all prices together and gives not all")
        if reduced < -ROUNDING * one.value:
            self.near(one.amount, one.floor, f"{one.enterprise} is worth less than the prices and gives")

    def check_slack(self, price, left, whole, what):
        """Complementary slackness: what is left over has no price."""
        self.test.assertGreaterEqual(price, 0)
        if self.answer.method != match_plan_pb2.PLAN_INTEGER and left > ROUNDING * max(whole, 1e-12):
            self.test.assertAlmostEqual(price * whole, 0, delta=ROUNDING, msg=f"{what}: something is left and has a price")

    def check_capacities(self):
        for capacity in self.answer.capacities:
            used = self.used.get(capacity.capacity, 0)
            if capacity.pool:
                used = sum(draw.load * self.used.get(draw.capacity, 0) for draw in capacity.draws)
            self.near(capacity.used, used, capacity.capacity)
            self.at_most(capacity.used, capacity.usable, capacity.capacity)
            self.at_most(capacity.usable, capacity.free, capacity.capacity)
            self.bound += capacity.usable * capacity.price
            self.check_slack(capacity.price, capacity.usable - used, capacity.usable, capacity.capacity)

    def check_head(self):
        answer = self.answer
        self.near(answer.objective, self.value, "objective")
        self.near(answer.relaxation_bound, self.bound, "the bound of the prices")
        self.near(answer.closed_share, self.closed, "closed")
        self.test.assertEqual(answer.assignment_count, self.given)
        self.test.assertEqual(answer.wanted_share, answer.gap_count)
        self.at_most(answer.objective, answer.bound, "bound")
        self.at_most(answer.bound, answer.relaxation_bound, "bound")
        if answer.objective > 0:
            self.near(answer.relative_gap, (answer.bound - answer.objective) / answer.objective, "gap")
        self.test.assertEqual(answer.optimal, answer.relative_gap <= 1e-6)
        if answer.method != match_plan_pb2.PLAN_INTEGER:
            self.near(answer.objective, answer.relaxation_bound, "strong duality")
            self.test.assertTrue(answer.optimal)


def capacity(amount):
    return dict(total=dict(value=amount, unit="H87", period="YEAR"), free_share=1, in_cluster_share=0, outside_share=0)


def load_wide(client, chains, segments, companies):
    """Many gaps of one type family: every segment wants what all companies outside have, with a pool for every fourth company."""
    records = [dict(cluster=dict(name=WIDE, display_name=en("Wide"), region_codes=["500109"], as_of=dict(year=2026, month=6, day=30)))]
    for i in range(20):
        records.append(dict(capability_type=dict(name=f"{WIDE}/capabilityTypes/t{i}", kind="PRODUCT", display_name=en(f"t{i}"), unit="H87")))
    for i in range(companies):
        pools = [dict(pool_id="press", display_name=en("Press"), capacity=dict(value=90, unit="HUR", period="YEAR"))] if i % 4 == 0 else []
        name = f"{WIDE}/enterprises/e{i}"
        records.append(dict(enterprise=dict(name=name, kind="COMPANY", display_name=en(f"e{i}"), pools=pools, sites=[dict(site_id="seat", region_code="330100")])))
        for j in range(3):
            records.append(dict(capability=dict(
                name=f"{name}/capabilities/c{j}", capability_type=f"{WIDE}/capabilityTypes/t{(i + 7 * j) % 20}", site="seat", level="VOLUME",
                capacity=capacity(20 + (i * 37 + j * 11) % 90), pool_loads=[dict(pool="press", load_per_unit=1)] if pools else [])))
    for i in range(chains):
        records.append(dict(chain=dict(name=f"{WIDE}/chains/c{i}", display_name=en(f"c{i}"), segments=[
            dict(segment_id=f"s{j}", display_name=en(f"s{j}"), requirement=dict(capability_type=f"{WIDE}/capabilityTypes/t{j % 20}"),
                 final_demand=dict(value=50 + (i * 13 + j * 29) % 200, unit="H87", period="YEAR")) for j in range(segments)])))
    batches = [[message("ImportRecord", **r) for r in records[i:i + 1000]] for i in range(0, len(records), 1000)]
    for answer in client.import_records(WIDE, *batches):
        assert not answer.rejected, answer.rejected[:2]


class PlanMatchesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        with open(SAMPLE / "beibei.jsonl", encoding="utf-8") as lines:
            cls.oracle = Oracle([json.loads(line) for line in lines])

    def test_plans_verify_themselves(self):
        methods = set()
        both = dict(min_suppliers=2, max_supplier_share=0.6, least_share=0.1, lot_share=0.05)
        for potential in (0, 2):
            for constraints in ({}, dict(max_supplier_share=0.4), dict(lot_share=0.1), dict(min_suppliers=3, least_share=0.2), both,
                                dict(candidates_per_gap=3), dict(count_unknown_capacity=True)):
                answer = plan(self.client, scope=potential, constraints=constraints)
                Verified(self, answer)
                methods.add(answer.method)
                self.assertGreater(answer.objective, 0)
                self.assertLessEqual(answer.relative_gap, 0.01)
                for gap in answer.gaps:
                    self.assertLessEqual(gap.candidate_count, constraints.get("candidates_per_gap", 50))
                    if not gap.counts_suppliers:
                        self.assertLessEqual(gap.supplier_limit, constraints.get("max_supplier_share", 1) * gap.need * (1 + ROUNDING))
        self.assertEqual(methods, {match_plan_pb2.PLAN_FLOW, match_plan_pb2.PLAN_LINEAR, match_plan_pb2.PLAN_INTEGER})
        answer = plan(self.client, targets=[NAME + "/chains/chip"])
        Verified(self, answer)
        self.assertEqual(answer.method, match_plan_pb2.PLAN_FLOW)

    def test_it_is_about_what_lacks(self):
        """Needs are the unmet demand of the records on the claimed set; all others count suppliers."""
        expected = Expected(self.oracle, list(self.oracle.segments), 1)
        answer = plan(self.client)
        needs = {g.segment: g.need for g in answer.gaps if not g.counts_suppliers}
        self.assertEqual(set(needs), set(expected.unmet))
        for name, need in needs.items():
            self.assertAlmostEqual(need, expected.unmet[name], delta=ROUNDING * need)
        self.assertTrue([g for g in answer.gaps if g.counts_suppliers])

    def test_candidates_are_those_of_find_candidates(self):
        answer = plan(self.client, targets=[NAME + "/chains/chip"], scope=2)
        seen = 0
        for gap in answer.gaps:
            found = self.client("FindCandidates", parent=NAME, target=dict(segment=gap.segment), scope=2, include_recruits=True, page_size=1000,
                                exclude_current_suppliers=True)
            likely = type(found.candidates[0]).DESCRIPTOR.fields_by_name["basis"].enum_type.values_by_name["LIKELY"].number
            # Those who are only likely to make it offer nothing that could be planned.
            scores = {c.enterprise: c.score.lower for c in found.candidates if c.basis != likely}
            self.assertEqual(len(gap.assignments), min(50, len(scores)))
            for one in gap.assignments:
                seen += 1
                self.assertAlmostEqual(one.score, scores[one.enterprise], places=6)
        self.assertGreater(seen, 20)

    def test_recruits_of_other_clusters_take_part_when_asked(self):
        gap = max((g for g in plan(self.client).gaps if not g.counts_suppliers), key=lambda g: g.unmet / g.need)
        self.assertGreater(gap.unmet, 0)
        before = plan(self.client, targets=[gap.segment])
        self.client("CreateCluster", cluster_id="away", cluster=dict(display_name=en("Away"), region_codes=["310115"], as_of=dict(year=2026, month=6, day=30)))
        self.addCleanup(lambda: self.client("DeleteCapability", name=name + "/capabilities/same"))  # other tests see no recruit
        self.client("CreateCapabilityType", parent="clusters/away", capability_type_id="same", capability_type=dict(
            kind="PRODUCT", display_name=en("Same"), unit=gap.unit, equivalents=[gap.capability_type]))
        self.client("CreateEnterprise", parent="clusters/away", enterprise_id="maker", enterprise=dict(
            kind="COMPANY", display_name=en("Maker"), sites=[dict(site_id="seat", region_code="310115")]))
        name = "clusters/away/enterprises/maker"
        self.client("CreateCapability", parent=name, capability_id="same", capability=dict(
            capability_type="clusters/away/capabilityTypes/same", site="seat", level="VOLUME",
            capacity=dict(total=dict(value=gap.unmet / 2, unit=gap.unit, period="YEAR"), free_share=1, in_cluster_share=0, outside_share=0)))
        self.assertEqual(plan(self.client, targets=[gap.segment]), before)
        answer = plan(self.client, targets=[gap.segment], include_recruits=True, recruit_clusters=["clusters/away", "clusters/none"])
        Verified(self, answer)
        given = sum(one.amount for g in answer.gaps for one in g.assignments if one.enterprise == name)
        self.assertAlmostEqual(given, gap.unmet / 2, delta=ROUNDING * gap.need)
        self.assertEqual([c.cluster for c in answer.clusters], [NAME, "clusters/away"])
        self.assertIn("clusters/none: ", answer.unreachable[0])
        done = self.server.bulian("plan", gap.segment, "--recruits")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("away/enterprises/maker", done.stdout)
        self.assertIn(", clusters/away revision ", done.stdout)

    def test_more_freedom_is_worth_no_less(self):
        targets = [gap.segment for gap in plan(self.client).gaps if not gap.counts_suppliers]
        free = plan(self.client, targets=targets)
        for constraints in (dict(lot_share=0.25), dict(min_suppliers=4), dict(max_supplier_share=0.3), dict(candidates_per_gap=1)):
            self.assertLessEqual(plan(self.client, targets=targets, constraints=constraints).objective, free.objective * (1 + ROUNDING))
        self.assertLessEqual(plan(self.client, targets=targets, local_only=True).objective, free.objective * (1 + ROUNDING))
        self.assertGreaterEqual(plan(self.client, targets=targets, scope=2).objective, free.objective * (1 - ROUNDING))

    def test_fixed_choices_and_weights(self):
        target = NAME + "/chains/chip"
        free = plan(self.client, targets=[target])
        gap = max((g for g in free.gaps if not g.counts_suppliers), key=lambda g: len(g.assignments))
        one = gap.assignments[0]
        choice = dict(segment=gap.segment, enterprise=one.enterprise)
        fixed = plan(self.client, targets=[target], fixed_choices=[choice | dict(min_amount=one.limit / 2, max_amount=one.limit / 2)])
        Verified(self, fixed)
        amount = [a.amount for g in fixed.gaps if g.segment == gap.segment for a in g.assignments if a.enterprise == one.enterprise]
        self.assertAlmostEqual(amount[0], one.limit / 2, delta=ROUNDING * one.limit)
        self.assertLessEqual(fixed.objective, free.objective * (1 + ROUNDING))
        refusal = self.client.refused("PlanMatches", parent=NAME, fixed_choices=[choice | dict(min_amount=gap.need * 2)])
        self.assertIn("fixed_choices", refusal.violations)
        doubled = plan(self.client, targets=[target], segment_constraints=[dict(segment=g.segment, weight=2) for g in free.gaps])
        Verified(self, doubled)
        self.assertAlmostEqual(doubled.objective, 2 * free.objective, delta=ROUNDING * free.objective)

    def test_pages_and_repeats(self):
        whole = plan(self.client, scope=2)
        self.assertEqual(plan(self.client, scope=2, page_size=3), whole)
        self.assertEqual(plan(self.client, scope=2, page_size=7), whole)
        # Another server, which has nothing kept, plans the same.
        with Server() as other:
            self.assertEqual(other.bulian("import", SAMPLE / "beibei.jsonl").returncode, 0)
            client = Client(other.grpc)
            again = plan(client, scope=2)
            client.close()
        again.revision.CopyFrom(whole.revision)
        again.clusters[0].CopyFrom(whole.clusters[0])
        self.assertEqual(again, whole)

    def test_every_violation_at_once(self):
        segment = NAME + "/chains/chip/segments/wafer-fab"
        refusal = self.client.refused(
            "PlanMatches", parent=NAME, targets=["clusters/other/chains/chip", "nonsense", segment + "/gaps/nonsense"], scope=9, local_only=True,
            constraints=dict(min_suppliers=11, max_supplier_share=0, least_share=2, lot_share=float("nan"), candidates_per_gap=201),
            segment_constraints=[dict(segment=segment, weight=0, min_suppliers=-1, max_supplier_share=2, lot=-1), dict(segment=segment)],
            fixed_choices=[dict(segment=segment, enterprise="nobody", min_amount=float("inf"), max_amount=-1)],
            score_weight=-1, node_limit=1_000_001, relative_gap=float("nan"), as_of=dict(year=2026, month=2, day=30), page_size=-1)
        self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_FIELDS"))
        for field in ("targets[0]", "targets[1]", "targets[2]", "scope", "constraints.min_suppliers", "constraints.max_supplier_share",
                      "constraints.least_share", "constraints.lot_share", "constraints.candidates_per_gap", "segment_constraints[0].weight",
                      "segment_constraints[0].min_suppliers", "segment_constraints[0].max_supplier_share", "segment_constraints[0].lot",
                      "segment_constraints[1].segment", "fixed_choices[0].enterprise", "fixed_choices[0].min_amount", "fixed_choices[0].max_amount",
                      "score_weight", "node_limit", "relative_gap", "as_of", "page_size"):
            self.assertIn(field, refusal.violations)
        # What only the state can tell.
        refusal = self.client.refused("PlanMatches", parent=NAME, segment_constraints=[dict(segment=NAME + "/chains/chip/segments/none", weight=2)],
                                      fixed_choices=[dict(segment=segment, enterprise=NAME + "/enterprises/nobody")])
        self.assertEqual(set(refusal.violations), {"segment_constraints[0].segment", "fixed_choices[0].enterprise"})
        self.assertEqual(self.client.refused("PlanMatches", parent=NAME, targets=[NAME + "/chains/none"]).reason, "RESOURCE_NOT_FOUND")
        self.assertEqual(self.client.refused("PlanMatches", parent=NAME, page_token="x").reason, "PAGE_TOKEN_INVALID")

    def test_lots_of_any_size(self):
        segment = NAME + "/chains/chip/segments/wafer-fab"
        for lot in (1e18, 34_157.5):  # more than lacks: nothing can be given
            answer = plan(self.client, targets=[segment], segment_constraints=[dict(segment=segment, lot=lot)])
            Verified(self, answer)
            self.assertEqual((answer.gaps[0].assigned, answer.gaps[0].usable_need, answer.objective), (0, 0, 0))
            self.assertTrue(answer.optimal)
        for lot in (1e-300, 1e-6):  # so small that it is none
            refusal = self.client.refused("PlanMatches", parent=NAME, targets=[segment], segment_constraints=[dict(segment=segment, lot=lot)])
            self.assertIn("segment_constraints[0].lot", refusal.violations)
        refusal = self.client.refused("PlanMatches", parent=NAME, targets=[segment], constraints=dict(lot_share=1e-9))
        self.assertIn("constraints.lot_share", refusal.violations)

    def test_the_command_line_tells_it(self):
        done = self.server.bulian("plan", "-o", "json", "beibei/chip")
        self.assertEqual(done.returncode, 0, done.stderr)
        told, answer = json.loads(done.stdout), plan(self.client, targets=[NAME + "/chains/chip"], include_candidates=False)
        self.assertEqual((told["objective"], told["gapCount"]), (answer.objective, answer.gap_count))
        for arguments, word in ((["beibei/chip"], "no plan is worth more"), (["--lang", "zh", "beibei/chip"], "没有更优的方案"),
                                (["-o", "csv", "beibei/chip"], "SEGMENT,ENTERPRISE")):
            done = self.server.bulian("plan", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(word, done.stdout)
        done = self.server.bulian("plan", "beibei/nowhere")
        self.assertEqual(done.returncode, 1)


class ManyGapsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        load_wide(cls.client, chains=20, segments=100, companies=1000)

    def wait_until_idle(self, seconds):
        """Until all calls of PlanMatches that began have ended."""
        end = time.monotonic() + seconds
        while True:
            with urllib.request.urlopen(f"http://{self.server.http}/metrics") as page:
                lines = [line for line in page.read().decode().splitlines() if "PlanMatches" in line]
            began, ended = (sum(float(line.split()[-1]) for line in lines if line.startswith(f"grpc_server_{what}_total{{")) for what in ("started", "handled"))
            if began == ended:
                return
            self.assertLess(time.monotonic(), end, "a plan goes on without its caller")
            time.sleep(0.02)

    def test_two_thousand_gaps(self):
        answer = plan(self.client, timeout=120, parent=WIDE)
        self.assertEqual(answer.gap_count, 2000)
        Verified(self, answer)
        none = plan(self.client, parent=WIDE, targets=[WIDE + "/chains/c0/segments/s0"], local_only=True)
        self.assertEqual((none.gap_count, none.objective, none.bound, none.optimal), (1, 0, 0, True))

    def test_a_plan_ends_with_its_caller(self):
        hard = dict(parent=WIDE, constraints=dict(min_suppliers=3, lot_share=0.03, max_supplier_share=0.5, candidates_per_gap=200), relative_gap=0,
                    node_limit=1_000_000)
        for deadline in (0.001, 0.02, 0.3, 2):
            with self.assertRaises(grpc.RpcError) as caught:
                self.client("PlanMatches", deadline, **hard)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
            self.wait_until_idle(10)
        for patience in (0.05, 1.5):
            call = self.client.method("PlanMatches").future(message("PlanMatchesRequest", **hard), timeout=100)
            time.sleep(patience)
            self.assertTrue(call.cancel())
            self.wait_until_idle(10)
        # It still answers.
        self.assertEqual(self.client("PlanMatches", 60, parent=WIDE, targets=[WIDE + "/chains/c0"]).gap_count, 100)

    def test_no_gaps(self):
        self.client("CreateCluster", cluster_id="bare", cluster=dict(display_name=en("Bare")))
        answer = plan(self.client, parent="clusters/bare")
        self.assertEqual((answer.gap_count, answer.capacity_count, answer.objective, answer.bound, answer.optimal), (0, 0, 0, 0, True))


if __name__ == "__main__":
    unittest.main()
