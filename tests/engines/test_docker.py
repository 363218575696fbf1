"""The container of a session, as the engine itself describes it, and images that are not ours."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.docker import images
from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.labels import OWNER
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX, NOWHERE
from tests.support.leaks import docker_leftovers
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("docker")

MIB = 1024**2


def _docker(*argv: str, stdin: str = "") -> str:
    return subprocess.run(("docker", *argv), input=stdin, capture_output=True, text=True, check=True).stdout


def _inspect(*what: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(_docker("inspect", *what))[0]


@pytest.fixture
def build() -> Iterator[Any]:
    """Builds an image from the lines of a Dockerfile; it is removed after the test."""
    made = []

    def from_lines(*lines: str) -> str:
        tag = f"tempshell-test/made-{uuid.uuid4().hex[:8]}"
        _docker("build", "--quiet", "--tag", tag, "-", stdin="\n".join(lines))
        made.append(tag)
        return tag

    yield from_lines
    for tag in made:
        _docker("image", "rm", "--force", tag)


def test_the_container_is_hardened_in_every_way_the_design_names(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "docker")
    found = _inspect(f"tempshell-{session}")
    host = found["HostConfig"]
    assert (host["ReadonlyRootfs"], host["Privileged"], host["AutoRemove"]) == (True, False, True)
    assert (host["CapDrop"], host["CapAdd"], host["SecurityOpt"]) == (
        ["ALL"],
        ["DAC_OVERRIDE"],
        ["no-new-privileges:true"],
    )
    assert (host["Memory"], host["MemorySwap"]) == (512 * MIB, 512 * MIB)
    assert (host["NanoCpus"], host["PidsLimit"]) == (500_000_000, 100)
    assert host["LogConfig"]["Config"] == {"max-size": "1m", "max-file": "1"}
    assert (host["IpcMode"], host["PidMode"], host["UsernsMode"]) == ("private", "", "")
    assert (host["Binds"], host["Devices"] or [], host["PortBindings"] or {}) == (None, [], {})
    assert found["Mounts"] == []
    assert found["NetworkSettings"]["Ports"] in ({}, None)
    assert "noexec" in host["Tmpfs"]["/tmp"]  # noqa: S108 - a path inside the container
    api = [int(number) for number in _docker("version", "--format", "{{.Server.APIVersion}}").split(".")]
    assert found["Config"]["User"] == ("10000:10000" if api >= [1, 44] else "0:0")


def test_everything_made_carries_the_labels_of_its_session(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "docker", "--name", "lab")
    name = f"tempshell-{session}"
    for labels in (_inspect(name)["Config"]["Labels"], json.loads(_docker("network", "inspect", name))[0]["Labels"]):
        ours = {key.removeprefix("io.tempshell/"): value for key, value in labels.items() if "tempshell/" in key}
        assert (ours["session"], ours["owner"], ours["name"]) == (session, tempshell.user.owner, "lab")
        assert {"deadline", "component", "version", "profile"} <= set(ours)


def test_a_session_has_a_network_of_its_own_and_nobody_else_is_on_it(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "docker")
    network = json.loads(_docker("network", "inspect", f"tempshell-{session}"))[0]
    assert [one["Name"] for one in network["Containers"].values()] == [f"tempshell-{session}"]
    assert list(_inspect(f"tempshell-{session}")["NetworkSettings"]["Networks"]) == [f"tempshell-{session}"]


def test_without_a_network_none_is_made(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "docker", "--network", "none")
    assert docker_leftovers(OWNER, tempshell.user.owner) == [f"container tempshell-{session}"]
    receipt = tempshell("stop", "--json").json()[0]
    assert receipt["removed"] == [f"container tempshell-{session}"]


def test_the_admin_profile_is_root_in_a_container_it_may_write_to(tempshell: Tempshell) -> None:
    script = "id -u; touch /usr/bin/mine && echo written; pwd; echo $TOLD"
    done = tempshell("run", "-q", "-b", "docker", "--profile", "admin", "--env", "TOLD=x", "--", "sh", "-c", script)
    assert done.stdout.split() == ["0", "written", "/root", "x"]


@pytest.mark.long  # a minute for an image that nothing else needs
def test_a_machine_has_an_init_docker_and_mounts(tempshell: Tempshell, tmp_path: Path) -> None:
    """Its deadline is held outside of what runs in it, and nothing of it is left."""
    session = tempshell.start("--profile", "machine", "--env", "TOLD=x", "--ttl", "20m")
    container = f"tempshell-{session}"
    assert _inspect(container)["HostConfig"]["Privileged"]

    def inside(script: str) -> list[str]:
        return tempshell("exec", session, "--", "bash", "-ec", script).stdout.split()

    assert inside("id -u; cat /proc/1/comm; pwd; echo $TOLD; tty || true") == [
        "0",
        "systemd",
        "/root",
        "x",
        "not",
        "a",
        "tty",
    ]
    assert inside("systemctl is-active docker cron; systemctl start ssh; systemctl is-active ssh") == ["active"] * 3
    assert inside(
        "truncate -s 50M disk; mkfs.ext4 -q disk; mount -o loop disk /mnt; stat -f -c %T /mnt; umount /mnt"
    ) == ["ext2/ext3"]
    image = "cp --parents /bin/bash $(ldd /bin/bash | grep -o '/[^ ]*') made; tar -C made -c . | docker import - made"
    inside(f"mkdir made; {image}")
    assert inside("docker run --rm made /bin/bash -c 'echo $$ inside'") == ["1", "inside"]
    inside("docker run -d --name kept made /bin/bash -c 'while :; do read -t 1 <> <(:) || :; done'")
    assert inside("docker ps --format '{{.Names}}'; sudo iptables -t nat -S | grep -c DOCKER || true")[0] == "kept"

    assert tempshell("extend", "--json").json()["remaining"] > 1800
    (tmp_path / "file").write_text("in and out")
    tempshell("cp", str(tmp_path / "file"), f"{session}:copied")
    tempshell("cp", f"{session}:copied", str(tmp_path / "back"))
    assert (tmp_path / "back").read_text() == "in and out"
    tempshell.user.paths.store.unlink()
    assert inside("cat /proc/1/comm") == ["systemd"]

    (volume,) = [mount["Name"] for mount in _inspect(container)["Mounts"] if mount["Type"] == "volume"]
    tempshell("exec", session, "--", "systemctl", "poweroff", "--force", "--force", code=-1)
    assert "the machine was shut down" in tempshell("exec", session, "--", "true", code=1).stderr
    assert tempshell("stop", "--json").json()[0]["leftover"] == []
    assert volume not in _docker("volume", "ls", "--quiet").split()


def test_a_foreign_image_gets_the_same_deadline_and_commands(tempshell: Tempshell, tmp_path: Path) -> None:
    """Busybox alone: neither bash nor tmux nor our user."""
    session = tempshell.start("-b", "docker", "--image", BUSYBOX, "--ttl", "15s")
    extended = tempshell("extend", "--json").json()
    assert extended["remaining"] > 1000
    (tmp_path / "file").write_text("in and out")
    tempshell("cp", str(tmp_path / "file"), f"{session}:copied")
    tempshell("cp", f"{session}:copied", str(tmp_path / "back"))
    assert (tmp_path / "back").read_text() == "in and out"
    beyond = "until [ $(date +%s) -gt $1 ]; do sleep 0.2; done; id -u"
    first_deadline = _inspect(f"tempshell-{session}")["Args"][-1]
    assert tempshell("exec", session, "--", "sh", "-c", beyond, "sh", first_deadline).stdout == "10001\n"


def test_a_foreign_image_ends_at_its_deadline_too(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "docker", "--image", BUSYBOX, "--ttl", "10s", "--network", "none")
    eventually(lambda: not docker_leftovers(OWNER, tempshell.user.owner), f"{session} ends by itself", 25)


def test_what_an_image_would_run_or_keep_by_itself_does_not_matter(tempshell: Tempshell, build: Any) -> None:  # noqa: ANN401
    """An entrypoint, a command, a user, a volume and a port of its own."""
    volumes = set(_docker("volume", "ls", "--quiet").split())
    image = build(
        f"FROM {BUSYBOX}", 'ENTRYPOINT ["false"]', 'CMD ["nothing"]', "USER root", "VOLUME /data", "EXPOSE 80"
    )
    done = tempshell("run", "-q", "-b", "docker", "--image", image, "--", "id", "-u")
    assert done.stdout == "10001\n"
    assert set(_docker("volume", "ls", "--quiet").split()) <= volumes


def test_an_image_without_a_shell_is_reported_and_leaves_nothing(tempshell: Tempshell, build: Any) -> None:  # noqa: ANN401
    image = build("FROM scratch", "ENV A=B")
    refused = tempshell("start", "-d", "-b", "docker", "--image", image, code=5)
    assert "/bin/sh" in refused.stderr
    assert docker_leftovers(OWNER, tempshell.user.owner) == []


def test_more_than_the_engine_has_is_refused_in_its_words_and_leaves_nothing(tempshell: Tempshell) -> None:
    refused = tempshell("start", "-d", "-b", "docker", "--cpus", "4000", code=5)
    assert "CPUs" in refused.stderr
    assert docker_leftovers(OWNER, tempshell.user.owner) == []


def test_a_command_may_run_as_another_user_of_the_image(tempshell: Tempshell) -> None:
    """Without gaining anything: no capability is there to use."""
    session = tempshell.start("-b", "docker")
    done = tempshell("exec", "--user", "nobody", session, "--", "sh", "-c", "id -un; grep CapPrm /proc/self/status")
    assert done.stdout.split() == ["nobody", "CapPrm:", "0" * 16]


def test_the_value_of_a_variable_is_in_nothing_that_the_engine_tells(tempshell: Tempshell, tmp_path: Path) -> None:
    """Neither of the container nor of what was started in it: its events have the command lines."""
    (tmp_path / "variables").write_text("TOKEN=canary-in-a-cage\n")
    since = _docker("info", "--format", "{{.SystemTime}}").strip()
    session = tempshell.start("-b", "docker", "--env-file", str(tmp_path / "variables"))
    name = f"tempshell-{session}"
    assert tempshell("exec", session, "--", "sh", "-c", "echo $TOKEN; exit 0").stdout == "canary-in-a-cage\n"
    until = _docker("info", "--format", "{{.SystemTime}}").strip()
    events = _docker("events", "--since", since, "--until", until, "--filter", f"container={name}")
    assert "exec_create: /bin/sh" in events
    assert "canary" not in events + _docker("inspect", name) + _docker("top", name) + _docker("logs", name)


@pytest.mark.parametrize(
    ("base", "said"), [("debian:bookworm-slim", "neither bash 5 nor busybox"), (BUSYBOX, "closed today")]
)
def test_a_container_that_ends_at_once_is_a_failed_start_with_its_last_words(
    tempshell: Tempshell,
    build: Any,  # noqa: ANN401
    base: str,
    said: str,
) -> None:
    """What is left in the images is dash alone, and a shell that does something else."""
    lines = {
        "debian:bookworm-slim": "RUN rm /bin/bash",
        BUSYBOX: "RUN printf '#!/bin/busybox sh\\necho closed today\\n' >/new && chmod 755 /new && mv /new /bin/sh",
    }
    refused = tempshell("start", "-d", "-b", "docker", "--image", build(f"FROM {base}", lines[base]), code=5)
    assert said in refused.stderr
    assert "bash 5 or busybox" in refused.stderr
    assert docker_leftovers(OWNER, tempshell.user.owner) == []
    assert tempshell("list", "--json").json() == []


# The header of a program for 64-bit Arm (or, on such a machine, for x86-64): ELF, and no machine that runs it here.
_ELF = r"\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0"
_FOREIGN = r"\76\0" if platform.machine() == "aarch64" else r"\267\0"


def test_an_image_for_another_kind_of_machine_is_a_failed_start(tempshell: Tempshell, build: Any) -> None:  # noqa: ANN401
    image = build(
        f"FROM {BUSYBOX} AS made",
        f"RUN printf '{_ELF}{_FOREIGN}' >/new && head -c 100 /dev/zero >>/new && chmod 755 /new",
        f"FROM {BUSYBOX}",
        "COPY --from=made /new /bin/sh",
    )
    refused = tempshell("start", "-d", "-b", "docker", "--image", image, code=5)
    assert "exec format error" in refused.stderr
    assert docker_leftovers(OWNER, tempshell.user.owner) == []
    assert tempshell("list", "--json").json() == []


def test_as_many_variables_as_a_program_can_be_started_with_reach_it(tempshell: Tempshell, tmp_path: Path) -> None:
    (tmp_path / "variables").write_text("".join(f"V{number}={'x' * 100_000}\n" for number in range(15)))
    session = tempshell.start("-b", "docker", "--env-file", str(tmp_path / "variables"))
    assert tempshell("exec", session, "--", "sh", "-c", "echo ${#V0} ${#V14}").stdout == "100000 100000\n"


def test_a_session_stays_on_its_engine_whatever_the_environment_names_later(
    tempshell: Tempshell, tmp_path: Path
) -> None:
    """Its engine was the default one: DOCKER_HOST and certificates are those of another."""
    if tempshell.user.docker_host:
        pytest.skip("the engine of these tests is not the default one")
    session = tempshell.start("-b", "docker")
    others = {"DOCKER_HOST": NOWHERE, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tmp_path)}
    assert tempshell("exec", session, "--", "echo", "here", env=others).stdout == "here\n"
    assert tempshell("stop", session, "--json", env=others).json()[0]["leftover"] == []


@pytest.mark.parametrize(
    "logins", [{"credsStore": "missing"}, {"credHelpers": {"registry.example.org.invalid": "fails"}}]
)
def test_a_credential_helper_that_fails_keeps_no_image_from_being_asked_for(
    tempshell: Tempshell, tmp_path: Path, logins: dict[str, object]
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(logins))
    helper = tmp_path / "docker-credential-fails"
    helper.write_text("#!/bin/sh\necho logged out\nexit 1\n")
    helper.chmod(0o755)
    there = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    output = tempshell("image", "pull", "registry.example.org.invalid/none:1", env=there, code=5)
    assert "going on without a login" in output.stderr
    assert "cannot pull image" in output.stderr


@pytest.fixture
def proxied(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody whose Docker configuration names a proxy that asks for a password."""
    proxies = {"httpProxy": "http://user:s3cret@127.0.0.1:9", "noProxy": ".corp.example"}
    (tmp_path / "config.json").write_text(json.dumps({"proxies": {"default": proxies}}))
    return {"DOCKER_CONFIG": str(tmp_path)}


