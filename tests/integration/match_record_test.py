"""Matches as work on a real server with the sample: from a proposal to a contract that changes the gaps, the review, histories that nobody rewrites,
what survives a restart, what watchers and what-ifs see, and the order of calls."""
import csv
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from server import SAMPLE, Server  # noqa: E402

NAME = "clusters/beibei"


class MatchRecordTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.run_bulian("import", SAMPLE / "beibei.jsonl")
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)
        missing = cls.ask("gaps", "beibei", "--kind", "missing", "--certain")["gaps"]
        cls.segments = sorted({gap["segment"] for gap in missing})
        types = {f"{chain['name']}/segments/{segment['segmentId']}": segment["requirement"] for chain in cls.ask("list", NAME + "/chains")["chains"]
                 for segment in chain["segments"]}
        cls.requirement = types
        cls.enterprise = next(one["name"] for one in cls.ask("list", NAME + "/enterprises")["enterprises"]
                              if one["kind"] == "COMPANY" and one.get("sites", [{}])[0].get("regionCode", "").startswith("500109"))
        cls.buyer = next(one["name"] for one in cls.ask("list", NAME + "/enterprises")["enterprises"] if one["name"] != cls.enterprise)

    @classmethod
    def run_bulian(cls, *arguments, status=0, **keywords):
        done = cls.server.bulian(*map(str, arguments), **keywords)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout if status == 0 else done.stderr

    @classmethod
    def ask(cls, *arguments, **keywords):
        return json.loads(cls.run_bulian(*arguments, "-o", "json", **keywords))

    def promise(self, segment, identifier):
        """What would fill a segment: a capability of just what it requires, at a site in the region."""
        requirement = self.requirement[segment]
        site = self.ask("get", self.enterprise)["sites"][0]["siteId"]
        capability = {"capabilityType": requirement["capabilityType"], "site": site, "level": "VOLUME", "evidence": {"state": "VERIFIED", "verifiedBy": "test", "date": {"year": 2026, "month": 6, "day": 1}},
                      "attributes": [{key: value for key, value in one.items() if key != "relation"} for one in requirement.get("attributes", [])],
                      "certificates": [{"scheme": scheme} for scheme in requirement.get("certificates", [])]}
        file = tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8")
        self.addCleanup(file.close)
        json.dump({"promisedCapabilities": [{"capabilityId": identifier, "capability": capability}],
                   "promisedSupplyLinks": [{"supplyLinkId": identifier, "supplyLink": {
                       "buyer": self.buyer, "productType": requirement["capabilityType"]}}]}, file)
        file.flush()
        return file.name

    def gaps_of(self, segment):
        return {gap["kind"] for gap in self.ask("gaps", "beibei")["gaps"] if gap["segment"] == segment}

    def findings(self, match):
        answer = self.client("ReviewMatches", parent=NAME, all_matches=True)
        kinds = answer.matches[0].findings.add().DESCRIPTOR.enum_types_by_name["Kind"]
        return [kinds.values_by_number[one.kind].name for reviewed in answer.matches if reviewed.match.name == match for one in reviewed.findings
                if one.reason]

    def test_from_a_proposal_to_a_closed_gap(self):
        segment = self.segments[0]
        self.assertIn("MISSING", self.gaps_of(segment))
        made = self.ask("propose", segment, self.enterprise, "--id", "first", "--note", "他们有意扩产", "--promise", self.promise(segment, "new-line"))
        self.assertEqual(made["name"], NAME + "/matches/first")
        self.assertEqual([event["note"] for event in made["history"]], ["他们有意扩产"])
        self.ask("progress", "beibei/first", "contacted")
        self.assertEqual(self.findings(made["name"]), [])
        self.assertIn("MISSING", self.gaps_of(segment))
        done = self.ask("progress", "beibei/first", "contracted", "--note", "signed")
        self.assertEqual([event["state"] for event in done["history"]], ["PROPOSED", "CONTACTED", "CONTRACTED"])
        self.assertNotIn("MISSING", self.gaps_of(segment))
        capability = self.ask("get", self.enterprise + "/capabilities/new-line")
        self.assertEqual(self.ask("get", NAME + "/supplyLinks/new-line")["supplier"], self.enterprise)
        self.assertEqual(capability["createTime"], done["updateTime"])
        self.assertEqual(self.findings(made["name"]), [])
        # What the contract brought goes away again: the review says so.
        self.run_bulian("delete", capability["name"])
        self.assertEqual(self.findings(made["name"]), ["PROMISE_BROKEN"])

    def test_a_what_if_says_what_a_contract_would_close(self):
        segment = self.segments[1]
        match = {"match": {"name": NAME + "/matches/imagined", "segment": segment, "enterprise": self.enterprise, "state": "CONTRACTED",
                           **json.loads(pathlib.Path(self.promise(segment, "imagined")).read_text("utf-8"))}}
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            json.dump(match, file)
            file.flush()
            answer = self.ask("whatif", "beibei", file.name)
        gone = [one for one in answer["gapDeltas"] if one["kind"] == "GONE" and one["before"]["segment"] == segment]
        self.assertEqual([one["before"]["kind"] for one in gone], ["MISSING"])
        self.assertIn("error", self.run_bulian("get", NAME + "/matches/imagined", status=1))

    def test_refusals_tell_everything_and_change_nothing(self):
        before = self.client.state(NAME)
        refusal = self.client.refused("CreateMatch", parent=NAME, match_id="X", match=dict(
            enterprise="clusters/beibei/enterprises/none", state="REJECTED", note="a\x07b"))
        self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_FIELDS"))
        self.assertEqual(set(refusal.violations), {"match_id", "match.segment", "match.rejection_reason", "match.note"}, refusal)
        self.assertEqual(self.client.state(NAME), before)
        for wrong in ("clusters/beibei/chains/none/segments/x", self.segments[0] + "-none"):
            error = self.run_bulian("propose", wrong, self.enterprise, status=1)
            self.assertIn("match.segment", error)

    def test_what_is_recorded_survives_a_restart_and_goes_round(self):
        self.ask("propose", self.segments[2], self.enterprise, "--id", "lasting", "--note", "n")
        self.ask("progress", "beibei/lasting", "rejected", "--reason", "no-interest", "--note", "not now")
        kept = self.ask("get", NAME + "/matches/lasting")
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "all.jsonl"
            self.run_bulian("export", "beibei", "--file", file)
            with Server(directory) as other:
                self.assertEqual(other.bulian("import", file).returncode, 0)
            with Server(directory) as other:
                again = json.loads(other.bulian("get", kept["name"], "-o", "json").stdout)
                self.assertIn(" unchanged", other.bulian("import", file).stdout)
                self.assertEqual(json.loads(other.bulian("get", kept["name"], "-o", "json").stdout), again)
        for field in ("history", "state", "rejectionReason", "note", "segment", "enterprise"):
            self.assertEqual(again[field], kept[field])

    def test_lists_and_the_review_page_through(self):
        for number in range(7):
            self.ask("propose", self.segments[3], self.enterprise, "--id", f"same-{number}")
        names = [f"{NAME}/matches/same-{number}" for number in range(7)]
        answer, seen, pages = None, [], 0
        while answer is None or answer.next_page_token:
            answer = self.client("ReviewMatches", parent=NAME + "/chains/" + self.segments[3].split("/")[3], states=["PROPOSED"], page_size=3,
                                 page_token=answer.next_page_token if answer else "")
            seen += [one.match.name for one in answer.matches]
            pages += 1
        self.assertEqual([name for name in seen if name in names], names[1:])  # the first is no duplicate
        self.assertEqual(len(seen), answer.match_count)
        self.assertGreater(pages, 1)
        text = self.run_bulian("matches", "beibei", "--lang", "zh")
        self.assertIn("重复于 same-0", text)
        listed = self.ask("list", NAME + "/matches", "--where", f"segments={self.segments[3]}")["matches"]
        self.assertEqual([one["name"] for one in listed if one["name"] in names], names)
        rows = list(csv.DictReader(io.StringIO(self.run_bulian("matches", "beibei", "--all", "-o", "csv").lstrip("\ufeff"))))
        self.assertTrue(set(range(7)) <= {int(row["MATCH"][5:]) for row in rows if row["MATCH"].startswith("same-")})
        self.assertEqual(self.client.refused("ReviewMatches", parent="beibei", page_size=-1, states=[0]).reason, "INVALID_FIELDS")

    def test_a_candidate_shows_the_match_that_stands(self):
        chains = self.ask("list", NAME + "/chains")["chains"]
        segments = [f"{chain['name']}/segments/{segment['segmentId']}" for chain in chains for segment in chain["segments"]]
        segment, first = next((one, answer["candidates"][0]["enterprise"]) for one in segments
                              if (answer := self.ask("match", one, "--recruits", "--top", "2")).get("candidateCount", 0) > 1)
        self.assertNotIn("standingMatch", json.dumps(self.ask("match", segment, "--recruits")))
        self.assertNotIn("MATCH", self.run_bulian("match", segment, "--recruits"))
        self.ask("propose", segment, first, "--id", "standing")
        self.ask("progress", "beibei/standing", "contacted")
        answer = self.ask("match", segment, "--recruits")
        self.assertEqual([one["enterprise"] for one in answer["candidates"] if "standingMatch" in one], [first])
        standing = answer["candidates"][0]["standingMatch"]
        self.assertEqual((standing["match"], standing["state"]), (NAME + "/matches/standing", "CONTACTED"))
        self.assertEqual(self.ask("explain", segment, first)["candidate"]["standingMatch"], standing)
        self.assertIn("CONTACTED standing", self.run_bulian("match", segment, "--recruits"))
        self.assertIn("已有对接记录：已接触 standing", self.run_bulian("explain", segment, first, "--lang", "zh"))
        free = self.client("FindCandidates", parent=NAME, target={"requirement": {"capability_type": self.requirement[segment]["capabilityType"]}},
                           include_recruits=True, page_size=1000)
        self.assertEqual([one.standing_match.match for one in free.candidates if one.enterprise == first], [standing["match"]])
        self.ask("progress", "beibei/standing", "rejected", "--reason", "cannot-make")
        again = self.ask("match", segment, "--recruits")["candidates"][0]["standingMatch"]
        self.assertEqual((again["state"], again["rejectionReason"]), ("REJECTED", "CANNOT_MAKE"))

    def test_the_order_of_calls(self):
        table = "enterprise,probability,value,effort\nfar,0.1,15,1\nnear,0.5,8,1\ndear,0.5,1,1\n"
        answer = self.ask("calls", "-", stdin=table)
        self.assertEqual([(one["enterprise"], one.get("position", 0)) for one in answer["prospects"]], [("near", 1), ("far", 2), ("dear", 0)])
        self.assertAlmostEqual(answer["expectedValue"], 3.25)
        self.assertAlmostEqual(sum(one.get("expectedGain", 0) for one in answer["prospects"]), answer["expectedValue"])
        self.assertIn("expected value 3.25", self.run_bulian("calls", "-", stdin=table))
        error = self.run_bulian("calls", "-", stdin="enterprise,probability,value,effort\na,2,-1,1\na,x,1,1\n", status=1)
        self.assertIn("line 3: not a number: x", error)
        error = self.run_bulian("calls", "-", stdin="enterprise,probability,value,effort\na,2,-1,1\na,1,1,1\n", status=1)
        for field in ("prospects[0].probability", "prospects[0].value", "prospects[1].enterprise"):
            self.assertIn(field, error)


    def test_calls_straight_from_a_segment(self):
        chains = self.ask("list", NAME + "/chains")["chains"]
        segments = [f"{chain['name']}/segments/{segment['segmentId']}" for chain in chains for segment in chain["segments"]]
        segment, answer = next((one, answer) for one in segments
                               if len((answer := self.ask("calls", "--segment", one, "--recruits", "--value", "50", "--effort", "0.001", "--top", "1000"))
                                      .get("prospects", [])) > 5 and answer["prospects"][0]["ground"].startswith("GROUND_HELD"))
        found = self.client("FindCandidates", parent=NAME, target={"segment": segment}, scope="HELD_AND_POTENTIAL", include_recruits=True,
                            recruit_clusters=[NAME], page_size=1000)
        told = {one["enterprise"]: one for one in answer["prospects"]}
        left_out = {one["enterprise"]: one["reason"] for one in answer.get("leftOut", [])}
        self.assertEqual(sorted([*told, *left_out]), sorted(one.enterprise for one in found.candidates))
        self.assertEqual(answer["candidateCount"], found.candidate_count)
        self.assertEqual(int(answer["revision"]["number"]), found.clusters[0].revision.number)
        for one in found.candidates:
            if one.enterprise not in told:
                continue
            prospect = told[one.enterprise]
            if prospect["ground"] in ("GROUND_NEAR_TYPE", "GROUND_LIKELY"):
                self.assertEqual((prospect["probabilitySource"], prospect.get("ableProbability", 0)), ("PROBABILITY_LEARNED", one.probability))
            else:
                self.assertEqual(prospect["probabilitySource"], "PROBABILITY_ASSUMED")
            self.assertAlmostEqual(prospect.get("probability", 0), prospect.get("ableProbability", 0) * answer["willingness"])
            if "index" in prospect:
                self.assertAlmostEqual(prospect["index"], 50 - 0.001 / prospect["probability"])
        # The same prospects given one by one come in the same order.
        given = self.client("OrderInvestigations", prospects=[{"enterprise": one["enterprise"], "probability": one.get("probability", 0), "value": 50, "effort": 0.001}
                                                              for one in answer["prospects"]])
        self.assertEqual([one.enterprise for one in given.prospects], [one["enterprise"] for one in answer["prospects"]])
        self.assertAlmostEqual(given.expected_value, answer["expectedValue"])
        # Who cannot make it, and who is spoken to already, is nobody to call; who is only proposed is.
        first, second, third = [one["enterprise"] for one in answer["prospects"][:3]]
        for number, (enterprise, *state) in enumerate([(first, "rejected", "--reason", "cannot-make"), (second, "contacted"), (third, "proposed")]):
            self.ask("propose", segment, enterprise, "--id", f"call-{number}")
            if state != ["proposed"]:
                self.ask("progress", f"beibei/call-{number}", *state)
        again = self.ask("calls", "--segment", segment, "--recruits", "--value", "50", "--effort", "0.001", "--top", "1000", "--willing", "1",
                         "--able", "likely=0.01")
        reasons = {one["enterprise"]: (one["reason"], one["standingMatch"]["match"][-6:]) for one in again["leftOut"]
                   if one.get("standingMatch", {}).get("match", "").startswith(NAME + "/matches/call-")}
        self.assertEqual(reasons, {first: ("CANNOT_MAKE", "call-0"), second: ("IN_TALKS", "call-1")})
        proposed = next(one for one in again["prospects"] if one["enterprise"] == third)
        self.assertEqual(proposed["standingMatch"]["state"], "PROPOSED")
        self.assertEqual(proposed["probability"], proposed["ableProbability"])
        self.assertEqual({(one["probabilitySource"], one["ableProbability"]) for one in again["prospects"] if one["ground"] == "GROUND_LIKELY"},
                         {("PROBABILITY_GIVEN", 0.01)})
        text = self.run_bulian("calls", "--segment", segment, "--recruits")
        self.assertIn("(cannot make it, says the record)", text)
        self.assertIn(" candidates; who can also will: ", text)
        self.assertIn("PROPOSED", text)

    def test_a_search_for_prospects_is_refused_whole(self):
        requirement = {"capability_type": "clusters/beibei/capabilityTypes/none"}
        both = self.client.refused("OrderInvestigations", parent=NAME, target={"requirement": requirement}, prospects=[{"enterprise": "a", "probability": 2}],
                                   terms={"effort": -1, "grounds": [{"probability": 2}]}, exclude_current_suppliers=True, limit=1001, wanted=-1)
        self.assertEqual(set(both.violations), {"target", "prospects[0].probability", "terms.value", "terms.effort", "terms.grounds[0].ground",
                                                "terms.grounds[0].probability", "exclude_current_suppliers", "limit", "wanted"})
        neither = self.client.refused("OrderInvestigations", parent=NAME, held_only=True)
        self.assertEqual(set(neither.violations), {"prospects", "parent", "held_only"})
        refused = self.client.refused("OrderInvestigations", parent=NAME, target={"segment": "x"}, terms={"value": 1})
        self.assertEqual(set(refused.violations), {"target.segment"})
        refused = self.client.refused("OrderInvestigations", parent=NAME, target={"requirement": requirement}, terms={"value": 1})
        self.assertEqual(set(refused.violations), {"target.requirement.capability_type"})
        self.assertIn("not GROUND=PROBABILITY", self.run_bulian("calls", "--segment", self.segments[0], "--able", "no=1", status=1))
        self.run_bulian("calls", status=2)
        self.run_bulian("calls", "-", "--segment", self.segments[0], status=2)
        self.run_bulian("calls", "-", "--value", "3", status=2)


if __name__ == "__main__":
    unittest.main()
