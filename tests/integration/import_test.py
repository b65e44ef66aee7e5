"""The import protocol as its proto states it: order, waiting records, the low-water mark, rejection, repetition and addressing."""
import concurrent.futures
import pathlib
import queue
import random
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, Refusal, grpc, message, refusal_of  # noqa: E402
from server import Server  # noqa: E402
from small_cluster import NAME, en, enterprise_name, lei, load, type_name, uscc  # noqa: E402


def a_type(name, *parents):
    return dict(capability_type=dict(name=type_name(name), kind="PRODUCT", display_name=en(name), parents=[type_name(p) for p in parents]))


def an_enterprise(name, **values):
    return dict(enterprise=dict(name=enterprise_name(name), display_name=en(name)) | values)


def a_capability(enterprise, name, of):
    return dict(capability=dict(name=f"{enterprise_name(enterprise)}/capabilities/{name}", capability_type=type_name(of)))


def counts(answer):
    return answer.created, answer.updated, answer.unchanged, answer.waiting, len(answer.rejected)


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.client = Client(cls.server.grpc)
        cls.addClassCleanup(cls.client.close)

    def setUp(self):
        load(self.client)
        self.addCleanup(self.client, "DeleteCluster", name=NAME, force=True, allow_missing=True)

    def rejections(self, answer):
        """(sequence, index) -> Refusal, each with the details a single call would have got."""
        return {(one.sequence, one.index): Refusal(one.status, one.status.code) for one in answer.rejected}

    def broken(self, *requests):
        """The refusal that ends a stream of these messages, and the answers before it."""
        with self.assertRaises(grpc.RpcError) as ended:
            self.client.import_messages([message("ImportRequest", **one) for one in requests])
        return refusal_of(ended.exception), ended.exception.answers

    def test_order(self):
        first = dict(parent=NAME, sequence=7, records=[an_enterprise("one")])
        for second, got in ((9, "9"), (7, "7"), (0, "0")):
            refusal, answers = self.broken(first, dict(sequence=second, records=[an_enterprise("two")]))
            self.assertEqual((refusal.code, refusal.reason, refusal.metadata), ("INVALID_ARGUMENT", "IMPORT_SEQUENCE", {"expected": "8", "got": got}))
            self.assertEqual([one.low_water_mark for one in answers], [7])
        for number in (0, -3):
            self.assertEqual(self.broken(dict(parent=NAME, sequence=number))[0].reason, "IMPORT_SEQUENCE")
        self.client("GetEnterprise", name=enterprise_name("one"))
        self.assertEqual(self.client.refused("GetEnterprise", name=enterprise_name("two")).code, "NOT_FOUND")

    def test_parents(self):
        for parent in ("", "nonsense", enterprise_name("alpha"), "clusters/-"):
            self.assertEqual(set(self.broken(dict(parent=parent, sequence=1))[0].violations), {"parent"})
        self.assertEqual(self.broken(dict(parent="clusters/none", sequence=1, records=[an_enterprise("one")]))[0].reason, "RESOURCE_NOT_FOUND")
        self.assertEqual(set(self.broken(dict(parent=NAME, sequence=1), dict(parent="clusters/none", sequence=2))[0].violations), {"parent"})
        self.assertEqual(set(self.broken(dict(parent=NAME, sequence=1), dict(sequence=2, validate_only=True))[0].violations), {"validate_only"})

    def test_a_new_cluster_is_the_first_record(self):
        self.client("DeleteCluster", name=NAME, force=True)
        cluster = dict(cluster=dict(name=NAME, display_name=en("Again")))
        answer, = self.client.import_records(NAME, [cluster, a_type("t"), an_enterprise("one"), a_capability("one", "c", "t")])
        self.assertEqual((counts(answer), answer.revision.number, answer.low_water_mark), ((4, 0, 0, 0, 0), 1, 1))

    def test_waiting_records_and_the_mark(self):
        answers = self.client.import_records(NAME, [a_capability("late", "c", "unknown")], [an_enterprise("other")], [an_enterprise("late")], [a_type("unknown")])
        self.assertEqual([counts(one) for one in answers], [(0, 0, 0, 1, 0), (1, 0, 0, 1, 0), (1, 0, 0, 1, 0), (2, 0, 0, 0, 0)])
        self.assertEqual([one.low_water_mark for one in answers], [0, 0, 0, 4])
        self.assertEqual([one.sequence for one in answers], [1, 2, 3, 4])

    def test_what_still_waits_at_the_end_is_rejected(self):
        answers = self.client.import_records(NAME, [an_enterprise("fine"), a_capability("fine", "c", "never")], [a_capability("fine", "d", "steel")])
        self.assertEqual([one.low_water_mark for one in answers], [0, 0, 2])
        rejected = self.rejections(answers[-1])
        self.assertEqual({at: (one.reason, one.metadata) for at, one in rejected.items()}, {(1, 1): ("REFERENCE_MISSING", {"missing": type_name("never")})})
        self.assertEqual(answers[-1].rejected[0].name, enterprise_name("fine") + "/capabilities/c")
        self.client("GetCapability", name=enterprise_name("fine") + "/capabilities/d")

    def test_good_records_stay_and_bad_ones_are_named(self):
        records = [an_enterprise("good"), an_enterprise("bad", uscc="x", lei="y"), {}, dict(enterprise=dict(name="clusters/other/enterprises/e", display_name=en("E"))),
                   dict(enterprise=dict(display_name=en("no name, no identifier"))), an_enterprise("thief", uscc=uscc("91", "500109", 1)), a_type("self", "self"),
                   a_type("ring-a", "ring-b"), a_type("ring-b", "ring-a"), dict(capability_type=dict(name=enterprise_name("x"), display_name=en("x"))), an_enterprise("last")]
        # Half a cycle may wait for the other half, and is refused at the end.
        answers = self.client.import_records(NAME, records)
        rejected = {at: why for answer in answers for at, why in self.rejections(answer).items()}
        self.assertEqual({(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 9)} - set(rejected), set())
        self.assertLessEqual(set(rejected), {(1, i) for i in range(1, 10)})
        self.assertTrue({(1, 7), (1, 8)} & set(rejected), "both halves of a cycle were taken")
        self.assertEqual(len(rejected[1, 1].violations), 2)
        self.assertEqual((rejected[1, 5].reason, rejected[1, 5].metadata["holder"]), ("IDENTIFIER_TAKEN", enterprise_name("alpha")))
        self.assertEqual((sum(one.created for one in answers), answers[-1].low_water_mark), (len(records) - len(rejected), 1))
        for name in ("good", "last"):
            self.client("GetEnterprise", name=enterprise_name(name))

    def test_repeating_writes_nothing(self):
        records = [record for part in self.client("Export", parent=NAME) for record in part.records]
        before = self.client.state(NAME)
        answer, = self.client.import_records(NAME, records)
        self.assertEqual(counts(answer), (0, 0, len(records), 0, 0))
        self.assertEqual(self.client.state(NAME), before)
        answer, = self.client.import_records(NAME, [an_enterprise("twice", website="a"), an_enterprise("twice", website="b")])
        self.assertEqual(self.client("GetEnterprise", name=enterprise_name("twice")).website, "b")

    def test_any_order_and_any_cut_gives_the_same_cluster(self):
        def content():
            found = []
            for part in self.client("Export", parent=NAME):
                for record in part.records:
                    body = getattr(record, record.WhichOneof("resource"))
                    for field in ("uid", "etag", "create_time", "update_time"):
                        body.ClearField(field)
                    found.append(record)
            return found
        expected, rng = content(), random.Random(7)
        for _ in range(10):
            rest = expected[1:]
            rng.shuffle(rest)
            cuts = sorted(rng.sample(range(1, len(rest)), 3))
            batches = [rest[i:j] for i, j in zip([0, *cuts], [*cuts, len(rest)])]
            self.client("DeleteCluster", name=NAME, force=True)
            answers = self.client.import_records(NAME, [expected[0]], *batches)
            self.assertFalse([one for answer in answers for one in answer.rejected])
            self.assertEqual((sum(one.created for one in answers), answers[-1].low_water_mark), (len(expected), 5))
            self.assertEqual(content(), expected)

    def test_addressing_by_identifier(self):
        new, known = uscc("91", "500109", 500), uscc("91", "500109", 1)
        answer, = self.client.import_records(NAME, [
            dict(enterprise=dict(display_name=en("Known"), uscc=known)), dict(enterprise=dict(display_name=en("New"), uscc=new)), dict(enterprise=dict(display_name=en("L"), lei=lei(9))),
            a_capability(f"uscc:{new}", "c", "steel"),
            dict(supply_link=dict(name=f"{NAME}/supplyLinks/two", supplier=enterprise_name(f"uscc:{known}"), buyer=enterprise_name(f"lei:{lei(9)}"), product_type=type_name("steel")))])
        self.assertIn("uscc-" + new.lower(), [one.name.rsplit("/", 1)[1] for one in self.client("ListEnterprises", parent=NAME).enterprises])
        rejected = self.rejections(answer)
        # The known enterprise is replaced as a whole: without its site its capability would hang in the air.
        self.assertLessEqual(set(rejected), {(1, 0)})
        link = self.client("GetSupplyLink", name=f"{NAME}/supplyLinks/two")
        self.assertEqual((link.supplier, link.buyer), (enterprise_name("alpha"), enterprise_name("lei-" + lei(9).lower())))
        self.client("GetCapability", name=f"{enterprise_name('uscc-' + new.lower())}/capabilities/c")
        self.assertEqual(self.client.import_records(NAME, [a_capability(f"uscc:{uscc('91', '500109', 501)}", "c", "steel")])[-1].rejected[0].status.code, 9)

    def test_validate_only(self):
        before = self.client.state(NAME)
        answers = self.client.import_records(NAME, [an_enterprise("one"), a_capability("one", "c", "later")], [a_type("later"), an_enterprise("bad", lei="x")], validate_only=True)
        self.assertEqual([counts(one) for one in answers], [(1, 0, 0, 1, 0), (2, 0, 0, 0, 1)])
        self.assertEqual(self.client.state(NAME), before)
        cluster = dict(cluster=dict(name="clusters/fresh", display_name=en("F")))
        answer, = self.client.import_records("clusters/fresh", [cluster], validate_only=True)
        self.assertEqual(counts(answer), (1, 0, 0, 0, 0))
        self.assertEqual(self.client.refused("GetCluster", name="clusters/fresh").code, "NOT_FOUND")

    def test_imports_at_once(self):
        def run(worker):
            client = Client(self.server.grpc)
            try:
                batches = [[an_enterprise(f"shared{i}"), an_enterprise(f"own{worker}-{i}"), a_capability(f"shared{i}", f"c{worker}", "steel")] for i in range(10)]
                return client.import_records(NAME, *batches)
            finally:
                client.close()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = [one for many in pool.map(run, range(4)) for one in many]
        self.assertFalse([one for answer in answers for one in answer.rejected])
        self.assertEqual(sum(one.created for one in answers), 10 + 4 * 10 * 2)
        self.assertEqual(len(self.client("ListEnterprises", parent=NAME, page_size=1000).enterprises), 2 + 10 + 40)

    def test_a_broken_off_import_keeps_what_was_acknowledged(self):
        requests = queue.Queue()
        call = self.client.open_import(iter(requests.get, None))
        for sequence in range(1, 6):
            requests.put(message("ImportRequest", parent=NAME, sequence=sequence, records=[an_enterprise(f"kept{sequence}")]))
            self.assertEqual(next(call).low_water_mark, sequence)
        requests.put(message("ImportRequest", sequence=6, records=[a_capability("kept1", "c", "never")]))
        self.assertEqual(next(call).low_water_mark, 5)
        call.cancel()
        requests.put(None)
        self.assertEqual(len(self.client("BatchGetEnterprises", parent=NAME, names=[enterprise_name(f"kept{i}") for i in range(1, 6)]).enterprises), 5)


