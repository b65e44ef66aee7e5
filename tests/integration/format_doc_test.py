"""Every example of docs/format.md goes into a real server as it stands, and every kind of record has one."""
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from server import SOURCE, Server  # noqa: E402


class FormatDocTest(unittest.TestCase):
    def test_examples(self):
        page = (SOURCE / "docs/format.md").read_text("utf-8")
        lines = "".join(re.findall(r"```jsonl\n(.*?)```", page, re.S))
        proto = (SOURCE / "protos/bulian/v1/exchange.proto").read_text("utf-8")
        oneof = re.search(r"oneof resource \{(.*?)\n  \}", proto, re.S).group(1)
        fields = re.findall(r"^\s+[A-Z]\w+ (\w+) = \d+;", oneof, re.M)
        json_names = {re.sub(r"_(\w)", lambda m: m.group(1).upper(), f) for f in fields}
        self.assertEqual({next(iter(json.loads(line))) for line in lines.splitlines()}, json_names)
        with Server() as server:
            done = server.bulian("import", "-", "-o", "json", stdin=lines)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["created"], len(lines.splitlines()))
            self.assertEqual(json.loads(server.bulian("gaps", "demo", "-o", "json").stdout)["segmentCount"], 3)
            changes = "".join(re.findall(r"```jsonl scenario\n(.*?)```", page, re.S))
            kinds = re.search(r"oneof change \{(.*?)\n  \}", (SOURCE / "protos/bulian/v1/scenario.proto").read_text("utf-8"), re.S).group(1)
            for kind in re.findall(r"^\s+\w+ (\w+) = \d+;", kinds, re.M):
                self.assertIn('{"' + re.sub(r"_(\w)", lambda m: m.group(1).upper(), kind) + '":', changes)
            done = server.bulian("whatif", "demo", "-", "-o", "json", stdin=changes)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["createdCount"], 2)


if __name__ == "__main__":
    unittest.main()
