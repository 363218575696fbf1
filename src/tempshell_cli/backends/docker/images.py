"""Images: the shipped ones are built from their Dockerfile where they are missing, others are pulled."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tempshell_cli.backends.base import ImageBuild, Report, WorkloadImage
from tempshell_cli.backends.labels import COMPONENT
from tempshell_cli.core.errors import ProvisionFailed, UsageProblem
from tempshell_cli.core.paths import shipped
from tempshell_cli.core.process import NOTHING
from tempshell_cli.core.text import one_line, strip_controls

if TYPE_CHECKING:
    from docker import APIClient

_Answer = TypeVar("_Answer")
PROJECT_IMAGE = "tempshell-project"
_REPOSITORY = "tempshell/"
_SHELL = "tempshell/shell"
_BASE = "SHELL_IMAGE"  # the argument of a Dockerfile that is built on the image of shells
_ON_SHELLS = frozenset({"research"})
_CERTIFICATES = "certificates.pem"  # in the context of each build, for those that need it
_NOT_FOR_SHELLS = frozenset({"machine", "node", "terminal", *WorkloadImage})
_VERSIONS = ("1", "2")
_SLOWEST_STEP = 900  # seconds of silence in a build or a pull
_LAST_LINES = 15
_LOGIN_FAILED = "Credentials store error"  # docker-py's words


class Image(NamedTuple):
    """A shipped image: ``reference`` carries the digest of what it is built from, so that an upgrade builds another."""

    name: str
    reference: str
    context: Path
    args: Mapping[str, str] = NOTHING


def shipped_images() -> list[Image]:
    """Return the images of shells whose Dockerfile comes with tempshell."""
    contexts = [file.parent for file in sorted(shipped("images").glob("*/Dockerfile"))]
    contexts = [one for one in contexts if one.name not in _NOT_FOR_SHELLS]
    return [on_shell(one) if one.name in _ON_SHELLS else built(_REPOSITORY + one.name, one) for one in contexts]


def on_shell(context: Path) -> Image:
    """Return the shipped image that is built from a context on the image of shells."""
    return built(_REPOSITORY + context.name, context, {_BASE: _shell().reference})


def _shell() -> Image:
    return built(_SHELL, shipped("images") / "shell")


def built(name: str, context: Path, args: Mapping[str, str] = NOTHING, *, also: str = "") -> Image:
    """Return the image that is built from a context with arguments; ``also`` is what else it depends on."""
    content = hashlib.sha256(also.encode())
    for argument in sorted(args.items()):
        content.update("=".join(argument).encode() + b"\0")
    for file in sorted(path for path in context.rglob("*") if path.is_file()):
        content.update(str(file.relative_to(context)).encode() + b"\0" + file.read_bytes() + b"\0")
    return Image(name, f"{name}:{content.hexdigest()[:12]}", context, args)


def resolve_image(asked: str) -> Image | str:
    """Return the shipped image of that name (``tempshell/shell``), or what was asked for, to be pulled."""
    return next((image for image in shipped_images() if asked == image.name), asked)


def ensure_image(client: APIClient, asked: Image | str, report: Report) -> str:
    """Return a reference the engine has, built or pulled now if need be; raises ProvisionFailed."""
    image = resolve_image(asked) if isinstance(asked, str) else asked
    reference = image if isinstance(image, str) else image.reference
    if not has_image(client, reference):
        if isinstance(image, Image):
            build(client, image, report)
        else:
            pull(client, image, report)
    return reference


def ensure_workload_image(client: APIClient, asked: WorkloadImage, report: Report) -> list[str]:
    """Return the stable tags of a shipped image for pods (``tempshell/practice:1``), each version built if need be."""
    for tag, image in shipped_versions(asked):
        name, _, version = tag.rpartition(":")
        client.tag(ensure_image(client, image, report), name, version)
    return [tag for tag, _ in shipped_versions(asked)]


def shipped_versions(asked: WorkloadImage) -> list[tuple[str, Image]]:
    """Return the stable tags of a shipped image for pods, and what each is built from."""
    name, context = _REPOSITORY + asked, shipped("images") / asked
    return [(f"{name}:{version}", built(name, context, {"VERSION": version})) for version in _VERSIONS]


def has_image(client: APIClient, reference: str) -> bool:
    """Return whether the engine has the image."""
    from docker.errors import ImageNotFound  # noqa: PLC0415 - loaded with the client

    try:
        client.inspect_image(reference)  # type: ignore[no-untyped-call]  # a gap in the SDK's stubs
    except ImageNotFound:
        return False
    return True


def build(client: APIClient, image: Image, report: Report) -> None:
    """Build a shipped image, and before it the one that it is built on; raises ProvisionFailed with the last lines."""
    from docker.utils.build import create_archive  # noqa: PLC0415 - loaded with the client

    if _BASE in image.args:
        ensure_image(client, _shell(), report)
    certificates = [(_CERTIFICATES, _certificates())]
    context: Any = create_archive(str(image.context), extra_files=certificates)
    with closing(context), report(f"building image {image.name}"):

        def ask() -> Iterable[dict[str, Any]]:
            context.seek(0)  # it may be asked twice
            return client.build(
                fileobj=context,
                custom_context=True,
                tag=image.reference,
                rm=True,
                forcerm=True,
                decode=True,
                timeout=_SLOWEST_STEP,
                labels={COMPONENT: "image"},
                buildargs=dict(image.args),
            )

        _follow(_logged_in(client, report, ask), what=f"building {image.name}")


def build_project(client: APIClient, build: ImageBuild, proxies: Mapping[str, str], report: Report) -> str:
    """Build a project's own image, from the cache as far as nothing has changed; return its reference.

    Its Dockerfile is a stranger's, and sees these ``proxies``: the SDK would add the passwords of Docker's
    configuration. Raises ProvisionFailed with the builder's last lines, and UsageProblem for files that cannot be sent.
    """
    words = "\0".join((str(build.context), str(build.dockerfile), build.target, str(sorted(build.args.items()))))
    place = hashlib.sha256(words.encode()).hexdigest()[:12]
    reference = f"{PROJECT_IMAGE}:{place}"
    with report(f"building the image of {build.dockerfile}"):

        def ask() -> Iterable[dict[str, Any]]:
            return client.build(
                path=str(build.context),
                dockerfile=str(build.dockerfile),
                tag=reference,
                rm=True,
                forcerm=True,
                decode=True,
                timeout=_SLOWEST_STEP,
                labels={COMPONENT: "project"},  # not that of the shell, which it may be built on
                target=build.target or None,
                buildargs={**proxies, **build.args},
                use_config_proxy=False,
            )

        try:
            _follow(_logged_in(client, report, ask), what=f"building {build.dockerfile}")
        except OSError as cause:
            if type(cause) not in {OSError, PermissionError}:  # the SDK's, of a file that it cannot read; not HTTP's
                raise
            raise UsageProblem(f"{build.context} cannot be sent: {cause}", hint="see that you may read it") from cause
    return reference


def _certificates() -> str:
    """Return the certificates that this machine trusts, in PEM, "" where it does not say which.

    A company's proxy answers with its own; a build behind it would trust none of the registries.
    """
    file = ssl.get_default_verify_paths().cafile
    try:
        return Path(file).read_text("utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        return ""


def pull(client: APIClient, reference: str, report: Report) -> None:
    """Pull an image; raises ProvisionFailed with the registry's words."""
    from docker.errors import APIError  # noqa: PLC0415 - loaded with the client
    from docker.utils import parse_repository_tag  # noqa: PLC0415

    repository, tag = parse_repository_tag(reference)
    with report(f"pulling image {reference}"):
        try:
            ask = partial(client.pull, repository, tag or "latest", stream=True, decode=True)
            _follow(_logged_in(client, report, ask), what=f"pulling {reference}")
        except APIError as cause:
            raise ProvisionFailed(
                f"cannot pull image {reference!r}: {cause.explanation}", hint="check the name, or `docker login`"
            ) from cause


