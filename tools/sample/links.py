"""Supply link records: who really supplies whom, by value."""

from seeded import between, date, days_before, fraction, rounded

# Who buys what feeds no other segment.
END_BUYERS = {
    "gas-meter": "usegas", "water-meter": "usewat", "flow-meter": "usewat", "control-valve": "usegas", "medical-monitor": "usemed",
    "vehicle-display": "usecar", "ecu": "usecar", "electric-drive-unit": "usecar", "inertial-sensor": "usecar",
    "pressure-transmitter": "usegas",
}
NOT_TRADED = ("SKILL",)
# Outside links that nobody checked, and ones whose value nobody knows.
CLAIMED_OUTSIDE, VALUE_UNKNOWN = {"mcu"}, {"fpc"}


class Links:
    """All supply links of a cluster."""

    def __init__(self, taxonomy, chains, enterprises, capabilities, fallback="usepark"):
        self.taxonomy, self.chains, self.enterprises, self.fallback = taxonomy, chains, enterprises, fallback
        self.records, self.offers = [], {}
        for name, _, _, offers, _ in capabilities.supply:
            self.offers[name] = offers
        for name, _, base, offers, outside in capabilities.supply:
            if name in chains.segments and taxonomy.types[name]["kind"] not in NOT_TRADED:
                self._row(name, base, offers, outside)

    def _local(self, name, unsure=False):
        """Local offers in volume: the plain ones, or also those whose evidence or fit is in doubt."""
        left_out = set("prlxe") if unsure else set("prlxeacs")
        return [(key, subtype, weight) for key, subtype, weight, flags in self.offers.get(name, [])
                if self.enterprises.by_key[key]["local"] and not set(flags) & left_out]

    def _buyers(self, name):
        if name in END_BUYERS and END_BUYERS[name] in self.enterprises.by_key:
            return [END_BUYERS[name]]
        found = []
        for consumer in self.chains.consumers(name):
            found += [key for key, _, _ in self._local(consumer, unsure=True) if key not in found]
        return found or [self.fallback]

    def _row(self, name, base, offers, outside):
        yearly = self.chains.demand[name] or (base or 0) * 0.5
        yearly = max(yearly, 10.0)
        outsiders = [(k, s, w) for k, s, w, f in offers if not self.enterprises.by_key[k]["local"] and not set(f) & set("pr")]
        sellers = (self._local(name) or self._local(name, unsure=True))[:1 if self.chains.segments[name]["priority"] > 2 else 2]
        if outside is None:
            outside = 0.15 if outsiders else 0.0
        if not sellers:
            outside = 1.0
        self._split(name, sellers, yearly * 0.6 * (1 - outside), False)
        self._split(name, outsiders, yearly * 0.6 * outside, True)

    def _split(self, name, sellers, volume, outside):
        buyers = self._buyers(name)
        total = sum(weight for _, _, weight in sellers)
        for number, (seller, subtype, weight) in enumerate(sellers):
            others = [b for b in buyers if b != seller] or [self.fallback]
            if others == [seller]:
                continue
            chosen = others[number % len(others):][:1 + int(outside or self.chains.segments[name]["priority"] == 1)]
            for buyer in chosen:
                self._add(name, seller, subtype, buyer, volume * weight / total / len(chosen), outside)

    def _add(self, name, seller, subtype, buyer, volume, outside):
        key = (name, seller, buyer)
        number = len(self.records) + 1
        of_type = self.taxonomy.types[name]
        year = 2025 if fraction(*key, "year") < 0.85 else 2024
        record = {"name": "clusters/%s/supplyLinks/sl-%04d" % (self.enterprises.cluster, number),
                  "supplier": self.enterprises.name(seller), "buyer": self.enterprises.name(buyer),
                  "productType": "clusters/%s/capabilityTypes/%s" % (self.enterprises.cluster, subtype), "year": year}
        price = self.taxonomy.price[name] * between(0.9, 1.1, *key, "price")
        if not (outside and name in VALUE_UNKNOWN):
            record["value"] = {"currencyCode": "CNY", "units": str(int(rounded(max(1000.0, volume * price))))}
        if not of_type["stock"]:
            record["volume"] = {"value": max(1, rounded(volume)), "unit": of_type["unit"]}
        record["validFrom"] = {"year": 2019 + int(fraction(*key, "from") * 6), "month": 1 + int(fraction(*key, "month") * 12), "day": 1}
        if fraction(*key, "until") < 0.25:
            record["validUntil"] = date("2027-12-31")
        if outside and name in CLAIMED_OUTSIDE:
            record["evidence"] = {"state": "CLAIMED", "date": days_before(between(40, 300, *key, "said")),
                                  "source": "buyer questionnaire"}
        else:
            record["evidence"] = {"state": "VERIFIED", "verifiedBy": "产业链服务专班 (chain service office)",
                                  "date": days_before(between(30, 330, *key, "checked")),
                                  "source": "sample contract FX-%04d" % number}
        record["annotations"] = {"fictional": "true"}
        self.records.append({"supplyLink": record})

    def add_expired(self):
        """Relations that have ended: they are in the records and count no more."""
        for name, seller, buyer in (("soi-wafer", "x08", "mfab2"), ("driver-ic", "y01", "mod2"), ("servo-motor", "srv1", "jnt1"),
                                    ("battery-pack", "y09", "node1"), ("optical-chip", "y13", "opt1")):
            self._add(name, seller, name, buyer, max(self.chains.demand[name] * 0.1, 10), True)
            self.records[-1]["supplyLink"]["validUntil"] = date("2025-06-30")
