"""Writes charts/bulian/README.md from values.yaml and its comments; --check compares instead.

A value's description is the comment `# -- ...` right above it; a value that has none must have only values below it that have.
"""
import pathlib
import re
import sys

CHART = pathlib.Path(__file__).resolve().parents[2] / "charts/bulian"
HEAD = """<!-- Written from values.yaml by tools/checks/chart_readme.py; do not edit. -->

# Helm chart of Bulian 补链

    helm install bulian charts/bulian --set insecureAllowRemote=true                                      # one pod, its own data file
    helm install bulian charts/bulian --set insecureAllowRemote=true,mode=distributed,redis.address=redis:6379  # several pods on a Redis

It works with `helm template` too, so with Argo CD and Flux: no hook but the test's, no value that is drawn at random, no look-up in the cluster. How the two modes
run, what alerts mean and how much memory is needed: [operations](../../docs/operations.md), [monitoring](../../docs/monitoring.md), [capacity](../../docs/capacity.md),
[replicas on Redis](../../docs/redis.md).

"""


def cell(text):
    return text.replace("|", "\\|")


def rows(lines):
    """(path, default, description) of each described value; a value of several lines has its text without them."""
    path, described, found, undescribed = [], None, [], []
    for line in lines:
        comment = re.match(r"\s*# -- (.*)", line)
        if comment:
            described = comment[1]
            continue
        entry = re.match(r"(\s*)([\w-]+):\s*(.*)$", line)
        if not entry or line.lstrip().startswith("- "):
            continue
        depth = len(entry[1]) // 2
        inside = found and path and found[-1][0] == ".".join(path[:len(found[-1][0].split("."))]) and depth >= len(found[-1][0].split("."))
        if inside and described is None:
            continue  # a part of a value that is described as a whole
        path[depth:] = [entry[2]]
        name = ".".join(path)
        if described is not None:
            found.append((name, entry[3], described))
        elif entry[3]:
            undescribed.append(name)
        described = None
    if undescribed:
        sys.exit("values.yaml: no description of " + ", ".join(undescribed))
    return found


def page():
    lines = (CHART / "values.yaml").read_text("utf-8").splitlines()
    table = [f"| `{name}` | {f'`{cell(default)}`' if default else 'see values.yaml'} | {cell(text)} |" for name, default, text in rows(lines)]
    examples = [f"- [{path.name}](ci/{path.name}): {path.read_text('utf-8').splitlines()[0].lstrip('# ')}" for path in sorted((CHART / "ci").glob("*.yaml"))]
    return (HEAD + "## Examples\n\nWhat each renders is kept in `tests/charts/golden`.\n\n" + "\n".join(examples) +
            "\n\n## Values\n\n| value | default | meaning |\n|---|---|---|\n" + "\n".join(table) + "\n")


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        if (CHART / "README.md").read_text("utf-8") != page():
            sys.exit("charts/bulian/README.md is not what values.yaml says: run tools/checks/chart_readme.py")
    else:
        (CHART / "README.md").write_text(page(), "utf-8")
