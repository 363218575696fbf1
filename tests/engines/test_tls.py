"""A Docker engine behind TLS, on loopback: a real dockerd that asks for certificates, and clients that have others."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from tempshell_cli.backends.docker import endpoint, images
from tests.packs.drafts import Draft
from tests.support.certificates import Authority
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.private_engine import PrivateEngine, private_engine

pytestmark = pytest.mark.engine("docker")

UNAVAILABLE = 4
LEARNER = "10001"
ON_ENGINE = ("--backend", "docker", "--image", BUSYBOX)
# With TLS 1.3 the server judges a client's certificate when that has begun to write: its words may come too late.
REFUSED = ("remote error: tls: ", "connection reset by peer", "broken pipe")


@dataclass(frozen=True)
class Behind:
    """An engine that listens with TLS on a port of loopback, and who has issued its certificate."""

    engine: PrivateEngine
    authority: Authority
    stranger: Authority
    port: int

    def environment(self, certificates: Path, host: str = "127.0.0.1") -> dict[str, str]:
        """Return the variables that name the engine and the folder of a client's certificates."""
        return {
            "DOCKER_HOST": f"tcp://{host}:{self.port}",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(certificates),
        }

    def context(self, config: Path, certificates: Path) -> dict[str, str]:
        """Make the engine the context ``lab`` of a docker configuration with these certificates."""
        words = [f"{word}={certificates}/{word}.pem" for word in ("ca", "cert", "key")]
        made = ",".join((f"host=tcp://127.0.0.1:{self.port}", *words))
        chosen = {"DOCKER_CONFIG": str(config), "DOCKER_CONTEXT": "lab"}
        subprocess.run(
            ("docker", "context", "create", "lab", "--docker", made),
            env={**os.environ, **chosen, "DOCKER_CONTEXT": ""},
            capture_output=True,
            check=True,
        )
        return chosen


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """An engine behind TLS that has a small image; it asks every client for a certificate."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("an engine of one's own needs root and dockerd")
    root = tmp_path_factory.mktemp("tls")
    authority, stranger = Authority(root / "authority"), Authority(root / "stranger", "somebody else")
    own = authority.server("IP:127.0.0.1")
    files = {"tlscacert": own / "ca.pem", "tlscert": own / "cert.pem", "tlskey": own / "key.pem"}
    options = ["--tlsverify", *(f"--{name}={path}" for name, path in files.items())]
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        private_engine(options=options, listener=listener) as engine,
    ):
        engine.take_from_here([BUSYBOX])
        yield Behind(engine, authority, stranger, listener.getsockname()[1])


@pytest.fixture(scope="module")
def certificates(behind: Behind) -> Path:
    """What the engine lets in."""
    return behind.authority.client()


@pytest.fixture(scope="module")
def shell_image(behind: Behind) -> None:
    """The image of a session, with tmux for `attach`."""
    with closing(endpoint.connect(endpoint.resolve(""))) as usual:
        behind.engine.take_from_here([images.ensure_image(usual, "tempshell/shell", lambda _: nullcontext())])


def _by_environment(behind: Behind, certificates: Path, _config: Path) -> dict[str, str]:
    return behind.environment(certificates)


def _by_context(behind: Behind, certificates: Path, config: Path) -> dict[str, str]:
    return behind.context(config, certificates)


@pytest.mark.usefixtures("shell_image")
@pytest.mark.parametrize("named", [_by_environment, _by_context], ids=["environment", "context"])
def test_a_session_lives_behind_tls_from_start_to_stop(
    tempshell: Tempshell,
    behind: Behind,
    certificates: Path,
    tmp_path: Path,
    named: Callable[[Behind, Path, Path], dict[str, str]],
) -> None:
    env = named(behind, certificates, tmp_path / "config")
    draft = Draft.made_in(tmp_path / "draft")
    started = tempshell("start", "--detach", "--quiet", "--backend", "docker", str(draft.root), env=env)
    session = started.stdout.strip()
    assert tempshell("exec", session, "--", "sh", "-c", "id -u; exit 3", env=env, code=3).stdout == f"{LEARNER}\n"
    with tempshell.on_terminal("attach", "--plain", session, env=env) as client:
        client.expect_exact("$ ")
        client.sendline("echo behind-$((40 + 2))")
        client.expect_exact("behind-42")
    tempshell("check", env=env, code=6)
    (tmp_path / "answer.txt").write_text("42")
    tempshell("cp", str(tmp_path / "answer.txt"), f"{session}:", env=env)
    tempshell("check", env=env)
    tempshell("extend", session, env=env)
    (listed,) = tempshell("list", "--json", env=env).json()
    assert listed["endpoint"].startswith(f"tcp://127.0.0.1:{behind.port}#tlsverify=/")
    assert listed["extensions"] == 1
    (receipt,) = tempshell("stop", session, "--json", env=env).json()
    assert receipt["removed"] == [f"container tempshell-{session}", f"network tempshell-{session}"]
    assert receipt["leftover"] == []
    assert behind.engine.docker("ps", "--all", "--quiet") == ""


def test_certificates_of_the_machine_do_not_stand_in_for_those_of_the_engine(
    tempshell: Tempshell, behind: Behind, certificates: Path
) -> None:
    """REQUESTS_CA_BUNDLE, which many companies set, is for other programs' servers."""
    env = {**behind.environment(certificates), "REQUESTS_CA_BUNDLE": str(behind.stranger.certificate)}
    assert tempshell("run", "--quiet", *ON_ENGINE, "--", "id", "-u", env=env).stdout == f"{LEARNER}\n"


