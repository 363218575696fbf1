"""A Deployment of three pods, and ways to its next version: with and without losing any of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from tempshell_cli.packs.format.pack import Task

from .drafts import task_with

NAMESPACE = "history"
SETUP = """
set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n history delete deploy,rs --all
kubectl -n history delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: history}
spec:
  replicas: 3
  strategy: {rollingUpdate: {maxUnavailable: 1, maxSurge: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "tempshell/practice:1", env: [{name: START_SECONDS, value: "1"}],
      readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}]}
END
kubectl -n history rollout status deployment/web --timeout 50s
"""
_CAREFUL = (
    """kubectl -n history patch deployment web -p '{"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": 0}}}}'"""
)
_UPDATE = "kubectl -n history set image deployment/web web=tempshell/practice:2"
_WAIT = "kubectl -n history rollout status deployment/web --timeout 50s"
_RECREATE = """kubectl -n history patch deployment web --type merge -p '
spec: {strategy: {type: Recreate, rollingUpdate: null}}
'"""
_AGAIN = """kubectl -n history get deployment web -o yaml >web.yaml; sed -i s/practice:1/practice:2/ web.yaml
kubectl replace --force -f web.yaml"""
SCALE = "kubectl -n history scale deployment web --replicas"
# How version 2 comes about, and the checks that this must fail.
WAYS: Mapping[str, tuple[str, set[str]]] = {
    "careful": (f"{_CAREFUL}; {_UPDATE}; {_WAIT}", set()),
    "nothing": ("true", set()),
    "careless": (f"{_UPDATE}; {_WAIT}; {_CAREFUL}", {"full"}),
    "down": (f"{SCALE} 0; sleep 1; {_UPDATE}; {SCALE} 3; {_WAIT}", {"full", "available"}),
    "recreate": (f"{_RECREATE}; {_UPDATE}; {_WAIT}", {"full", "available"}),
    "replaced": (f"{_AGAIN}; {_WAIT}", {"full", "same", "available"}),
    "more": (f"{SCALE} 6; {_UPDATE}; {SCALE} 3; {_WAIT}", {"full"}),
    "deleted pods": ("kubectl -n history delete pod --all --force --grace-period 0; sleep 1; " + _WAIT, {"available"}),
}
_AVAILABLE = "$.status.conditions[?@.type=='Available'].lastTransitionTime"


def task() -> Task:
    """Return the task of updating it."""
    ref = f"deployment/{NAMESPACE}/web"
    made = task_with(
        {"id": "full", "rollout": {"ref": ref, "least": 3, "most": 4}},
        {"id": "same", "object": {"ref": ref, "kept": ["$.metadata.uid"]}},
        {"id": "available", "object": {"ref": ref, "kept": [_AVAILABLE]}},
        namespaces=[NAMESPACE],
        setup={"run": "setup.sh"},
    )
    return dataclasses.replace(made, assets={"setup.sh": SETUP.encode()})
