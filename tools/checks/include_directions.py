"""Holds the includes of services/ against the order of the rooms: a room may include itself and rooms below it only.

Science rooms (gap, match, risk, scenario) are pure: only their *_service files may include rpc, resource, view,
store or watch; those of scenario also exchange, whose records it takes.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Room -> rooms it may include, besides itself.
FAMILY = {"resource", "store", "view", "rpc", "model"}
ALLOWED = {
    "model": set(),
    "lp": set(),
    "search": {"model"},
    "store": {"model"},
    "rpc": {"model"},
    "view": {"store", "model"},
    "watch": {"store", "view", "rpc", "model"},
    "resource": {"store", "view", "rpc", "model"},
    "cluster": FAMILY, "enterprise": FAMILY | {"search"}, "capability": FAMILY, "chain": FAMILY,
    "project": FAMILY | {"capability"},
    "match_record": FAMILY | {"capability", "chain"},
    "gap": {"model", "lp"},
    "risk": {"model", "lp", "gap"},
    "match": {"model", "lp", "gap"},
    "exchange": FAMILY | {"watch", "cluster", "enterprise", "capability", "chain", "project", "match_record"},
    "scenario": {"model", "gap", "match", "risk"},
    "gateway": {"rpc", "model"},
}
SERVICE_FILES_MAY_ADD = {"rpc", "resource", "view", "store", "watch"}
SCIENCE = {"gap", "match", "risk", "scenario"}


def allowed(room, file):
    if room in SCIENCE and re.search(r"_service(_test)?\.(h|cc)$", file.name):
        return ALLOWED[room] | SERVICE_FILES_MAY_ADD | ({"exchange"} if room == "scenario" else set())
    return ALLOWED[room]


def main():
    wrong = 0
    for file in sorted(p for p in (ROOT / "services").rglob("*") if p.suffix in {".h", ".cc"}):
        room = file.relative_to(ROOT / "services").parts[0]
        if room == "runtime" or file.parent == ROOT / "services":
            continue  # assembles everything
        if room not in ALLOWED:
            print(f"{file.relative_to(ROOT)}: the room {room} is not in the table of {pathlib.Path(__file__).name}")
            wrong += 1
            continue
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            match = re.match(r'#include "(services|tests|tools)/([a-z_]+)/', line)
            if not match:
                continue
            target = match.group(2) if match.group(1) == "services" else match.group(1)
            if match.group(1) != "services" and file.name.endswith("_test.cc"):
                continue
            if target != room and target not in allowed(room, file):
                print(f"{file.relative_to(ROOT)}:{number}: {room} may not include {target}")
                wrong += 1
    return 1 if wrong else 0


sys.exit(main())
