"""What a server needs at given sizes: memory for an enterprise and a capability, a watcher, and CPU for a call. Prints the table of docs/capacity.md.

Usage: capacity.py [ENTERPRISES ...]; by default 10000 50000 200000, each enterprise with five capabilities and a supply link.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "harness"))
from client import Client, drain  # noqa: E402
from redis import Redis  # noqa: E402
from server import BIN, Server  # noqa: E402

WATCHERS = 1000
CALLS = ("get", "find-narrow", "find-broad", "gaps", "update")


def metric(server, name):
    with urllib.request.urlopen(f"http://{server.http}/metrics") as answer:
        return float(re.search(rf"^{name} (\S+)$", answer.read().decode("utf-8"), re.M)[1])


def loadgen(server, *arguments):
    done = subprocess.run([BIN / "bulian-loadgen", *arguments, f"--server={server.grpc}", f"--pid={server.process.pid}"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
    return done.stdout


def number(text, key):
    found = re.search(rf"\b{key} (\S+)", text)
    return float(found[1]) if found else float("nan")


def watcher_cost(server):
    """Bytes of resident memory for each open watch, and CPU for each message sent to them."""
    clients, threads, streams = [], [], []
    before = metric(server, "process_resident_memory_bytes")
    for i in range(WATCHERS):
        if i % 100 == 0:
            clients.append(Client(server.grpc, [("grpc.use_local_subchannel_pool", 1)]))
        streams.append(clients[-1]("WatchChanges", timeout=600, parent="clusters/load"))

    for stream in streams:
        threads.append(threading.Thread(target=drain, args=(stream,), daemon=True))
        threads[-1].start()
    while metric(server, "bulian_watch_streams") < WATCHERS:
        time.sleep(0.2)
    held = (metric(server, "process_resident_memory_bytes") - before) / WATCHERS
    messages, cpu = metric(server, "bulian_watch_messages_total"), metric(server, "process_cpu_seconds_total")
    loadgen(server, "run", "update", "--enterprises=1000", "--rate=10", "--seconds=10", "--concurrency=2")
    messages, cpu = metric(server, "bulian_watch_messages_total") - messages, metric(server, "process_cpu_seconds_total") - cpu
    for stream in streams:
        stream.cancel()
    for client in clients:
        client.close()
    return held, cpu / max(messages, 1)


def shape_of(enterprises, capabilities=5):
    return [f"--enterprises={enterprises}", f"--capabilities={capabilities}", f"--types={max(50, enterprises // 50)}", "--segments=100", f"--links={enterprises}"]


def used(server):
    """Resident bytes and CPU seconds so far."""
    return [metric(server, "process_resident_memory_bytes"), metric(server, "process_cpu_seconds_total")]


def start_of(enterprises, capabilities):
    """Resident bytes and CPU seconds of a start, beyond those of an empty server."""
    with tempfile.TemporaryDirectory(prefix="bulian-capacity-") as folder:
        with Server(folder) as server:
            empty = used(server)
            loadgen(server, "load", *shape_of(enterprises, capabilities))
        with Server(folder) as server:
            return [now - before for now, before in zip(used(server), empty)]


def in_redis(enterprises):
    """Bytes of Redis, its log included; and resident bytes and CPU seconds of the start of an analysis process on it, beyond those of one that holds nothing."""
    with Redis() as redis:
        flags = ("--store=redis", f"--redis-address={redis.address}")
        with Server(None, *flags) as server:
            loadgen(server, "load", *shape_of(enterprises))
            held = metric(server, "bulian_store_used_bytes")
        with Server(None, *flags, "--target=analysis", "--clusters=another") as server:
            empty = used(server)
        with Server(None, *flags, "--target=analysis", "--clusters=load") as server:
            return held, [now - before for now, before in zip(used(server), empty)]


def measure(enterprises):
    shape = shape_of(enterprises)
    with tempfile.TemporaryDirectory(prefix="bulian-capacity-") as folder:
        with Server(folder) as server:
            empty, empty_cpu = used(server)
            loaded = loadgen(server, "load", *shape)
            peak = metric(server, "process_resident_memory_bytes")
        with Server(folder) as server:
            rss, cpu = used(server)
            row = {"enterprises": enterprises, "start_cpu": cpu - empty_cpu, "import_rss": peak - empty, "rss": rss - empty,
                   "snapshot": metric(server, "bulian_snapshot_bytes"), "file": metric(server, "bulian_store_used_bytes"), "import_cpu": number(loaded, "server_cpu_us_per_record")}
            for call in CALLS:
                told = loadgen(server, "run", call, *shape, "--seconds=6", "--concurrency=8")
                row[call] = (number(told, "server_cpu_us_per_call"), number(told, "calls_per_second"))
            row["rss_under_load"] = metric(server, "process_resident_memory_bytes") - empty
            row["watcher"], row["message_cpu"] = watcher_cost(server)
    print(row, file=sys.stderr, flush=True)  # not lost when a larger size fails
    return row


def main(sizes):
    rows = [measure(size) for size in sizes]
    line = lambda name, values: print(f"| {name} | " + " | ".join(values) + " |")  # noqa: E731
    line("what", [f"{row['enterprises']:,} enterprises".replace(",", " ") for row in rows])
    print("|---" * (len(rows) + 1) + "|")
    for name, key in (("resident after a start", "rss"), ("resident after the import", "import_rss"), ("resident after calls of all kinds", "rss_under_load"),
                      ("snapshot (`bulian_snapshot_bytes`)", "snapshot"), ("data file", "file")):
        line(name, [f"{row[key] / 2 ** 20:.0f} MiB; {row[key] / row['enterprises'] / 1000:.1f} kB an enterprise" for row in rows])
    line("CPU of a start", [f"{row['start_cpu'] / row['enterprises'] * 1e6:.0f} us an enterprise" for row in rows])
    line("CPU of the import", [f"{row['import_cpu']:.0f} us a record" for row in rows])
    for call in CALLS:
        line(f"CPU of a call `{call}`", [f"{row[call][0]:.0f} us ({row[call][1]:.0f} calls/s)" for row in rows])
    line("an open watch", [f"{row['watcher'] / 1000:.0f} kB" for row in rows])
    line("CPU of a message to a watch", [f"{row['message_cpu'] * 1e6:.0f} us" for row in rows])
    least = sizes[0]
    one, five = start_of(least, 1), start_of(least, 5)
    for what, unit, a, b in zip(("bytes of memory", "us of CPU at a start"), (1, 1e6), one, five):
        print(f"At {least} enterprises: {(b - a) / 4 / least * unit:.1f} {what} a capability, {(a - (b - a) / 4) / least * unit:.1f} an enterprise without.")
    held, (rss, cpu) = in_redis(least)
    print(f"Redis holds {held / least / 1000:.1f} kB an enterprise with five; an analysis process on it {rss / least / 1000:.1f} kB, and takes {cpu / least * 1e6:.0f} us of CPU at a start.")


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [10_000, 50_000, 200_000])
