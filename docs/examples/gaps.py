"""The worst gaps of a cluster and who could fill them, from Python.

Once, in this folder: make the stubs (Debian: apt-get install python3-grpcio protobuf-compiler-grpc), then run it:

    protoc -I../../protos --python_out=. --grpc_out=. --plugin=protoc-gen-grpc=$(command -v grpc_python_plugin) \\
        $(cd ../../protos && find bulian google grpc -name '*.proto')
    /usr/bin/python3 gaps.py 127.0.0.1:7443 clusters/beibei
"""
import json
import sys

import grpc

from bulian.v1 import gap_pb2, gap_pb2_grpc, match_pb2, match_pb2_grpc

# What a client should set: follow new connections, retry what is safe to retry, find dead connections.
CHANNEL = [
    ("grpc.service_config", json.dumps({
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [{
            "name": [{"service": "bulian.v1.GapService"}, {"service": "bulian.v1.MatchService"}],
            "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "2s", "backoffMultiplier": 2,
                            "retryableStatusCodes": ["UNAVAILABLE"]},
        }],
    })),
    ("grpc.keepalive_time_ms", 60_000),
]


def main(server, cluster):
    with grpc.insecure_channel(server, CHANNEL) as channel:
        gaps = gap_pb2_grpc.GapServiceStub(channel)
        matches = match_pb2_grpc.MatchServiceStub(channel)
        report = gaps.AnalyzeGaps(gap_pb2.AnalyzeGapsRequest(parent=cluster, page_size=3), timeout=10)
        print(f"{report.gap_count} gaps at revision {report.revision.number}")
        for gap in report.gaps:
            print(f"{gap_pb2.GapKind.Name(gap.kind)} {gap.segment_display_name.en}")
            request = match_pb2.FindCandidatesRequest(
                parent=cluster, target=match_pb2.MatchTarget(gap=gap.name), page_size=3, include_recruits=True,
                scope=match_pb2.FindCandidatesRequest.HELD_AND_POTENTIAL)
            for candidate in matches.FindCandidates(request, timeout=10).candidates:
                print(f"  {candidate.score.lower:.2f}..{candidate.score.upper:.2f} {candidate.display_name.en}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
