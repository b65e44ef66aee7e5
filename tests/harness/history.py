"""What writers, watchers and readers of one counter were told while things failed, and the check that it all happened in one order."""
import collections
import threading

Commit = collections.namedtuple("Commit", "number request_id before after")


class History:
    """Thread-safe. Revisions are (epoch, number); the counter starts at 0 and every commit of it adds one by compare-and-set."""

    def __init__(self):
        self._lock = threading.Lock()
        self._acknowledged, self._newest = {}, (0, 0)
        self._sent_after, self._read, self._watched, self.problems = {}, {}, collections.defaultdict(list), []

    def sent(self, request_id):
        """Before the first try: the commit must come after all that were acknowledged by now."""
        with self._lock:
            self._sent_after.setdefault(request_id, self._newest)

    def acknowledged(self, request_id, revision):
        with self._lock:
            self._acknowledged[request_id] = revision
            self._newest = max(self._newest, revision)

    def newest(self):
        """A read that asks for at least this must get it."""
        with self._lock:
            return self._newest

    def read(self, reader, asked, revision, value):
        with self._lock:
            last = self._read.get(reader, ((0, 0), 0))
            if revision < max(asked, last[0]) or value < last[1]:
                self.problems.append(f"reader {reader} asked for {asked}, had {last}, and got {revision} with {value}")
            self._read[reader] = (revision, value)

    def watched(self, watcher, commit):
        with self._lock:
            seen = self._watched[watcher]
            if seen and commit.number != seen[-1].number + 1:
                self.problems.append(f"watcher {watcher} was told {commit.number} after {seen[-1].number}")
            seen.append(commit)

    def count(self):
        with self._lock:
            return len(self._acknowledged)

    def last_watched(self, watcher):
        with self._lock:
            return self._watched[watcher][-1].number if self._watched[watcher] else 0

    def check(self, log):
        """`log`: every Commit that is stored, those that leave the counter alone with `after` None. What is wrong, a line each."""
        with self._lock:
            problems, at, value = list(self.problems), {}, 0
            for commit, before in zip(log, [None, *log]):
                if before and commit.number != before.number + 1:
                    problems.append(f"the log has {commit.number} after {before.number}")
                if commit.after is None:
                    continue
                if commit.request_id in at:
                    problems.append(f"{commit.request_id} is there twice")
                at[commit.request_id] = commit.number
                if (commit.before, commit.after) != (value, value + 1):
                    problems.append(f"compare-and-set was violated at {commit.number}: {commit.before} to {commit.after} where it was {value}")
                value = commit.after
            for request_id, revision in self._acknowledged.items():
                if request_id not in at:
                    problems.append(f"{request_id}, acknowledged at {revision}, is lost")
                elif not self._sent_after[request_id][1] < at[request_id] <= revision[1]:
                    problems.append(f"{request_id} is at {at[request_id]}, sent after {self._sent_after[request_id]}, acknowledged at {revision}")
            for watcher, seen in self._watched.items():
                if not seen or seen != [commit for commit in log if commit.number >= seen[0].number]:
                    problems.append(f"watcher {watcher} was told other commits than are stored")
            for request_id in at.keys() - self._sent_after.keys():
                problems.append(f"{request_id} was never sent")
            return problems
