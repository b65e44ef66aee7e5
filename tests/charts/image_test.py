"""The image's root file system, made without a container engine: the server starts in it alone, read-only and not as root, serves, is backed up and ends well."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from redis import free_port  # noqa: E402
from server import BIN, SAMPLE, SOURCE  # noqa: E402

USER = 10001
# What a container runtime does, by hand: the root mounted read-only, /proc, a volume, another user.
INSIDE = ('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t proc proc "$0/proc" && mount --bind "$1" "$0/var/lib/bulian" && root=$0 && shift && '
          f'exec chroot --userspec={USER}:{USER} "$root" "$@"')


def can_mount():
    """Root in a container may have neither mounts nor chroot."""
    if os.getuid() != 0:
        return False
    with tempfile.TemporaryDirectory(prefix="bulian-mounts-") as folder:
        tries = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t proc proc "$0" && chroot --userspec=10001:10001 / true'
        return subprocess.run(["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", tries, folder], capture_output=True, check=False).returncode == 0


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="bulian-image-")
        cls.addClassCleanup(folder.cleanup)
        cls.root, cls.volume = pathlib.Path(folder.name, "root"), pathlib.Path(folder.name, "volume")
        subprocess.run([SOURCE / "charts/rootfs", cls.root, BIN], check=True)
        cls.volume.mkdir()
        if os.getuid() == 0:
            os.chown(cls.volume, USER, USER)

    def inside(self, *command):
        return ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", INSIDE, self.root, self.volume, *command]

    def run_inside(self, *command):
        return subprocess.run(self.inside(*command), capture_output=True, text=True, timeout=120, check=False)

    def test_no_shell_and_nothing_that_may_be_written(self):
        files = [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        programs = {path.name for path in files if path.parent == self.root / "usr/bin"}
        self.assertEqual(programs, {"buliand", "bulian", "bulian-db"})
        self.assertEqual([path for path in files if path.stat().st_mode & 0o7022], [])
        self.assertEqual([path for path in files if path.name in ("sh", "bash", "dash", "apt", "dpkg")], [])
        self.assertLess(sum(path.stat().st_size for path in files), 250 << 20)

    def test_the_bill_of_materials_has_every_library(self):
        bill = json.loads((self.root / "usr/share/doc/bulian/sbom.spdx.json").read_text("utf-8"))
        packages = {one["name"] for one in bill["packages"]}
        self.assertLessEqual({"bulian", "libc6", "liblmdb0", "libssl3", "libeigen3-dev"}, packages)
        self.assertTrue(any(name.startswith("libgrpc++") for name in packages), packages)
        for one in bill["packages"]:
            self.assertTrue(one["versionInfo"])
            self.assertRegex(one["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
        listed = subprocess.run(["dpkg", "-L", *sorted(packages - {"bulian"})], capture_output=True, text=True, check=True).stdout.split()
        real = {pathlib.Path(line).name for line in listed}
        for library in (path for path in (self.root / "usr").rglob("*.so*") if path.is_file()):
            self.assertIn(library.name, real)
        self.assertEqual({tuple(sorted(one)) for one in bill["relationships"]}, {("relatedSpdxElement", "relationshipType", "spdxElementId")})

    def test_the_dockerfile_says_the_same(self):
        text = (SOURCE / "charts/Dockerfile").read_text("utf-8")
        self.assertIn("charts/rootfs /rootfs", text)
        self.assertIn(f"USER {USER}:{USER}", text)
        self.assertNotIn(":latest", text)
        self.assertRegex(text, r'ENTRYPOINT \["/usr/bin/buliand"\]')
        values = (SOURCE / "charts/bulian/values.yaml").read_text("utf-8")
        self.assertIn(f"runAsUser: {USER}", values)
        version = re.search(r'kVersion\[\] = "(.*)"', (SOURCE / "services/runtime/version.h").read_text("utf-8"))[1]
        self.assertIn(f"ARG VERSION={version}\n", text)
        self.assertIn(f"appVersion: {version}\n", (SOURCE / "charts/bulian/Chart.yaml").read_text("utf-8"))

    @unittest.skipUnless(can_mount(), "needs root and mounts")
    def test_the_server_starts_in_it_alone_read_only_and_not_as_root(self):
        grpc, http = free_port(), free_port()
        server = subprocess.Popen(self.inside("/usr/bin/buliand", "--data-dir=/var/lib/bulian/data", f"--listen=127.0.0.1:{grpc}", f"--http-listen=127.0.0.1:{http}",
                                              "--drain-delay=0s", "--wait-for-repair"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            for line in server.stdout:
                if line.startswith("listening http"):
                    break
            else:
                self.fail(server.stderr.read())
            status = pathlib.Path(f"/proc/{server.pid}/status").read_text("utf-8")
            self.assertEqual(re.search(r"^Uid:\s+(.*)$", status, re.M)[1].split(), [str(USER)] * 4)
            self.assertEqual(os.readlink(f"/proc/{server.pid}/root"), str(self.root))
            (self.volume / "beibei.jsonl").write_bytes((SAMPLE / "beibei.jsonl").read_bytes())
            client = ("/usr/bin/bulian", f"--server=127.0.0.1:{grpc}")
            for command, expected in ((("import", "/var/lib/bulian/beibei.jsonl"), "1124 created"), (("list", "clusters"), "beibei"), (("gaps", "beibei"), "MISSING"),
                                      (("backup", "--to=/var/lib/bulian/kept.bulian"), "")):
                done = self.run_inside(*client, *command)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(expected, done.stdout)
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/readyz") as answer:
                self.assertEqual(answer.status, 200)
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/metrics") as answer:
                self.assertRegex(answer.read().decode("utf-8"), r"\nprocess_resident_memory_bytes [1-9]")
            # The root is read-only indeed: an archive beside the volume cannot be written.
            self.assertNotEqual(self.run_inside(*client, "backup", "--to=/kept.bulian").returncode, 0)
        finally:
            server.send_signal(signal.SIGTERM)
            _, log = server.communicate(timeout=60)
        self.assertEqual(server.returncode, 0, log)
        done = self.run_inside("/usr/bin/bulian-db", "restore", "/var/lib/bulian/kept.bulian", "/var/lib/bulian/again")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_inside("/usr/bin/bulian-db", "verify", "/var/lib/bulian/data").returncode, 0)


if __name__ == "__main__":
    unittest.main()
