"""Enterprise records: names, identifiers, sites, owners, pools, members, contacts."""

import re

import identifiers
from enterprises_table import BODIES, FIRST, LOCAL, OUTSIDE, SECOND
from seeded import between, date, days_before, fraction, pick, text
from supply_table import OWNERS, OWNER_UNKNOWN
from taxonomy import rows

REGIONS = {  # GB/T 2260 code: latitude, longitude, Chinese, English
    "500109": (29.81, 106.40, "重庆市北碚区", "Chongqing"), "500106": (29.54, 106.46, "重庆市沙坪坝区", "Chongqing"),
    "500112": (29.72, 106.63, "重庆市渝北区", "Chongqing"), "500105": (29.61, 106.57, "重庆市江北区", "Chongqing"),
    "500104": (29.48, 106.48, "重庆市大渡口区", "Chongqing"), "500107": (29.50, 106.51, "重庆市九龙坡区", "Chongqing"),
    "500113": (29.40, 106.54, "重庆市巴南区", "Chongqing"), "500120": (29.59, 106.23, "重庆市璧山区", "Chongqing"),
    "500108": (29.52, 106.56, "重庆市南岸区", "Chongqing"), "500102": (29.70, 107.39, "重庆市涪陵区", "Chongqing"),
    "500118": (29.36, 105.93, "重庆市永川区", "Chongqing"), "500117": (29.97, 106.28, "重庆市合川区", "Chongqing"),
    "500116": (29.29, 106.26, "重庆市江津区", "Chongqing"), "500115": (29.86, 107.08, "重庆市长寿区", "Chongqing"),
    "510100": (30.57, 104.07, "四川省成都市", "Chengdu"), "510116": (30.57, 103.92, "四川省成都市双流区", "Chengdu"),
    "510117": (30.80, 103.90, "四川省成都市郫都区", "Chengdu"), "510700": (31.47, 104.68, "四川省绵阳市", "Mianyang"),
    "310115": (31.22, 121.54, "上海市浦东新区", "Shanghai"), "310114": (31.37, 121.27, "上海市嘉定区", "Shanghai"),
    "310000": (31.23, 121.47, "上海市", "Shanghai"), "440305": (22.53, 113.93, "广东省深圳市南山区", "Shenzhen"),
    "440309": (22.66, 114.03, "广东省深圳市龙华区", "Shenzhen"), "440306": (22.56, 113.88, "广东省深圳市宝安区", "Shenzhen"),
    "440311": (22.75, 113.94, "广东省深圳市光明区", "Shenzhen"), "320500": (31.30, 120.58, "江苏省苏州市", "Suzhou"),
    "320200": (31.49, 120.31, "江苏省无锡市", "Wuxi"), "420100": (30.59, 114.31, "湖北省武汉市", "Wuhan"),
    "340100": (31.82, 117.23, "安徽省合肥市", "Hefei"), "110115": (39.73, 116.34, "北京市大兴区", "Beijing"),
    "610100": (34.34, 108.94, "陕西省西安市", "Xi'an"), "330108": (30.21, 120.21, "浙江省杭州市滨江区", "Hangzhou"),
    "330200": (29.87, 121.55, "浙江省宁波市", "Ningbo"), "441900": (23.02, 113.75, "广东省东莞市", "Dongguan"),
}
DEPARTMENTS = {"COMPANY": "91", "INSTITUTE": "12", "UNIVERSITY": "12", "LABORATORY": "12", "ALLIANCE": "51", "GOVERNMENT": "11"}
AREA_CODES = {"50": "023", "51": "028", "31": "021", "44": "0755", "32": "0512", "42": "027", "34": "0551", "11": "010", "61": "029",
              "33": "0571"}
ROLES = {"COMPANY": "市场部 Sales office", "INSTITUTE": "成果转化办公室 Technology transfer office",
         "UNIVERSITY": "产学研合作处 Industry cooperation office", "LABORATORY": "业务受理窗口 Customer desk",
         "ALLIANCE": "秘书处 Secretariat", "GOVERNMENT": "综合科 General office"}
