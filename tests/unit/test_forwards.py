"""What is typed for a port that is to be forwarded."""

from __future__ import annotations

import socket

import pytest

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.sessions.forwarding.ports import PortForward, listening, parse_forward


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("80", ("127.0.0.1", 0, 80)),
        (":80", ("127.0.0.1", 0, 80)),
        ("8080:80", ("127.0.0.1", 8080, 80)),
        ("127.0.0.1:8080:80", ("127.0.0.1", 8080, 80)),
        ("localhost:8080:80", ("127.0.0.1", 8080, 80)),
        ("0.0.0.0::80", ("0.0.0.0", 0, 80)),  # noqa: S104 - typed, not bound
        ("65535", ("127.0.0.1", 0, 65535)),
    ],
)
def test_a_port_is_read(typed: str, meant: tuple[str, int, int]) -> None:
    assert parse_forward(typed) == PortForward(*meant)


def test_a_missing_local_port_can_mean_the_same() -> None:
    assert parse_forward("80", same=True).local == 80
    assert parse_forward(":80", same=True).local == 0


@pytest.mark.parametrize(
    "typed", ["", ":", "0", "65536", "-1", "٣", "80/tcp", "8080:", "x:80", "a:1:2", "1.2.3:1:2", "1:2:3:4", "999999999"]
)
def test_what_is_no_port_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        parse_forward(typed)
    assert "[[ADDRESS:]LOCAL:]PORT" in refused.value.hint


@pytest.mark.parametrize("typed", ["[::1]:8080:80", "::1:8080:80"])
def test_ipv6_is_refused_by_name(typed: str) -> None:
    with pytest.raises(UsageProblem, match="IPv4 only"):
        parse_forward(typed)


def test_a_port_that_is_in_use_is_named_and_nothing_listens_afterwards() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as first:
        port, free = taken.getsockname()[1], first.getsockname()[1]
        first.close()
        wanted = [PortForward("127.0.0.1", free, 80), PortForward("127.0.0.1", port, 81)]
        with pytest.raises(UsageProblem, match=f"127.0.0.1:{port}: another program uses") as refused, listening(wanted):
            pytest.fail("it listens")
        assert ":81" in refused.value.hint
        socket.create_server(("127.0.0.1", free)).close()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(UsageProblem, match="does not have the address"), listening([PortForward("192.0.2.1", 0, 80)]):
        pytest.fail("it listens")
