"""The command line against a real server: the main job on the sample, output forms, errors and exit statuses."""
import csv
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from server import SAMPLE, Server  # noqa: E402

sys.path.insert(0, str(SAMPLE))
from gap_oracle import Oracle  # noqa: E402


class CliTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        for sample in ("beibei", "chengdu"):
            done = cls.server.bulian("import", SAMPLE / f"{sample}.jsonl")
            assert done.returncode == 0, done.stderr

    def run_ok(self, *arguments, **keywords):
        done = self.server.bulian(*arguments, **keywords)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def run_bad(self, status, *arguments, **keywords):
        done = self.server.bulian(*arguments, **keywords)
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stderr

    def test_second_import_changes_nothing(self):
        before = json.loads(self.run_ok("list", "clusters/beibei/enterprises", "--limit", 1, "-o", "json"))["revision"]["number"]
        out = self.run_ok("import", SAMPLE / "beibei.jsonl")
        self.assertIn("0 created, 0 updated", out)
        self.assertIn(f"revision {before}", out)

    def test_sample_shows_all_kinds_certain_and_possible(self):
        report = json.loads(self.run_ok("gaps", "beibei", "-o", "json"))
        self.assertEqual({g["kind"] for g in report["gaps"]},
                         {"MISSING", "SINGLE_SOURCE", "CONCENTRATED", "UNDER_CAPACITY", "EXTERNAL", "UNVERIFIED", "FRAGILE"})
        self.assertEqual({g["certainty"] for g in report["gaps"]}, {"CERTAIN", "POSSIBLE"})
        self.assertEqual(report["gapCount"], len(report["gaps"]))
        self.assertTrue(report["complete"])

    def test_gaps_are_those_of_a_second_computation(self):
        with open(SAMPLE / "beibei.jsonl", encoding="utf-8") as lines:
            expected = Oracle([json.loads(line) for line in lines]).gaps()
        report = json.loads(self.run_ok("gaps", "beibei", "-o", "json"))
        # FRAGILE is compared with the losses of single suppliers in disruption_sample_test.
        self.assertEqual({(g["segment"], g["kind"]): g["certainty"] for g in report["gaps"] if g["kind"] != "FRAGILE"}, expected)

    def test_gaps_as_table_csv_and_by_chain(self):
        table = self.run_ok("gaps", "beibei/smart-sensor")
        self.assertIn("gaps in", table)
        rows = list(csv.reader(io.StringIO(self.run_ok("gaps", "beibei/smart-sensor", "-o", "csv").lstrip("\ufeff"))))
        self.assertGreater(len(rows), 1)
        self.assertTrue(all(row[-1].startswith("beibei/smart-sensor/") for row in rows[1:]))
        raw = self.server.bulian("gaps", "beibei", "-o", "csv", "--lang", "zh").stdout
        self.assertTrue(raw.startswith("\ufeff"))
        self.assertIn("缺失", raw)

    def test_gap_by_name_and_candidates(self):
        gap = json.loads(self.run_ok("gaps", "beibei", "--kind", "missing", "--limit", 1, "-o", "json"))["gaps"][0]
        self.assertEqual(json.loads(self.run_ok("get", gap["name"], "-o", "json"))["name"], gap["name"])
        found = json.loads(self.run_ok("match", gap["name"], "--potential", "--recruits", "--top", 5, "-o", "json"))
        self.assertGreater(len(found["candidates"]), 0)
        first = found["candidates"][0]
        explained = json.loads(self.run_ok("explain", gap["segment"], first["enterprise"], "-o", "json"))
        self.assertEqual(explained["candidate"]["enterprise"], first["enterprise"])
        self.assertEqual(explained["candidate"]["score"], first["score"])
        self.assertIn("candidate", self.run_ok("match", gap["name"], "--potential", "--recruits").lower())
        self.assertTrue(self.run_ok("explain", gap["segment"], first["enterprise"]))

    def test_list_filters(self):
        every = json.loads(self.run_ok("list", "clusters/beibei/enterprises", "-o", "json"))["enterprises"]
        labs = json.loads(self.run_ok("list", "clusters/beibei/enterprises", "--where", "kinds=LABORATORY", "-o", "json"))["enterprises"]
        self.assertGreater(len(labs), 0)
        self.assertEqual([e["name"] for e in labs], [e["name"] for e in every if e["kind"] == "LABORATORY"])
        self.assertIn("takes FIELD=VALUE", self.run_bad(1, "list", "clusters/beibei/enterprises", "--where", "colour=red"))

    def test_export_import_round_trip(self):
        exported = self.run_ok("export", "beibei")
        with Server() as other:
            done = other.bulian("import", "-", stdin=exported)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(strip(other.bulian("export", "beibei").stdout), strip(exported))

    def test_apply_and_delete(self):
        record = {"enterprise": {"name": "clusters/beibei/enterprises/probe-works", "kind": "COMPANY", "displayName": {"en": "Probe Works"}}}
        self.run_ok("apply", "-", stdin=json.dumps(record))
        self.assertIn("Probe Works", self.run_ok("get", "clusters/beibei/enterprises/probe-works"))
        self.run_ok("delete", "clusters/beibei/enterprises/probe-works")
        self.assertIn("NOT_FOUND", self.run_bad(1, "get", "clusters/beibei/enterprises/probe-works"))

    def test_broken_lines_are_told_and_the_rest_goes_on(self):
        good = {"enterprise": {"name": "clusters/beibei/enterprises/line-three", "kind": "COMPANY", "displayName": {"zh": "三"}}}
        wrong = {"enterprise": {"name": "clusters/beibei/enterprises/line-two", "displayName": {"zh": "二"}, "uscc": "91350100M000100Y4Z"}}
        text = "{broken\n" + json.dumps(wrong) + "\n" + json.dumps(good) + "\n"
        done = self.server.bulian("import", "-", stdin=text)
        self.assertEqual(done.returncode, 1)
        self.assertIn("standard input:1:", done.stderr)
        self.assertIn("standard input:2:", done.stderr)
        self.assertIn("3", done.stderr)  # the expected check character
        self.assertIn("1 created", done.stdout)
        self.run_ok("delete", "clusters/beibei/enterprises/line-three")

    def test_csv_import(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "enterprises.csv"
            file.write_bytes("编号,名称,类型,区域代码\ncsv-one,测试一,COMPANY,500109\ncsv-two,测试二,NONSENSE,500109\n".encode("gb18030"))
            done = self.server.bulian("import", file, "--cluster", "beibei")
            self.assertEqual(done.returncode, 1)
            self.assertIn(":3: column kind is NONSENSE", done.stderr)
            self.assertIn("1 created", done.stdout)
            self.assertIn("测试一", self.run_ok("get", "clusters/beibei/enterprises/csv-one"))
            file.write_text("name_zh,region\n没有编号,500109\n", "utf-8")
            self.assertIn("missing columns: uscc", self.run_bad(1, "import", file, "--cluster", "beibei"))
        self.run_ok("delete", "clusters/beibei/enterprises/csv-one")

    def test_wrong_usage_and_no_server(self):
        self.assertIn("required", self.run_bad(2, "gaps"))
        self.assertIn("not a segment", self.run_bad(1, "match", "beibei"))
        done = self.server.bulian("--server", "127.0.0.1:1", "--timeout", 3, "list", "clusters")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")


def strip(jsonl):
    """The records without what the server sets."""
    records = []
    for line in jsonl.splitlines():
        record = json.loads(line)
        for resource in record.values():
            for field in ("uid", "createTime", "updateTime", "etag"):
                resource.pop(field, None)
        records.append(record)
    return records


if __name__ == "__main__":
    unittest.main()