def _refused(tempshell: Tempshell, env: Mapping[str, str]) -> str:
    failed = tempshell("run", *ON_ENGINE, "--", "true", env=env, code=UNAVAILABLE)
    assert "does not answer: " in failed.stderr
    return failed.stderr


def test_a_client_without_a_certificate_is_refused(tempshell: Tempshell, behind: Behind) -> None:
    certificates = behind.authority.client("without")
    for name in ("cert.pem", "key.pem"):
        (certificates / name).unlink()
    said = _refused(tempshell, behind.environment(certificates))
    assert any(words in said for words in REFUSED)
    assert "cert.pem" in said


def test_a_certificate_that_has_expired_is_refused(tempshell: Tempshell, behind: Behind) -> None:
    said = _refused(tempshell, behind.environment(behind.authority.client("expired", days=-1)))
    assert any(words in said for words in REFUSED)


def test_a_certificate_of_another_authority_is_refused(tempshell: Tempshell, behind: Behind) -> None:
    said = _refused(tempshell, behind.environment(behind.stranger.client("foreign", trusts=behind.authority)))
    assert any(words in said for words in REFUSED)


def test_an_engine_of_another_authority_is_not_trusted(tempshell: Tempshell, behind: Behind, tmp_path: Path) -> None:
    certificates = behind.authority.client("distrustful", trusts=behind.stranger)
    assert "x509: certificate signed by unknown authority" in _refused(tempshell, behind.environment(certificates))
    in_context = behind.context(tmp_path / "config", certificates)
    assert "x509: certificate signed by unknown authority" in _refused(tempshell, in_context)


def test_an_engine_by_another_name_is_not_trusted(tempshell: Tempshell, behind: Behind, certificates: Path) -> None:
    said = _refused(tempshell, behind.environment(certificates, "localhost"))
    assert "x509: certificate is not valid for any names, but wanted to match localhost" in said


def test_without_tls_the_engine_says_that_it_speaks_tls(
    tempshell: Tempshell, behind: Behind, certificates: Path
) -> None:
    """DOCKER_CERT_PATH alone asks for no TLS, as in the docker command."""
    env = {"DOCKER_HOST": f"tcp://127.0.0.1:{behind.port}", "DOCKER_CERT_PATH": str(certificates)}
    said = _refused(tempshell, env)
    assert "Client sent an HTTP request to an HTTPS server" in said
    assert "DOCKER_TLS_VERIFY=1" in said


def test_certificates_that_are_not_there_are_named(tempshell: Tempshell, behind: Behind, tmp_path: Path) -> None:
    assert f"open {tmp_path}/ca.pem: no such file or directory" in _refused(tempshell, behind.environment(tmp_path))
