"""SearchEnterprises and `bulian search` over real gRPC: the sample's companies by whatever people remember of them."""
import csv
import io
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from server import SAMPLE, Server  # noqa: E402
from small_cluster import NAME, enterprise_name, load  # noqa: E402

BEIBEI = "clusters/beibei"


class SearchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.call = Client(cls.server.grpc)
        cls.addClassCleanup(cls.call.close)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr
        with open(SAMPLE / "beibei.jsonl", encoding="utf-8") as lines:
            cls.enterprises = [r["enterprise"] for r in map(json.loads, lines) if "enterprise" in r]

    def search(self, query, **values):
        return self.call("SearchEnterprises", parent=BEIBEI, query=query, **values)

    def best(self, query):
        hits = self.search(query).hits
        self.assertTrue(hits, query)
        return hits[0]

    def test_every_name_and_code_finds_its_enterprise(self):
        for enterprise in self.enterprises[::7]:
            texts = [*enterprise["displayName"].values(), *enterprise.get("aliases", []), *enterprise.get("formerNames", []), enterprise.get("uscc")]
            for text in filter(None, texts):
                hit = self.best(text)
                self.assertEqual((hit.way, hit.score), (1, 1.0), text)
                self.assertIn(enterprise["name"], [h.enterprise.name for h in self.search(text).hits if h.score == 1], text)

    def test_ways_to_type_a_name(self):
        names = {e["displayName"]["zh"]: e["name"] for e in self.enterprises}
        wanted = next(name for zh, name in names.items() if "北碚" not in zh and len(zh) > 8 and zh.startswith("重庆"))
        zh = next(zh for zh, name in names.items() if name == wanted)
        en = next(e["displayName"]["en"] for e in self.enterprises if e["name"] == wanted)
        for text in (zh, zh[2:6], f" {zh}　", zh.replace("重庆", "重慶").replace("电", "電"), en.upper(), en.replace("Co., Ltd.", ""), en[:14] + en[15:]):
            self.assertIn(wanted, [h.enterprise.name for h in self.search(text, page_size=100).hits], text)

    def test_pinyin(self):
        for text, way in (("zhinengchuangan", "FULL_PINYIN"), ("cq", "PINYIN_INITIALS")):
            ways = set()
            response = self.search(text, page_size=100)
            while True:
                ways |= {type(h).Way.Name(h.way) for h in response.hits}
                if not response.next_page_token:
                    break
                response = self.search(text, page_size=100, page_token=response.next_page_token)
            self.assertIn(way, ways, text)

    def test_pages_are_one_list(self):
        whole = [h.enterprise.name for h in self.search("重庆", page_size=100).hits]
        pages, token = [], ""
        while len(pages) < len(whole):
            response = self.search("重庆", page_size=7, page_token=token)
            pages += [h.enterprise.name for h in response.hits]
            token = response.next_page_token
            if not token:
                break
        self.assertEqual(pages[:len(whole)], whole)
        scores = [h.score for h in self.search("重庆", page_size=100).hits]
        self.assertEqual(scores, sorted(scores, reverse=True))
        refusal = self.call.refused("SearchEnterprises", parent=BEIBEI, query="北碚", page_size=7, page_token=self.search("重庆", page_size=7).next_page_token)
        self.assertEqual(refusal.reason, "PAGE_TOKEN_INVALID")

    def test_filter_and_answer(self):
        response = self.search("重庆", filter=dict(region_codes=["500109"]), page_size=100)
        self.assertTrue(response.hits)
        for hit in response.hits:
            self.assertTrue(any(site.region_code == "500109" for site in hit.enterprise.sites), hit.enterprise.name)
        self.assertGreater(response.revision.number, 0)
        self.assertEqual(response.algorithm_version, "search-1")

    def test_follows_commits_and_old_revisions(self):
        load(self.call)
        self.addCleanup(self.call, "DeleteCluster", name=NAME, force=True)
        first = self.call("SearchEnterprises", parent=NAME, query="alpha")
        self.assertEqual([h.enterprise.name for h in first.hits], [enterprise_name("alpha")])
        self.call("UpdateEnterprise", enterprise=dict(name=enterprise_name("alpha"), display_name=dict(en="Gamma"), former_names=["Alpha"]))
        self.assertEqual(self.call("SearchEnterprises", parent=NAME, query="gamma").hits[0].enterprise.name, enterprise_name("alpha"))
        self.assertEqual(self.call("SearchEnterprises", parent=NAME, query="alpha").hits[0].field, 4)
        old = self.call("SearchEnterprises", parent=NAME, query="alpha", read_at=dict(at_revision=first.revision))
        self.assertEqual((old.hits, old.revision), (first.hits, first.revision))

    def test_strange_queries(self):
        for query in ("重", "s", "3", "🙂a", "ａ" * 200, "有限公司", "zyxw" * 50, "\u0301b", "a b c d e f g"):
            self.search(query, page_size=100)
        for values in (dict(query=""), dict(query="。！🙂"), dict(query="x" * 10_000), dict(query="x", page_size=-1), dict(query="x", filter=dict(text="y")),
                       dict(query="x", filter=dict(region_codes=["nowhere"])), dict(query="x", parent="clusters/beibei/enterprises/x"), dict(query="x", parent="")):
            refusal = self.call.refused("SearchEnterprises", **{"parent": BEIBEI, **values})
            self.assertEqual(refusal.code, "INVALID_ARGUMENT", values)
            self.assertTrue(refusal.violations, values)
        self.assertEqual(self.call.refused("SearchEnterprises", parent="clusters/none", query="x").code, "NOT_FOUND")

    def test_command_line(self):
        done = self.server.bulian("search", "beibei", "重庆", "--top", "3")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("3 shown, there are more", done.stdout)
        rows = list(csv.reader(io.StringIO(self.server.bulian("search", "beibei", "重庆", "--top", "3", "-o", "csv").stdout.lstrip("\ufeff"))))
        self.assertEqual(len(rows), 4)
        answer = json.loads(self.server.bulian("search", "beibei", "重庆", "--top", "3", "-o", "json").stdout)
        self.assertEqual([h["enterprise"]["name"].rsplit("/", 1)[1] for h in answer["hits"]], [row[-1] for row in rows[1:]])
        self.assertIn("nothing found", self.server.bulian("search", "beibei", "qqqqqqqq").stdout)
        self.assertIn("没有找到", self.server.bulian("search", "beibei", "qqqqqqqq", "--lang", "zh").stdout)
        self.assertEqual(self.server.bulian("search", "beibei", "!").returncode, 1)


if __name__ == "__main__":
    unittest.main()
