"""A plain second computation of the gap kinds from the records of one cluster, to check the sample against.

It follows the definitions of services/gap in the simplest way: sets of suppliers are enumerated, capacities are intervals,
demand is iterated. Verdicts are True, False, None (the bounds do not decide) or NO_METRIC (nothing is known).
"""

import datetime

LEVELS = {"RESEARCH": 1, "PILOT": 2, "VOLUME": 3}
PER_YEAR = {"DAY": 365, "WEEK": 365 / 7, "MONTH": 12, "YEAR": 1, None: 1}
INFINITE = float("inf")
NO_METRIC = "no metric"


def day(value):
    """datetime.date of a google.type.Date."""
    return datetime.date(value["year"], value["month"], value["day"])


class Oracle:
    """Metrics and verdicts of every segment of one cluster's records."""

    def __init__(self, records):
        self.by_kind = {}
        for record in records:
            (kind, resource), = record.items()
            self.by_kind.setdefault(kind, []).append(resource)
        cluster = self.by_kind["cluster"][0]
        self.as_of, self.regions = day(cluster["asOf"]), cluster["regionCodes"]
        self.enterprises = {e["name"]: e for e in self.by_kind["enterprise"]}
        self.types = {t["name"]: t for t in self.by_kind["capabilityType"]}
        self.segments = {}
        for chain in self.by_kind["chain"]:
            for segment in chain["segments"]:
                self.segments[chain["name"] + "/segments/" + segment["segmentId"]] = segment
        self.inputs = {name: [(self.full_name(name, entry["segment"]), entry) for entry in segment.get("inputs", [])]
                       for name, segment in self.segments.items()}
        self.group = self._owner_groups()
        self.demand = self._demand()

    @staticmethod
    def full_name(of_segment, name):
        """Full name of an input's segment."""
        return name if name.startswith("clusters/") else of_segment.rpartition("/")[0] + "/" + name

    def subsumes(self, wide, narrow):
        """Whether a type is another or one of its ancestors."""
        return wide == narrow or any(self.subsumes(wide, p) for p in self.types[narrow].get("parents", []))

    def place(self, enterprise, site_id):
        """True inside the cluster's regions, False outside, None if unknown."""
        sites = self.enterprises[enterprise].get("sites", [])
        site = next((s for s in sites if not site_id or s["siteId"] == site_id), {})
        code = site.get("regionCode", "")
        return any(code.startswith(r.rstrip("0")) for r in self.regions) if code else None

    def current(self, resource):
        """Whether validity covers the date."""
        return not ("validUntil" in resource and day(resource["validUntil"]) < self.as_of or
                    "validFrom" in resource and day(resource["validFrom"]) > self.as_of)

    def sure(self, evidence):
        """Verified and not stale."""
        return evidence.get("state") == "VERIFIED" and (self.as_of - day(evidence["date"])).days <= 365

    def _owner_groups(self):
        """The controlling root of every enterprise: control first, else a share over one half; governments never merge."""
        def holder(name):
            owners = [o for o in self.enterprises[name].get("owners", []) if self.current(o)]
            chosen = [o for o in owners if o.get("control")] or [o for o in owners if o.get("share", 0) > 0.5]
            for owner in chosen:
                by = owner.get("enterprise") or "external:" + owner["externalId"]
                if not owner.get("government") and self.enterprises.get(by, {}).get("kind") != "GOVERNMENT":
                    return by
            return None
        roots = {}
        for name in self.enterprises:
            seen, at = {name}, name
            while at in self.enterprises and holder(at) and holder(at) not in seen:
                at = holder(at)
                seen.add(at)
            roots[name] = at
        return roots

    def _demand(self):
        """Gross demand per year; None where a coefficient on the way is unknown."""
        def solve(infinite_if_unknown):
            final = {}
            for name, segment in self.segments.items():
                rate = segment.get("finalDemand")
                final[name] = rate["value"] * PER_YEAR[rate.get("period")] if rate else 0.0
            now = dict(final)
            for _ in range(300):
                following = dict(final)
                for name, feeding in self.inputs.items():
                    for source, entry in feeding:
                        coefficient = entry.get("coefficient", 1.0 if infinite_if_unknown else 0.0)
                        following[source] += now[name] * coefficient * entry.get("split", 1.0)
                now = following
            return now
        low, high = solve(False), solve(True)
        return {name: low[name] if abs(high[name] - low[name]) <= 1e-9 * max(1, high[name]) else None for name in low}

    def enabling(self, name):
        """Only presence counts."""
        fed = [e for inputs in self.inputs.values() for source, e in inputs if source == name]
        return bool(fed) and all(e.get("coefficient") == 0 for e in fed) and "finalDemand" not in self.segments[name]

    def fit(self, requirement, capability):
        """True, False, or None when a fact is not stated."""
        answers = []
        least = LEVELS[requirement.get("minLevel", "VOLUME")]
        answers.append(LEVELS[capability["level"]] >= least if "level" in capability else None)
        offered = {a["key"]: a for a in capability.get("attributes", [])}
        for asked in requirement.get("attributes", []):
            answers.append(self._attribute(asked, offered[asked["key"]]) if asked["key"] in offered else None)
        held = {c["scheme"]: c for c in capability.get("certificates", [])}
        for scheme in requirement.get("certificates", []):
            answers.append(self.current(held[scheme]) if scheme in held else None)
        return False if False in answers else None if None in answers else True

    @staticmethod
    def _attribute(asked, offer):
        if "flag" in asked:
            return offer["flag"] == asked["flag"]
        relation = asked["relation"]
        if "words" in asked:
            a, b = set(asked["words"]["words"]), set(offer["words"]["words"])
            return {"COVERS": a <= b, "WITHIN": b <= a, "OVERLAPS": bool(a & b)}[relation]
        a, b = asked["interval"], offer["interval"]
        assert a["unit"] == b["unit"]
        return {"COVERS": b["min"] <= a["min"] and b["max"] >= a["max"], "WITHIN": b["min"] >= a["min"] and b["max"] <= a["max"],
                "OVERLAPS": b["min"] <= a["max"] and b["max"] >= a["min"]}[relation]

    @staticmethod
    def capacity(capability):
        """[low, high] per year for the cluster."""
        capacity = capability.get("capacity")
        if not capacity:
            return 0.0, INFINITE
        total = capacity["total"]["value"] * PER_YEAR[capacity["total"].get("period")]
        stated = [capacity.get(k) for k in ("inClusterShare", "freeShare", "outsideShare")]
        rest = 1 - sum(s for s in stated if s is not None) if None in stated else 0.0
        low = (stated[0] or 0) + (stated[1] or 0)
        return total * low, total * (low + rest)

    def suppliers(self, name):
        """[(enterprise, set number 0 to 2, low, high)] of a segment; set 0 is verified, 1 claimed, 2 possible."""
        requirement, found = self.segments[name]["requirement"], []
        for capability in self.by_kind["capability"]:
            if not self.subsumes(requirement["capabilityType"], capability["capabilityType"]) or not self.current(capability):
                continue
            enterprise = capability["name"].partition("/capabilities/")[0]
            local, fit = self.place(enterprise, capability.get("site")), self.fit(requirement, capability)
            if local is False or fit is False:
                continue
            number = 2 if local is None or fit is None else 0 if self.sure(capability["evidence"]) else 1
            found.append((enterprise, number) + self.capacity(capability))
        return found

    def _supply_verdicts(self, name):
        segment, verdicts = self.segments[name], {k: [] for k in ("MISSING", "SINGLE_SOURCE", "CONCENTRATED", "UNDER_CAPACITY")}
        least = segment.get("policy", {}).get("minSuppliers", 2)
        everyone = self.suppliers(name)
        for level in range(3):
            groups = {}
            for enterprise, number, low, high in everyone:
                if number <= level:
                    was = groups.get(self.group[enterprise], (0.0, 0.0))
                    groups[self.group[enterprise]] = (was[0] + low, was[1] + high)
            k, spans = len(groups), list(groups.values())
            verdicts["MISSING"].append(k == 0)
            verdicts["SINGLE_SOURCE"].append(0 < k < least)
            verdicts["CONCENTRATED"].append(self._concentrated(spans) if k >= least and not self.enabling(name) else False)
            demand = self.demand[name]
            if self.enabling(name):
                verdicts["UNDER_CAPACITY"].append(False)
            elif demand is None:
                verdicts["UNDER_CAPACITY"].append(NO_METRIC)
            else:
                low, high = sum(s[0] for s in spans), sum(s[1] for s in spans)
                verdicts["UNDER_CAPACITY"].append(True if high < demand else False if low >= demand else None)
        return verdicts

    @staticmethod
    def _concentrated(spans, limit=0.55):
        """Corners give the largest index; the least lies where all amounts are clamped to one level."""
        points = [[s[corner >> i & 1] for i, s in enumerate(spans)] for corner in range(1 << len(spans))]
        points += [[min(max(level, s[0]), s[1]) for s in spans] for span in spans for level in span]
        values = []
        for point in points:
            total = sum(point)
            if total == INFINITE:
                values.append(1.0 / point.count(INFINITE))
            elif total > 0:
                values.append(sum((p / total) ** 2 for p in point))
        if not values:
            return False
        return True if min(values) > limit else False if max(values) <= limit else None

    def _external_verdict(self, name, limit=0.5):
        wanted, verdicts = self.segments[name]["requirement"]["capabilityType"], []
        links = [link for link in self.by_kind.get("supplyLink", []) if self.current(link) and self.place(link["buyer"], None)
                 and self.subsumes(wanted, link["productType"])]
        for level in range(3):
            inside, outside, open_inside, open_outside = 0.0, 0.0, False, False
            for link in links:
                if level == 0 and not self.sure(link["evidence"]):
                    continue
                local = self.place(link["supplier"], None)
                if "value" not in link:
                    open_inside, open_outside = open_inside or local is not False, open_outside or not local
                elif local:
                    inside += float(link["value"]["units"])
                else:
                    outside += float(link["value"]["units"])
            if inside + outside == 0 and not (open_inside or open_outside):
                verdicts.append(NO_METRIC)
                continue
            share = outside / (inside + outside) if inside + outside else 0.0
            low, high = (0.0 if open_inside else share), (1.0 if open_outside else share)
            verdicts.append(True if low > limit else False if high <= limit else None)
        return verdicts

    def gaps(self):
        """{(segment, kind): CERTAIN or POSSIBLE}."""
        found = {}
        for name in self.segments:
            verdicts = self._supply_verdicts(name)
            verdicts["EXTERNAL"] = self._external_verdict(name)
            for kind, on in verdicts.items():
                if True in on or None in on:
                    found[(name, kind)] = "CERTAIN" if all(v is True for v in on) else "POSSIBLE"
            pairs = [tuple(None if v == NO_METRIC else v for v in on[:2]) for on in verdicts.values()]
            hanging = [pair for pair in pairs if pair[0] != pair[1]]
            if hanging:
                found[(name, "UNVERIFIED")] = "CERTAIN" if any(None not in pair for pair in hanging) else "POSSIBLE"
        return found
