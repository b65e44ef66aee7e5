"""The public matching data as records of a cluster: train pairs and side tables only, nothing hidden."""
import csv
import gzip
from collections import defaultdict

CLUSTER = "clusters/listed"


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def enterprise_name(company_id):
    return f"{CLUSTER}/enterprises/c{company_id.lower()}"


def type_name(product_id):
    return f"{CLUSTER}/capabilityTypes/{product_id.lower()}"


def acyclic_parents(ids, links):
    """Broader types of each type, leaving out links that would close a cycle, at most 16 each."""
    parents = defaultdict(list)

    def reaches(start, goal):
        seen, stack = set(), [start]
        while stack:
            node = stack.pop()
            if node == goal:
                return True
            if node not in seen:
                seen.add(node)
                stack.extend(parents[node])
        return False

    for broader, narrower in links:
        if broader in ids and narrower in ids and broader != narrower and len(parents[narrower]) < 16:
            if broader not in parents[narrower] and not reaches(broader, narrower):
                parents[narrower].append(broader)
    return parents


def types(data, split):
    products = {row["name"]: row["product_id"] for row in rows(data / split / "products.csv.gz")}
    relations = list(rows(data / "product_links.csv.gz"))
    parents = acyclic_parents(products, [(r["from"], r["to"]) for r in relations if r["rel"] == "subclass"])
    inputs = defaultdict(dict)
    for r in relations:
        made, used = (r["from"], r["to"]) if r["rel"] == "upstream_material" else (r["to"], r["from"])
        if r["rel"] != "subclass" and made in products and used in products and made != used and len(inputs[made]) < 64:
            inputs[made][used] = None
    for name, product in products.items():
        yield {"capabilityType": {"name": type_name(product), "kind": "PRODUCT", "displayName": {"zh": name[:200]},
                                  "parents": [type_name(products[p]) for p in parents[name]],
                                  "typicalInputs": [{"capabilityType": type_name(products[i])} for i in inputs[name]]}}


def records(data, split):
    yield {"cluster": {"name": CLUSTER, "displayName": {"zh": "上市公司"}, "regionCodes": ["500000"],
                       "asOf": {"year": 2022, "month": 6, "day": 30}}}
    yield from types(data, split)
    known = set()
    for row in rows(data / "companies.csv.gz"):
        known.add(row["company_id"])
        aliases = [row["name"], *(alias for alias in row["aliases"].split("|") if alias)]
        industry = " ".join(dict.fromkeys(filter(None, (row["sw_l1"], row["sw_l2"], row["sw_l3"]))))
        yield {"enterprise": {"name": enterprise_name(row["company_id"]), "kind": "COMPANY",
                              "displayName": {"zh": row["fullname"] or row["name"]}, "aliases": aliases[:32],
                              "description": {"zh": industry}}}
    for row in rows(data / split / "train.csv.gz"):
        if row["company_id"] in known:
            product = row["product_id"].lower()
            yield {"capability": {"name": f"{enterprise_name(row['company_id'])}/capabilities/{product}",
                                  "capabilityType": type_name(product), "level": "VOLUME",
                                  "evidence": {"state": "CLAIMED", "note": f"revenue share {row['revenue_share']}"}}}
