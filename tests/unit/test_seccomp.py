"""The filter of the local backend, as the kernel reads it."""

from __future__ import annotations

import struct

import pytest

from tempshell_cli.backends.local.seccomp import filter_program

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
X86_64, AARCH64, I386 = 0xC000003E, 0xC00000B7, 0x40000003
NEWUSER, NEWPID, SIGCHLD = 0x10000000, 0x20000000, 17
TIOCSTI, TIOCGWINSZ = 0x5412, 0x5413
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def verdict(machine: str, architecture: int, number: int, *arguments: int, admin: bool = False) -> int:
    """Run the program on a call, as linux/seccomp.h lays it out, and return what the kernel would be told."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    program = list(struct.iter_unpack("=HBBI", filter_program(machine, admin=admin)))
    loaded, at = 0, 0
    while True:
        code, if_true, if_false, value = program[at]
        at += 1
        if code == RETURN:
            return int(value)
        if code == LOAD:
            (loaded,) = struct.unpack_from("=I", data, value)
            continue
        holds = {
            JUMP_EQUAL: loaded == value,
            JUMP_GREATER_EQUAL: loaded >= value,
            JUMP_SET: bool(loaded & value),
        }[code]
        at += if_true if holds else if_false


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("read", (0,)), ("write", (57,)), ("clone", (56, SIGCHLD)), ("clone into a pid namespace", (56, NEWPID)),
        ("unshare files", (272, 0x400)), ("ask for a size", (16, 0, TIOCGWINSZ)), ("execve", (59,)),
    ],
)  # fmt: skip
def test_ordinary_calls_pass(call: str, arguments: tuple[int, ...]) -> None:
    assert verdict("x86_64", X86_64, *arguments) == ALLOW, call


@pytest.mark.parametrize(
    ("call", "arguments", "error"),
    [
        ("clone a user namespace", (56, NEWUSER | SIGCHLD), EPERM),
        ("unshare a user namespace", (272, NEWUSER), EPERM),
        ("clone3, whose flags cannot be seen", (435,), ENOSYS),
        ("push input into a terminal", (16, 0, TIOCSTI), EPERM),
        ("the same with its upper half set", (16, 0, TIOCSTI | 1 << 32), EPERM),
        ("keyctl", (250,), EPERM),
        ("bpf", (321,), EPERM),
        ("setns", (308,), EPERM),
        ("userfaultfd", (323,), EPERM),
        ("io_uring_setup", (425,), EPERM),
        ("load a kernel module", (175,), EPERM),
        ("a call by an x32 number", (0x40000000 + 1,), ENOSYS),
    ],
)
def test_calls_that_break_sandboxes_are_refused(call: str, arguments: tuple[int, ...], error: int) -> None:
    assert verdict("x86_64", X86_64, *arguments) == ERRNO | error, call


UNIX, INET, INET6, NETLINK, PACKET = 1, 2, 10, 16, 17
MACHINES = pytest.mark.parametrize(
    ("machine", "architecture", "calls"), [("x86_64", X86_64, (41, 53)), ("aarch64", AARCH64, (198, 199))]
)


@MACHINES
@pytest.mark.parametrize("admin", [False, True])
def test_sockets_are_of_a_few_families(machine: str, architecture: int, calls: tuple[int, int], admin: bool) -> None:  # noqa: FBT001 - a parameter of the test
    allowed = {UNIX, INET, INET6, NETLINK} | ({PACKET} if admin else set())
    for call in calls:
        for family in range(64):
            expected = ALLOW if family in allowed else ERRNO | EAFNOSUPPORT
            assert verdict(machine, architecture, call, family, 1, admin=admin) == expected, (call, family)
        assert verdict(machine, architecture, call, UNIX | 1 << 32, admin=admin) == ALLOW  # the kernel takes an int


@pytest.mark.parametrize("call", [(56, NEWUSER), (272, NEWUSER), (435,), (308,)])
def test_an_administrator_may_make_namespaces(call: tuple[int, ...]) -> None:
    assert verdict("x86_64", X86_64, *call, admin=True) == ALLOW


@pytest.mark.parametrize(
    ("call", "error"),
    [((16, 0, TIOCSTI), EPERM), ((16, 0, 0x541C), EPERM), ((425,), EPERM), ((250,), EPERM), ((0x40000001,), ENOSYS)],
)
def test_an_administrator_reaches_nothing_of_the_machine(call: tuple[int, ...], error: int) -> None:
    """Terminals, sockets through io_uring, the keyring that the caller's session has, another ABI's numbers."""
    assert verdict("x86_64", X86_64, *call, admin=True) == ERRNO | error


def test_another_abis_numbers_are_refused() -> None:
    assert verdict("x86_64", I386, 1) == ERRNO | ENOSYS


def test_the_other_machine_has_its_own_numbers() -> None:
    assert verdict("aarch64", AARCH64, 220, NEWUSER) == ERRNO | EPERM
    assert verdict("aarch64", AARCH64, 97, NEWUSER) == ERRNO | EPERM
    assert verdict("aarch64", AARCH64, 63) == ALLOW
    assert verdict("aarch64", X86_64, 63) == ERRNO | ENOSYS


def test_a_machine_whose_calls_are_not_known_gets_no_filter() -> None:
    assert filter_program("riscv64") == b""