class KilledServerTest(unittest.TestCase):
    """kill -9 in the middle of an import: what was acknowledged is there, every message is whole or absent, and a repetition completes it."""

    MESSAGES, RECORDS = 40, 50

    def messages(self):
        for sequence in range(1, self.MESSAGES + 1):
            records = [dict(cluster=dict(name=NAME, display_name=en("Killed")))] if sequence == 1 else []
            for i in range(self.RECORDS):
                # Owned by one of the message before, so that a lost message would show.
                owners = [dict(enterprise=enterprise_name(f"m{sequence - 1}-{i}"), share=0.5)] if sequence > 1 else []
                records.append(an_enterprise(f"m{sequence}-{i}", owners=owners))
            yield message("ImportRequest", parent=NAME, sequence=sequence, records=records)

    def test_kill_and_resume(self):
        with tempfile.TemporaryDirectory() as folder:
            for kill_after in (1, 7, 20):
                with self.subTest(kill_after=kill_after):
                    self.kill_and_resume(pathlib.Path(folder) / str(kill_after), kill_after)

    def kill_and_resume(self, folder, kill_after):
        mark = revision = 0
        with Server(folder) as server:
            client = Client(server.grpc)
            with self.assertRaises(grpc.RpcError):
                for answer in client.open_import(self.messages()):
                    mark, revision = answer.low_water_mark, answer.revision.number
                    if answer.sequence == kill_after:
                        server.process.kill()
            client.close()
        self.assertGreaterEqual(mark, kill_after)
        with Server(folder) as server:
            client = Client(server.grpc)
            whole = self.messages_of(client)
            self.assertGreaterEqual(len(whole), mark)
            self.assertEqual(whole, list(range(1, len(whole) + 1)))
            self.assertGreaterEqual(client.state(NAME)[0], revision)
            answers = client.import_messages([one for one in self.messages() if one.sequence > mark])
            self.assertFalse([one for answer in answers for one in answer.rejected])
            self.assertEqual(sum(one.created for one in answers), (self.MESSAGES - len(whole)) * self.RECORDS)
            self.assertEqual(answers[-1].low_water_mark, self.MESSAGES)
            self.assertEqual(self.messages_of(client), list(range(1, self.MESSAGES + 1)))
            client.close()

    def messages_of(self, client):
        """The numbers of the messages that are stored; each must be whole."""
        stored = {}
        for part in client("Export", parent=NAME):
            for record in part.records:
                if record.HasField("enterprise"):
                    sequence = int(record.enterprise.name.rsplit("/m", 1)[1].split("-")[0])
                    stored[sequence] = stored.get(sequence, 0) + 1
        self.assertEqual(set(stored.values()) - {self.RECORDS}, set())
        return sorted(stored)


class FullStoreTest(unittest.TestCase):
    def test_an_import_into_a_full_store_ends_with_what_was_acknowledged_in_place(self):
        records = [[dict(cluster=dict(name=NAME, display_name=en("Full")))]]
        records += [[an_enterprise(f"m{i}-{k}", description=en("x" * 1000)) for k in range(200)] for i in range(60)]
        with Server(None, "--max-data-size=8MiB") as server:
            client = Client(server.grpc)
            with self.assertRaises(grpc.RpcError) as ended:
                client.import_records(NAME, *records)
            self.assertEqual(refusal_of(ended.exception).reason, "STORE_FULL")
            answers = ended.exception.answers
            self.assertGreater(len(answers), 1)
            revision, held = client.state(NAME)
            self.assertEqual(revision, answers[-1].revision.number)
            self.assertEqual(len(held), sum(answer.created for answer in answers))
            client.close()


if __name__ == "__main__":
    unittest.main()
