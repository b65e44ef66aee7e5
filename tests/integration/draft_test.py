"""DraftChain and `bulian draft` over real gRPC: a draft of a sample product is created as it is and analysed."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from server import SAMPLE, Server  # noqa: E402

BEIBEI = "clusters/beibei"


class DraftTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.call = Client(cls.server.grpc)
        cls.addClassCleanup(cls.call.close)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr
        with open(SAMPLE / "beibei.jsonl", encoding="utf-8") as lines:
            types = [r["capabilityType"] for r in map(json.loads, lines) if "capabilityType" in r]
        cls.types = {t["name"]: t for t in types}
        cls.product = max(types, key=lambda t: (len(t.get("typicalInputs", [])), t["name"]))["name"]

    def draft(self, product=None, **values):
        return self.call("DraftChain", parent=BEIBEI, product=product or self.product, **values)

    def test_every_draft_is_created_as_it_is_and_analysed(self):
        drafted = 0
        for name, kind in self.types.items():
            if len(kind.get("typicalInputs", [])) < 2:
                continue
            draft = self.draft(name, chain_id=f"draft-{drafted}")
            self.call("CreateChain", parent=BEIBEI, chain_id=f"draft-{drafted}", chain=draft.chain, validate_only=drafted > 0)
            drafted += 1
            if drafted == 1:
                report = self.call("AnalyzeGaps", parent=draft.chain.name, page_size=1000)
                self.assertLessEqual({g.segment.rsplit("/", 1)[1] for g in report.gaps}, {s.segment_id for s in draft.chain.segments})
                self.call("DeleteChain", name=draft.chain.name)
        self.assertGreater(drafted, 3)

    def test_inputs_are_those_of_the_taxonomy(self):
        draft = self.draft(depth=1, min_confidence=0.6)
        stated = {i["capabilityType"] for i in self.types[self.product]["typicalInputs"]}
        self.assertLessEqual(stated, {s.requirement.capability_type for s in draft.chain.segments} | {p.capability_type for p in draft.pruned})
        self.assertEqual(len(draft.inputs), sum(len(s.inputs) for s in draft.chain.segments))
        self.assertEqual(draft, self.draft(depth=1, min_confidence=0.6))

    def test_what_is_left_out_is_told(self):
        small = self.draft(depth=5, max_segments=3)
        self.assertEqual(len(small.chain.segments), 3)
        self.assertFalse(small.complete)
        self.assertGreater(small.pruned_count, 0)

    def test_refusals(self):
        for values in (dict(product=""), dict(product=BEIBEI), dict(product="clusters/other/capabilityTypes/x"), dict(depth=-1), dict(depth=21),
                       dict(min_confidence=1.5), dict(min_confidence=float("nan")), dict(max_segments=501), dict(chain_id="No"), dict(parent="")):
            refusal = self.call.refused("DraftChain", **{"parent": BEIBEI, "product": self.product, **values})
            self.assertEqual(refusal.code, "INVALID_ARGUMENT", values)
        self.assertEqual(self.call.refused("DraftChain", parent=BEIBEI, product=BEIBEI + "/capabilityTypes/none").code, "NOT_FOUND")
        self.assertEqual(self.call.refused("DraftChain", parent="clusters/none", product="clusters/none/capabilityTypes/none").code, "NOT_FOUND")

    def test_command_line(self):
        typed = "beibei/" + self.product.rsplit("/", 1)[1]
        table = self.server.bulian("draft", typed, "--depth", "2")
        self.assertEqual((table.returncode, table.stderr), (0, ""))
        self.assertIn("segments", table.stdout)
        record = self.server.bulian("draft", typed, "--depth", "2", "--chain", "from-draft", "--record")
        applied = self.server.bulian("apply", "-", stdin=record.stdout)
        self.assertEqual(applied.returncode, 0, applied.stderr)
        whole = json.loads(self.server.bulian("draft", typed, "--depth", "2", "-o", "json").stdout)
        self.assertEqual(len(self.call("GetChain", name=BEIBEI + "/chains/from-draft").segments), len(whole["chain"]["segments"]))
        self.assertEqual(self.server.bulian("gaps", "beibei/from-draft").returncode, 0)
        self.call("DeleteChain", name=BEIBEI + "/chains/from-draft")


if __name__ == "__main__":
    unittest.main()
