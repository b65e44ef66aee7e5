"""The example programs of the README, as a partner would run them: Python with generated stubs, Node with loaded protos."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from server import SAMPLE, SOURCE, Server  # noqa: E402


class ClientsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        done = cls.server.bulian("import", SAMPLE / "beibei.jsonl")
        assert done.returncode == 0, done.stderr

    def check(self, command, **keywords):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **keywords)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^[1-9][0-9]* gaps at revision [1-9]")
        self.assertEqual(len([line for line in lines[1:] if not line.startswith(" ")]), 3)
        self.assertTrue(any(line.startswith("  ") for line in lines))

    def test_python(self):
        with tempfile.TemporaryDirectory() as folder:
            protos = SOURCE / "protos"
            files = [str(p.relative_to(protos)) for top in ("bulian", "google", "grpc") for p in (protos / top).rglob("*.proto")]
            subprocess.run(["protoc", f"-I{protos}", f"--python_out={folder}", f"--grpc_out={folder}",
                            f"--plugin=protoc-gen-grpc={shutil.which('grpc_python_plugin')}", *files], check=True)
            shutil.copy(SOURCE / "docs/examples/gaps.py", folder)
            self.check(["/usr/bin/python3", "gaps.py", self.server.grpc, "clusters/beibei"], cwd=folder)

    def test_node(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "docs/examples").mkdir(parents=True)
            shutil.copy(SOURCE / "docs/examples/gaps.mjs", pathlib.Path(folder) / "docs/examples")
            shutil.copytree(SOURCE / "protos", pathlib.Path(folder) / "protos")
            modules = SOURCE / "tools/checks/node_modules"
            if not (modules / "@grpc/grpc-js").is_dir():
                subprocess.run([SOURCE / "tools/checks/install"], check=True)
            (pathlib.Path(folder) / "node_modules").symlink_to(modules)
            self.check(["node", "gaps.mjs", self.server.grpc, "clusters/beibei"], cwd=pathlib.Path(folder) / "docs/examples")


if __name__ == "__main__":
    unittest.main()
