"""A stranger's client: stubs generated from the protos, calls, and errors taken apart as docs/errors.md describes them."""
import atexit
import shutil
import subprocess
import sys
import tempfile

from server import SOURCE

_folder = tempfile.mkdtemp(prefix="bulian-stubs-")
atexit.register(shutil.rmtree, _folder, True)
_protos = SOURCE / "protos"
subprocess.run(["protoc", f"-I{_protos}", f"--python_out={_folder}", f"--grpc_out={_folder}", f"--plugin=protoc-gen-grpc={shutil.which('grpc_python_plugin')}",
                *(str(p.relative_to(_protos)) for p in sorted((_protos / "bulian/v1").glob("*.proto"))),
                "google/rpc/error_details.proto", "google/rpc/status.proto", "google/rpc/code.proto", "google/api/resource.proto", "google/api/field_behavior.proto",
                "google/type/date.proto", "google/type/latlng.proto", "google/type/money.proto"], check=True)
sys.path.insert(0, _folder)

import grpc  # noqa: E402
from bulian.v1 import (capability_pb2, capability_pb2_grpc, chain_pb2, chain_pb2_grpc, cluster_pb2, cluster_pb2_grpc,  # noqa: E402
                       enterprise_pb2, enterprise_pb2_grpc, error_reason_pb2, exchange_pb2, exchange_pb2_grpc, gap_pb2, gap_pb2_grpc,
                       investigation_pb2, match_pb2, match_pb2_grpc, match_record_pb2, match_record_pb2_grpc,
                       match_review_pb2, project_pb2, project_pb2_grpc, revision_pb2, risk_pb2, risk_pb2_grpc, scenario_pb2, scenario_pb2_grpc,
                       supply_link_pb2, systemic_risk_pb2)
from google.rpc import error_details_pb2, status_pb2  # noqa: E402

REASONS = set(error_reason_pb2.ErrorReason.keys()) - {"ERROR_REASON_UNSPECIFIED"}
MODULES = [capability_pb2, chain_pb2, cluster_pb2, enterprise_pb2, exchange_pb2, gap_pb2, investigation_pb2, match_pb2, match_record_pb2,
           match_review_pb2, project_pb2, revision_pb2, risk_pb2, scenario_pb2, supply_link_pb2, systemic_risk_pb2]


def message(name, /, **fields):
    """A bulian.v1 message by its name."""
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)(**fields)
    raise KeyError(name)


class Refusal:
    """A google.rpc.Status taken apart; checks what every error promises: ErrorInfo of domain `bulian` with a documented reason."""

    def __init__(self, status, code):
        self.code, self.message, self.reason, self.metadata, self.violations = code, status.message, None, {}, {}
        for detail in status.details:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                info = error_details_pb2.ErrorInfo.FromString(detail.value)
                assert info.domain == "bulian" and info.reason in REASONS, info
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                for one in error_details_pb2.BadRequest.FromString(detail.value).field_violations:
                    assert one.field and one.description, one
                    self.violations[one.field] = self.violations.get(one.field, "") + one.description
        assert self.reason, f"{code}: {status.message}: no ErrorInfo"
        if self.reason == "INVALID_FIELDS":
            assert self.violations
        self.text = "; ".join([self.message, *(f"{k}: {v}" for k, v in self.violations.items())])

    def __repr__(self):
        return f"{self.code} {self.reason} {self.metadata} {self.text}"


def refusal_of(error):
    """The Refusal of a grpc.RpcError."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert status.code == error.code().value[0], status
            return Refusal(status, error.code().name)
    raise AssertionError(f"no details: {error}")


def drain(stream):
    """Reads a stream to its end, however that comes."""
    try:
        for _ in stream:
            pass
    except grpc.RpcError:
        pass


class Client:
    """Calls by method name: `client("CreateEnterprise", parent=..., ...)`."""

    def __init__(self, address, channel_options=None):
        self.channel = grpc.insecure_channel(address, channel_options)
        self._methods = {}
        for module, service in ((cluster_pb2, "Cluster"), (enterprise_pb2, "Enterprise"), (capability_pb2, "Capability"), (chain_pb2, "Chain"),
                                (project_pb2, "Project"), (gap_pb2, "Gap"), (match_pb2, "Match"), (match_record_pb2, "MatchRecord"), (risk_pb2, "Risk"),
                                (scenario_pb2, "Scenario"), (exchange_pb2, "Exchange")):
            stub = getattr(globals()[module.__name__.split(".")[-1] + "_grpc"], service + "ServiceStub")(self.channel)
            for method in module.DESCRIPTOR.services_by_name[service + "Service"].methods:
                self._methods[method.name] = getattr(stub, method.name)

    def __call__(self, method, /, timeout=60, **fields):
        return self._methods[method](message(method + "Request", **fields), timeout=timeout)

    def method(self, name):
        """The call itself, for what is not in its answer."""
        return self._methods[name]

    def refused(self, method, /, timeout=60, **fields):
        """The Refusal of a call that must fail."""
        try:
            answer = self(method, timeout, **fields)
            if method in ("Export", "Backup", "AssessSystemicRisk"):
                answer = list(answer)
        except grpc.RpcError as error:
            return refusal_of(error)
        raise AssertionError(f"{method} should be refused; it answered {str(answer)[:500]}")

    def import_messages(self, requests, timeout=120):
        """Sends the messages and returns the answers; raises grpc.RpcError with `answers` so far."""
        call, answers = self._methods["Import"](iter(requests), timeout=timeout), []
        try:
            for answer in call:
                answers.append(answer)
        except grpc.RpcError as error:
            error.answers = answers
            raise
        return answers

    def import_records(self, parent, *batches, **fields):
        """One message a batch, numbered from 1."""
        return self.import_messages([message("ImportRequest", parent=parent, sequence=i, records=batch, **fields) for i, batch in enumerate(batches, 1)])

    def open_import(self, requests, timeout=120):
        return self._methods["Import"](requests, timeout=timeout)

    def state(self, cluster):
        """All a cluster holds, with its revision: what a refused call must leave alone."""
        parts = list(self("Export", parent=cluster))
        return parts[0].revision.number, [record.SerializeToString(deterministic=True) for part in parts for record in part.records]

    def close(self):
        self.channel.close()