def shipped_image(name: str) -> Image:
    """Return the shipped image of that name, with or without ``tempshell/``; raises UsageProblem."""
    known = {image.name: image for image in shipped_images()}
    wanted = name if name.startswith(_REPOSITORY) else _REPOSITORY + name
    if wanted not in known:
        raise UsageProblem(f"tempshell ships no image {name!r}", hint=f"it ships {', '.join(known)}")
    return known[wanted]


def _logged_in(client: APIClient, report: Report, ask: Callable[[], _Answer]) -> _Answer:
    """Ask with the user's logins; where a credential helper fails, say so and ask without any, as `docker build` does.

    The SDK reports a helper that fails with StoreError, or by a DockerException about it.
    """
    from docker.credentials.errors import StoreError  # noqa: PLC0415 - loaded with the client
    from docker.errors import DockerException  # noqa: PLC0415 - as above

    try:
        return ask()
    except (StoreError, DockerException) as cause:
        if isinstance(cause, DockerException) and _LOGIN_FAILED not in str(cause):
            raise
        with report(f"going on without a login: {one_line(str(cause))}"):
            _forget_logins(client)
        return ask()


def _forget_logins(client: APIClient) -> None:
    """Have the client use no logins; one that has none at all would read the user's again."""
    with NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write('{"auths": {"login.invalid": {}}}')
        file.flush()
        client.reload_config(file.name)


def _follow(stream: Iterable[dict[str, Any]], *, what: str) -> None:
    lines: list[str] = []
    for word in stream:
        if "error" in word:
            output = "\n".join([*lines[-_LAST_LINES:], strip_controls(str(word["error"]))])
            raise ProvisionFailed(f"{what} failed:\n{output}", hint="see that the engine reaches its registries")
        lines += strip_controls(str(word.get("stream", ""))).splitlines()
