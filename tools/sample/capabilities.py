"""Capability records, sized so that the sample's gaps are the ones meant (supply_table)."""

import re

from enterprises import POOLED
from seeded import between, date, days_before, fraction, pick, rounded
from supply_table import SUPPLY
from taxonomy import rows

VERIFIERS = ("产业链服务专班 (chain service office)", "第三方现场审核组 (third-party audit team)", "行业协会核查组 (association check team)")
LEAD_DAYS = {"PRODUCT": (14, 75), "PROCESS": (7, 60), "SERVICE": (3, 30), "FACILITY": (2, 20), "SKILL": (10, 45)}
LEVELS = {"p": "PILOT", "r": "RESEARCH"}
# Parameters shown where no segment asks for any.
SHOWN = {
    "cnc-machining": [("accuracy", 0, 5, "4H")], "pcb": [("layers", 2, 12, "C62")], "antenna": [("frequency", 0.4, 6, "A86")],
    "heat-treatment": [("temperature", 150, 1100, "CEL")], "smt-assembly": [("component_size", 0.4, 50, "MMT")],
    "precision-bearing": [("bore", 5, 120, "MMT")], "wafer-dicing": [("wafer_thickness", 80, 775, "4H")],
    "igbt-module": [("voltage", 650, 1700, "VLT")], "servo-drive": [("current", 1, 30, "AMP")], "fpc": [("line_width", 30, 200, "4H")],
    "injection-molding": [("part_length", 5, 800, "MMT")], "industrial-switch": [("data_rate", 0.1, 10, "B80")],
    "power-wafer-fab": [("wafer_diameter", 150, 200, "MMT")], "led-chip": [("chip_length", 100, 300, "4H")],
}


def parse_supply(table=SUPPLY):
    """Rows (type, cover or None, base or None, offers, outside share); an offer is (key, type, weight, flags)."""
    parsed = []
    for name, cover, offers, outside in rows(table):
        tokens = []
        for token in offers.split():
            key, weight, subtype, flags = "", 1.0, name, ""
            key = re.match(r"\w+", token).group()
            for mark, value in re.findall(r"([@*:])([^@*:]+)", token):
                if mark == "@":
                    subtype = value
                elif mark == "*":
                    weight = float(value)
                else:
                    flags = value
            tokens.append((key, subtype, weight, flags))
        base = float(cover[1:]) if cover.startswith("=") else None
        parsed.append((name, None if base is not None else float(cover), base, tokens, float(outside) if outside else None))
    return parsed


def offered_attribute(asked, flags, *key):
    """An attribute that meets the asked one, or misses it with flag x."""
    offer = {"key": asked["key"]}
    if "flag" in asked:
        offer["flag"] = asked["flag"] != ("x" in flags)
    elif "words" in asked:
        offer["words"] = {"words": ["H2S", "NH3"] if "x" in flags else asked["words"]["words"] + pick([[], ["H2"], ["O2"]], *key)
                          if asked["key"] == "target_gas" else asked["words"]["words"][:1 + int(fraction(*key) * 2)]}
    else:
        low, high, unit = asked["interval"]["min"], asked["interval"]["max"], asked["interval"]["unit"]
        if asked["relation"] == "WITHIN":
            span = (low, rounded(high * (2 if "x" in flags else pick([0.5, 0.8, 1.0], *key))))
        elif "x" in flags:
            span = (rounded(low + 0.6 * (high - low)) if high > low else rounded(low * 0.5),
                    rounded(high * 0.9) if high > low else rounded(low * 0.75))
        elif unit == "P1":
            span = (99.9, 99.9999)
        else:
            span = (rounded(low * pick([0.75, 0.9, 1.0], *key)), rounded(high * pick([1.0, 1.2, 1.5], *key, "high")))
        offer["interval"] = {"min": span[0], "max": span[1], "unit": unit}
    return offer


