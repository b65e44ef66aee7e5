"""Real redis-servers for a test: on loopback, on free ports, with append-only files synced at each write; and Sentinels that watch them."""
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


def command(port, text, whole=False):
    """The first line of the reply to an inline command, or the text that it announces; the reply as it came when `whole`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall((text + "\r\n").encode())
            reply = s.recv(65536).decode()
    except OSError as error:
        return str(error)
    first, *rest = reply.split("\r\n")
    return reply if whole else rest[0] if first.startswith("$") and first != "$-1" else first


def eventually(holds, seconds=30):
    """Looks again and again; an error if it does not come."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise AssertionError("it did not come")
        time.sleep(0.02)


class Redis:
    """Use as a context manager; kill() and start() may be called in between."""

    def __init__(self, *arguments, environment=None):
        self._folder = tempfile.TemporaryDirectory(prefix="bulian-redis-")
        self.port, self.arguments, self._environment = free_port(), arguments, {**os.environ, **(environment or {})}
        self.address, self.folder = f"127.0.0.1:{self.port}", self._folder.name

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
        eventually(lambda: self.command("PING") in ("+PONG", "-NOAUTH Authentication required."))

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def command(self, text, whole=False):
        return command(self.port, text, whole)


class RedisGroup:
    """A master with two replicas, and three Sentinels that promote one of them; use as a context manager."""

    NAME = "group"

    def __enter__(self):
        self._folder, self._sentinels, self.servers = tempfile.TemporaryDirectory(prefix="bulian-sentinel-"), [], [Redis().__enter__()]
        for _ in range(2):
            self.servers.append(Redis("--replicaof", "127.0.0.1", str(self.servers[0].port), "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1").__enter__())
        self.wait_for_replicas(2)
        for i in range(3):
            port, config = free_port(), pathlib.Path(self._folder.name, f"sentinel{i}.conf")
            config.write_text(f"bind 127.0.0.1\nport {port}\nsentinel monitor {self.NAME} 127.0.0.1 {self.servers[0].port} 2\n"
                              f"sentinel down-after-milliseconds {self.NAME} 700\nsentinel failover-timeout {self.NAME} 1500\n")
            with open(config.with_suffix(".log"), "ab") as log:
                self._sentinels.append((port, subprocess.Popen(["redis-server", config, "--sentinel"], stdout=log, stderr=log)))
            eventually(lambda: command(port, "PING") == "+PONG")  # pylint: disable=cell-var-from-loop
            command(port, "SENTINEL DEBUG INFO-PERIOD 300 PUBLISH-PERIOD 200 ASK-PERIOD 200 PING-PERIOD 200")
        self.addresses = ",".join(f"127.0.0.1:{port}" for port, _ in self._sentinels)
        eventually(lambda: all(command(port, f"SENTINEL CKQUORUM {self.NAME}").startswith("+OK 3 usable") for port, _ in self._sentinels))
        return self

    def __exit__(self, *_):
        for _, sentinel in self._sentinels:
            sentinel.kill()
            sentinel.wait()
        for server in self.servers:
            server.__exit__()
        self._folder.cleanup()

    def master(self):
        """The server that the first Sentinel holds for the master."""
        told = command(self._sentinels[0][0], f"SENTINEL GET-MASTER-ADDR-BY-NAME {self.NAME}", whole=True)
        return next(server for server in self.servers if f"\r\n{server.port}\r\n" in told)

    def wait_for_replicas(self, count):
        master = self.servers[0] if not self._sentinels else self.master()
        eventually(lambda: master.command("INFO replication", whole=True).count("state=online") == count)

    def fail_over(self):
        """Kills the master and returns it when another one is named."""
        old = self.master()
        old.kill()
        eventually(lambda: self.master() is not old)
        return old
