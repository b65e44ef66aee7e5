"""The laws of the standard methods, the same for every type of resource, and what writers who race may and may not do."""
import concurrent.futures
import pathlib
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, grpc, refusal_of  # noqa: E402
from server import Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, load, type_name, uscc  # noqa: E402

# Of each type: its plural, its field, its parent, a valid body and a text field to change (with the value it may take).
TYPES = {
    "Enterprise": ("Enterprises", "enterprise", NAME, dict(kind="COMPANY", display_name=en("New")), "website"),
    "CapabilityType": ("CapabilityTypes", "capability_type", NAME, dict(kind="PROCESS", display_name=en("New"), aliases=["a"]), "unit"),
    "Capability": ("Capabilities", "capability", enterprise_name("alpha"), dict(capability_type=type_name("steel"), level="PILOT"), "lead_time_days"),
    "Chain": ("Chains", "chain", NAME, dict(display_name=en("New"), segments=[dict(segment_id="a", display_name=en("A"), requirement=dict(capability_type=type_name("steel")))]), "description"),
    "SupplyLink": ("SupplyLinks", "supply_link", NAME, dict(supplier=enterprise_name("alpha"), buyer=enterprise_name("beta"), product_type=type_name("sensor")), "year"),
    "Project": ("Projects", "project", NAME, dict(display_name=en("New"), state="SIGNED", owner=enterprise_name("beta")), "description"),
    "Match": ("Matches", "match", NAME, dict(requirement=dict(capability_type=type_name("steel")), enterprise=enterprise_name("beta"), state="PROPOSED"), "note"),
}
VALUES = {"website": "https://a.example", "unit": "KGM", "lead_time_days": 3.0, "description": en("d"), "year": 2024, "note": "called"}
COLLECTION = {"Enterprise": "enterprises", "CapabilityType": "capabilityTypes", "Capability": "capabilities", "Chain": "chains", "SupplyLink": "supplyLinks", "Project": "projects", "Match": "matches"}


def new_id():
    return str(uuid.uuid4())


class StandardMethodsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)

    def setUp(self):
        load(self.client)
        self.addCleanup(self.client, "DeleteCluster", name=NAME, force=True, allow_missing=True)

    def expect(self, code, reason, method, **values):
        refusal = self.client.refused(method, **values)
        self.assertEqual((refusal.code, refusal.reason), (code, reason), refusal)
        return refusal

    def revision(self):
        return self.client("Export", parent=NAME).next().revision

    def create(self, kind, identifier, **values):
        _, field, parent, body, _ = TYPES[kind]
        return self.client("Create" + kind, **({"parent": parent, field + "_id": identifier, field: body} | values))

    def test_create_get_update_delete_of_every_type(self):
        call = self.client
        for kind, (_, field, parent, body, changed) in TYPES.items():
            with self.subTest(kind):
                name, before = f"{parent}/{COLLECTION[kind]}/new", call.state(NAME)
                preview = self.create(kind, "new", validate_only=True)
                self.assertEqual((preview.name, preview.uid, call.state(NAME)), (name, "", before))
                request_id = new_id()
                made = self.create(kind, "new", request_id=request_id)
                self.assertEqual(made.name, name)
                self.assertRegex(made.uid, "^[0-9a-f]{8}-[0-9a-f]{4}-4")
                self.assertEqual(call("Get" + kind, name=name), made)
                self.expect("ALREADY_EXISTS", "RESOURCE_EXISTS", "Create" + kind, parent=parent, **{field + "_id": "new", field: body})
                # Without a mask only what is set changes; the etag changes with it.
                update = dict(name=name, etag=made.etag, **{changed: VALUES[changed]})
                after = call("Update" + kind, **{field: update})
                self.assertTrue(after.HasField(changed) if changed in ("lead_time_days", "description") else getattr(after, changed))
                self.assertEqual((after.uid, after.create_time), (made.uid, made.create_time))
                self.assertNotEqual(after.etag, made.etag)
                self.expect("ABORTED", "ETAG_MISMATCH", "Update" + kind, **{field: update})
                # The repeat of the first call still has its first answer.
                self.assertEqual(self.create(kind, "new", request_id=request_id), made)
                # A mask names what changes, set or cleared; `*` is all; unknown and server-owned paths are refused.
                cleared = call("Update" + kind, **{field: dict(name=name, annotations={"k": "v"})}, update_mask=dict(paths=[changed]))
                self.assertFalse(cleared.HasField(changed) if changed in ("lead_time_days", "description") else getattr(cleared, changed))
                self.assertFalse(cleared.annotations)
                self.assertEqual(call("Update" + kind, **{field: dict(name=name, annotations={"k": "v"})}).annotations, {"k": "v"})
                self.assertFalse(call("Update" + kind, **{field: body | dict(name=name)}, update_mask=dict(paths=["*"])).annotations)
                unknown = self.expect("INVALID_ARGUMENT", "INVALID_FIELDS", "Update" + kind, **{field: dict(name=name)}, update_mask=dict(paths=["nonsense", "a.b", ""]))
                self.assertIn("update_mask", "".join(unknown.violations), unknown)
                same = call("Get" + kind, name=name)
                missing = dict(body, name=name + "-2")
                self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "Update" + kind, **{field: missing})
                self.assertEqual(call("Update" + kind, **{field: missing}, allow_missing=True).name, name + "-2")
                # Deleting: tried, done, repeated under its request id, and forgiven when there is none.
                call("Delete" + kind, name=name, validate_only=True)
                request_id = new_id()
                call("Delete" + kind, name=name, etag=same.etag, request_id=request_id)
                self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "Get" + kind, name=name)
                call("Delete" + kind, name=name, etag=same.etag, request_id=request_id)
                self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "Delete" + kind, name=name)
                call("Delete" + kind, name=name, allow_missing=True)
                self.assertNotEqual(self.create(kind, "new").uid, made.uid)

    def test_batch_get_is_in_order_and_all_or_none(self):
        for kind, (plural, field, parent, _, _) in TYPES.items():
            names = [self.create(kind, identifier).name for identifier in ("x", "m", "a")]
            field = {"Capability": "capabilities", "Match": "matches"}.get(kind, field + "s")
            answer = self.client("BatchGet" + plural, parent=parent, names=[names[1], names[2], names[0], names[1]])
            self.assertEqual([one.name for one in getattr(answer, field)], [names[1], names[2], names[0], names[1]])
            missing = self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "BatchGet" + plural, parent=parent, names=[*names, names[0] + "-none"])
            self.assertEqual(missing.metadata["name"], names[0] + "-none")
            self.expect("INVALID_ARGUMENT", "INVALID_FIELDS", "BatchGet" + plural, parent=parent, names=["clusters/small"])

    def test_pages_are_of_the_first_pages_revision(self):
        for number in range(12):
            self.create("Enterprise", f"e{number:02}")
        first = self.client("ListEnterprises", parent=NAME, page_size=4)
        names, token = [one.name for one in first.enterprises], first.next_page_token
        self.create("Enterprise", "aaa")
        self.create("Enterprise", "zzz")
        self.client("DeleteEnterprise", name=enterprise_name("e09"))
        self.client("UpdateEnterprise", enterprise=dict(name=enterprise_name("e10"), website="late"))
        while token:
            page = self.client("ListEnterprises", parent=NAME, page_size=4, page_token=token)
            self.assertEqual(page.revision, first.revision)
            names += [one.name for one in page.enterprises]
            self.assertFalse(any(one.website for one in page.enterprises))
            token = page.next_page_token
        self.assertEqual(names, sorted(enterprise_name(n) for n in ["alpha", "beta", *(f"e{n:02}" for n in range(12))]))

    def test_reading_at_a_revision(self):
        old = self.client("ListEnterprises", parent=NAME).revision
        self.create("Enterprise", "late")
        now = self.client("ListEnterprises", parent=NAME, read_at=dict(min_revision=dict(number=old.number + 1))).revision
        self.assertEqual(now.number, old.number + 1)
        self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "GetEnterprise", name=enterprise_name("late"), read_at=dict(at_revision=old))
        self.assertEqual(len(self.client("ListEnterprises", parent=NAME, read_at=dict(at_revision=old)).enterprises), 2)
        self.client("DeleteEnterprise", name=enterprise_name("late"))
        self.assertEqual(self.client("GetEnterprise", name=enterprise_name("late"), read_at=dict(at_revision=now)).display_name.en, "New")
        for number in (10 ** 6, -1, 0):
            self.expect("OUT_OF_RANGE", "REVISION_NOT_RETAINED", "GetCluster", name=NAME, read_at=dict(at_revision=dict(number=number)))
        for other in (dict(epoch=now.epoch + 1, number=1), dict(cluster_uid=new_id(), number=1)):
            for position in ("at_revision", "min_revision"):
                self.expect("OUT_OF_RANGE", "EPOCH_CHANGED", "AnalyzeGaps", parent=NAME, read_at={position: other})
        with self.assertRaises(grpc.RpcError) as waited:
            self.client("GetCluster", timeout=0.3, name=NAME, read_at=dict(min_revision=dict(number=10 ** 6)))
        self.assertEqual(waited.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_what_is_in_use_stays(self):
        in_use = self.expect("FAILED_PRECONDITION", "RESOURCE_IN_USE", "DeleteCapabilityType", name=type_name("steel"))
        self.assertTrue(in_use.metadata["referrer"].startswith(NAME))
        self.expect("FAILED_PRECONDITION", "RESOURCE_IN_USE", "DeleteCapabilityType", name=type_name("sensor"))
        self.expect("FAILED_PRECONDITION", "RESOURCE_HAS_CHILDREN", "DeleteEnterprise", name=enterprise_name("alpha"))
        self.expect("FAILED_PRECONDITION", "RESOURCE_IN_USE", "DeleteEnterprise", name=enterprise_name("alpha"), force=True)
        self.expect("FAILED_PRECONDITION", "RESOURCE_HAS_CHILDREN", "DeleteCluster", name=NAME)
        self.assertEqual(self.client("UpdateEnterprise", enterprise=dict(name=enterprise_name("beta"), website="w")).website, "w")
        site = self.client.refused("UpdateEnterprise", enterprise=dict(name=enterprise_name("alpha"), sites=[dict(site_id="other")]), update_mask=dict(paths=["sites"]))
        self.assertIn(site.reason, ("RESOURCE_IN_USE", "INVALID_FIELDS"))
        self.client("DeleteSupplyLink", name=f"{NAME}/supplyLinks/one")
        self.client("DeleteProject", name=f"{NAME}/projects/line")
        self.client("DeleteEnterprise", name=enterprise_name("alpha"), force=True)
        self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "GetCapability", name=enterprise_name("alpha") + "/capabilities/pressure")

    def test_deleting_a_cluster(self):
        old, request_id = self.revision(), new_id()
        self.client("DeleteCluster", name=NAME, force=True, request_id=request_id)
        # The repeat gets the first answer; another payload is no repeat.
        self.client("DeleteCluster", name=NAME, force=True, request_id=request_id)
        self.expect("INVALID_ARGUMENT", "REQUEST_ID_REUSED", "DeleteCluster", name=NAME, force=True, request_id=request_id, allow_missing=True)
        self.client("DeleteCluster", name=NAME, force=True, allow_missing=True)
        self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "GetCluster", name=NAME)
        self.expect("NOT_FOUND", "RESOURCE_NOT_FOUND", "ListEnterprises", parent=NAME)
        load(self.client)
        self.expect("OUT_OF_RANGE", "EPOCH_CHANGED", "ListEnterprises", parent=NAME, read_at=dict(at_revision=old))

    def names(self, method, field, parent=NAME, **values):
        return [one.name.rsplit("/", 1)[1] for one in getattr(self.client(method, parent=parent, filter=values), field)]

    def test_filters(self):
        self.create("Enterprise", "institute", enterprise=dict(kind="INSTITUTE", display_name={"zh": "重庆研究院"}, aliases=["ＣＱ－Lab"], industry_codes=["73"], qualifications=["HIGH_TECH"]))
        for values, expected in (({}, ["alpha", "beta", "institute"]), (dict(region_codes=["500000"]), ["alpha"]), (dict(region_codes=["500100", "510000"]), ["alpha", "beta"]),
                                 (dict(industry_codes=["C"]), ["alpha", "beta"]), (dict(industry_codes=["39"]), ["alpha"]), (dict(industry_codes=["398", "M73"]), ["alpha", "institute"]),
                                 (dict(kinds=["INSTITUTE"]), ["institute"]), (dict(qualifications=["SRDI"]), ["alpha"]), (dict(text="cq-lab"), ["institute"]),
                                 (dict(text="研究"), ["institute"]), (dict(text="ALPHA", kinds=["INSTITUTE"]), []), (dict(text=uscc("91", "500109", 2)), ["beta"])):
            self.assertEqual(self.names("ListEnterprises", "enterprises", **values), expected, values)
        for parent in (NAME + "/enterprises/-", enterprise_name("alpha")):
            self.assertEqual(self.names("ListCapabilities", "capabilities", parent, capability_types=[type_name("sensor")]), ["pressure"])
        self.assertEqual(self.names("ListCapabilities", "capabilities", NAME + "/enterprises/-", min_level="VOLUME"), ["pressure"])
        self.assertEqual(self.names("ListCapabilityTypes", "capability_types", within=[type_name("sensor")]), ["pressure-sensor", "sensor"])
        self.assertEqual(self.names("ListProjects", "projects", owners=[enterprise_name("beta")]), [])
        self.assertEqual(self.names("ListSupplyLinks", "supply_links", suppliers=[enterprise_name("beta")]), ["one"])
        wrong = self.expect("INVALID_ARGUMENT", "INVALID_FIELDS", "ListEnterprises", parent=NAME, page_size=-1, filter=dict(region_codes=["5"], industry_codes=["?"], kinds=[77]))
        self.assertGreaterEqual(len(wrong.violations), 4, wrong)

    def test_a_project_in_production_brings_its_capabilities_in_one_commit(self):
        at = self.revision().number
        self.client("UpdateProject", project=dict(name=f"{NAME}/projects/line", state="IN_PRODUCTION", production_date=dict(year=2026, month=6, day=1)))
        made = self.client("GetCapability", name=enterprise_name("alpha") + "/capabilities/second")
        self.assertEqual((made.capability_type, made.level, self.revision().number), (type_name("steel"), 3, at + 1))

    def race(self, *calls):
        """Runs the calls together; the list of their answers and refusals."""
        def run(call):
            client = Client(self.server.grpc)
            try:
                return client(call[0], **call[1])
            except grpc.RpcError as error:
                return refusal_of(error)
            finally:
                client.close()
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    def test_writers_who_race(self):
        for number in range(10):
            code = uscc("91", "500109", 1000 + number)
            answers = self.race(*(("CreateEnterprise", dict(parent=NAME, enterprise_id=f"r{number}-{i}", enterprise=dict(display_name=en("R"), uscc=code))) for i in range(6)))
            lost = [one for one in answers if hasattr(one, "reason")]
            self.assertEqual([one.reason for one in lost], ["IDENTIFIER_TAKEN"] * 5)
            for i in "ab":
                self.create("CapabilityType", f"t{number}{i}")
            answers = self.race(*(("UpdateCapabilityType", dict(capability_type=dict(name=type_name(f"t{number}{i}"), parents=[type_name(f"t{number}{j}")]))) for i, j in ("ab", "ba")))
            self.assertEqual([one.reason for one in answers if hasattr(one, "reason")], ["INVALID_FIELDS"])
            same = dict(parent=NAME, enterprise_id=f"same{number}", enterprise=dict(display_name=en("S")), request_id=new_id())
            answers = self.race(*[("CreateEnterprise", same)] * 6)
            self.assertEqual({getattr(one, "uid", repr(one)) for one in answers}, {answers[0].uid})


if __name__ == "__main__":
    unittest.main()
