"""A real public data set (companies, products, what makes what) through the CLI: imported whole, then queried.

The data stand beside the repository (../shared/matching) and are not part of it; without them the test says SKIPPED.
"""
import json
import pathlib
import sys
import tempfile
import unittest
from collections import defaultdict

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "harness"), str(TESTS / "bench/matching")]
import records as matching  # noqa: E402
from server import SOURCE, Server  # noqa: E402

DATA = SOURCE.parent / "shared/matching"
CLUSTER = matching.CLUSTER


def rows(name):
    return matching.rows(DATA / name)


def records():
    yield {"cluster": {"name": CLUSTER, "displayName": {"zh": "上市公司"}, "regionCodes": ["500000"],
                       "asOf": {"year": 2022, "month": 6, "day": 30}}}
    products = {row["name"]: row["product_id"].lower() for row in rows("public/products.csv.gz")}
    relations = list(rows("product_links.csv.gz"))
    parents = matching.acyclic_parents(products, [(r["from"], r["to"]) for r in relations if r["rel"] == "subclass"])
    inputs = defaultdict(dict)
    for r in relations:
        if r["rel"] == "upstream_material" and r["from"] in products and r["to"] in products and r["from"] != r["to"]:
            if len(inputs[r["from"]]) < 64:
                inputs[r["from"]][r["to"]] = None
    type_name = {name: f"{CLUSTER}/capabilityTypes/{id}" for name, id in products.items()}
    for name in products:
        yield {"capabilityType": {"name": type_name[name], "kind": "PRODUCT", "displayName": {"zh": name[:200]},
                                  "parents": [type_name[p] for p in parents[name]],
                                  "typicalInputs": [{"capabilityType": type_name[i]} for i in inputs[name]]}}
    known = set()
    for row in rows("companies.csv.gz"):
        known.add(row["company_id"])
        yield {"enterprise": {"name": f"{CLUSTER}/enterprises/c{row['company_id'].lower()}", "kind": "COMPANY",
                              "displayName": {"zh": row["fullname"] or row["name"]}, "aliases": [row["name"]]}}
    for row in rows("public/train.csv.gz"):
        if row["company_id"] in known:
            product = row["product_id"].lower()
            yield {"capability": {"name": f"{CLUSTER}/enterprises/c{row['company_id'].lower()}/capabilities/{product}",
                                  "capabilityType": f"{CLUSTER}/capabilityTypes/{product}", "level": "VOLUME",
                                  "evidence": {"state": "CLAIMED", "note": f"revenue share {row['revenue_share']}"}}}


@unittest.skipUnless(DATA.is_dir(), "SKIPPED: ../shared/matching is not there")
class MatchingDataTest(unittest.TestCase):
    def test_import_and_query(self):
        with tempfile.TemporaryDirectory() as folder, Server() as server:
            file = pathlib.Path(folder) / "listed.jsonl"
            counts, makers = defaultdict(int), defaultdict(set)
            with open(file, "w", encoding="utf-8") as out:
                for record in records():
                    (kind, resource), = record.items()
                    counts[kind] += 1
                    if kind == "capability":
                        makers[resource["capabilityType"]].add(resource["name"].rsplit("/", 2)[0])
                    out.write(json.dumps(record, ensure_ascii=False) + "\n")
            done = server.bulian("import", file, "-o", "json")
            self.assertEqual(done.returncode, 0, done.stderr[:2000])
            self.assertEqual(json.loads(done.stdout)["created"], sum(counts.values()))
            listed = json.loads(server.bulian("list", f"{CLUSTER}/enterprises", "-o", "json").stdout)["enterprises"]
            self.assertEqual(len(listed), counts["enterprise"])

            wanted, makers_of_wanted = max(makers.items(), key=lambda item: (len(item[1]), item[0]))
            chain = {"chain": {"name": f"{CLUSTER}/chains/probe", "displayName": {"en": "Probe"}, "segments": [
                {"segmentId": "wanted", "displayName": {"en": "Wanted"}, "requirement": {"capabilityType": wanted}}]}}
            self.assertEqual(server.bulian("apply", "-", stdin=json.dumps(chain)).returncode, 0)
            found = json.loads(server.bulian("match", "listed/probe/wanted", "--top", 1000, "--recruits", "-o", "json").stdout)
            names = {c["enterprise"] for c in found["candidates"]}
            self.assertTrue(makers_of_wanted <= names)
            report = json.loads(server.bulian("gaps", "listed/probe", "-o", "json").stdout)
            self.assertGreater(report["gapCount"], 0)

    def test_drafts_of_real_products(self):
        """Chains drafted from real, noisy relations between products: each is taken by CreateChain; hidden relations come back."""
        names = sorted({name for row in rows("product_links.csv.gz") for name in (row["from"], row["to"])})
        ids = {name: f"{CLUSTER}/capabilityTypes/p{number}" for number, name in enumerate(names)}
        relations = list(rows("product_links.csv.gz"))
        parents = matching.acyclic_parents(ids, [(r["from"], r["to"]) for r in relations if r["rel"] == "subclass"])
        stated, hidden = defaultdict(list), defaultdict(set)
        pairs = sorted({(r["from"], r["to"]) for r in relations if r["rel"] == "upstream_material" and r["from"] != r["to"]})
        for number, (product, material) in enumerate(pairs):
            if number % 5 == 0:
                hidden[product].add(ids[material])
            elif len(stated[product]) < 64:
                stated[product].append(ids[material])
        with tempfile.TemporaryDirectory() as folder, Server() as server:
            file = pathlib.Path(folder) / "types.jsonl"
            with open(file, "w", encoding="utf-8") as out:
                out.write(json.dumps(next(records()), ensure_ascii=False) + "\n")
                # First all without what they name: the products name each other in circles.
                for whole in (False, True):
                    for name in names:
                        shown = "".join(c for c in name if c.isprintable()).strip()
                        product = {"name": ids[name], "kind": "PRODUCT", "displayName": {"zh": shown[:200] or "?"}}
                        if whole:
                            product["parents"] = [ids[p] for p in parents[name]]
                            product["typicalInputs"] = [{"capabilityType": i} for i in stated[name]]
                        out.write(json.dumps({"capabilityType": product}, ensure_ascii=False) + "\n")
            done = server.bulian("import", file, "-o", "json")
            self.assertEqual(done.returncode, 0, done.stderr[:2000])
            proposed = found = segments = 0
            for product in sorted(hidden)[::40]:
                drafted = server.bulian("draft", ids[product], "--depth", 3, "--min-confidence", 0.05, "--record")
                self.assertEqual(drafted.returncode, 0, drafted.stderr)
                self.assertEqual(server.bulian("apply", "--validate-only", "-", stdin=drafted.stdout).returncode, 0)
                chain = json.loads(drafted.stdout)["chain"]
                types = {s["segmentId"]: s["requirement"]["capabilityType"] for s in chain["segments"]}
                inputs = {types[i["segment"]] for i in chain["segments"][0].get("inputs", [])}
                proposed += len(inputs - set(stated[product]))
                found += len(inputs & hidden[product])
                segments += len(types)
            print(f"drafts of {len(sorted(hidden)[::40])} products: {segments} segments; beyond what is stated {proposed} inputs proposed, "
                  f"{found} of them among the hidden fifth")


if __name__ == "__main__":
    unittest.main(verbosity=2)