ALLIANCE_MEMBERS = ("sen1 sen2 sen3 sen4 sen5 sen6 sen7 sen8 sen9 sen10 mfab1 mfab2 mdes1 pkg1 pkg2 cal1 ins1 ins2 uni1 inst1 "
                    "lab1 lab2 node1 met2").split()
POOLED = ("sen1", "sen2", "mod1", "mod2", "smt1", "ins1", "met1", "pan1", "fpc2", "drv1", "ecu1", "cmm1", "pkg1", "gear1")


class Enterprises:
    """The bodies of one cluster by key. `offset` keeps numbers apart between clusters."""

    def __init__(self, cluster, seat="500109", local=LOCAL, bodies=BODIES, outside=OUTSIDE, offset=0, first_brand=0):
        self.cluster, self.seat, self.by_key, brands = cluster, seat, {}, []
        for second in SECOND:
            brands += [self._brand(first, second) for first in FIRST]
        brands = brands[first_brand:]
        city_zh, city_en = REGIONS[seat][2][:2] if seat[:2] == "50" else REGIONS[seat][2][3:5], REGIONS[seat][3]
        for number, (key, zh, en, codes, marks) in enumerate(rows(local)):
            self._add(key, "COMPANY", brands[number], seat, city_zh, zh, city_en, en, codes, marks)
        taken = len(self.by_key)
        for number, (key, region, *rest) in enumerate([r[0], r[2], r[1]] + r[3:] for r in rows(outside)):
            place, zh, en, codes, marks = rest
            self._add(key, "COMPANY", brands[taken + number], region, place[:2], zh, REGIONS[region][3] if region else "", en, codes,
                      marks)
        for key, kind, zh, en, codes, marks in rows(bodies):
            self._put(key, kind, re.sub(r"[^a-z0-9]+", "-", en.lower()), zh, en, en.split()[0], seat, codes, marks)
        for number, row in enumerate(self.by_key.values()):
            row["number"] = number + 1 + offset

    @staticmethod
    def _brand(first, second):
        return first[0] + second[0], first[1:] + second[1:].lower()

    def _add(self, key, kind, brand, region, city_zh, zh, city_en, en, codes, marks):
        self._put(key, kind, (brand[1] + "-" + en).lower().replace(" ", "-"), city_zh + brand[0] + zh + "有限公司",
                  " ".join(p for p in (city_en, brand[1], en, "Co., Ltd.") if p), brand[1], region, codes, marks, brand[0] + zh)

    def _put(self, key, kind, name, zh, en, brand, region, codes, marks, short=""):
        self.by_key[key] = {"kind": kind, "id": name, "zh": zh, "en": en, "brand": brand, "region": region, "short": short,
                            "codes": [c for c in codes.split(",") if c], "marks": [m for m in marks.split(",") if m],
                            "local": region == self.seat}

    def name(self, key):
        """The resource name."""
        return "clusters/%s/enterprises/%s" % (self.cluster, self.by_key[key]["id"])

    def in_order(self):
        """Keys, owners before what they own, the alliance after its members."""
        order = []

        def visit(key):
            for owner, _, _ in OWNERS.get(key, []):
                if owner in self.by_key and owner not in order:
                    visit(owner)
            if key not in order:
                order.append(key)

        for last in (False, True):
            for key, row in self.by_key.items():
                if (row["kind"] == "ALLIANCE") == last:
                    visit(key)
        return order

    def sites(self, key):
        """Site ids: every third company has a plant apart from its seat."""
        row = self.by_key[key]
        return ["seat", "plant"] if row["kind"] == "COMPANY" and row["number"] % 3 == 0 else ["seat"]

    def work_site(self, key):
        """Where things are made."""
        return self.sites(key)[-1]

    def _site_records(self, key):
        row, region, records = self.by_key[key], self.by_key[key]["region"], []
        for site in self.sites(key):
            record = {"siteId": site, "displayName": text("总部", "Seat") if site == "seat" else text("生产基地", "Plant")}
            if region:
                latitude, longitude, zh, _ = REGIONS[region]
                record["regionCode"] = region
                record["address"] = "%s样例路%d号" % (zh, 1 + int(fraction(key, site, "street") * 400))
                record["location"] = {"latitude": round(latitude + between(-0.04, 0.04, key, site, "y"), 4),
                                      "longitude": round(longitude + between(-0.04, 0.04, key, site, "x"), 4)}
            records.append(record)
        return records

    def _owner_records(self, key):
        row, records = self.by_key[key], []
        if key in OWNER_UNKNOWN or row["kind"] in ("GOVERNMENT", "ALLIANCE"):
            return records
        owners = OWNERS.get(key) or [("external:founders-of-" + row["id"], round(between(0.55, 1, key, "share"), 2), True)]
        if row["kind"] != "COMPANY" and key not in OWNERS:
            owners = [("external:public-body-of-" + row["id"], 1.0, True)]
        for owner, share, control in owners:
            record = {}
            if owner.startswith("external:"):
                record["externalId"] = owner[len("external:"):]
                if row["kind"] != "COMPANY":
                    record["government"] = True
            else:
                record["enterprise"] = self.name(owner)
            record["share"] = share
            if control:
                record["control"] = True
            record["validFrom"] = {"year": 2012 + int(fraction(key, owner) * 12), "month": 1 + int(fraction(owner, key) * 12), "day": 1}
            record["evidence"] = {"state": "VERIFIED", "verifiedBy": "企业登记信息核验岗 (register desk)",
                                  "date": days_before(between(30, 330, key, owner, "checked")), "source": "sample register extract"}
            records.append(record)
        return records

    def _identifiers(self, key, record):
        row = self.by_key[key]
        region = row["region"] or "500000"
        record["uscc"] = identifiers.uscc(DEPARTMENTS[row["kind"]], region, row["number"])
        if row["number"] % 6 == 0 and row["kind"] == "COMPANY":
            record["lei"] = identifiers.lei(row["number"])
        if row["number"] % 4 == 1:
            record["identifiers"] = [{"system": "88", "value": "88.999.%06d/FX-%04d" % (row["number"], row["number"])}]
        if row["number"] % 10 == 3:
            record.setdefault("identifiers", []).append({"system": "sample-platform", "value": "P-%05d" % row["number"]})

    def record(self, key, pools=()):
        """The Enterprise of a key."""
        row = self.by_key[key]
        record = {"name": self.name(key), "kind": row["kind"], "displayName": text(row["zh"], row["en"])}
        if row["short"]:
            record["aliases"] = [row["short"]]
        if row["number"] % 17 == 5 and row["short"]:
            record["formerNames"] = [row["zh"].replace("有限公司", "厂")]
        self._identifiers(key, record)
        record["industryCodes"] = row["codes"]
        if row["marks"]:
            record["qualifications"] = row["marks"]
        record["sites"] = self._site_records(key)
        owners = self._owner_records(key)
        if owners:
            record["owners"] = owners
        if pools:
            record["pools"] = list(pools)
        if row["kind"] == "ALLIANCE":
            record["members"] = [self._membership(member) for member in ALLIANCE_MEMBERS]
        domain = row["brand"].lower() + ".example.com"
        area = AREA_CODES.get(row["region"][:2], "023")
        record["contacts"] = [{"role": ROLES[row["kind"]], "phone": "+86 %s 5550 %04d" % (area.lstrip("0"), row["number"]),
                               "email": "contact@" + domain}]
        record["website"] = "https://" + domain
        record["annotations"] = {"fictional": "true"}
        return {"enterprise": record}

    def _membership(self, member):
        record = {"enterprise": self.name(member), "validFrom": pick([date("2021-05-20"), date("2022-11-01"), date("2024-03-15")], member)}
        if member == "met2":
            record["validUntil"] = date("2025-12-31")
        return record
