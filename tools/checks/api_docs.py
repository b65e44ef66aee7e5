"""Writes docs/api/*.md and docs/errors.md from the protos and their comments; --check compares instead.

Run with Debian's Python, which has python3-protobuf: /usr/bin/python3 tools/checks/api_docs.py [--check]
"""
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
TYPE_NAMES = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 8: "bool", 9: "string", 12: "bytes", 13: "uint32"}
NOTE = "<!-- Generated from the protos by tools/checks/api_docs.py; do not edit. -->\n\n"


def load():
    with tempfile.NamedTemporaryFile() as out:
        files = sorted(str(p.relative_to(ROOT / "protos")) for p in (ROOT / "protos/bulian/v1").glob("*.proto"))
        subprocess.run(["protoc", f"-I{ROOT / 'protos'}", "--include_source_info", f"--descriptor_set_out={out.name}", *files], check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(out.read()).file


def comments(file):
    found = {}
    for location in file.source_code_info.location:
        text = location.leading_comments or location.trailing_comments
        if text:
            found[tuple(location.path)] = " ".join(line.strip() for line in text.strip().splitlines())
    return found


def type_text(field):
    if field.type_name:
        short = field.type_name.rsplit(".", 1)[-1] if field.type_name.startswith(".bulian") else field.type_name[1:]
        name = field.type_name.removeprefix(".bulian.v1.") if field.type_name.startswith(".bulian") else short
    else:
        name = TYPE_NAMES[field.type]
    return f"repeated {name}" if field.label == 3 else name


def cell(text):
    return text.replace("|", "\\|")


def message_lines(message, prefix, path, notes, out):
    if message.options.map_entry:
        return
    name = f"{prefix}{message.name}"
    out.append(f"### {name}\n\n{notes.get(path, '')}\n")
    if message.field:
        out.append("| field | type | meaning |\n|---|---|---|")
        for i, field in enumerate(message.field):
            oneof = "" if not field.HasField("oneof_index") or field.proto3_optional else f" (one of `{message.oneof_decl[field.oneof_index].name}`)"
            optional = "optional " if field.proto3_optional else ""
            kind = type_text(field)
            for nested in message.nested_type:
                if nested.options.map_entry and field.type_name.endswith("." + nested.name):
                    kind = "map<string, string>"
            out.append(f"| `{field.name}` | {optional}{kind} | {cell(notes.get((*path, 2, i), ''))}{oneof} |")
        out.append("")
    for i, enum in enumerate(message.enum_type):
        enum_lines(enum, name + ".", (*path, 4, i), notes, out)
    for i, nested in enumerate(message.nested_type):
        message_lines(nested, name + ".", (*path, 3, i), notes, out)


def enum_lines(enum, prefix, path, notes, out):
    out.append(f"### {prefix}{enum.name}\n\n{notes.get(path, '')}\n\n| value | number | meaning |\n|---|---|---|")
    for i, value in enumerate(enum.value):
        out.append(f"| `{value.name}` | {value.number} | {cell(notes.get((*path, 2, i), ''))} |")
    out.append("")


def page(file):
    notes = comments(file)
    stem = pathlib.Path(file.name).stem
    out = [f"# {stem}.proto\n", notes.get((2,), "") + "\n"]
    for s, service in enumerate(file.service):
        out.append(f"## {service.name}\n\n{notes.get((6, s), '')}\n\n| method | request | response | |\n|---|---|---|---|")
        for m, method in enumerate(service.method):
            request, response = (t.removeprefix(".bulian.v1.").lstrip(".") for t in (method.input_type, method.output_type))
            request = ("stream " if method.client_streaming else "") + request
            response = ("stream " if method.server_streaming else "") + response
            out.append(f"| `{method.name}` | {request} | {response} | {cell(notes.get((6, s, 2, m), ''))} |")
        out.append("")
    out.append("## Messages\n")
    for i, enum in enumerate(file.enum_type):
        enum_lines(enum, "", (5, i), notes, out)
    for i, message in enumerate(file.message_type):
        message_lines(message, "", (4, i), notes, out)
    return NOTE + "\n".join(out).rstrip() + "\n"


def errors_page(file):
    notes = comments(file)
    out = ["# Errors\n",
           "Every failed call carries `google.rpc.Status` details: always `ErrorInfo` (domain `bulian`, a reason of this table, metadata with the",
           "changing parts), and where it fits `BadRequest` (every violation), `ResourceInfo` or `RetryInfo`. Programs act on the code and the",
           "reason; messages are for people and may change. Retry UNAVAILABLE as it is, ABORTED by redoing the whole read-change-write, and",
           "RESOURCE_EXHAUSTED only after `RetryInfo`.\n",
           "Only what gRPC answers before the server sees the call has no details, so go by its code: UNIMPLEMENTED for a compressed request",
           "(`Compression algorithm 'gzip' is disabled.`; send requests uncompressed), UNAVAILABLE for a connection that is\n"
           "refused or breaks. A server that goes down refuses with SHUTTING_DOWN as long as connections stand, then breaks them; it cancels no call.\n",
           "| reason | code, meaning, metadata |", "|---|---|"]
    for i, value in enumerate(file.enum_type[0].value):
        if value.number:
            out.append(f"| `{value.name}` | {cell(notes.get((5, 0, 2, i), ''))} |")
    return NOTE + "\n".join(out) + "\n"


def main():
    check = sys.argv[1:] == ["--check"]
    pages = {}
    for file in load():
        if file.name.startswith("bulian/v1/"):
            pages[ROOT / "docs/api" / (pathlib.Path(file.name).stem + ".md")] = page(file)
            if file.name.endswith("error_reason.proto"):
                pages[ROOT / "docs/errors.md"] = errors_page(file)
    known = set((ROOT / "docs/api").glob("*.md"))
    stale = [p for p, text in pages.items() if not p.exists() or p.read_text("utf-8") != text]
    stale += known - set(pages)
    if check:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)}; run /usr/bin/python3 tools/checks/api_docs.py")
        return 1 if stale else 0
    (ROOT / "docs/api").mkdir(parents=True, exist_ok=True)
    for path in known - set(pages):
        path.unlink()
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    return 0


sys.exit(main())
