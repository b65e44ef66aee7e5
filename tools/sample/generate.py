#!/usr/bin/env python3
"""Writes the sample clusters, beibei.jsonl and chengdu.jsonl, one bulian.v1.ImportRecord in proto3 JSON a line.

Usage: generate.py [FOLDER]      (default: the folder of this script). The same seed gives the same bytes.
"""

import json
import os
import sys

import chengdu
from capabilities import Capabilities
from chains import Chains
from enterprises import Enterprises
from links import Links
from projects import project_records
from resilience import Resilience
from seeded import AS_OF, date
from taxonomy import Taxonomy

CLUSTER = "beibei"


def beibei():
    """All records of clusters/beibei, in an order in which a record follows those it names."""
    taxonomy = Taxonomy()
    chains = Chains(taxonomy, CLUSTER)
    enterprises = Enterprises(CLUSTER)
    capabilities = Capabilities(taxonomy, chains, enterprises)
    links = Links(taxonomy, chains, enterprises, capabilities)
    links.add_expired()
    yield {"cluster": {"name": "clusters/" + CLUSTER,
                       "displayName": {"zh": "重庆北碚产业集群（示例）", "en": "Chongqing Beibei cluster (sample)"},
                       "regionCodes": ["500109"], "asOf": date(AS_OF), "annotations": {"fictional": "true"}}}
    yield from taxonomy.records(CLUSTER, chains.typical_inputs())
    for key in enterprises.in_order():
        yield enterprises.record(key, capabilities.pools.get(key, ()))
    resilience = Resilience(taxonomy, enterprises, capabilities)
    for (key, name), record in sorted(capabilities.records.items(), key=lambda item: item[1]["name"]):
        yield {"capability": resilience.of_capability(key, name, record)}
    for record in chains.records():
        yield {"chain": resilience.of_chain(record["chain"])}
    yield from links.records
    yield from project_records(taxonomy, chains, enterprises, capabilities)


def write(path, records):
    """One compact record a line, UTF-8."""
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for record in records:
            out.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def main(folder):
    """Writes both files."""
    write(os.path.join(folder, "beibei.jsonl"), beibei())
    write(os.path.join(folder, "chengdu.jsonl"), chengdu.records())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
