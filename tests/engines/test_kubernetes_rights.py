"""What one may and may not: tempshell itself, the person in a pod, and one person towards another."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.docker.images import shipped_image
from tests.packs.drafts import Draft
from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.pods import Gate, kubectl, objects, objects_of, write_kubeconfig
from tests.support.user import User
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kubernetes")

Account = Callable[..., Tempshell]
ON_PODS = ("-b", "kubernetes")
# With curl, for what the shipped image has: the API as kubectl speaks to it.
API = 'curl -sS --max-time 10 --cacert $d/ca.crt -H "Authorization: Bearer $(cat $d/token)"'
SAY = f"d=/var/run/secrets/kubernetes.io/serviceaccount; {API} -o /dev/null -w '%{{http_code}}' "
SERVER = "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT"


@pytest.fixture
def namespace() -> Iterator[str]:
    name = f"given-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def _status(tempshell: Tempshell, session: str, path: str, method: str = "GET") -> str:
    """Return the HTTP status that the API gives the person in a pod."""
    return tempshell("exec", session, "--", "sh", "-c", f"{SAY} -X {method} {SERVER}{path}").stdout


@pytest.mark.parametrize(("access", "creates"), [("view", "403"), ("edit", "400")])
def test_access_is_to_ones_own_namespace_alone(tempshell: Tempshell, access: str, creates: str) -> None:
    session = tempshell.start(*ON_PODS, "--cluster-access", access, "--image", _shell_image())
    own = f"/api/v1/namespaces/tempshell-{session}/"
    assert _status(tempshell, session, f"{own}pods") == "200"
    assert _status(tempshell, session, f"{own}configmaps", "POST") == creates  # 400: allowed, but it sends nothing
    for path in ("/api/v1/namespaces/default/pods", "/api/v1/namespaces/kube-system/secrets", "/api/v1/nodes"):
        assert _status(tempshell, session, path) == "403"
    inside = ("exec", "-n", f"tempshell-{session}", f"job/tempshell-{session}", "--container")
    look = ("--", "ls", "/var/run/secrets/kubernetes.io/serviceaccount")
    assert "token" in kubectl(*inside, "terminal", *look)
    assert kubectl(*inside, "grader", *look) == ""


def test_kubectl_inside_needs_no_setting_up(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--cluster-access", "edit")
    tempshell("exec", session, "--", "kubectl", "create", "configmap", "mine", "--from-literal=a=b")
    assert "mine" in tempshell("exec", session, "--", "kubectl", "get", "configmaps").stdout
    assert "forbidden" in tempshell.any_code("exec", session, "--", "kubectl", "get", "nodes").stderr


def test_kubectl_in_setups_and_checks_finds_the_cluster_and_no_variable_changes_which(tempshell: Tempshell) -> None:
    """A setup and a check run it as the learner. The grader's container has no token: its kubectl may do nothing."""
    draft = Draft.made_in(tempshell.directory / "draft")
    draft.write("setup.sh", "kubectl create configmap made --from-literal=a=b")
    ask = "argv: [kubectl, get, configmap, made]"
    checks = (
        f"- id: sees\n  exec: {{as: learner, {ask}}}\n- id: powerless\n  exec: {{{ask}, expect: {{exit: nonzero}}}}\n"
    )
    draft.replace("tasks/one.md", "checks:\n", f"setup: {{run: setup.sh}}\nchecks:\n{checks}")
    away = ("--env", "KUBERNETES_SERVICE_HOST=192.0.2.1", "--env", "KUBERNETES_SERVICE_PORT=1")
    tempshell.start(*ON_PODS, "--cluster-access", "edit", *away, str(draft.root))
    (task,) = tempshell("check", "one", "--json", code=6).json()
    states = {one["check"]: one["verdict"] for one in task["results"]}
    assert (states["sees"], states["powerless"]) == ("pass", "pass")


def test_nothing_of_one_owner_is_readable_by_anothers_pod(tempshell: Tempshell, tmp_path: Path) -> None:
    theirs = Tempshell(
        replace(tempshell.user, root=tmp_path / "other", owner=f"other-{uuid.uuid4().hex[:8]}"), tempshell.directory
    )
    theirs.user.configure()
    try:
        other = theirs.start(*ON_PODS, "--env", "SECRET=theirs")
        session = tempshell.start(*ON_PODS, "--cluster-access", "edit", "--image", _shell_image())
        home = f"/api/v1/namespaces/tempshell-{other}"
        for what in ("pods", "secrets", "events", "configmaps", "pods/x/log", "serviceaccounts"):
            assert _status(tempshell, session, f"{home}/{what}") == "403", what
        for what in ("pods/x/exec", "pods", "secrets"):
            assert _status(tempshell, session, f"{home}/{what}", "POST") == "403", what
        assert _status(tempshell, session, home, "DELETE") == "403"
        assert tempshell("list", "--quiet").stdout.split() == [session]
        assert theirs("list", "--quiet").stdout.split() == [other]
    finally:
        theirs("stop", "--all")


