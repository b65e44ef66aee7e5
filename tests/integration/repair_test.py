"""As in a pod, with --wait-for-repair: what is wrong is said in one line of the log and on /readyz, and the server is ready once it is mended."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client  # noqa: E402
from redis import Redis, free_port  # noqa: E402
from server import BIN, Server  # noqa: E402
from small_cluster import NAME, load  # noqa: E402

NOBODY = 10001


def eventually(holds):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


class Pod:
    """A process as the chart starts it, by itself not root; `conf` is the file of the ConfigMap."""

    def __init__(self, folder, conf="", owner=NOBODY):
        self.folder, self.conf, self._owner = pathlib.Path(folder), pathlib.Path(folder) / "bulian.conf", owner
        self.grpc, self.http = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.conf.write_text(conf, "utf-8")
        self.data = self.folder / "volume"
        self.data.mkdir(exist_ok=True)

    def __enter__(self):
        drop = {}
        binary = BIN / "buliand"
        if os.getuid() == 0:
            # Where only root may look there is no program for anybody else.
            binary = pathlib.Path(shutil.copy(binary, self.folder))
            os.chmod(self.folder, 0o755)
            os.chown(self.data, self._owner, self._owner)
            drop = dict(user=NOBODY, group=NOBODY, extra_groups=[])
        self._log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            [binary, f"--config={self.conf}", f"--listen={self.grpc}", f"--http-listen={self.http}", f"--data-dir={self.data}/data", "--drain-delay=0s",
             "--wait-for-repair"], stdout=subprocess.DEVNULL, stderr=self._log, cwd="/", **drop)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.status = self.process.wait(timeout=60)
        self._log.close()

    def probe(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.http}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8")
        except OSError as error:
            return 0, str(error)

    def lines(self, word):
        """The log's lines of warnings and errors that name it."""
        entries = [json.loads(line) for line in (self.folder / "log").read_text("utf-8").splitlines()]
        return [entry for entry in entries if entry["level"] in ("error", "warning") and word in json.dumps(entry, ensure_ascii=False)]


class RepairTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def says_and_recovers(self, pod, why, mend):
        with pod:
            self.assertTrue(eventually(lambda: re.search(why, pod.probe("/readyz")[1])), pod.probe("/readyz"))
            self.assertEqual([pod.probe(path)[0] for path in ("/readyz", "/startupz", "/livez")], [503, 503, 200])
            time.sleep(1.5)  # tried again meanwhile
            said = [line for line in pod.lines("") if re.search(why, json.dumps(line, ensure_ascii=False))]
            self.assertEqual(len(said), 1, said)
            mend()
            self.assertTrue(eventually(lambda: pod.probe("/readyz")[0] == 200), pod.probe("/readyz"))
            client = Client(pod.grpc)
            load(client)
            self.assertEqual(client("GetCluster", name=NAME).name, NAME)
            client.close()
        self.assertEqual(pod.status, 0)

    def test_bad_values_and_an_expired_key(self):
        pod = Pod(self.folder, "workers: many\n")
        self.says_and_recovers(pod, r"bulian.conf:1: `workers` is a whole number", lambda: pod.conf.write_text("workers: 8\n", "utf-8"))

    def test_a_key_this_version_no_longer_has(self):
        pod = Pod(self.folder, "log-level: info\ncache-size: 1GiB\nretired: yes\n")
        # All of it in one line.
        self.says_and_recovers(pod, r"bulian.conf:2: there is no such option.{1,3}\S*bulian.conf:3: there is no such option",
                               lambda: pod.conf.write_text("log-level: info\n", "utf-8"))

    def test_values_that_do_not_fit_together(self):
        pod = Pod(self.folder, "target: analysis\n")
        self.says_and_recovers(pod, "that takes --store=redis", lambda: pod.conf.write_text("target: all\n", "utf-8"))

    def test_no_configuration_at_all(self):
        pod = Pod(self.folder)
        pod.conf.unlink()
        self.says_and_recovers(pod, "bulian.conf: cannot be read", lambda: pod.conf.write_text("", "utf-8"))

    @unittest.skipUnless(os.getuid() == 0, "only root can lend a folder")
    def test_an_unwritable_volume(self):
        pod = Pod(self.folder, owner=0)
        self.says_and_recovers(pod, "volume/data: Permission denied", lambda: os.chown(pod.data, NOBODY, NOBODY))

    def test_data_that_another_process_holds(self):
        with Server(pathlib.Path(self.folder) / "volume") as holder:
            pod = Pod(self.folder)
            if os.getuid() == 0:
                for path in (holder.data_dir, *holder.data_dir.iterdir()):
                    os.chown(path, NOBODY, NOBODY)
            self.says_and_recovers(pod, rf"\b{holder.process.pid}\b", lambda: (holder.process.terminate(), holder.process.wait()))

    def test_a_missing_redis(self):
        redis = Redis()
        pod = Pod(self.folder, f"store: redis\nredis-address: {redis.address}\n")
        self.addCleanup(redis.__exit__)
        self.says_and_recovers(pod, "could not connect to " + redis.address, redis.start)

    def test_a_wrong_password(self):
        with Redis("--requirepass", "right-and-long") as redis:
            password = pathlib.Path(self.folder) / "password"
            password.write_text("wrong", "utf-8")
            pod = Pod(self.folder, f"store: redis\nredis-address: {redis.address}\nredis-password-file: {password}\n")
            self.says_and_recovers(pod, "WRONGPASS", lambda: password.write_text("right-and-long", "utf-8"))
            self.assertNotIn("right-and-long", (pod.folder / "log").read_text("utf-8"))

    def test_a_password_that_is_not_there(self):
        with Redis("--requirepass", "right-and-long") as redis:
            password = pathlib.Path(self.folder) / "password"
            pod = Pod(self.folder, f"store: redis\nredis-address: {redis.address}\nredis-password-file: {password}\n")
            self.says_and_recovers(pod, re.escape(str(password)), lambda: password.write_text("right-and-long", "utf-8"))

    def test_data_of_a_newer_version(self):
        with Redis() as redis:
            redis.command("SET bulian:{directory}:format 2")
            pod = Pod(self.folder, f"store: redis\nredis-address: {redis.address}\n")
            self.says_and_recovers(pod, "format version 2, this program reads up to 1: use a newer release", lambda: redis.command("DEL bulian:{directory}:format"))

    def test_told_to_go_while_it_waits(self):
        with Pod(self.folder, "nothing\n") as pod:
            self.assertTrue(eventually(lambda: pod.probe("/readyz")[0] == 503))
        self.assertEqual(pod.status, 0)

    def test_without_the_option_mistakes_end_it(self):
        done = subprocess.run([BIN / "buliand", "--workers=many"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (2, "--workers: `workers` is a whole number\n"))


if __name__ == "__main__":
    unittest.main()
