"""Helm, from one's own machine, on the cluster of a session."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clusters import configure_for_kind
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.testbed.helm import find

pytestmark = [pytest.mark.engine("kind"), pytest.mark.long]

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: sleeper\nversion: 1.0.0\n",
    "values.yaml": f"replicas: 1\nimage: {BUSYBOX}\n",
    "templates/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: main, image: "{{ .Values.image }}", command: [sleep, "600"], imagePullPolicy: Never}
""",
}


@pytest.fixture
def helm(tempshell: Tempshell, tmp_path: Path) -> Callable[..., str]:
    """Return helm with the kubeconfig of a session that has the image of the chart."""
    program = find()
    if program is None:
        pytest.skip("no helm here: run `python -m tests.testbed helm`")
    configure_for_kind(tempshell.user)
    session = tempshell.start("--backend", "kind", "--load", BUSYBOX, "--name", "lab")
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(tempshell("kubeconfig", session).stdout)
    own = {"HELM_CACHE_HOME": "cache", "HELM_CONFIG_HOME": "config", "HELM_DATA_HOME": "data"}
    env = {**tempshell.user.environment, **{name: str(tmp_path / folder) for name, folder in own.items()}}

    def run(*argv: str) -> str:
        command = (program, "--kubeconfig", str(kubeconfig), *argv)
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_chart_is_installed_upgraded_and_removed(
    tempshell: Tempshell, helm: Callable[..., str], tmp_path: Path
) -> None:
    chart = tmp_path / "chart"
    for name, content in CHART.items():
        (chart / name).parent.mkdir(parents=True, exist_ok=True)
        (chart / name).write_text(content)
    helm("lint", str(chart))
    helm("install", "app", str(chart), "--wait", "--timeout", "120s")
    helm("upgrade", "app", str(chart), "--set", "replicas=2", "--wait", "--timeout", "120s")
    (release,) = json.loads(helm("list", "--output", "json"))
    assert (release["name"], release["revision"], release["status"]) == ("app", "2", "deployed")
    ready = ("kubectl", "get", "deployment", "app", "--output", "jsonpath={.status.readyReplicas}")
    assert tempshell("exec", "lab", "--", *ready).stdout == "2"
    helm("uninstall", "app", "--wait")
    assert tempshell("exec", "lab", "--", "kubectl", "get", "deployments", "--output", "name").stdout == ""
