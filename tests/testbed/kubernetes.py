"""Kubernetes' own programs, compiled from Debian's source package."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import apt
from .steps import CACHE, cached, digest, run
from .suite import Suite

VERSION = "v1.20.2"
SUITE = "bookworm"
"""Its source is all of Kubernetes; those of later suites are kubectl alone."""
GO = "1.19"
REFLECT = "github.com/modern-go/reflect2"
TOOLCHAIN = (f"golang-{GO}-go", f"golang-{GO}-src", "golang-github-modern-go-reflect2-dev")
"""The compiler, its library, and a reflect2 that works with it: the one in Kubernetes' tree crashes from Go 1.18 on."""
PROGRAMS = Path(__file__).parent / "node" / "go"
KUBERNETES = "k8s.io/kubernetes"
OPENAPI = f"{KUBERNETES}/pkg/generated/openapi"
WITHOUT_OPENAPI = ("kube-controller-manager", "kube-proxy", "kube-scheduler", "kubeadm", "kubelet")
TAGS = "dockerless providerless"
"""Neither clouds nor dockershim: a third of what there is to compile."""
HINT = "remove the testbed's cache, then run it again"


def programs() -> Path:
    """The folder with `kubernetes`, all of a node's programs in one, and `pause`; compiled at the first call."""
    apt.install({"dpkg-source": "dpkg-dev"})
    name = f"kubernetes-{VERSION}-{digest(Path(__file__), PROGRAMS)}"
    return cached(name, compile_to, replaces="kubernetes-*")


def compile_to(folder: Path) -> None:
    """Fetch source and compiler, and compile."""
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="compile-") as place:
        tree = Tree(Path(place))
        tree.fetch()
        # Half of the packages do not wait for the generated one; nor does the generator keep two cores busy.
        with ThreadPoolExecutor() as both:
            waits = [both.submit(tree.generate_openapi), both.submit(tree.precompile)]
        for wait in waits:
            wait.result()
        shutil.rmtree(folder, ignore_errors=True)
        tree.build(f"{KUBERNETES}/cmd/node", folder / "kubernetes")
        tree.build("pause", folder / "pause")


class Tree:
    """A GOPATH with Kubernetes, the programs here, and a compiler, in a folder that is emptied afterwards."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.sources = place / "path" / "src"
        self.kubernetes = self.sources / KUBERNETES
        self.toolchain = place / "toolchain"

    def fetch(self) -> None:
        """Lay out all that is compiled, and what compiles it."""
        self.kubernetes.parent.mkdir(parents=True)
        self.toolchain.mkdir()
        suite = Suite(SUITE, self.place / "apt")
        suite.unpack(TOOLCHAIN, self.toolchain)
        suite.source("kubernetes", self.kubernetes.parent).rename(self.kubernetes)
        vendored = self.kubernetes / "vendor" / REFLECT
        shutil.rmtree(vendored)
        shutil.copytree(self.toolchain / "usr/share/gocode/src" / REFLECT, vendored)
        shutil.copytree(PROGRAMS / "kubernetes", self.kubernetes / "cmd" / "node")
        shutil.copytree(PROGRAMS / "pause", self.sources / "pause")

    def generate_openapi(self) -> None:
        """Write the one package that Kubernetes generates and does not keep in its source."""
        generator = self.place / "openapi-gen"
        self.go("build", "-o", str(generator), "./vendor/k8s.io/kube-openapi/cmd/openapi-gen")
        report, header = self.place / "violations", "/dev/null"
        what = ("--input-dirs", ",".join(self.described()), "--output-package", OPENAPI)
        where = ("--output-file-base", "zz_generated.openapi", "--go-header-file", header)
        self.run(str(generator), *what, *where, "--report-filename", str(report))

    def described(self) -> list[str]:
        """The packages of types that ask for a description."""
        roots = [self.kubernetes / "pkg/apis", *(self.kubernetes / "staging/src/k8s.io").iterdir()]
        unused = {"code-generator", "sample-apiserver"}
        files = (file for root in roots if root.name not in unused for file in root.rglob("*.go"))
        folders = {file.parent for file in files if b"+k8s:openapi-gen=" in file.read_bytes()}
        names = (str(folder.relative_to(self.kubernetes)) for folder in folders)
        return sorted(f"{KUBERNETES}/{name.replace('staging/src/', 'vendor/')}" for name in names)

    def precompile(self) -> None:
        """Compile what does not need the generated package; the compiler's own cache keeps it."""
        packages = [f"./cmd/{name}/app" for name in WITHOUT_OPENAPI]
        self.go("build", *self.compiler_options(), *packages, "./pkg/controlplane")

    def build(self, package: str, program: Path) -> None:
        """Compile and link one program, without symbols."""
        self.go("build", *self.compiler_options(), "-ldflags", f"-s -w {stamps()}", "-o", str(program), package)

    @staticmethod
    def compiler_options() -> tuple[str, ...]:
        """The same for all that is compiled, or it would be compiled once more."""
        return ("-tags", TAGS, "-gcflags", "k8s.io/...=-dwarf=false")

    def go(self, *arguments: str) -> None:
        """Run the compiler."""
        self.run(str(self.toolchain / f"usr/lib/go-{GO}/bin/go"), *arguments)

    def run(self, *argv: str) -> None:
        """Run a program among the sources, with the settings of this tree's compiler."""
        root = self.toolchain / f"usr/lib/go-{GO}"
        settings = {
            "PATH": f"{root}/bin:{os.environ.get('PATH', os.defpath)}",
            "GO111MODULE": "off",
            "GOROOT": str(root),
            "GOPATH": str(self.place / "path"),
            "GOCACHE": str(self.place / "cache"),
            "GOFLAGS": "",
            "CGO_ENABLED": "0",
            "GOGC": "400",  # a compiler lives for a second at a time, and has no time for garbage
        }
        run(*argv, hint=HINT, cwd=self.kubernetes, settings=settings)


def stamps() -> str:
    """Linker flags that tell the programs their version."""
    major, minor, _ = VERSION.removeprefix("v").split(".")
    values: Mapping[str, str] = {
        "gitVersion": VERSION,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "debian",
    }
    packages = [f"{KUBERNETES}/vendor/k8s.io/{name}" for name in ("component-base/version", "client-go/pkg/version")]
    return " ".join(f"-X {package}.{name}={value}" for package in packages for name, value in values.items())