def test_access_and_another_owner_do_not_share_a_namespace(
    tempshell: Tempshell, tmp_path: Path, namespace: str
) -> None:
    theirs = Tempshell(
        replace(tempshell.user, root=tmp_path / "other", owner=f"other-{uuid.uuid4().hex[:8]}"), tempshell.directory
    )
    theirs.user.configure()
    given = (*ON_PODS, "--namespace", namespace, "--image", _shell_image())
    session = tempshell.start(*given, "--cluster-access", "view")
    assert "look into" in theirs("start", "-d", *given, code=5).stderr
    tempshell("stop", session)
    theirs.start(*given)
    try:
        assert "look into" in tempshell("start", "-d", *given, "--cluster-access", "view", code=5).stderr
    finally:
        theirs("stop", "--all")


def test_what_rbac_prints_is_enough_for_namespaces_of_ones_own(tempshell: Tempshell, account: Account) -> None:
    _lives_a_whole_life(tempshell, account(tempshell), "--cluster-access", "edit")


def test_what_rbac_prints_is_enough_for_a_given_namespace(
    tempshell: Tempshell,
    account: Account,
    namespace: str,
) -> None:
    limited = account(tempshell, "--namespace", namespace)
    _lives_a_whole_life(tempshell, limited, "--namespace", namespace, "--cluster-access", "view")
    refused = limited("start", "-d", *ON_PODS, code=4)
    assert "forbidden" in refused.stderr
    assert "--namespace" in refused.stderr


def test_what_rbac_prints_is_enough_for_a_workspace(tempshell: Tempshell, account: Account) -> None:
    tempshell.user.configure(limits={"starts_per_hour": 50})
    limited, at = account(tempshell), (*ON_PODS, "--image", _shell_image(), "--workspace", "thesis")
    limited("run", *at, "--", "sh", "-c", "echo kept >file")
    assert limited("run", *at, "--", "cat", "file").stdout == "kept\n"
    limited("workspace", "rm", "--yes", "thesis", *ON_PODS)
    assert pods.leftovers(tempshell.user.owner) == []


def test_doctor_names_what_is_missing_and_who_can_grant_it(
    tempshell: Tempshell, account: Account, namespace: str
) -> None:
    limited = account(tempshell, "--namespace", namespace)
    output = limited.any_code("doctor", "--json").json()["backends"]["kubernetes"]
    assert "create" in output[0]["problem"]
    assert "namespaces" in output[0]["problem"]
    assert "tempshell rbac" in output[0]["hint"]


def test_a_credential_plugin_lets_one_in(tempshell: Tempshell, account: Account, tmp_path: Path) -> None:
    """As GKE, EKS and AKS have it: the kubeconfig names a program, and that prints a token."""
    with_token = account(tempshell).user
    config = objects_of(with_token.kubeconfig)
    token = config["users"][0]["user"].pop("token")
    (tmp_path / "token").write_text(token)
    plugin = tmp_path / "plugin"
    plugin.write_text(
        "#!/bin/sh\n"
        'printf \'{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential",'
        f'"status":{{"token":"%s"}}}}\' "$(cat {tmp_path}/token)"\n'
    )
    plugin.chmod(0o755)
    api = "client.authentication.k8s.io/v1beta1"
    config["users"][0]["user"]["exec"] = {"apiVersion": api, "command": str(plugin), "interactiveMode": "Never"}
    _lives_a_whole_life(tempshell, _with(tempshell, config, tmp_path / "exec.json"))
    (tmp_path / "token").unlink()
    plugin.write_text("#!/bin/sh\necho please log in >&2\nexit 1\n")
    refused = _with(tempshell, config, tmp_path / "exec.json")("start", "-d", *ON_PODS, code=4)
    assert "credential plugin failed" in refused.stderr
    assert "please log in" in refused.stderr


def test_a_renewed_token_reaches_every_command(tempshell: Tempshell, account: Account, tmp_path: Path) -> None:
    """The first is good for as long as a secret is there; then it is void, and another stands in the kubeconfig."""
    config = objects_of(account(tempshell).user.kubeconfig)
    renewed = config["users"][0]["user"]["token"]
    bound = f"bound-{uuid.uuid4().hex[:8]}"
    kubectl("create", "secret", "generic", bound, "-n", "tempshell")
    ask = ("create", "token", "tempshell", "-n", "tempshell", "--bound-object-kind", "Secret")
    config["users"][0]["user"]["token"] = kubectl(*ask, "--bound-object-name", bound).strip()
    mine = _with(tempshell, config, tmp_path / "renewed.json")
    session = mine.start(*ON_PODS, "--image", BUSYBOX)
    kubectl("delete", "secret", bound, "-n", "tempshell")
    say = ("exec", session, "--", "echo", "in")
    eventually(lambda: "Unauthorized" in mine.any_code(*say).stderr, "the old token is void", 60)
    config["users"][0]["user"]["token"] = renewed
    write_kubeconfig(tmp_path / "renewed.json", config)
    assert mine(*say).stdout == "in\n"
    (tmp_path / "file").write_text("copied")
    mine("cp", str(tmp_path / "file"), f"{session}:file")
    mine("extend", session)
    assert "left over: nothing" in mine("stop", session).stdout


