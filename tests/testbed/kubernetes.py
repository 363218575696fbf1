"""Kubernetes' own programs, compiled from Go modules."""

import re
import shutil
import tempfile
from pathlib import Path

from . import apt
from .steps import CACHE, cached, digest, run
from .suite import Suite

SOURCES = Path(__file__).parent / "node" / "go"
"""A module of ours that imports the programs; its go.mod and go.sum say which versions, and their hashes."""
MODULE = "k8s.io/kubernetes"
HINT = "see that the Go module proxy answers (`go env GOPROXY`), then run the testbed again"
GO_VERSION = (1, 26)
"""The oldest Go that compiles the modules: the `go` line of go.mod."""
SUITE = "sid"
TOOLCHAIN = ("golang-1.26-go", "golang-1.26-src")
"""The compiler and its library, where the machine has no Go, or one that is too old."""


def version() -> str:
    """The version of Kubernetes that go.mod names, such as `v1.37.2`."""
    required = re.search(rf"^\s*{MODULE} (v\S+)$", (SOURCES / "go.mod").read_text("utf-8"), re.MULTILINE)
    assert required
    return required[1]


def programs() -> Path:
    """The folder with `kubernetes`, which is most of a node's programs, `kubectl` and `pause`; compiled at first."""
    name = f"kubernetes-{version()}-{digest(Path(__file__), SOURCES)}"
    return cached(name, compile_to, replaces="kubernetes-*")


def compile_to(folder: Path) -> None:
    """Download the modules and compile; both take some minutes on two cores."""
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="compile-") as place:
        compiler = go(Path(place))
        settings = {
            "GOROOT": "",  # of whichever Go this is
            "GOTOOLCHAIN": "local",
            "GOCACHE": f"{place}/cache",  # of some GB, and of use to nothing else
            "GOFLAGS": "-mod=readonly -buildvcs=false -trimpath",
            "CGO_ENABLED": "0",
            "GOGC": "400",  # a compiler lives for a second at a time, and has no time for garbage
        }
        # Neither debug information nor symbols: a third of the time, half of the size.
        options = ("-gcflags=all=-dwarf=false", "-ldflags", f"-s -w {stamps()}")
        shutil.rmtree(folder, ignore_errors=True)
        for program, package in (("kubernetes", "."), ("kubectl", "./kubectl"), ("pause", "./pause")):
            output = ("-o", str(folder / program))
            run(str(compiler), "build", *options, *output, package, hint=HINT, cwd=SOURCES, settings=settings)


def go(place: Path) -> Path:
    """The machine's own Go where it is new enough, else Debian's, unpacked below the place."""
    if (own := apt.find("go")) and go_version(Path(own)) >= GO_VERSION:
        return Path(own)
    root = place / "toolchain"
    root.mkdir()
    Suite(SUITE, place / "apt").unpack(TOOLCHAIN, root)
    # Debian splits a Go tree in two, and the first has links to where the second is when it is installed.
    (compiler,) = root.glob("usr/lib/go-*/bin/go")
    for link in compiler.parents[1].iterdir():
        if link.is_symlink() and not link.exists():
            link.unlink()
            link.symlink_to(root / "usr/share" / compiler.parents[1].name / link.name)
    return compiler


def go_version(compiler: Path) -> tuple[int, ...]:
    """Such as (1, 26); (0,) for what does not answer as Go does."""
    answer = re.match(r"go version go(\d+)\.(\d+)", run(str(compiler), "version", hint=HINT))
    return (int(answer[1]), int(answer[2])) if answer else (0,)


def stamps() -> str:
    """Linker flags that tell the programs their version."""
    major, minor, _ = version().removeprefix("v").split(".")
    values = {"gitVersion": version(), "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(f"-X {package}.{name}={value}" for package in packages for name, value in values.items())
