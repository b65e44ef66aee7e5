#!/usr/bin/env python3
"""Checks of the bundled sample: the generator still writes these bytes, and they are sound and show what they should."""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import generate  # noqa: E402
import identifiers  # noqa: E402
from gap_oracle import Oracle  # noqa: E402

ID = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")
WORD = re.compile(r"[A-Z0-9][A-Z0-9_./-]{0,62}$")
FILES = ("beibei", "chengdu")


def load(name):
    """Records of a file."""
    with open(os.path.join(HERE, name + ".jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def known_units():
    """Codes of the product's own table of units."""
    with open(os.path.join(SOURCE, "services", "model", "units.cc"), encoding="utf-8") as source:
        return set(re.findall(r'^\s*\{"([A-Z0-9]{2,3})", Dimension::', source.read(), re.M))


def walk(value):
    """All JSON objects within a value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


class SampleTest(unittest.TestCase):
    """Both files, unless a test says otherwise."""

    @classmethod
    def setUpClass(cls):
        cls.records = {name: load(name) for name in FILES}
        cls.kinds = {}
        for name, records in cls.records.items():
            for record in records:
                (kind, resource), = record.items()
                cls.kinds.setdefault((name, kind), []).append(resource)

    def resources(self, kind):
        """Resources of a kind, of both files."""
        return [r for name in FILES for r in self.kinds.get((name, kind), [])]

    def test_generator_writes_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            generate.main(folder)
            for name in FILES:
                with open(os.path.join(folder, name + ".jsonl"), "rb") as new, open(os.path.join(HERE, name + ".jsonl"), "rb") as old:
                    self.assertTrue(new.read() == old.read(), name + ".jsonl is not what generate.py writes")

    def test_counts(self):
        count = {kind: len(resources) for (name, kind), resources in self.kinds.items() if name == "beibei"}
        self.assertEqual((count["cluster"], count["chain"]), (1, 6))
        self.assertGreaterEqual(count["capabilityType"], 120)
        self.assertTrue(140 <= count["enterprise"] <= 170)
        self.assertTrue(350 <= count["capability"] <= 500)
        self.assertTrue(230 <= count["supplyLink"] <= 350)
        self.assertGreaterEqual(count["project"], 20)
        for chain in self.kinds[("beibei", "chain")]:
            self.assertTrue(12 <= len(chain["segments"]) <= 25, chain["name"])
        self.assertEqual({p["state"] for p in self.kinds[("beibei", "project")]},
                         {"SIGNED", "STARTED", "TRIAL", "IN_PRODUCTION", "CANCELLED"})
        self.assertEqual({t["kind"] for t in self.kinds[("beibei", "capabilityType")]},
                         {"PRODUCT", "PROCESS", "SERVICE", "FACILITY", "SKILL"})
        self.assertEqual({e["kind"] for e in self.kinds[("beibei", "enterprise")]},
                         {"COMPANY", "INSTITUTE", "UNIVERSITY", "LABORATORY", "ALLIANCE", "GOVERNMENT"})
        self.assertEqual(len(self.kinds[("chengdu", "enterprise")]), 15)

    def test_names_are_unique_and_well_formed(self):
        names = [resource["name"] for records in self.records.values() for record in records for resource in record.values()]
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            for part in name.split("/")[1::2]:
                self.assertRegex(part, ID)
        for resource in self.resources("enterprise"):
            sites = [s["siteId"] for s in resource["sites"]]
            self.assertEqual(len(sites), len(set(sites)))
        display = [e["displayName"][language] for e in self.resources("enterprise") for language in ("zh", "en")]
        self.assertEqual(len(display), len(set(display)))

    def test_identifiers(self):
        seen = []
        for enterprise in self.resources("enterprise"):
            self.assertTrue(identifiers.is_uscc(enterprise["uscc"]), enterprise["name"])
            seen.append(enterprise["uscc"])
            if "lei" in enterprise:
                self.assertTrue(identifiers.is_lei(enterprise["lei"]), enterprise["name"])
                seen.append(enterprise["lei"])
            for other in enterprise.get("identifiers", []):
                seen.append((other["system"], other["value"]))
                if other["system"] == "88":
                    self.assertRegex(other["value"], r"^88(\.[0-9]{1,12}){1,3}/.+$")
            for code in enterprise["industryCodes"]:
                self.assertRegex(code, r"^[A-T]([0-9]{2,4})?$")
            for site in enterprise["sites"]:
                self.assertRegex(site.get("regionCode", "500109"), r"^[1-8][0-9]{5}$")
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(identifiers.is_uscc("91350100M000100Y43") and identifiers.is_uscc("91110108551385082Q"))
        self.assertFalse(identifiers.is_uscc("91350100M000100Y4Z"))
        self.assertTrue(identifiers.is_lei("5493001KJTIIGC8Y1R12"))
        self.assertFalse(identifiers.is_lei("5493001KJTIIGC8Y1R13"))

    def test_says_that_it_is_fictional(self):
        for kind in ("cluster", "enterprise", "capability", "chain", "supplyLink", "project"):
            for resource in self.resources(kind):
                self.assertEqual(resource["annotations"], {"fictional": "true"}, resource["name"])
        for enterprise in self.resources("enterprise"):
            for contact in enterprise["contacts"]:
                self.assertTrue(contact["email"].endswith(".example.com") and " 5550 " in contact["phone"])

    def test_references_resolve(self):
        for name in FILES:
            defined, before = set(), set()
            for record in self.records[name]:
                defined.add(next(iter(record.values()))["name"])
            for record in self.records[name]:
                (kind, resource), = record.items()
                for item in self._references(kind, resource):
                    self.assertTrue(item in defined, "%s names %s, which is nowhere" % (resource["name"], item))
                    self.assertTrue(item in before, "%s names %s, which comes later" % (resource["name"], item))
                before.add(resource["name"])
        sites = {e["name"]: {s["siteId"] for s in e["sites"]} for e in self.resources("enterprise")}
        pools = {e["name"]: {p["poolId"] for p in e.get("pools", [])} for e in self.resources("enterprise")}
        for capability in self.resources("capability"):
            owner = capability["name"].partition("/capabilities/")[0]
            self.assertIn(capability["site"], sites[owner])
            for load in capability.get("poolLoads", []):
                self.assertIn(load["pool"], pools[owner])
        existing = {c["name"] for c in self.resources("capability")}
        for project in self.resources("project"):
            for planned in project["plannedCapabilities"]:
                self.assertIn(planned["capability"]["site"], sites[project["owner"]])
                name = project["owner"] + "/capabilities/" + planned["capabilityId"]
                self.assertEqual(name in existing, project["state"] == "IN_PRODUCTION", name)

    @staticmethod
    def _references(kind, resource):
        if kind == "capabilityType":
            yield from resource.get("parents", [])
            yield from (t["capabilityType"] for t in resource.get("typicalInputs", []))
        elif kind == "enterprise":
            yield from (o["enterprise"] for o in resource.get("owners", []) if "enterprise" in o)
            yield from (m["enterprise"] for m in resource.get("members", []))
        elif kind == "capability":
            yield resource["capabilityType"]
            yield resource["name"].partition("/capabilities/")[0]
        elif kind == "chain":
            yield from (s["requirement"]["capabilityType"] for s in resource["segments"])
        elif kind == "supplyLink":
            yield from (resource["supplier"], resource["buyer"], resource["productType"])
        elif kind == "project":
            yield resource["owner"]
            yield from (p["capability"]["capabilityType"] for p in resource["plannedCapabilities"])

    def test_inputs_name_segments(self):
        for name in FILES:
            oracle = Oracle(self.records[name])
            for segment, inputs in oracle.inputs.items():
                shares = {}
                self.assertEqual(len(inputs), len({source for source, _ in inputs}), segment)
                for source, entry in inputs:
                    self.assertIn(source, oracle.segments, segment)
                    if "alternativesGroup" in entry:
                        shares.setdefault(entry["alternativesGroup"], []).append(entry["split"])
                    else:
                        self.assertNotIn("split", entry)
                for split in shares.values():
                    self.assertGreaterEqual(len(split), 2)
                    self.assertAlmostEqual(sum(split), 1)

    def test_taxonomy_is_acyclic_with_many_parents(self):
        for name in FILES:
            parents = {t["name"]: t.get("parents", []) for t in self.kinds[(name, "capabilityType")]}
            done = set()
            while len(done) < len(parents):
                ready = {t for t, above in parents.items() if t not in done and done.issuperset(above)}
                self.assertTrue(ready, "a cycle among " + str(sorted(set(parents) - done)))
                done |= ready
            self.assertEqual(name == "beibei", any(len(above) > 1 for above in parents.values()))

    def test_units_and_amounts(self):
        units = known_units()
        self.assertGreater(len(units), 40)
        of_type = {t["name"]: t for t in self.resources("capabilityType")}
        for records in self.records.values():
            for item in walk(records):
                if item.get("unit"):
                    self.assertIn(item["unit"], units)
                for key in ("value", "coefficient", "loadPerUnit"):
                    if isinstance(item.get(key), (int, float)):
                        self.assertGreaterEqual(item[key], 0)
                if "min" in item and "max" in item:
                    self.assertLessEqual(item["min"], item["max"])
        planned = [p["capability"] for r in self.resources("project") for p in r["plannedCapabilities"]]
        for capability in self.resources("capability") + planned:
            capacity, kind = capability.get("capacity"), of_type[capability["capabilityType"]]
            if capacity:
                self.assertEqual(capacity["total"]["unit"], kind["unit"])
                self.assertEqual("period" in capacity["total"], kind["basis"] == "RATE")
                self.assertLessEqual(sum(capacity.get(k, 0) for k in ("inClusterShare", "outsideShare", "freeShare")), 1 + 1e-9)
        for link in self.resources("supplyLink"):
            self.assertNotEqual(link["supplier"], link["buyer"])
            self.assertEqual(link.get("volume", {}).get("unit", of_type[link["productType"]]["unit"]), of_type[link["productType"]]["unit"])
            self.assertEqual(link.get("value", {}).get("currencyCode", "CNY"), "CNY")

    def test_stocks_recovery_times_and_margins(self):
        of_type = {t["name"]: t for t in self.resources("capabilityType")}
        stated = {"stock": 0, "recoveryTimeDays": 0}
        capabilities = self.kinds[("beibei", "capability")]
        for capability in capabilities:
            kind = of_type[capability["capabilityType"]]
            for field in stated:
                stated[field] += field in capability
            if "stock" in capability:
                rate = capability["capacity"]["total"]
                year = rate["value"] * {"YEAR": 1, "MONTH": 12}[rate["period"]]
                self.assertEqual(capability["stock"]["unit"], kind["unit"])
                self.assertNotIn("period", capability["stock"])
                self.assertTrue(0 <= capability["stock"]["value"] < year / 4, capability["name"])
                self.assertNotIn(kind["kind"], ("SKILL", "FACILITY"))
            if "recoveryTimeDays" in capability:
                self.assertTrue(5 <= capability["recoveryTimeDays"] <= 270, capability["name"])
        for field, count in stated.items():  # most state it, not all
            self.assertTrue(0.6 < count / len(capabilities) < 0.8, field)
        margins = 0
        for chain in self.kinds[("beibei", "chain")]:
            for segment in chain["segments"]:
                self.assertEqual("unitMargin" in segment, "finalDemand" in segment, segment["segmentId"])
                if "unitMargin" in segment:
                    margins += 1
                    self.assertEqual(segment["unitMargin"]["currencyCode"], "CNY")
                    self.assertGreater(int(segment["unitMargin"]["units"]) + segment["unitMargin"].get("nanos", 0), 0)
        self.assertGreater(margins, 40)
        for resource in self.kinds[("chengdu", "capability")] + [s for c in self.kinds[("chengdu", "chain")] for s in c["segments"]]:
            self.assertFalse({"stock", "recoveryTimeDays", "unitMargin"} & set(resource))
        for project in self.resources("project"):
            for planned in project["plannedCapabilities"]:
                self.assertNotIn("stock", planned["capability"])

    def test_nothing_else_hangs_on_stocks_recovery_times_and_margins(self):
        with open(os.path.join(HERE, "resilience.py"), encoding="utf-8") as source:
            draws = re.findall(r'between\((.*)\)', source.read())
        self.assertTrue(draws and all('"resilience"' in draw for draw in draws))
        for path in os.listdir(HERE):
            if path.endswith(".py") and path not in ("resilience.py", "sample_test.py"):
                with open(os.path.join(HERE, path), encoding="utf-8") as source:
                    self.assertNotIn('"resilience"', source.read(), path)

    def test_evidence_dates_and_words(self):
        for records in self.records.values():
            for item in walk(records):
                if item.get("state") == "VERIFIED":
                    self.assertTrue(item["verifiedBy"] and item["date"])
                if "scheme" in item:
                    self.assertRegex(item["scheme"], WORD)
                if "year" in item and "day" in item:
                    self.assertTrue(2000 <= item["year"] <= 2040 and 1 <= item["month"] <= 12 and 1 <= item["day"] <= 31)
                if "validFrom" in item and "validUntil" in item:
                    order = [[item[k][p] for p in ("year", "month", "day")] for k in ("validFrom", "validUntil")]
                    self.assertLessEqual(order[0], order[1])
                for key in ("zh", "en"):
                    self.assertLessEqual(len(item.get(key, "")), 200)

    def test_gaps_of_all_kinds(self):
        oracle = Oracle(self.records["beibei"])
        gaps = oracle.gaps()
        for kind in ("MISSING", "SINGLE_SOURCE", "CONCENTRATED", "UNDER_CAPACITY", "EXTERNAL"):
            for certainty in ("CERTAIN", "POSSIBLE"):
                self.assertTrue([1 for (_, k), c in gaps.items() if (k, c) == (kind, certainty)], kind + " " + certainty)
        self.assertTrue([1 for _, kind in gaps if kind == "UNVERIFIED"])
        weak = {segment for segment, _ in gaps}
        self.assertLess(len(weak), len(oracle.segments) / 2)
        prefix = "clusters/beibei/chains/"
        self.assertEqual(gaps[(prefix + "chip/segments/asic-packaging", "SINGLE_SOURCE")], "CERTAIN")
        self.assertEqual(gaps[(prefix + "smart-sensor/segments/soi-wafer", "MISSING")], "CERTAIN")
        self.assertEqual(gaps[(prefix + "display/segments/driver-ic", "EXTERNAL")], "CERTAIN")

    def test_sisters_count_once_and_government_merges_nothing(self):
        oracle = Oracle(self.records["beibei"])
        for segment, sellers, owners in (("smart-sensor/segments/gas-sensing-material", 2, 1), ("core-component/segments/harmonic-reducer", 2, 1),
                                         ("network/segments/data-center", 2, 2)):
            found = {s[0] for s in oracle.suppliers("clusters/beibei/chains/" + segment)}
            self.assertEqual((len(found), len({oracle.group[e] for e in found})), (sellers, owners), segment)

    def test_demand_is_finite_over_cycles(self):
        oracle = Oracle(self.records["beibei"])
        prefix = "clusters/beibei/chains/"
        target, recovery = prefix + "display/segments/ito-target", prefix + "display/segments/indium-recovery"
        self.assertIn(recovery, [s for s, _ in oracle.inputs[target]])
        self.assertIn(target, [s for s, _ in oracle.inputs[recovery]])
        self.assertTrue(all(value is None or value < 1e9 for value in oracle.demand.values()))
        self.assertIsNone(oracle.demand[prefix + "core-component/segments/precision-grease"])

    def test_csv_examples(self):
        uscc_of_row = {}
        for name, coding in (("enterprises.csv", "utf-8"), ("enterprises_gb18030.csv", "gb18030"), ("capabilities.csv", "utf-8"),
                             ("supply_links.csv", "utf-8")):
            with open(os.path.join(HERE, "csv", name), encoding=coding, newline="") as source:
                rows = list(csv.DictReader(source))
            self.assertGreaterEqual(len(rows), 2)
            for row in rows:
                self.assertNotIn(None, row)
                code = row.get("uscc") or row.get("统一社会信用代码")
                if code:
                    self.assertTrue(identifiers.is_uscc(code), code)
                    uscc_of_row[code] = name
        taken = {e["uscc"] for e in self.resources("enterprise")}
        self.assertFalse(taken & set(uscc_of_row))

    def test_every_line_parses_as_an_import_record(self):
        try:
            from google.protobuf import json_format  # noqa: F401
            subprocess.run(["protoc", "--version"], check=True, stdout=subprocess.DEVNULL)
        except (ImportError, OSError):
            self.skipTest("needs python3-protobuf and protoc")
        with tempfile.TemporaryDirectory() as folder:
            protos = os.path.join(SOURCE, "protos")
            files = [os.path.relpath(os.path.join(at, f), protos) for part in ("bulian", os.path.join("google", "api"),
                     os.path.join("google", "rpc"), os.path.join("google", "type"))
                     for at, _, names in os.walk(os.path.join(protos, part)) for f in names if f.endswith(".proto")]
            subprocess.run(["protoc", "-I", protos, "--python_out=" + folder] + sorted(files), check=True)
            script = ("import sys, google; sys.path.insert(0, sys.argv[1]); google.__path__ = list(google.__path__) + [sys.argv[1] + '/google']\n"
                      "from google.protobuf import json_format; from bulian.v1 import exchange_pb2\n"
                      "for path in sys.argv[2:]:\n"
                      "  for line in open(path, encoding='utf-8'): json_format.Parse(line, exchange_pb2.ImportRecord())\n")
            subprocess.run([sys.executable, "-c", script, folder] + [os.path.join(HERE, f + ".jsonl") for f in FILES], check=True)


if __name__ == "__main__":
    unittest.main()