class Capabilities:
    """All capabilities of a cluster."""

    def __init__(self, taxonomy, chains, enterprises, supply=SUPPLY):
        self.taxonomy, self.chains, self.enterprises = taxonomy, chains, enterprises
        self.supply, self.records, self.pools = parse_supply(supply), {}, {}
        for name, cover, base, offers, _ in self.supply:
            plain = sum(w for k, _, w, f in offers if self.enterprises.by_key[k]["local"] and not set(f) - {"h"})
            volume = base if base is not None else cover * chains.demand[name]
            for key, subtype, weight, flags in offers:
                share = weight / (plain or sum(w for _, _, w, _ in offers))
                self._add(name, key, subtype, flags, volume * share)
        for key in POOLED:
            if key in self.enterprises.by_key:
                self._pool(key)

    def _add(self, name, key, subtype, flags, usable):
        of_type, local = self.taxonomy.types[subtype], self.enterprises.by_key[key]["local"]
        record = {"name": self.enterprises.name(key) + "/capabilities/" + subtype,
                  "capabilityType": "clusters/%s/capabilityTypes/%s" % (self.enterprises.cluster, subtype),
                  "site": self.enterprises.work_site(key)}
        if "l" not in flags:
            record["level"] = LEVELS.get(flags[:1], "VOLUME")
        if "u" not in flags:
            record["capacity"] = self._capacity(subtype, key, of_type, flags, usable, local)
        if of_type["kind"] != "SKILL":
            record["leadTimeDays"] = int(between(*LEAD_DAYS[of_type["kind"]], subtype, key, "lead"))
        record.update(self.details(name, subtype, key, flags))
        if "e" in flags:
            record["validUntil"] = date("2025-12-31")
        record["evidence"] = self._evidence(subtype, key, flags)
        record["annotations"] = {"fictional": "true"}
        self.records[(key, subtype)] = record

    @staticmethod
    def _capacity(subtype, key, of_type, flags, usable, local):
        outside = round(between(0.05, 0.25, subtype, key, "outside"), 2)
        committed = round(between(0.4, 0.65, subtype, key, "in"), 2)
        if "o" in flags:
            outside, committed = 0.8, 0.12
        if not local:
            outside, committed = round(between(0.5, 0.7, subtype, key, "out"), 2), 0.1
        scale = {"p": 0.05, "r": 0.002}.get(flags[:1], 1.0)
        total = usable * scale / ((0.55 + 0.225) if "h" in flags else (1 - outside if local and "o" not in flags else 1.0))
        rate = {"value": max(1, rounded(total)), "unit": of_type["unit"]}
        if not of_type["stock"]:
            rate["period"] = "YEAR"
            if fraction(subtype, key, "period") < 0.4 and total / 12 >= 20:
                rate = {"value": rounded(total / 12), "unit": of_type["unit"], "period": "MONTH"}
        capacity = {"total": rate, "inClusterShare": committed}
        if "h" in flags:
            capacity["inClusterShare"] = 0.55
        else:
            capacity["outsideShare"] = outside
            capacity["freeShare"] = round(1 - outside - committed, 2)
        return capacity

    def details(self, name, subtype, key, flags):
        """Attributes and certificates that answer the segment of the type, where there is one."""
        segment, record = self.chains.segments.get(name), {}
        asked = segment["requirement"].get("attributes", []) if segment else []
        if "a" not in flags:
            attributes = [offered_attribute(a, flags, subtype, key, a["key"]) for a in asked]
            if not attributes:
                attributes = [{"key": k, "interval": {"min": low, "max": rounded(high * pick([0.6, 0.8, 1.0], key, k)), "unit": unit}}
                              for k, low, high, unit in SHOWN.get(name, [])]
            if attributes:
                record["attributes"] = attributes
        schemes = [] if "k" in flags else list(segment["requirement"].get("certificates", [])) if segment else []
        kind = self.taxonomy.types[subtype]["kind"]
        if kind in ("PRODUCT", "PROCESS") and fraction(subtype, key, "9001") < 0.6 and "k" not in flags:
            schemes.append("ISO_9001")
        if self.taxonomy.types[subtype]["parents"] == ["laboratories"] or name.endswith("-calibration"):
            schemes.append("ISO_IEC_17025")
        if fraction(subtype, key, "14001") < 0.1:
            schemes.append("ISO_14001")
        certificates = [{"scheme": s, "validUntil": self._valid_until(s, subtype, key), "reference": "FX-%s-%05d" %
                         (s, int(fraction(s, subtype, key, "number") * 100000))} for s in dict.fromkeys(schemes)]
        if certificates:
            record["certificates"] = certificates
        return record

    @staticmethod
    def _valid_until(scheme, subtype, key):
        if scheme == "ISO_14001" and fraction(scheme, subtype, key) < 0.3:
            return date("2026-03-31")
        return {"year": 2027 + int(fraction(scheme, key) * 3), "month": 1 + int(fraction(key, scheme) * 12), "day": 28}

    @staticmethod
    def _evidence(subtype, key, flags):
        days = between(400, 900, subtype, key) if "s" in flags else between(30, 330, subtype, key)
        if "c" in flags:
            return {"state": "CLAIMED", "date": days_before(between(40, 200, subtype, key)), "source": "enterprise questionnaire"}
        return {"state": "VERIFIED", "verifiedBy": pick(VERIFIERS, subtype, key, "by"), "date": days_before(days),
                "source": "sample audit record FX-%05d" % int(fraction(subtype, key, "audit") * 100000)}

    def _pool(self, key):
        """One line shared by what the enterprise makes in volume: each fits alone, not all at once."""
        mine = [r for (k, _), r in self.records.items() if k == key and r.get("level") == "VOLUME" and "period" in
                r.get("capacity", {}).get("total", {})]
        if len(mine) < 2:
            return
        hours = 168 * (1 + int(fraction(key, "lines") * 3))
        self.pools[key] = [{"poolId": "line", "displayName": {"zh": "共用产线工时", "en": "Shared line hours"},
                            "capacity": {"value": hours, "unit": "HUR", "period": "WEEK"}}]
        for record in mine:
            total = record["capacity"]["total"]
            weekly = total["value"] * {"YEAR": 1, "MONTH": 12}[total["period"]] * 7 / 365
            record["poolLoads"] = [{"pool": "line", "loadPerUnit": rounded(0.75 * hours / weekly)}]
