"""A real redis-server for a test: on loopback, on a free port, with an append-only file synced at each write."""
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Redis:
    """Use as a context manager; kill() and start() may be called in between."""

    def __init__(self, *arguments, environment=None):
        self._folder = tempfile.TemporaryDirectory(prefix="bulian-redis-")
        self.port, self.arguments, self._environment = free_port(), arguments, {**os.environ, **(environment or {})}
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self._folder.cleanup()

    def start(self):
        with open(pathlib.Path(self._folder.name) / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self._folder.name, "--appendonly", "yes", "--appendfsync", "always",
                 "--save", "", *self.arguments], stdout=log, stderr=log, env=self._environment)
        for _ in range(1500):
            if self.command("PING") in ("+PONG", "-NOAUTH Authentication required."):
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server does not answer")

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def command(self, *words):
        """The first line of the reply to an inline command, or the text that it announces."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as s:
                s.sendall((" ".join(words) + "\r\n").encode())
                first, *rest = s.recv(65536).decode().split("\r\n")
                return rest[0] if first.startswith("$") and first != "$-1" else first
        except OSError as error:
            return str(error)
