"""Capability type records."""

from seeded import text
from types_table import GROUPS, OFFERS, PRODUCTS

KINDS = {"P": "PRODUCT", "C": "PROCESS", "S": "SERVICE", "F": "FACILITY", "K": "SKILL"}
GROUP_KINDS = {"processes": "PROCESS", "services": "SERVICE", "facilities": "FACILITY", "skills": "SKILL"}
STOCKS = {"data-center"}


def rows(table):
    """The fields of each line."""
    return [[field.strip() for field in line.split("|")] for line in table.splitlines() if line.strip()]


class Taxonomy:
    """Types by id, in an order in which parents come first."""

    def __init__(self, groups=GROUPS, offers=PRODUCTS + OFFERS):
        self.types, self.price = {}, {}
        for name, zh, en, parents in rows(groups):
            parents = [p for p in parents.split(",") if p]
            kind = GROUP_KINDS.get(name) or (self.types[parents[0]]["kind"] if parents else "PRODUCT")
            self._add(name, kind, zh, en, "", parents, "", "")
        for name, kind, zh, en, unit, price, parents, aliases, *codes in rows(offers):
            self._add(name, KINDS[kind], zh, en, unit, [p for p in parents.split(",") if p], aliases, codes[0] if codes else "")
            self.price[name] = float(price)

    def _add(self, name, kind, zh, en, unit, parents, aliases, code):
        if name in self.types:
            raise ValueError("type named twice: " + name)
        for parent in parents:
            if parent not in self.types:
                raise ValueError("parent after child: " + name)
        stock = kind == "SKILL" or name in STOCKS
        self.types[name] = {"kind": kind, "zh": zh, "en": en, "unit": unit, "parents": parents, "code": code, "stock": stock,
                            "aliases": [a for a in aliases.split(";") if a]}

    def _order(self, inputs):
        """Parents and typical inputs first. An input that would close a circle is left out of the types."""
        order, open_types, dropped = [], set(), set()

        def visit(name):
            open_types.add(name)
            for parent in self.types[name]["parents"]:
                if parent not in order and parent not in open_types:
                    visit(parent)
            for feeding, _ in inputs.get(name, []):
                if feeding in open_types:
                    dropped.add((name, feeding))
                elif feeding not in order:
                    visit(feeding)
            open_types.remove(name)
            order.append(name)

        for name in self.types:
            if name not in order:
                visit(name)
        return order, dropped

    def records(self, cluster, inputs, equivalents=None):
        """One CapabilityType a type; `inputs` has (type, coefficient or None) by type."""
        prefix = "clusters/%s/capabilityTypes/" % cluster
        order, dropped = self._order(inputs)
        for name in order:
            row = self.types[name]
            record = {"name": prefix + name, "kind": row["kind"], "displayName": text(row["zh"], row["en"])}
            if row["aliases"]:
                record["aliases"] = row["aliases"]
            if row["parents"]:
                record["parents"] = [prefix + p for p in row["parents"]]
            if row["unit"]:
                record["unit"] = row["unit"]
                record["basis"] = "STOCK" if row["stock"] else "RATE"
            typical = []
            for feeding, coefficient in inputs.get(name, []):
                if (name, feeding) in dropped:
                    continue
                entry = {"capabilityType": prefix + feeding}
                if coefficient is not None:
                    entry["coefficient"] = coefficient
                typical.append(entry)
            if typical:
                record["typicalInputs"] = typical
            if row["code"]:
                record["codes"] = [{"system": "hs2022", "code": row["code"]}]
            if equivalents and name in equivalents:
                record["equivalents"] = [equivalents[name]]
            yield {"capabilityType": record}
