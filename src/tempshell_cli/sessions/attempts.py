"""What a program inside may try against its sandbox's walls. Runs inside, without our packages, and writes JSON.

Its argument is the name of an abstract socket that listens on the machine where `doctor` runs. Nothing here does harm
where it succeeds: what is opened for writing is not written to, and what is connected to is sent nothing.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import platform
import pty
import socket
import stat
import struct
import sys
import termios
from collections.abc import Callable

NO_ANSWER = {errno.ETIMEDOUT, errno.EAGAIN, errno.EINPROGRESS}
TIMEOUT = 1.0  # seconds for a connection
METADATA = ("169.254.169.254", 80)
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path
ENGINE_SOCKETS = (
    *("/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/crio/crio.sock"),
    *("/run/podman/podman.sock", "/run/k3s/containerd/containerd.sock"),
)
KERNEL_SWITCHES = (
    *("/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe"),
    *("/sys/kernel/uevent_helper", "/sys/fs/cgroup/release_agent", "/proc/sys/vm/overcommit_memory"),
)
KERNEL_MEMORY = ("/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/sys/kernel/debug", "/sys/kernel/tracing")
USUAL_FAMILIES = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, getattr(socket, "AF_NETLINK", -1)}
KEYCTL = {"x86_64": 250, "aarch64": 219}  # the number of keyctl(2)
PROCESS_KEYRING = -2  # it is not made by asking for it, as the user's is
FAMILIES = 64  # more than a kernel has
NO_TYPE = 15  # of a socket: the greatest number that the system call takes, and no kernel has
SHOWN = 4  # names of families
CLONE_NEWUSER, PTRACE_ATTACH, PTRACE_DETACH = 0x10000000, 16, 17
libc = ctypes.CDLL(None, use_errno=True)


class Stopped(Exception):
    """What shows that none of several ways is open."""


class NotTried(Exception):
    """Why nothing can be said."""


def refusal() -> OSError:
    return OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def in_a_child(attempt: Callable[[], None]) -> None:
    """Make an attempt that changes its process; raise what it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        code = errno.EIO
        try:
            attempt()
            code = 0
        except OSError as cause:
            code = cause.errno or errno.EIO
        finally:  # the child is never to go on with what its parent does
            os.write(writer, bytes([code]))
            os._exit(0)
    os.close(writer)
    said = os.read(reader, 1)
    os.close(reader)
    os.waitpid(child, 0)
    if not said:
        raise OSError(errno.EPERM, "the program was killed")
    if said[0]:
        raise OSError(said[0], os.strerror(said[0]))


def trace_pid_1() -> str:
    if libc.ptrace(PTRACE_ATTACH, 1, None, None):
        raise refusal()
    os.waitpid(1, 0)
    libc.ptrace(PTRACE_DETACH, 1, None, None)
    return "PID 1 was stopped and let go on"


def write_memory_of_pid_1() -> str:
    os.close(os.open("/proc/1/mem", os.O_RDWR))
    return "/proc/1/mem opens"


def read_environment_of_pid_1() -> str:
    os.close(os.open("/proc/1/environ", os.O_RDONLY))
    return "/proc/1/environ opens"


def open_callers_terminal() -> str:
    os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    return "/dev/tty opens, and no terminal was given"


def type_into_a_terminal() -> str:
    try:
        ours, theirs = pty.openpty()
    except OSError as cause:
        raise NotTried(f"no terminal can be made inside: {cause.strerror}") from cause

    def push() -> None:
        os.setsid()
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        fcntl.ioctl(theirs, termios.TIOCSTI, b"#")

    try:
        in_a_child(push)
    finally:
        os.close(ours)
        os.close(theirs)
    return "TIOCSTI is allowed"


def make_unusual_sockets() -> str:
    """Only what a filter says is looked for: for a socket that can be made the kernel loads a module, which stays."""
    names = {int(value): name for name, value in vars(socket).items() if name.startswith("AF_")}
    passed = [names.get(family, f"family {family}") for family in range(1, FAMILIES) if passes_filters(family)]
    if len(passed) <= SHOWN:
        return those_of(passed, f"{FAMILIES - len(USUAL_FAMILIES)} families can be asked for")
    return f"{', '.join(passed[:SHOWN])} and {len(passed) - SHOWN} more are not filtered"


def passes_filters(family: int) -> bool:
    """Return whether the kernel itself refuses a type of socket that there is not, which it does before all else."""
    if family in USUAL_FAMILIES:
        return False
    try:
        socket.socket(family, NO_TYPE).close()
    except OSError as cause:
        return cause.errno == errno.EINVAL
    return True


def make_raw_socket() -> str:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    return "a raw socket can be made"


def open_kernel_switches() -> str:
    return those_of(
        [path for path in KERNEL_SWITCHES if opens(path, os.O_WRONLY)], f"{len(KERNEL_SWITCHES)} files opens"
    )


def read_kernel_memory() -> str:
    found = [path for path in KERNEL_MEMORY if opens(path, os.O_RDONLY | os.O_NONBLOCK)]
    return those_of(found, f"{len(KERNEL_MEMORY)} files opens")


