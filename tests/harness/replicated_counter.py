"""Writers, watchers and readers of one counter in a cluster that several replicas serve; all they are told goes into a history."""
import random
import threading
import time
import uuid

import grpc

from client import Client, message
from history import Commit, History
from small_cluster import NAME, en, enterprise_name

COUNTER = enterprise_name("counter")
FIELD = "counter"
CALL_SECONDS = 3
# What may be done or not, or is for another replica to answer.
UNKNOWN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


def value_of(enterprise):
    return int(enterprise.annotations.get(FIELD, "0"))


def revision_of(call):
    """(epoch, number) of an answer."""
    return tuple(int(part) for part in dict(call.trailing_metadata())["bulian-revision"].split(":")[1:])


def commit_of(told):
    """The Commit of a message of WatchChanges."""
    commit = told.commit
    for change in commit.changes:
        if change.name == COUNTER and change.HasField("before") and change.HasField("after"):
            return Commit(told.revision.number, commit.request_id, value_of(change.before.enterprise), value_of(change.after.enterprise))
    return Commit(told.revision.number, commit.request_id, None, None)


class ReplicatedCounter:
    """`addresses` is a list the test may change while it runs: whoever finds a replica gone goes on with another."""

    def __init__(self, addresses, seed):
        self.addresses, self.history, self.failures = addresses, History(), []
        self._random, self._clients, self._lock = random.Random(seed), {}, threading.Lock()
        self._threads, self._watchers, self._stop, self._end = [], [], threading.Event(), threading.Event()
        self._uid = self.client()("CreateCluster", cluster_id="small", cluster=dict(display_name=en("Small"))).uid
        self.client()("CreateEnterprise", parent=NAME, enterprise_id="counter", enterprise=dict(display_name=en("Counter")))

    def client(self):
        """Of one replica or another."""
        with self._lock:
            address = self._random.choice(self.addresses)
            if address not in self._clients:
                self._clients[address] = Client(address, [("grpc.max_reconnect_backoff_ms", 300), ("grpc.initial_reconnect_backoff_ms", 50)])
            return self._clients[address]

    def at_least(self, revision):
        return dict(min_revision=dict(cluster_uid=self._uid, epoch=revision[0], number=revision[1])) if revision[1] else {}

    def start(self, writers, watchers, readers):
        self._watchers = [threading.Thread(target=self._guard, args=(self._watch, number)) for number in range(watchers)]
        self._threads = [threading.Thread(target=self._guard, args=(work, number)) for work, count in ((self._write, writers), (self._read, readers)) for number in range(count)]
        for thread in self._watchers + self._threads:
            thread.start()

    def progress(self, count):
        """Waits for so many more acknowledged commits; False if they do not come within half a minute."""
        wanted, until = self.history.count() + count, time.monotonic() + 30
        while self.history.count() < wanted and time.monotonic() < until and not self.failures:
            time.sleep(0.02)
        return self.history.count() >= wanted

    def finish(self):
        """Stops all, watchers when they have heard of the last commit, and returns what is wrong with the history."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        last, log, until = self._revision()[1], [], time.monotonic() + 30
        while any(self.history.last_watched(number) < last for number in range(len(self._watchers))) and time.monotonic() < until:
            time.sleep(0.02)
        self._end.set()
        for thread in self._watchers:
            thread.join()
        for told in self.client()("WatchChanges", parent=NAME, position="EARLIEST"):
            if told.HasField("commit"):
                log.append(commit_of(told))
            if told.revision.number >= last:
                break
        for client in self._clients.values():
            client.close()
        return self.failures + self.history.check(log)

    def _revision(self):
        _, call = self.client().method("GetEnterprise").with_call(message("GetEnterpriseRequest", name=COUNTER, read_at=self.at_least(self.history.newest())), timeout=30)
        return revision_of(call)

    def _guard(self, work, number):
        try:
            work(number)
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(f"{work.__name__} {number}: {error!r}")
            raise

    @staticmethod
    def _expect(error):
        """Raises what no fault explains."""
        if error.code() not in UNKNOWN:
            raise error
        time.sleep(0.02)

    def _write(self, _number):
        while not self._stop.is_set():
            try:
                counter = self.client()("GetEnterprise", CALL_SECONDS, name=COUNTER, read_at=self.at_least(self.history.newest()))
            except grpc.RpcError as error:
                self._expect(error)
                continue
            request = message("UpdateEnterpriseRequest", enterprise=dict(name=COUNTER, etag=counter.etag, annotations={FIELD: str(value_of(counter) + 1)}),
                              update_mask=dict(paths=["annotations"]), request_id=str(uuid.uuid4()))
            self.history.sent(request.request_id)
            while not self._add_one(request) and not self._stop.is_set():
                pass

    def _add_one(self, request):
        """True when it is known what became of it; else the same request is to be sent again, wherever."""
        try:
            _, call = self.client().method("UpdateEnterprise").with_call(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.ABORTED:  # another writer was first
                return True
            self._expect(error)
            return False
        self.history.acknowledged(request.request_id, revision_of(call))
        return True

    def _read(self, number):
        had = (0, 0)
        while not self._stop.is_set():
            asked = max(had, self.history.newest())
            try:
                counter, call = self.client().method("GetEnterprise").with_call(message("GetEnterpriseRequest", name=COUNTER, read_at=self.at_least(asked)), timeout=CALL_SECONDS)
            except grpc.RpcError as error:
                self._expect(error)
                continue
            had = revision_of(call)
            self.history.read(number, asked, had, value_of(counter))

    def _watch(self, number):
        token = None
        while not self._end.is_set():
            start = dict(resume_token=token) if token else dict(position="EARLIEST")
            try:
                for told in self.client()("WatchChanges", 3600, parent=NAME, heartbeat_interval=dict(seconds=1), **start):
                    token = told.resume_token
                    if told.HasField("commit"):
                        self.history.watched(number, commit_of(told))
                    if self._end.is_set():
                        return
            except grpc.RpcError as error:
                self._expect(error)
