"""What the chart renders, by the real helm: kept renders, the schemas of three versions of Kubernetes, policy, and values it must refuse.

--update writes the kept renders anew.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

SOURCE = pathlib.Path(os.environ.get("BULIAN_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BIN = pathlib.Path(os.environ.get("BULIAN_BIN_DIR", SOURCE / "build/release/bin"))
CHART, GOLDEN = SOURCE / "charts/bulian", pathlib.Path(__file__).resolve().parent / "golden"
CHECKS = SOURCE / "tools/checks"
HELM, KUBECTL = CHECKS / "node_modules/.tools/helm/helm", CHECKS / "node_modules/.tools/kubectl/kubectl"
CASES = sorted((CHART / "ci").glob("*.yaml"))


class Loader(yaml.SafeLoader):
    """Without dates: Kubernetes has them as texts."""


Loader.yaml_implicit_resolvers = {key: [one for one in kinds if one[0] != "tag:yaml.org,2002:timestamp"]
                                  for key, kinds in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def run(*command, stdin=None):
    return subprocess.run([str(word) for word in command], input=stdin, capture_output=True, text=True, check=False, timeout=120,
                          env={**os.environ, "HELM_CACHE_HOME": "/nonexistent", "HELM_CONFIG_HOME": "/nonexistent", "HELM_DATA_HOME": "/nonexistent"})


def template(*arguments):
    return run(HELM, "template", "demo", CHART, "--namespace", "bulian", *arguments)


def render(case):
    done = template("-f", case)
    assert done.returncode == 0, done.stderr
    return done.stdout


def documents(text):
    return [document for document in yaml.load_all(text, Loader) if document]


def pod_of(manifest):
    """The pod spec in a manifest, or None."""
    spec = manifest.get("spec", {})
    for path in (("template", "spec"), ("jobTemplate", "spec", "template", "spec")):
        inner = spec
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if inner:
            return inner
    return spec if manifest["kind"] == "Pod" else None


def against_policy(manifest):
    """What in a manifest no cluster with care would take."""
    pod, wrong = pod_of(manifest), []
    if pod is None:
        return wrong
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        wrong.append("may run as root")
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        wrong.append("no seccomp profile")
    if pod.get("automountServiceAccountToken") is not False:
        wrong.append("mounts a token")
    for key in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        if pod.get(key):
            wrong.append(key)
    if any("hostPath" in volume for volume in pod.get("volumes", [])):
        wrong.append("hostPath")
    for container in pod["containers"] + pod.get("initContainers", []):
        image = container["image"]
        if "@sha256:" not in image and (":" not in image.rsplit("/", 1)[-1] or image.endswith(":latest")):
            wrong.append(f"image {image} is not pinned")
        for kind in ("requests", "limits"):
            if not {"cpu", "memory"} <= set(container.get("resources", {}).get(kind, {})):
                wrong.append(f"no {kind}")
        inner = container.get("securityContext", {})
        if inner.get("privileged") or inner.get("allowPrivilegeEscalation") is not False:
            wrong.append("may gain privileges")
        if not inner.get("readOnlyRootFilesystem") or "ALL" not in inner.get("capabilities", {}).get("drop", []):
            wrong.append("writes its root file system or keeps capabilities")
        if any("hostPort" in port for port in container.get("ports", [])):
            wrong.append("hostPort")
        for variable in container.get("env", []):
            if any(word in variable["name"] for word in ("PASSWORD", "SECRET")) and "value" in variable:
                wrong.append(f"{variable['name']} inline")
    return wrong


def schemas(manifests):
    return run("node", CHECKS / "manifest_schemas.mjs", stdin=json.dumps(manifests))


class ChartTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([CHECKS / "install"], check=True)
        cls.rendered = {case.stem: render(case) for case in CASES}

    def test_lint(self):
        for values in ([], *(["-f", case] for case in CASES)):
            done = run(HELM, "lint", "--strict", CHART, *values)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_renders_are_as_kept(self):
        self.assertEqual({path.stem for path in GOLDEN.glob("*.yaml")}, set(self.rendered))
        for name, text in self.rendered.items():
            with self.subTest(name):
                self.assertEqual(text, (GOLDEN / f"{name}.yaml").read_text("utf-8"), "--update writes the kept renders anew")
                self.assertEqual(text, render(CHART / "ci" / f"{name}.yaml"), "two renders differ")

    def test_schemas_of_kubernetes(self):
        done = schemas([manifest for text in self.rendered.values() for manifest in documents(text)])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("minor versions 1.31 1.32 1.33", done.stdout)

    def test_the_schemas_find_what_is_broken(self):
        good = next(manifest for manifest in documents(self.rendered["distributed"]) if manifest["kind"] == "Deployment")
        self.assertEqual(schemas([good]).returncode, 0)

        def breaks(change, *found):
            bad = copy.deepcopy(good)
            change(bad)
            done = schemas([bad])
            self.assertEqual(done.returncode, 1, done.stdout)
            for minor in ("1.31", "1.32", "1.33"):
                self.assertTrue(any(line.endswith(f"({minor})") and all(word in line for word in found) for line in done.stdout.splitlines()), done.stdout)

        container = lambda manifest: manifest["spec"]["template"]["spec"]["containers"][0]  # noqa: E731
        breaks(lambda m: m["spec"].pop("selector"), "selector", "required")
        breaks(lambda m: m["spec"].update(replicas="2"), "replicas", "number")
        breaks(lambda m: container(m).update(imagePullPolice="Never"), "imagePullPolice", "no field")
        breaks(lambda m: container(m).update(ports={}), "ports", "list")
        breaks(lambda m: m.update(apiVersion="apps/v1beta1"), "no such kind")

    def test_the_operators_schemas_find_what_is_broken(self):
        for kind, change in (("PrometheusRule", lambda m: m["spec"].update(groups={})), ("ServiceMonitor", lambda m: m["spec"].pop("selector")),
                             ("GRPCRoute", lambda m: m["spec"].update(rules="all"))):
            bad = copy.deepcopy(next(manifest for manifest in documents(self.rendered["distributed-full"]) if manifest["kind"] == kind))
            self.assertEqual(schemas([bad]).returncode, 0)
            change(bad)
            self.assertEqual(schemas([bad]).returncode, 1, kind)

    def test_policy(self):
        for name, text in self.rendered.items():
            for manifest in documents(text):
                self.assertEqual(against_policy(manifest), [], f"{name}: {manifest['kind']}/{manifest['metadata']['name']}")
                self.assertEqual(manifest["metadata"]["namespace"], "bulian")
                self.assertNotEqual(manifest["kind"], "Secret")
                hook = manifest["metadata"].get("annotations", {}).get("helm.sh/hook", "test")
                self.assertEqual(hook, "test", "a hook that an upgrade waits for")

    def test_policy_finds_what_is_broken(self):
        good = next(manifest for manifest in documents(self.rendered["single"]) if manifest["kind"] == "StatefulSet")
        pod = lambda manifest: manifest["spec"]["template"]["spec"]  # noqa: E731
        for change in (lambda m: pod(m)["containers"][0].update(image="bulian:latest"), lambda m: pod(m)["containers"][0].update(image="bulian"),
                       lambda m: pod(m)["containers"][0]["resources"].pop("limits"), lambda m: pod(m)["securityContext"].pop("runAsNonRoot"),
                       lambda m: pod(m).update(hostNetwork=True), lambda m: pod(m)["volumes"].append({"name": "h", "hostPath": {"path": "/"}}),
                       lambda m: pod(m)["containers"][0]["securityContext"].update(privileged=True)):
            bad = copy.deepcopy(good)
            change(bad)
            self.assertEqual(len(against_policy(bad)), 1, against_policy(bad))

    def test_selectors_meet_their_pods(self):
        for name, text in self.rendered.items():
            manifests = documents(text)
            labels = [m["spec"]["template"]["metadata"]["labels"] for m in manifests if m["kind"] in ("Deployment", "StatefulSet")]
            for manifest in manifests:
                selector = {"Service": lambda m: m["spec"]["selector"], "PodDisruptionBudget": lambda m: m["spec"]["selector"]["matchLabels"],
                            "Deployment": lambda m: m["spec"]["selector"]["matchLabels"], "StatefulSet": lambda m: m["spec"]["selector"]["matchLabels"]}.get(manifest["kind"])
                if selector:
                    met = [one for one in labels if selector(manifest).items() <= one.items()]
                    self.assertEqual(len(met), 1, f"{name}: {manifest['kind']}/{manifest['metadata']['name']}")

    def test_the_end_of_a_pod_fits_its_drain(self):
        for text in self.rendered.values():
            manifests = documents(text)
            config = yaml.safe_load(next(m for m in manifests if m["kind"] == "ConfigMap")["data"]["bulian.conf"])
            for pod in (pod_of(m) for m in manifests if m["kind"] in ("Deployment", "StatefulSet")):
                if pod["containers"][0]["name"] != "buliand":
                    continue
                sleep = pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
                needed = sleep + sum(int(config[key].rstrip("s")) for key in ("drain-delay", "shutdown-grace"))
                self.assertGreater(pod["terminationGracePeriodSeconds"], needed)

    def test_the_server_takes_what_the_pods_say(self):
        for name, text in self.rendered.items():
            manifests = documents(text)
            for pod in (pod_of(m) for m in manifests if m["kind"] in ("Deployment", "StatefulSet")):
                if pod["containers"][0]["name"] != "buliand":
                    continue
                with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
                    file.write(next(m for m in manifests if m["kind"] == "ConfigMap")["data"]["bulian.conf"])
                    file.flush()
                    arguments = [one.replace("/etc/bulian/bulian.conf", file.name) for one in pod["containers"][0]["args"]]
                    done = run(BIN / "buliand", *arguments, "--check-config")
                    self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")

    def test_kustomize_takes_the_renders(self):
        for name, text in self.rendered.items():
            with tempfile.TemporaryDirectory() as folder:
                pathlib.Path(folder, "all.yaml").write_text(text, "utf-8")
                pathlib.Path(folder, "kustomization.yaml").write_text("resources: [all.yaml]\n", "utf-8")
                done = run(KUBECTL, "kustomize", folder)
                self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")
                self.assertEqual(len(documents(done.stdout)), len(documents(text)))

    def test_the_notes_name_where_to_call(self):
        for case in CASES:
            done = run(HELM, "install", "demo", CHART, "--namespace", "bulian", "--dry-run=client", "-f", case)
            self.assertEqual(done.returncode, 0, done.stderr)
            notes = done.stdout.partition("\nNOTES:\n")[2]
            for manifest in documents(self.rendered[case.stem]):
                if manifest["kind"] == "Service" and manifest["spec"]["ports"][0]["name"] == "grpc":
                    self.assertIn(f"dns:///{manifest['metadata']['name']}.bulian.svc:{manifest['spec']['ports'][0]['port']}", notes)

    def test_groups_divide_the_clusters(self):
        manifests = documents(self.rendered["distributed-groups"])
        told = {m["metadata"]["name"]: [word for word in pod_of(m)["containers"][0]["args"] if word.startswith("--clusters=")] for m in manifests if m["kind"] == "Deployment"}
        self.assertEqual(told, {"demo-bulian-registry": [], "demo-bulian-analysis-beibei": ["--clusters=beibei"], "demo-bulian-analysis-east": ["--clusters=fuling,wanzhou"],
                                "demo-bulian-analysis-others": ["--clusters=all-but:beibei,fuling,wanzhou"]})
        for kind in ("Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"):
            scaled = set(told) - ({"demo-bulian-registry"} if kind == "HorizontalPodAutoscaler" else set())
            self.assertEqual({m["metadata"]["name"] for m in manifests if m["kind"] == kind}, scaled, kind)
        group = next(m for m in manifests if m["kind"] == "Deployment" and m["metadata"]["name"].endswith("beibei"))
        self.assertEqual(pod_of(group)["containers"][0]["resources"]["limits"]["memory"], "8Gi")

    def refused(self, why, *sets):
        done = template("--set-json", "insecureAllowRemote=true", *(word for one in sets for word in ("--set-json", one)))
        self.assertNotEqual(done.returncode, 0, f"{sets} was taken")
        self.assertRegex(done.stderr, why)

    def test_wrong_values_are_refused_with_the_reason(self):
        self.refused("insecureAllowRemote must be true", "insecureAllowRemote=false")
        self.refused("'/mode': value must be one of 'single', 'distributed'", 'mode="both"')
        self.refused("'regsitry' not allowed", 'regsitry={"replicas":3}')
        self.refused("'/image/tag'", 'image.tag="latest"')
        self.refused("'/redis/bundled/image'", 'redis.bundled.image="redis:latest"')
        self.refused("'/registry/replicas': minimum: got 0, want 1", "registry.replicas=0")
        self.refused("'/single/resources': missing property 'limits'", 'single.resources={"limits":null}')
        self.refused("'/single/resources/limits/memory'", 'single.resources.limits.memory="lots"')
        self.refused("'/single/storage/accessModes/0'", 'single.storage.accessModes=["ReadWriteMany"]')
        self.refused("'/podSecurityContext/runAsUser': minimum", "podSecurityContext.runAsUser=0")
        self.refused("'/service/grpcPort'", "service.grpcPort=443")
        self.refused("'/probes/type'", 'probes.type="exec"')
        self.refused("'/redis/address'", 'redis.address="redis"')
        self.refused("'/backup/schedule'", 'backup.schedule="daily"')
        self.refused("distributed needs a Redis: set redis.address", 'mode="distributed"')
        self.refused("exclude each other", 'mode="distributed"', 'redis={"address":"r:6379","bundled":{"enabled":true}}')
        self.refused("needs redis.master", 'mode="distributed"', 'redis={"address":"r:6379","mode":"sentinel"}')
        self.refused("belong to mode distributed", 'redis.address="r:6379"')
        self.refused("minReplicas is above maxReplicas", 'mode="distributed"', 'redis.address="r:6379"', 'analysis.autoscaling={"enabled":true,"minReplicas":20}')
        self.refused("needs targetCPU or targetFollowLag", 'mode="distributed"', 'redis.address="r:6379"', 'analysis.autoscaling={"enabled":true,"targetCPU":null}')
        groups = ('mode="distributed"', 'redis.address="r:6379"')
        self.refused("'/analysis/groups/0/name'", 'analysis.groups=[{"name":"West_Side","rest":true}]')
        self.refused("'/analysis/groups/0/clusters/1'", 'analysis.groups=[{"name":"west","clusters":["a","clusters/b"]}]')
        self.refused("west needs either clusters or rest", *groups, 'analysis.groups=[{"name":"west"}]')
        self.refused("west needs either clusters or rest", *groups, 'analysis.groups=[{"name":"west","clusters":["a"],"rest":true}]')
        self.refused("a is in west and in east", *groups, 'analysis.groups=[{"name":"west","clusters":["a"]},{"name":"east","clusters":["a"]}]')
        self.refused("two are named west", *groups, 'analysis.groups=[{"name":"west","clusters":["a"]},{"name":"west","rest":true}]')
        self.refused("both west and east are the rest", *groups, 'analysis.groups=[{"name":"west","rest":true},{"name":"east","rest":true}]')
        self.refused("cannot tell clusters apart", *groups, 'analysis.groups=[{"name":"west","rest":true}]', 'grpcRoute={"enabled":true,"parentRefs":[{"name":"g"}]}')
        self.refused("analysis.groups belongs to mode distributed", 'analysis.groups=[{"name":"west","rest":true}]')
        self.refused("config.clusters is set by the chart", 'config={"clusters":"a"}')
        self.refused("ingress.tlsSecret", 'ingress={"enabled":true,"host":"a.example"}')
        self.refused("grpcRoute.parentRefs", "grpcRoute.enabled=true")
        self.refused("backup.existingClaim", "backup.enabled=true")
        self.refused("config.listen is set by the chart", 'config={"listen":"0.0.0.0:1"}')
        self.refused("values under redis", 'config={"redis-address":"r:1"}')


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        subprocess.run([CHECKS / "install"], check=True)
        for old in GOLDEN.glob("*.yaml"):
            old.unlink()
        for one in CASES:
            (GOLDEN / f"{one.stem}.yaml").write_text(render(one), "utf-8")
    else:
        unittest.main()