def opens(path: str, how: int) -> bool:
    try:
        if os.path.isdir(path):
            return bool(os.listdir(path))
        os.close(os.open(path, how))
    except OSError:
        return False
    return True


def those_of(found: list[str], tried: str) -> str:
    if not found:
        raise Stopped(f"none of {tried}")
    return ", ".join(found)


def use_keyring() -> str:
    number = KEYCTL.get(platform.machine())
    if number is None:
        raise NotTried(f"the number of the system call on {platform.machine()} is not known")
    if libc.syscall(number, 0, PROCESS_KEYRING, 0) == -1 and ctypes.get_errno() != errno.ENOKEY:
        raise refusal()
    return "keyrings can be used"


def make_user_namespace() -> str:
    def make() -> None:
        if libc.unshare(CLONE_NEWUSER):
            raise refusal()

    in_a_child(make)
    return "a user namespace can be made"


def mount_a_filesystem() -> str:
    def mount() -> None:
        if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None):
            raise refusal()

    in_a_child(mount)
    return "a filesystem can be mounted"


def become_root_by_setuid() -> str:
    """A setuid program gives nothing where no_new_privs is set."""
    if os.geteuid() == 0:
        raise NotTried("the program is root already")
    with open("/proc/self/status", encoding="utf-8") as status:
        if "NoNewPrivs:\t1" in status.read():
            raise Stopped("no_new_privs is set")
    found = [path for root in ("/bin", "/sbin", "/usr", "/opt") for path in setuid_programs(root)]
    return those_of(found[:3], "the programs is setuid root")


def setuid_programs(root: str) -> list[str]:
    paths = [os.path.join(folder, name) for folder, _, files in os.walk(root) for name in files]
    return [path for path in paths if is_setuid(path)]


def is_setuid(path: str) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & stat.S_ISUID) and found.st_uid == 0


def reach_engine() -> str:
    return those_of([path for path in ENGINE_SOCKETS if connects(path)], f"{len(ENGINE_SOCKETS)} sockets answers")


def connects(address: str) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(address) == 0


def reach_machines_socket() -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0" + sys.argv[1])
    return "an abstract socket of this machine answers"


def have_cluster_token() -> str:
    os.close(os.open(TOKEN, os.O_RDONLY))
    return f"{TOKEN} opens"


def reach_cluster() -> str:
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        raise NotTried("no cluster is named in the environment")
    return dial((host, int(port)))


def reach_metadata() -> str:
    return dial(METADATA)


def reach_gateway() -> str:
    """A refused connection is an answer, too: the machine was reached."""
    try:
        with open("/proc/net/route", encoding="utf-8") as routes:
            lines = [line.split() for line in routes]
    except OSError as cause:
        raise NotTried(f"routes cannot be read: {cause.strerror}") from cause
    gateways = [line[2] for line in lines[1:] if line[1] == "0" * 8 and line[2] != "0" * 8]
    if not gateways:
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
    gateway = socket.inet_ntoa(struct.pack("=L", int(gateways[0], 16)))
    try:
        return dial((gateway, 1))
    except ConnectionRefusedError:
        return f"{gateway} answers"


def dial(address: tuple[str, int]) -> str:
    try:
        socket.create_connection(address, TIMEOUT).close()
    except OSError as cause:
        if isinstance(cause, socket.timeout) or cause.errno in NO_ANSWER:
            raise NotTried("no answer: it is stopped on the way, or nothing is there") from cause
        raise
    return f"{address[0]} answers"


ATTEMPTS = {
    "trace PID 1": trace_pid_1,
    "write the memory of PID 1": write_memory_of_pid_1,
    "read the environment of PID 1": read_environment_of_pid_1,
    "open the caller's terminal": open_callers_terminal,
    "type into a terminal (TIOCSTI)": type_into_a_terminal,
    "make sockets of other families": make_unusual_sockets,
    "make a raw socket": make_raw_socket,
    "open the kernel's switches in /proc and /sys": open_kernel_switches,
    "read the kernel's memory and log": read_kernel_memory,
    "use the kernel's keyring": use_keyring,
    "make a user namespace": make_user_namespace,
    "mount a filesystem": mount_a_filesystem,
    "become root by a setuid program": become_root_by_setuid,
    "reach an engine's socket": reach_engine,
    "reach an abstract socket of this machine": reach_machines_socket,
    "read a token of the cluster": have_cluster_token,
    "reach the cluster's API": reach_cluster,
    "reach the metadata address": reach_metadata,
    "reach the gateway, which may be the engine's machine": reach_gateway,
}


def outcome(attempt: Callable[[], str]) -> tuple[str, str]:
    try:
        return "not stopped", attempt()
    except NotTried as why:
        return "not tried", str(why)
    except Stopped as how:
        return "stopped", str(how)
    except OSError as cause:
        return "stopped", cause.strerror or str(cause)


if __name__ == "__main__":
    json.dump([[name, *outcome(attempt)] for name, attempt in ATTEMPTS.items()], sys.stdout)
