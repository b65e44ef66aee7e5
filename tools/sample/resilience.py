"""How long makers take to come back, what they have on hand, and what end products are worth. Not everybody states it."""

from seeded import between, fraction, rounded

# Of the first group a type is in, itself included: days from a standstill to full output, days of output on hand.
DAYS = (
    ("reclaimed-wafer", (20, 60), (5, 15)), ("indium-recovery", (20, 60), (10, 30)),
    ("sic-substrate", (120, 240), (20, 45)), ("photomask", (90, 180), (0, 0)),
    ("packaging-processes", (45, 120), (2, 6)), ("final-test", (30, 75), (1, 4)),
    ("semiconductor-processes", (120, 270), (3, 9)), ("display-processes", (90, 210), (2, 6)),
    ("assembly-processes", (14, 45), (1, 4)), ("mechanical-processes", (21, 75), (2, 8)),
    ("testing-services", (7, 30), (0, 0)), ("services", (5, 20), (0, 0)), ("laboratories", (30, 90), None),
    ("pilot-lines", (90, 180), None), ("facilities", (3, 15), None), ("skills", (60, 150), None),
    ("process-chemicals", (45, 120), (8, 25)), ("materials", (60, 150), (15, 45)), ("mems-dies", (90, 200), (15, 40)),
    ("integrated-circuits", (90, 210), (25, 70)), ("sensors", (40, 110), (12, 35)), ("drive-components", (30, 100), (15, 40)),
    ("mechanical-parts", (21, 75), (10, 30)), ("terminals", (20, 60), (7, 25)), ("instruments", (25, 70), (10, 30)),
    ("components", (30, 100), (10, 35)), ("communication-equipment", (25, 80), (10, 30)),
)
# Days on hand that these makers do not tell: capability type, or enterprise key.
STOCK_UNKNOWN = {"lcd-module", "cell-process", "battery-pack", "special-steel", "scr1", "opt1", "net1"}
# Makers that never thought about how they would come back.
RECOVERY_UNKNOWN = {"mold-tool", "cast2", "fab2", "smt2", "fw1", "bat1", "mod3", "val1", "uni1", "lab2", "wire1", "iot2"}
PERIODS = {"YEAR": 1, "MONTH": 12, "WEEK": 365 / 7, "DAY": 365}
NOBODY_ASKED = "cs"  # flags of supply_table: claimed and stale answers come from older questionnaires


class Resilience:
    """Says it of the capabilities and segments of a cluster; draws from keys of its own, so that nothing else changes."""

    def __init__(self, taxonomy, enterprises, capabilities):
        self.taxonomy, self.enterprises = taxonomy, enterprises
        self.flags = {(key, subtype): flags for _, _, _, offers, _ in capabilities.supply for key, subtype, _, flags in offers}

    def _lines(self, name):
        """The type and all above it."""
        above = {name}
        for parent in self.taxonomy.types[name]["parents"]:
            above |= self._lines(parent)
        return above

    def _days(self, name):
        above = self._lines(name)
        return next((recovery, stock) for group, recovery, stock in DAYS if group in above)

    def of_capability(self, key, name, record):
        """The record with its stock and recovery time, where they are known."""
        if not self.enterprises.by_key[key]["local"] or set(self.flags[(key, name)]) & set(NOBODY_ASKED):
            return record
        recovery, stock = self._days(name)
        told = dict(record)
        if "capacity" in record and "period" in record["capacity"]["total"] and stock and not {key, name} & STOCK_UNKNOWN:
            rate = record["capacity"]["total"]
            days = between(*stock, "resilience", key, name, "stock")
            told["stock"] = {"value": rounded(rate["value"] * PERIODS[rate["period"]] * days / 365, 2), "unit": rate["unit"]}
        if not {key, name} & RECOVERY_UNKNOWN:
            told["recoveryTimeDays"] = 5 * max(1, round(between(*recovery, "resilience", key, name, "recovery") / 5))
        return told

    def of_chain(self, record):
        """The chain with a margin on what is delivered to the end."""
        for segment in record["segments"]:
            if "finalDemand" in segment:
                name = segment["segmentId"]
                margin = rounded(self.taxonomy.price[name] * between(0.12, 0.38, "resilience", name, "margin"), 2)
                money = {"currencyCode": "CNY", "units": str(int(margin))}
                if margin != int(margin):
                    money["nanos"] = round((margin - int(margin)) * 1e9)
                segment["unitMargin"] = money
        return record
