"""A node image for kind by the name that kind's users know, made of Go modules and Debian's packages.

It works with kind's default configuration, with several nodes too, and has metrics-server. Different from kind's own:
pods get their network from the node itself, so `disableDefaultCNI` leaves out nothing but the enforcement of network
policies; the default StorageClass binds at once, and its volumes are folders of the node. The programs of its own are
in `node/go`.
"""

import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import apt, engine, images, kubernetes
from .images import ENGINE_HINT, present, pulled
from .steps import CACHE, SetupError, cached, digest, last_lines, run, step
from .suite import Suite

VERSION = kubernetes.version()
TAG = f"kindest/node:{VERSION}"
RECIPE = "testbed.recipe"
"""A label with the digest of all that the image is made by."""
FILES = Path(__file__).parent / "node"
SUITE = "trixie"
"""The last Debian whose systemd runs on cgroup v1."""
PACKAGES = (
    *("systemd", "systemd-sysv", "mount", "kmod", "procps"),
    *("conntrack", "ebtables", "ethtool", "iproute2", "iptables", "nftables", "socat", "libseccomp2"),
    *("ca-certificates", "curl", "jq"),
)
NEWER_SUITE = "sid"
NEWER_PACKAGES = ("containerd", "runc", "containernetworking-plugins")
"""From a newer suite, whose packages need no newer library than the node has: Kubernetes needs containerd 2."""
ROOT = "tempshell-test/node-root:1"
STAGES = ("node", "programs", "control-plane", "pause")
PRELOADED = {
    "control-plane": (
        *(
            f"registry.k8s.io/kube-{name}:{VERSION}"
            for name in ("apiserver", "controller-manager", "proxy", "scheduler")
        ),
        "registry.k8s.io/coredns/coredns:v1.14.6",
        "registry.k8s.io/etcd:3.7.0-0",
        "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
    ),
    "pause": ("registry.k8s.io/pause:3.10.2",),
}
"""Stage of the Dockerfile -> the names under which kubeadm, and containerd's settings, ask for it."""


def ensure() -> None:
    """Leave the image on the engine, or raise SetupError; any of that tag that is not of this making stays."""
    if found():
        return
    archive = cached(archive_name(), make, replaces="node-*")
    if made_by() != recipe():
        with step(f"load {archive}"):
            docker("load", "--input", str(archive))


def is_to_be_had() -> bool:
    """Whether nothing has to be compiled: the image is on the engine, in a registry that answers, or in the cache."""
    return (CACHE / archive_name()).exists() or (engine.answers() and found())


def recipe() -> str:
    """The digest of all that the image is made by."""
    return digest(Path(__file__), Path(kubernetes.__file__), FILES)


def archive_name() -> str:
    """The image's name in the cache."""
    return f"node-{VERSION}-{recipe()}.tar"


def found() -> bool:
    """Whether the engine has the image, now that a registry, if one answers, was asked for it."""
    with step(f"image {TAG}") as outcome:
        if present(TAG) and made_by() in {recipe(), ""}:
            outcome("present")
        elif pulled(TAG, outcome):
            outcome("pulled")
        else:
            outcome("absent, or made by an older recipe")
            return False
        return True


def made_by() -> str:
    """The recipe of the image on the engine; nothing for no image, and for one that was not made here."""
    if not present(TAG):
        return ""
    return docker("image", "inspect", "--format", f'{{{{index .Config.Labels "{RECIPE}"}}}}', TAG).strip()


def make(archive: Path) -> None:
    """Make the image on the engine, and keep it."""
    apt.install({"mmdebstrap": "mmdebstrap"})
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="node-") as folder:
        place = Path(folder)
        with step(f"compile Kubernetes {VERSION}, and lay out a Debian for its nodes") as outcome:
            with ThreadPoolExecutor() as both:
                root, programs = both.submit(import_root, place), both.submit(kubernetes.programs)
            root.result()
            outcome(f"compiled {programs.result()}")
        with step("build the node and the images of its control plane"):
            build(place / "context", programs.result())
        with step(f"make {TAG}, with these images in its containerd"):
            preload(place / "images.tar")
    with step(f"save {TAG}") as outcome:
        docker("save", "--output", str(archive), TAG)
        outcome(f"{archive.stat().st_size / 1e6:.0f} MB")
    docker("image", "rm", ROOT, *map(stage_tag, STAGES))


def import_root(place: Path) -> None:
    """A Debian with the packages a node is made of, as an image."""
    root, newer = place / "root.tar", Suite(NEWER_SUITE, place / "apt")
    packages = [newer.download(package, place) for package in NEWER_PACKAGES]
    images.debian_root(root, SUITE, PACKAGES, packages)
    docker("import", str(root), ROOT)
    root.unlink()


def build(context: Path, programs: Path) -> None:
    """Build every stage from the files here and the programs."""
    shutil.copytree(FILES, context)
    shutil.copytree(programs, context, dirs_exist_ok=True)
    for stage in STAGES:
        argument = ("--build-arg", f"root={ROOT}")
        docker("build", "--target", stage, "--tag", stage_tag(stage), *argument, str(context))


def stage_tag(stage: str) -> str:
    """The tag of a stage's image while the node image is made."""
    return f"tempshell-test/{stage}:{VERSION}"


def preload(archive: Path) -> None:
    """Commit a node whose containerd has the images, unpacked.

    containerd unpacks onto a tmpfs and its files are copied from there: an engine's own overlay
    can hold no other overlay, and a volume would stay with the committed image.
    """
    docker("save", "--output", str(archive), *map(stage_tag, PRELOADED))
    script = (FILES / "preload").read_text(encoding="utf-8")
    names = [f"docker.io/{stage_tag(stage)}={name}" for stage, names in PRELOADED.items() for name in names]
    options = ("--interactive", "--privileged", "--tmpfs", "/preload", "--entrypoint", "bash")
    container = docker("create", *options, stage_tag("node"), "-c", script, "preload", *names).strip()
    try:
        feed(archive, "docker", "start", "--attach", "--interactive", container)
        entrypoint = 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]'  # which clears the command, too
        docker("commit", "--change", entrypoint, "--change", f"LABEL {RECIPE}={recipe()}", container, TAG)
    finally:
        docker("rm", "--force", "--volumes", container)


def feed(file: Path, *argv: str) -> None:
    """Run the program with the file as its input; SetupError when it fails."""
    with file.open("rb") as stream:
        done = subprocess.run(argv, stdin=stream, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"{' '.join(argv)}: {last_lines(done.stderr)}", ENGINE_HINT)


def docker(*arguments: str) -> str:
    """The client's stdout."""
    return run("docker", *arguments, hint=ENGINE_HINT)
