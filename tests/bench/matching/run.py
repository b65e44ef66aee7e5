#!/usr/bin/python3
"""How well potential candidates are ranked, measured through a running service on a real public data set.

Loads the train pairs and side tables into a server of its own, asks FindCandidates for every query, page by page, and
prints the metrics beside those of the anchor, the sign-flip test between them, the reliability curve and the Brier
score. `--out DIR` keeps the rankings for the data set's own evaluate.py. The data stand beside the repository
(../shared/matching) and are not part of it; without them it says SKIPPED.
"""
import argparse
import gzip
import json
import pathlib
import sys
import tempfile
import time
from collections import defaultdict

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "harness")]
import records  # noqa: E402
import scores  # noqa: E402
from server import SOURCE, Server  # noqa: E402

DATA = SOURCE.parent / "shared/matching"
TASKS = ("warm", "cold")


def ranking(client, wanted):
    """All candidates for a type: (enterprise, probability), best first."""
    from client import message

    target = message("MatchTarget", requirement=message("Requirement", capability_type=records.type_name(wanted)))
    found, token = [], ""
    while True:
        page = client("FindCandidates", 600, parent=records.CLUSTER, scope="POTENTIAL_ONLY", page_size=1000,
                      target=target, page_token=token)
        found.extend((c.enterprise, c.probability) for c in page.candidates)
        token = page.next_page_token
        if not token:
            return found


def ask(server, truth):
    from client import Client  # makes the stubs

    client = Client(server.grpc, [("grpc.max_receive_message_length", -1)])
    begin = time.monotonic()
    ranking(client, next(iter(truth["warm"])))
    print(f"first answer, with learning: {time.monotonic() - begin:.1f} s", flush=True)
    begin = time.monotonic()
    found = {task: {w: ranking(client, w) for w in truth[task]} for task in TASKS}
    count = sum(map(len, found.values()))
    print(f"{count} whole rankings: {(time.monotonic() - begin) * 1000 / count:.0f} ms each", flush=True)
    client.close()
    return found


def report(task, lists, probabilities, known, universe, truth, anchor):
    ours, theirs = (scores.of_lists(each, known, universe, truth) for each in (lists, anchor))
    print(f"\n{task}: {len(truth)} types" + "".join(f"{m:>10}" for m in scores.METRICS))
    for name, per_type in (("this service", ours), ("anchor", theirs)):
        print(f"  {name:<18}" + "".join(f"{v:10.4f}" for v in scores.means(per_type)))
    flips = scores.sign_flip(ours, theirs)
    print(f"  {'difference':<18}" + "".join(f"{d:+10.4f}" for d, _ in flips))
    print(f"  {'p (sign flip)':<18}" + "".join(f"{p:10.4f}" for _, p in flips))
    pairs = [(p, company in truth[w]) for w in truth for company, p in probabilities[w].items()
             if company in universe and company not in known.get(w, ())]
    brier, base, curve = scores.reliability(pairs)
    print(f"  Brier score {brier:.6f}, of the base rate {base:.6f}\n  probability said, share hidden, pairs")
    for said, seen, count in curve:
        print(f"  {said:16.5f}  {seen:11.5f}  {count}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=DATA)
    parser.add_argument("--split", default="public")
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    data, split = options.data, options.split
    if not (data / split).is_dir():
        print(f"SKIPPED: {data / split} is not there")
        return
    known, universe = defaultdict(set), set()
    for row in records.rows(data / split / "train.csv.gz"):
        known[row["product_id"]].add(row["company_id"])
        universe.add(row["company_id"])
    truth = {task: defaultdict(set) for task in TASKS}
    for task in TASKS:
        for row in records.rows(data / split / f"{task}_truth.csv.gz"):
            truth[task][row["product_id"]].add(row["company_id"])
    company_of = {records.enterprise_name(company): company for company in universe}
    with tempfile.TemporaryDirectory() as folder, Server() as server:
        folder = pathlib.Path(folder)
        with open(folder / "listed.jsonl", "w", encoding="utf-8") as out:
            for record in records.records(data, split):
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
        done = server.bulian("import", folder / "listed.jsonl")
        if done.returncode != 0:
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        print(done.stdout.strip(), flush=True)
        found = ask(server, truth)
    for task in TASKS:
        probabilities = {w: {company_of[e]: p for e, p in ranked if e in company_of} for w, ranked in found[task].items()}
        lists = {w: list(ranked) for w, ranked in probabilities.items()}
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            with gzip.open(options.out / f"run_{task}.jsonl.gz", "wt") as out:
                for wanted, ranked in lists.items():
                    out.write(json.dumps({"product_id": wanted, "ranked": ranked}) + "\n")
        anchor = {}
        if (data / f"anchor_{split}_{task}.jsonl.gz").exists():
            with gzip.open(data / f"anchor_{split}_{task}.jsonl.gz", "rt") as lines:
                anchor = {each["product_id"]: each["ranked"] for each in map(json.loads, lines)}
        report(task, lists, probabilities, known, universe, truth[task], anchor)


if __name__ == "__main__":
    main()
