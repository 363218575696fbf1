"""The system-call filter of a sandbox, as classic BPF.

A namespace sandbox shares the host's kernel, so the filter closes what namespaces leave open: new user namespaces
(the way to most kernel bugs of recent years), keyrings (a session's is inherited), BPF, perf, userfaultfd, typing into
another process's terminal (TIOCSTI, CVE-2017-5226), and sockets that no network namespace holds (AF_VSOCK leads to the
hypervisor, AF_ALG into the kernel's cryptography). The list follows the reasons Docker gives for its default profile:
https://docs.docker.com/engine/security/seccomp/

An administrator may make namespaces, and open packet sockets: tcpdump needs them, and they see no more than the
sandbox's own network. io_uring is refused there too, because it makes sockets that no filter sees.
"""

from __future__ import annotations

import errno
import os
import struct

# BPF opcodes (linux/bpf_common.h): load a word of seccomp_data, jump if equal / if any bit set, return.
_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_CLONE_NEWUSER = 0x10000000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_UNIX, _INET, _INET6, _NETLINK, _PACKET = 1, 2, 10, 16, 17  # linux/socket.h
# struct seccomp_data: nr, arch, instruction_pointer, args[6]; the low words of the first two arguments.
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24
_X32_BIT = 0x40000000

# AUDIT_ARCH_* and the numbers of the refused calls, from asm/unistd_64.h and asm-generic/unistd.h.
_ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "clone": 56, "unshare": 272, "ioctl": 16, "clone3": 435, "setns": 308, "socket": 41, "socketpair": 53,
            "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321, "perf_event_open": 298,
            "userfaultfd": 323, "open_by_handle_at": 304, "kexec_load": 246, "kexec_file_load": 320,
            "init_module": 175, "finit_module": 313, "delete_module": 176, "acct": 163, "swapon": 167,
            "swapoff": 168, "reboot": 169, "io_uring_setup": 425, "io_uring_enter": 426,
            "io_uring_register": 427, "move_pages": 279, "mbind": 237, "quotactl": 179, "lookup_dcookie": 212,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "clone": 220, "unshare": 97, "ioctl": 29, "clone3": 435, "setns": 268, "socket": 198, "socketpair": 199,
            "add_key": 217, "request_key": 218, "keyctl": 219, "bpf": 280, "perf_event_open": 241,
            "userfaultfd": 282, "open_by_handle_at": 265, "kexec_load": 104, "kexec_file_load": 294,
            "init_module": 105, "finit_module": 273, "delete_module": 106, "acct": 89, "swapon": 224,
            "swapoff": 225, "reboot": 142, "io_uring_setup": 425, "io_uring_enter": 426,
            "io_uring_register": 427, "move_pages": 239, "mbind": 235, "quotactl": 60, "lookup_dcookie": 18,
        },
    ),
}  # fmt: skip
_BY_ARGUMENT = frozenset({"clone", "unshare", "ioctl", "clone3", "socket", "socketpair"})
_NAMESPACES = frozenset({"clone", "unshare", "clone3", "setns"})


def filter_program(machine: str | None = None, *, admin: bool = False) -> bytes:
    """Return the filter for a machine (``uname -m``; default this one), empty where its calls are not known."""
    known = _ARCHITECTURES.get(machine or os.uname().machine)
    if known is None:
        return b""
    architecture, numbers = known
    refused = numbers.keys() - _BY_ARGUMENT - (_NAMESPACES if admin else frozenset())
    families = (_UNIX, _INET, _INET6, _NETLINK, *((_PACKET,) if admin else ()))
    return b"".join(
        (
            _guard_architecture(architecture),
            *(_refuse(numbers[name]) for name in sorted(refused)),
            *(() if admin else _refuse_user_namespaces(numbers)),
            _refuse_request(numbers["ioctl"], _TIOCSTI),
            _refuse_request(numbers["ioctl"], _TIOCLINUX),
            _allow_families(numbers["socket"], families),
            _allow_families(numbers["socketpair"], families),
            _op(_RETURN, _ALLOW),
        )
    )


def _refuse_user_namespaces(numbers: dict[str, int]) -> tuple[bytes, ...]:
    return (
        # ENOSYS makes the C library fall back to clone, whose flags a filter can see.
        _refuse(numbers["clone3"], errno.ENOSYS),
        _refuse_flag(numbers["clone"], _CLONE_NEWUSER),
        _refuse_flag(numbers["unshare"], _CLONE_NEWUSER),
    )


def _op(code: int, value: int, jump_true: int = 0, jump_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, jump_true, jump_false, value)


def _error(number: int) -> bytes:
    return _op(_RETURN, _ERRNO | number)


def _guard_architecture(architecture: int) -> bytes:
    """Refuse calls by another ABI's numbers, x32's among them, and leave the call's number loaded."""
    return b"".join(
        (
            _op(_LOAD, _ARCH),
            _op(_JUMP_EQUAL, architecture, 1),
            _error(errno.ENOSYS),
            _op(_LOAD, _NR),
            _op(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1),
            _error(errno.ENOSYS),
        )
    )


def _refuse(number: int, error: int = errno.EPERM) -> bytes:
    return _op(_JUMP_EQUAL, number, 0, 1) + _error(error)


def _refuse_flag(number: int, flag: int) -> bytes:
    return _on_argument(number, _ARG0, _op(_JUMP_SET, flag, 0, 1))


def _refuse_request(number: int, request: int) -> bytes:
    return _on_argument(number, _ARG1, _op(_JUMP_EQUAL, request, 0, 1))


def _allow_families(number: int, families: tuple[int, ...]) -> bytes:
    """Refuse sockets of any other family, and load the number again."""
    past = len(families)
    allowed = (_op(_JUMP_EQUAL, family, past - at) for at, family in enumerate(families))
    return b"".join(
        (
            _op(_JUMP_EQUAL, number, 0, past + 3),
            _op(_LOAD, _ARG0),
            *allowed,
            _error(errno.EAFNOSUPPORT),
            _op(_LOAD, _NR),
        )
    )


def _on_argument(number: int, argument: int, test: bytes) -> bytes:
    """Run the test on an argument of one call, refuse where it holds, and load the number again."""
    return b"".join((_op(_JUMP_EQUAL, number, 0, 4), _op(_LOAD, argument), test, _error(errno.EPERM), _op(_LOAD, _NR)))
