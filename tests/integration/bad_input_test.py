"""What a stranger sends that is wrong: each is refused with a documented error that names every fault, and changes nothing."""
import math
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc, refusal_of  # noqa: E402
from server import Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, lei, load, organisation_check, type_name, uscc, uscc_check  # noqa: E402

DATE = dict(year=2026, month=2, day=30)
REQUIREMENT = dict(capability_type=type_name("sensor"))
TARGET = dict(segment=f"{NAME}/chains/main/segments/device")


def setUpModule():
    global server, client, before
    server = Server().__enter__()
    unittest.addModuleCleanup(server.__exit__)
    client = Client(server.grpc)
    unittest.addModuleCleanup(client.close)
    load(client)
    client("CreateCluster", cluster_id="other", cluster=dict(display_name=en("Other")))
    client("CreateCapabilityType", parent="clusters/other", capability_type_id="sensor", capability_type=dict(kind="PRODUCT", display_name=en("x")))
    before = client.state(NAME)


class BadInputTest(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(client.state(NAME), before, "a refused call changed something")

    def invalid(self, method, *fields, **request):
        """Refused with INVALID_FIELDS; `fields` are violated, all at once. Returns the refusal."""
        refusal = client.refused(method, **request)
        self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_FIELDS"), refusal)
        self.assertLessEqual(set(fields), set(refusal.violations), refusal)
        return refusal

    def enterprise(self, *fields, **values):
        return self.invalid("CreateEnterprise", *fields, parent=NAME, enterprise_id="new", enterprise=dict(kind="COMPANY", display_name=en("New")) | values)

    def capability(self, *fields, **values):
        return self.invalid("CreateCapability", *fields, parent=enterprise_name("alpha"), capability_id="new",
                            capability=dict(capability_type=type_name("sensor")) | values)

    def type(self, *fields, **values):
        return self.invalid("CreateCapabilityType", *fields, parent=NAME, capability_type_id="new", capability_type=dict(kind="PRODUCT", display_name=en("n")) | values)

    def chain(self, *fields, **segment):
        segment = dict(segment_id="one", display_name=en("One"), requirement=REQUIREMENT) | segment
        return self.invalid("CreateChain", *fields, parent=NAME, chain_id="new", chain=dict(display_name=en("New"), segments=[segment]))

    def test_identifiers_are_refused_with_the_expected_check_digit(self):
        good = uscc("91", "500109", 77)
        wrong = "0" if good[17] != "0" else "1"
        self.assertRegex(self.enterprise("enterprise.uscc", uscc=good[:17] + wrong).violations["enterprise.uscc"], rf"\b{good[17]}\b")
        inner = good[:16] + ("0" if good[16] != "0" else "1")
        text = self.enterprise("enterprise.uscc", uscc=inner + uscc_check(inner)).violations["enterprise.uscc"]
        self.assertRegex(text, rf"\b{organisation_check(good[8:16])}\b")
        code = lei(77)
        text = self.enterprise("enterprise.lei", lei=code[:18] + "%02d" % ((int(code[18:]) + 1) % 100)).violations["enterprise.lei"]
        self.assertRegex(text, rf"\b{code[18:]}\b")
        for value in ("89.1.2/x", "88.1.2", "88.a.b/x", "88.1.2/", "88.1.2/a\nb", "88." + "1" * 13 + "/x", "88.1.2/" + "x" * 300):
            self.enterprise("enterprise.identifiers[0].value", identifiers=[dict(system="88", value=value)])
        for value in (good[:17], good + "0", "9150010９FX", "I" * 18, "\0" * 18):
            self.enterprise("enterprise.uscc", uscc=value)

    def test_a_taken_identifier_names_the_holder(self):
        taken = client.refused("CreateEnterprise", parent=NAME, enterprise_id="new", enterprise=dict(display_name=en("N"), uscc=uscc("91", "500109", 1)))
        self.assertEqual((taken.code, taken.reason, taken.metadata["holder"]), ("ALREADY_EXISTS", "IDENTIFIER_TAKEN", enterprise_name("alpha")))

    def test_units(self):
        self.type("capability_type.unit", unit="FURLONG")
        self.capability("capability.capacity.total.unit", capacity=dict(total=dict(value=1, unit="QQQ", period="YEAR")))
        self.capability("capability.capacity.total.unit", capacity=dict(total=dict(value=1, unit="KGM", period="YEAR")))
        self.capability("capability.capacity.total.period", capacity=dict(total=dict(value=1, unit="H87")))
        self.capability("capability.attributes[0].interval.unit", attributes=[dict(key="width", interval=dict(min=1, unit="NOPE"))])
        self.chain("chain.segments[0].final_demand.unit", final_demand=dict(value=1, unit="MTK", period="YEAR"))
        self.invalid("CreateSupplyLink", "supply_link.volume.unit", parent=NAME, supply_link_id="new", supply_link=dict(
            supplier=enterprise_name("alpha"), buyer=enterprise_name("beta"), product_type=type_name("steel"), volume=dict(value=1, unit="LTR")))

    def test_what_is_named_must_exist(self):
        for name in (type_name("none"), "clusters/other/capabilityTypes/sensor", "nonsense", "", enterprise_name("alpha")):
            self.capability("capability.capability_type", capability_type=name)
        self.capability("capability.site", site="moon")
        self.capability("capability.pool_loads[0].pool", pool_loads=[dict(pool="none", load_per_unit=1)])
        self.chain("chain.segments[0].requirement.capability_type", requirement=dict(capability_type=type_name("none")))
        for segment in ("none", f"{NAME}/chains/none/segments/x", f"{NAME}/chains/main/segments/none", "clusters/other/chains/main/segments/device", ""):
            self.chain("chain.segments[0].inputs[0].segment", inputs=[dict(segment=segment)])
        self.enterprise("enterprise.owners[0].enterprise", owners=[dict(enterprise=enterprise_name("ghost"), share=0.5)])

    def test_a_taxonomy_cycle(self):
        for name, parent in (("sensor", "pressure-sensor"), ("steel", "steel")):
            self.invalid("UpdateCapabilityType", "capability_type.parents[0]", capability_type=dict(name=type_name(name), parents=[type_name(parent)]))

    def test_numbers(self):
        for bad in (-1.0, math.nan, math.inf, -math.inf, 1.7e308):
            rate = dict(value=bad, unit="H87", period="YEAR")
            self.capability("capability.capacity.total.value", "capability.lead_time_days", capacity=dict(total=rate), lead_time_days=bad)
            self.capability("capability.capacity.free_share", capacity=dict(total=dict(value=1, unit="H87", period="YEAR"), free_share=bad))
            self.chain("chain.segments[0].final_demand.value", "chain.segments[0].inputs[0].coefficient", final_demand=rate,
                       inputs=[dict(segment="one", coefficient=bad)])
            self.enterprise("enterprise.owners[0].share", owners=[dict(external_id="x", share=bad)])
            self.invalid("UpdateCluster", "cluster.policy.max_hhi", cluster=dict(name=NAME, policy=dict(max_hhi=bad)))
            self.invalid("FindCandidates", "target.need.value", parent=NAME, target=TARGET | dict(need=rate))
            if bad != 1.7e308:  # weights are normalised, so that only their ratios matter
                self.invalid("FindCandidates", "weights.fit", parent=NAME, target=TARGET, weights=dict(fit=bad))
        for bad in (math.nan, math.inf):
            self.capability("capability.attributes[0].interval.min", attributes=[dict(key="width", interval=dict(min=bad))])
            self.enterprise(sites=[dict(site_id="s", location=dict(latitude=bad))])
        self.capability(attributes=[dict(key="width", interval=dict(min=2, max=1))])
        self.capability(capacity=dict(in_cluster_share=0.6, free_share=0.6))

    def test_many_violations_come_at_once(self):
        self.enterprise("enterprise.uscc", "enterprise.lei", "enterprise.display_name", "enterprise.industry_codes[0]", "enterprise.qualifications[0]",
                        "enterprise.sites[0].site_id", "enterprise.sites[0].region_code", "enterprise.owners[0].enterprise", "enterprise.kind",
                        kind=99, display_name={}, uscc="x", lei="y", industry_codes=["Z9"], qualifications=["low"],
                        sites=[dict(site_id="A!", region_code="12")], owners=[dict(enterprise=enterprise_name("ghost"), share=1)])
        self.capability("capability.level", "capability.valid_from", "capability.capability_type", "capability.certificates[0].scheme",
                        level=9, valid_from=DATE, capability_type=type_name("none"), certificates=[dict(scheme="no scheme")])
        self.invalid("CreateEnterprise", "enterprise_id", "request_id", parent=NAME, enterprise_id="Not An Id", request_id="x", enterprise=dict(display_name=en("N")))
        self.invalid("CreateEnterprise", "parent", parent="elsewhere", enterprise_id="new", enterprise=dict(display_name=en("N")))

    def test_a_lost_etag(self):
        for method, values in (("UpdateEnterprise", dict(enterprise=dict(name=enterprise_name("alpha"), website="w", etag="stale"))),
                               ("DeleteEnterprise", dict(name=enterprise_name("alpha"), force=True, etag="stale")), ("DeleteCluster", dict(name=NAME, force=True, etag="stale"))):
            refusal = client.refused(method, **values)
            self.assertEqual((refusal.code, refusal.reason), ("ABORTED", "ETAG_MISMATCH"), refusal)

    def test_a_request_id_used_again(self):
        same = dict(parent="clusters/other", request_id="7d3c0f5e-1111-4222-8333-444455556666", enterprise=dict(display_name=en("N")))
        client("CreateEnterprise", enterprise_id="one", **same)
        refusal = client.refused("CreateEnterprise", enterprise_id="two", **same)
        self.assertEqual((refusal.code, refusal.reason, refusal.metadata["request_id"]), ("INVALID_ARGUMENT", "REQUEST_ID_REUSED", same["request_id"]))

    def test_page_tokens(self):
        token = client("ListCapabilityTypes", parent=NAME, page_size=1).next_page_token
        broken = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
        for method, values in (("ListCapabilityTypes", dict(page_size=1, page_token=broken)), ("ListCapabilityTypes", dict(page_size=1, page_token="x")),
                               ("ListCapabilityTypes", dict(page_size=1, page_token=token, filter=dict(text="s"))), ("ListEnterprises", dict(page_size=1, page_token=token)),
                               ("AnalyzeGaps", dict(page_token=token)), ("FindCandidates", dict(target=TARGET, page_token=token)),
                               ("AssessSegments", dict(page_token=token))):
            refusal = client.refused(method, parent=NAME, **values)
            self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"), (method, refusal))
        self.assertEqual(client.refused("ListCapabilityTypes", parent="clusters/other", page_size=1, page_token=token).reason, "PAGE_TOKEN_INVALID")

    def test_oversize(self):
        for method, names in (("BatchGetEnterprises", [enterprise_name("alpha")] * 1001), ("BatchGetEnterprises", [])):
            self.invalid(method, "names", parent=NAME, names=names)
        record = dict(enterprise=dict(name=enterprise_name("flood"), display_name=en("F")))
        with self.assertRaises(grpc.RpcError) as refused:
            client.import_records(NAME, [record] * 1001)
        self.assertEqual(set(refusal_of(refused.exception).violations), {"records"})
        big = dict(name=enterprise_name("alpha"), annotations={"k": "x" * (5 << 20)})
        refusal = client.refused("UpdateEnterprise", enterprise=big)
        self.assertEqual((refusal.code, refusal.reason), ("RESOURCE_EXHAUSTED", "REQUEST_TOO_LARGE"), refusal)
        with self.assertRaises(grpc.RpcError) as refused:
            client.import_records(NAME, [dict(enterprise=big)])
        self.assertEqual(refusal_of(refused.exception).reason, "REQUEST_TOO_LARGE")
        self.enterprise("enterprise.annotations", annotations={str(i): "" for i in range(65)})
        self.enterprise("enterprise.sites", sites=[dict(site_id=f"s{i}") for i in range(65)])

    def test_matching_requests(self):
        explain = dict(parent=NAME, enterprise=enterprise_name("alpha"))
        for target, field in (({}, "target"), (dict(segment="x"), "target.segment"), (dict(segment="clusters/other/chains/a/segments/b"), "target.segment"),
                              (dict(gap=TARGET["segment"]), "target.gap"), (dict(requirement=dict(capability_type=type_name("none"))), "target.requirement.capability_type"),
                              (dict(requirement=REQUIREMENT | dict(min_level=9)), "target.requirement.min_level"), (dict(requirement={}), "target.requirement.capability_type"),
                              (TARGET | dict(need=dict(value=1, unit="KGM", period="YEAR")), "target.need.unit")):
            for method, values in (("FindCandidates", dict(parent=NAME)), ("ExplainCandidate", explain)):
                self.invalid(method, field, target=target, **values)
        self.invalid("FindCandidates", "page_size", "as_of", "scope", "weights.fit", "recruit_clusters", parent=NAME, target=TARGET, page_size=-1, as_of=DATE, scope=9,
                     weights=dict(fit=-1), recruit_clusters=["clusters/other"])
        self.invalid("FindCandidates", "weights", parent=NAME, target=TARGET, weights=dict(fit=0, capacity=0, readiness=0, certificates=0, proximity=0, embedding=0))
        self.invalid("FindCandidates", "recruit_clusters[0]", parent=NAME, target=TARGET, include_recruits=True, recruit_clusters=["nonsense"])
        self.invalid("FindCandidates", "parent", parent="clusters/small/chains/main", target=TARGET)
        self.invalid("ExplainCandidate", "enterprise", parent=NAME, target=TARGET, enterprise="beta")
        missing = [("FindCandidates", dict(parent=NAME, target=dict(segment=f"{NAME}/chains/main/segments/none"))),
                   ("FindCandidates", dict(parent="clusters/none", target=dict(requirement=REQUIREMENT))),
                   ("ExplainCandidate", dict(parent=NAME, target=TARGET, enterprise=enterprise_name("none")))]
        for method, values in missing:
            refusal = client.refused(method, **values)
            self.assertEqual((refusal.code, refusal.reason), ("NOT_FOUND", "RESOURCE_NOT_FOUND"), (values, refusal))

    def test_a_recruit_cluster_that_is_not_there_is_named_as_left_out(self):
        answer = client("FindCandidates", parent=NAME, target=TARGET, include_recruits=True, recruit_clusters=["clusters/none", "clusters/other"])
        self.assertFalse(answer.complete)
        self.assertRegex(" ".join(answer.unreachable), "^clusters/none: .*$")
        self.assertEqual([one.cluster for one in answer.clusters], [NAME, "clusters/other"])

    def test_gap_requests(self):
        self.invalid("AnalyzeGaps", "parent", "page_size", "as_of", "kinds[0]", "kinds[2]", parent=enterprise_name("alpha"), page_size=-1, as_of=DATE, kinds=[0, 1, 99])
        self.invalid("AssessSegments", "parent", "page_size", "as_of", parent="", page_size=-5, as_of=dict(year=2026))
        self.invalid("GetGap", "name", name=TARGET["segment"])
        self.invalid("GetGap", "name", name=TARGET["segment"] + "/gaps/nonsense")
        for method, values in (("AnalyzeGaps", dict(parent="clusters/none")), ("AnalyzeGaps", dict(parent=f"{NAME}/chains/none")), ("AssessSegments", dict(parent="clusters/none")),
                               ("GetGap", dict(name=f"{NAME}/chains/main/segments/none/gaps/missing"))):
            refusal = client.refused(method, **values)
            self.assertEqual((refusal.code, refusal.reason), ("NOT_FOUND", "RESOURCE_NOT_FOUND"), refusal)

    def test_unknown_resources(self):
        names = {"Cluster": "clusters/none", "Enterprise": enterprise_name("none"), "CapabilityType": type_name("none"), "Chain": f"{NAME}/chains/none",
                 "Capability": enterprise_name("none") + "/capabilities/c", "SupplyLink": f"{NAME}/supplyLinks/none", "Project": f"{NAME}/projects/none", "Match": f"{NAME}/matches/none"}
        for kind, name in names.items():
            for verb in ("Get", "Delete"):
                refusal = client.refused(verb + kind, name=name)
                self.assertEqual((refusal.code, refusal.reason, refusal.metadata["name"]), ("NOT_FOUND", "RESOURCE_NOT_FOUND", name))
                self.invalid(verb + kind, "name", name=name + "/more")
        refusal = client.refused("Export", parent="clusters/none")
        self.assertEqual((refusal.code, refusal.reason), ("NOT_FOUND", "RESOURCE_NOT_FOUND"))
        self.invalid("Export", "parent", parent="none")
        self.assertEqual(client.refused("CreateEnterprise", parent="clusters/none", enterprise_id="x", enterprise=dict(display_name=en("x"))).code, "NOT_FOUND")

    def test_bytes_that_are_no_message(self):
        for method, body in (("EnterpriseService/GetEnterprise", b"\xff\xff"), ("GapService/AnalyzeGaps", b"\x0a\x02\xc3\x28"), ("EnterpriseService/None", b"")):
            call = client.channel.unary_unary("/bulian.v1." + method)
            with self.assertRaises(grpc.RpcError) as refused:
                call(body, timeout=60)
            self.assertEqual(refusal_of(refused.exception).reason, "METHOD_UNKNOWN" if not body else "MALFORMED_REQUEST")


if __name__ == "__main__":
    unittest.main()
