"""Chain records, and the demand of every segment."""

import re

from chains_table import CHAINS, SEGMENTS, STAGES
from seeded import text
from taxonomy import rows

PERIODS = {"D": ("DAY", 365), "W": ("WEEK", 365 / 7), "M": ("MONTH", 12), "Y": ("YEAR", 1)}
RELATIONS = {">": "COVERS", "<": "WITHIN", "~": "OVERLAPS"}


def parse_requirement(name, code, cluster):
    """Requirement and policy of a segment from their short form (chains_table)."""
    requirement, policy = {"capabilityType": "clusters/%s/capabilityTypes/%s" % (cluster, name)}, {}
    for part in (p for p in code.split(";") if p):
        if part.startswith("#"):
            requirement.setdefault("certificates", []).append(part[1:])
        elif part.startswith("@"):
            requirement["minLevel"] = part[1:]
        elif part.startswith("!k="):
            policy["minSuppliers"] = int(part[3:])
        elif part.endswith("=true"):
            requirement.setdefault("attributes", []).append({"key": part[:-5], "flag": True})
        else:
            key, relation, value = re.fullmatch(r"(\w+)([<>~])(.+)", part).groups()
            attribute = {"key": key, "relation": RELATIONS[relation]}
            if value.startswith("{"):
                attribute["words"] = {"words": value[1:-1].split(",")}
            else:
                low, high, unit = re.fullmatch(r"([\d.]+?)\.\.([\d.]+) (\w+)", value).groups()
                attribute["interval"] = {"min": float(low), "max": float(high), "unit": unit}
            requirement.setdefault("attributes", []).append(attribute)
    return requirement, policy


class Chains:
    """All segments by id (unique over the chains of the sample), with inputs and demand."""

    def __init__(self, taxonomy, cluster, chains=CHAINS, segments=SEGMENTS):
        self.taxonomy, self.cluster = taxonomy, cluster
        self.chains, self.segments = rows(chains), {}
        for chain, table in segments.items():
            for name, stage, priority, final, inputs, code in rows(table):
                requirement, policy = parse_requirement(name, code, cluster)
                self.segments[name] = {
                    "chain": chain, "stage": stage, "priority": int(priority), "final": final, "requirement": requirement,
                    "policy": policy, "inputs": [self._parse_input(token, chain) for token in inputs.split()]}
        for name, segment in self.segments.items():
            for entry in segment["inputs"]:
                if self.segments[entry["id"]]["chain"] != entry["chain"]:
                    raise ValueError("%s: %s is of another chain" % (name, entry["id"]))
        self.demand = self._solve()

    @staticmethod
    def _parse_input(token, chain):
        name, value = token.split(":")
        of_chain, _, name = name.rpartition("/")
        value, _, group = value.partition("~")
        group, _, split = group.partition("@")
        return {"id": name, "chain": of_chain or chain, "coefficient": None if value == "?" else float(value), "group": group,
                "split": float(split) if split else None}

    def final_per_year(self, name):
        """Final demand per year in the type's unit."""
        final = self.segments[name]["final"]
        return float(final.split("/")[0]) * PERIODS[final.split("/")[1]][1] if final else 0.0

    def _solve(self):
        """Gross demand per year by Jacobi steps; the sample has no divergent part. A missing coefficient counts as 0."""
        demand = {name: self.final_per_year(name) for name in self.segments}
        for _ in range(200):
            following = {name: self.final_per_year(name) for name in self.segments}
            for name, segment in self.segments.items():
                for entry in segment["inputs"]:
                    share = entry["split"] if entry["split"] is not None else 1.0
                    following[entry["id"]] += demand[name] * (entry["coefficient"] or 0.0) * share
            if all(abs(following[n] - demand[n]) <= 1e-12 * max(1.0, following[n]) for n in demand):
                return following
            demand = following
        raise ValueError("demand diverges")

    def consumers(self, name):
        """Segments that `name` feeds."""
        return [n for n, s in self.segments.items() if any(e["id"] == name for e in s["inputs"])]

    def typical_inputs(self):
        """By type: what making it takes, as the chains have it."""
        return {name: [(e["id"], e["coefficient"]) for e in s["inputs"]] for name, s in self.segments.items()}

    def records(self):
        """One Chain a chain."""
        for chain, zh, en in self.chains:
            record = {"name": "clusters/%s/chains/%s" % (self.cluster, chain), "displayName": text(zh, en), "segments": []}
            for name, row in self.segments.items():
                if row["chain"] != chain:
                    continue
                of_type = self.taxonomy.types[name]
                segment = {"segmentId": name, "displayName": text(of_type["zh"], of_type["en"]),
                           "requirement": row["requirement"], "priority": row["priority"], "stage": text(*STAGES[row["stage"]])}
                if row["final"]:
                    value, period = row["final"].split("/")
                    segment["finalDemand"] = {"value": float(value), "unit": of_type["unit"], "period": PERIODS[period][0]}
                if row["policy"]:
                    segment["policy"] = row["policy"]
                if row["inputs"]:
                    segment["inputs"] = [self._input_record(entry, chain) for entry in row["inputs"]]
                record["segments"].append(segment)
            record["annotations"] = {"fictional": "true"}
            yield {"chain": record}

    def _input_record(self, entry, chain):
        name = entry["id"]
        if entry["chain"] != chain:
            name = "clusters/%s/chains/%s/segments/%s" % (self.cluster, entry["chain"], name)
        record = {"segment": name}
        if entry["coefficient"] is not None:
            record["coefficient"] = entry["coefficient"]
        if entry["group"]:
            record["alternativesGroup"] = entry["group"]
            record["split"] = entry["split"]
        return record
