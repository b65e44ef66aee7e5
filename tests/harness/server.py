"""A real buliand for a test: on loopback, on ports of its own choice, with a data directory of its own."""
import os
import pathlib
import signal
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ.get("BULIAN_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("BULIAN_BIN_DIR", SOURCE / "build/release/bin"))
SAMPLE = SOURCE / "tools/sample"


class Server:
    """Starts in a temporary directory unless `data_dir` is given, with `environment` besides the test's own; use as a context manager."""

    def __init__(self, data_dir=None, *flags, environment=None):
        self._temporary = None if data_dir else tempfile.TemporaryDirectory(prefix="bulian-test-")
        self.data_dir = pathlib.Path(data_dir or self._temporary.name) / "data"
        self._flags, self._environment = flags, {**os.environ, **(environment or {})}

    def __enter__(self):
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._log = open(self.data_dir / "log", "ab")
        self.process = subprocess.Popen(
            [BIN / "buliand", "--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0", f"--data-dir={self.data_dir}", "--drain-delay=0s", *self._flags],
            stdout=subprocess.PIPE, stderr=self._log, text=True, env=self._environment)
        addresses = {}
        while len(addresses) < 2:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("buliand did not start:\n" + (self.data_dir / "log").read_text("utf-8")[-2000:])
            if line.startswith("listening "):
                name, _, address = line.split()[1].partition("=")
                addresses[name] = address
        self.grpc, self.http = addresses["grpc"], addresses["http"]
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
        self.process.stdout.close()
        self._log.close()
        log = (self.data_dir / "log").read_text("utf-8", "replace")
        if self._temporary:
            self._temporary.cleanup()
        # Tests that kill it do so with SIGKILL; any other end of a server that had started is a fault, for example a
        # sanitizer's report. One that refused to start is the test's to judge.
        if hasattr(self, "grpc") and self.process.returncode not in (0, -signal.SIGKILL):
            raise RuntimeError(f"buliand ended with {self.process.returncode}:\n" + log[-20000:])

    def bulian(self, *arguments, stdin=None, **environment):
        """Runs the command line client; returns the finished process with text output."""
        return subprocess.run([BIN / "bulian", "--server", self.grpc, "--lang", "en", *map(str, arguments)], input=stdin, capture_output=True,
                              text=True, timeout=300, env={**os.environ, **environment}, check=False)