def test_a_proxy_of_the_kubeconfig_is_gone_through(tempshell: Tempshell, tmp_path: Path) -> None:
    gate = Gate(connect=True)
    gate.open()
    config = objects_of(pods.kubeconfig())
    config["clusters"][0]["cluster"]["proxy-url"] = f"http://127.0.0.1:{gate.port}"
    _lives_a_whole_life(tempshell, _with(tempshell, config, tmp_path / "proxied.json"))
    assert gate.passed > 3
    gate.close()


def test_no_key_or_token_is_left_on_disk(tempshell: Tempshell, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    session = tempshell("start", "-qd", *ON_PODS, env={"TMPDIR": str(temporary)}).stdout.strip()
    kept = list((tempshell.user.paths.state / "kubeconfig").iterdir())
    assert [file.name for file in kept] == [f"{session}.json"]
    assert kept[0].stat().st_mode & 0o777 == 0o600
    assert list(temporary.iterdir()) == []
    tempshell("stop", session)
    assert list((tempshell.user.paths.state / "kubeconfig").iterdir()) == []


@pytest.fixture
def account() -> Account:
    """Makes a service account by what ``tempshell rbac`` prints, and returns a user who has nothing else.

    It stays: other tests of the cluster use it, too.
    """

    def made(tempshell: Tempshell, *options: str) -> Tempshell:
        kubectl("apply", "-f", "-", stdin=tempshell("rbac", *options).stdout)
        space = options[-1] if options else "tempshell"
        token = eventually(lambda: _token(space), "the account has a token")
        config = objects_of(pods.kubeconfig())
        config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
        return _with(tempshell, config, tempshell.user.root / "account.json")

    return made


def _token(namespace: str) -> str:
    """Return a token of the service account: of 1.24 and later by request, before that the one it has."""
    command = ("kubectl", "--kubeconfig", pods.kubeconfig(), "create", "token", "tempshell", "-n", namespace)
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        return asked.stdout.strip()
    secrets = objects("secrets", "-n", namespace, "--field-selector", "type=kubernetes.io/service-account-token")
    mine = [
        one for one in secrets if one["metadata"]["annotations"]["kubernetes.io/service-account.name"] == "tempshell"
    ]
    shown = "jsonpath={.data.token}"
    if not mine:
        return ""
    encoded = kubectl("get", "secret", mine[0]["metadata"]["name"], "-n", namespace, "-o", shown)
    return subprocess.run(("base64", "-d"), input=encoded, capture_output=True, text=True, check=True).stdout


def _with(tempshell: Tempshell, config: Mapping[str, Any], file: Path) -> Tempshell:
    file.parent.mkdir(parents=True, exist_ok=True)
    user: User = replace(tempshell.user, kubeconfig=write_kubeconfig(file, config))
    return Tempshell(user, tempshell.directory)


def _lives_a_whole_life(admin: Tempshell, tempshell: Tempshell, *options: str) -> None:
    """Start, measure, check, enter, extend, find, end a session; the administrator sees nothing of it afterwards."""
    draft = Draft.made_in(tempshell.directory / "draft")
    draft.replace("tasks/one.md", "- id: right", "- id: right\n  caps: [netpol-enforced]")
    session = tempshell.start(*ON_PODS, "--env", "A=1", "--image", _shell_image(), *options, str(draft.root))
    assert "netpol-enforced yes" in tempshell("log").stdout
    checked = tempshell("check", "--json", code=6).json()
    assert [one["verdict"] for one in checked[0]["results"]] == ["fail", "fail"]
    assert tempshell("exec", session, "--", "sh", "-c", "echo $A").stdout == "1\n"
    assert tempshell("extend", "--json").json()["remaining"] > 4000
    assert tempshell("list", "--quiet").stdout.split() == [session]
    assert "left over: nothing" in tempshell("stop", session).stdout
    assert pods.leftovers(admin.user.owner) == []
    eventually(lambda: "trial" not in kubectl("get", "namespaces"), "no namespace is left of what was measured", 60)
    inside = ("get", "jobs,pods,networkpolicies", "--all-namespaces")
    eventually(lambda: "trial" not in kubectl(*inside), "nothing in a given one is", 60)


def _shell_image() -> str:
    """Return the shipped image as the nodes have it: who may not list nodes cannot find that out."""
    return shipped_image("shell").reference