def test_a_sandbox_is_given_a_proxy_without_its_password(tempshell: Tempshell, proxied: dict[str, str]) -> None:
    started = tempshell("start", "-d", "-b", "docker", env=proxied)
    assert "leaving out the password of the proxy" in started.stderr
    session = started.stdout.strip()
    inside = tempshell("exec", session, "--", "env").stdout
    assert {"HTTP_PROXY=http://127.0.0.1:9", "no_proxy=.corp.example"} <= set(inside.splitlines())
    assert "s3cret" not in inside + _docker("inspect", f"tempshell-{session}")


def test_an_image_keeps_nothing_of_the_proxy_that_it_is_built_through(
    proxied: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", proxied["DOCKER_CONFIG"])
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(f"FROM {BUSYBOX}\nRUN echo through $http_proxy >/through\n")
    image = images.built(f"tempshell-test/made-{uuid.uuid4().hex[:8]}", context)
    with DockerEngine().translated_errors():
        images.build(DockerEngine().client, image, lambda _: nullcontext())
    try:
        output = _docker("history", "--no-trunc", image.reference) + _docker("image", "inspect", image.reference)
        assert "s3cret" not in output
        said = _docker("run", "--rm", "--entrypoint", "cat", image.reference, "/through")
        assert said == "through http://user:s3cret@127.0.0.1:9\n"  # where it is needed it is there
    finally:
        _docker("image", "rm", "--force", image.reference)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is root in a user namespace, and may use the engine there")
def test_where_no_user_namespaces_can_be_made_a_start_takes_the_engine_that_can(tempshell: Tempshell) -> None:
    """As on Ubuntu from 23.10 on, where a setting of the kernel refuses them to ordinary users."""
    forbid = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    there = tempshell.started_by("unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh")
    output = there("run", "--", "echo", "in")
    assert output.stdout == "in\n"
    assert "local is not usable here (`tempshell doctor` says why); this is on docker" in output.stderr
    refused = there("run", "-b", "local", "--", "true", code=5)  # what was named is not replaced
    assert "docker" in refused.stderr


def test_the_runtime_that_is_asked_for_runs_the_container_or_none_does(tempshell: Tempshell) -> None:
    session = tempshell.start(
        "-b", "docker", "--runtime", "runc"
    )  # of each engine, and not the default of the testbed's
    assert _inspect(f"tempshell-{session}")["HostConfig"]["Runtime"] == "runc"
    tempshell("stop", session)
    tempshell.user.configure(sandbox={"runtime": "never-made"})
    refused = tempshell("start", "-d", "-b", "docker", code=5)
    assert "never-made" in refused.stderr
    assert "docker info" in refused.stderr
    assert docker_leftovers(OWNER, tempshell.user.owner) == []


def test_doctor_starts_a_container_before_it_says_ready(tempshell: Tempshell, build: Any) -> None:  # noqa: ANN401
    tempshell.user.configure(sandbox={"image": build("FROM scratch", "ENV A=B")})
    output = tempshell.any_code("doctor").stdout
    assert "docker: not usable\n  no sandbox can be started: " in output
    assert "/bin/sh" in output
    assert docker_leftovers(OWNER, tempshell.user.owner) == []


def test_doctor_fetches_no_image_and_says_so(tempshell: Tempshell) -> None:
    tempshell.user.configure(sandbox={"image": "registry.invalid/nothing:1"})
    found = tempshell.any_code("doctor", "--json").json()
    assert found["backends"]["docker"] == []
    assert "lacks the image registry.invalid/nothing:1" in found["untried"]["docker"]
