"""Prints the bill of materials of the programs as SPDX 2.3 JSON: the packages of the libraries given, by dpkg, and those of tools/packages that are compiled in.

Usage: bill_of_materials.py LIBRARY... Fails if a library belongs to no package.
"""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPILED_IN = ["libeigen3-dev", "libcli11-dev", "libgrpc-dev", "libabsl-dev", "libprotobuf-dev"]


def owners(libraries):
    """The packages of files; dpkg knows them by the path they were packed with, before or after the merge of /lib into /usr."""
    names = {library: {str(pathlib.Path(library).resolve()), str(pathlib.Path(library).resolve()).removeprefix("/usr"), library} for library in libraries}
    told = subprocess.run(["dpkg", "-S", *sorted(set().union(*names.values()))], capture_output=True, text=True, check=False).stdout
    by_path = {line.rsplit(": ", 1)[1]: line.split(":")[0] for line in told.splitlines() if ": " in line}
    lost = [library for library, paths in names.items() if not paths & by_path.keys()]
    if lost:
        sys.exit("of no package: " + ", ".join(lost))
    return {by_path[path] for paths in names.values() for path in paths & by_path.keys()}


def package(name):
    version, architecture = subprocess.run(["dpkg-query", "-W", "-f=${Version} ${Architecture}", name], capture_output=True, text=True,
                                           check=True).stdout.split()
    return {"SPDXID": f"SPDXRef-{name.replace('+', '-plus')}", "name": name, "versionInfo": version, "supplier": "Organization: Debian", "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{name.replace('+', '%2B')}@{version.replace('+', '%2B')}?arch={architecture}"}]}


def main():
    version = re.search(r'kVersion\[\] = "(.*)"', (ROOT / "services/runtime/version.h").read_text("utf-8"))[1]
    packages = [package(name) for name in sorted(owners(sys.argv[1:]) | set(COMPILED_IN))]
    own = {"SPDXID": "SPDXRef-bulian", "name": "bulian", "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
           "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION"}
    # The same packages make the same document: its date is SOURCE_DATE_EPOCH, its name what is in it.
    digest = hashlib.sha256(json.dumps(packages).encode()).hexdigest()[:32]
    date = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
    json.dump({"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"bulian-{version}",
               "documentNamespace": f"https://example.com/bulian/sbom/{version}/{digest}",
               "creationInfo": {"created": date.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: bill_of_materials.py"]},
               "packages": [own, *packages],
               "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-bulian"},
                                 *({"spdxElementId": "SPDXRef-bulian", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": one["SPDXID"]} for one in packages)]},
              sys.stdout, indent=1)


if __name__ == "__main__":
    main()
