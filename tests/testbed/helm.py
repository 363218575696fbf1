"""helm, compiled from Go modules: no Debian package has it."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from .kubernetes import HINT, go
from .steps import CACHE, cached, digest, run, step

SOURCES = Path(__file__).parent / "helm"
"""A go.mod that names helm as its tool, and a go.sum with the hashes of all that it is made of."""
MODULE = "helm.sh/helm/v3"


def ensure() -> None:
    """helm, compiled in about three minutes and kept in the cache, where this machine has none."""
    if not shutil.which("helm"):
        with step(f"compile helm {version()}") as outcome:
            outcome(str(cached(name(), compile_to, replaces="helm-*")))


def find() -> str | None:
    """Where helm is: on this machine, or in the cache."""
    return shutil.which("helm", path=os.pathsep.join((os.environ.get("PATH", os.defpath), str(CACHE / name()))))


def version() -> str:
    """The version that go.mod names."""
    required = re.search(rf"\b{MODULE} (v\S+)", (SOURCES / "go.mod").read_text("utf-8"))
    assert required
    return required[1]


def name() -> str:
    """The name of the cache's folder."""
    return f"helm-{version()}-{digest(Path(__file__), SOURCES)}"


def compile_to(folder: Path) -> None:
    """Download the modules and compile, with what else is compiled thrown away."""
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="compile-") as place:
        settings = {
            "GOROOT": "",  # of whichever Go this is
            "GOTOOLCHAIN": "local",
            "GOCACHE": f"{place}/cache",
            "GOFLAGS": "-mod=readonly -buildvcs=false -trimpath",
            "CGO_ENABLED": "0",
            "GOGC": "400",  # a compiler lives for a second at a time, and has no time for garbage
        }
        stamp = f"-X {MODULE}/internal/version.version={version()}"
        options = ("-gcflags=all=-dwarf=false", "-ldflags", f"-s -w {stamp}", "-o", str(folder / "helm"))
        compiler = str(go(Path(place)))
        run(compiler, "build", *options, f"{MODULE}/cmd/helm", hint=HINT, cwd=SOURCES, settings=settings)
