"""Which addresses are reached through the environment's proxy: those that kubectl reaches through it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tempshell_cli.backends.kubernetes.proxies import proxy_for

PROXY = "http://proxy.corp:3128"


def _through(address: str, **environment: str) -> str:
    return proxy_for(urlsplit(address), environment)


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1:6443", "https://127.9.9.9", "https://localhost:6443", "https://[::1]:6443"]
)
def test_what_is_on_this_machine_is_never_asked_for_elsewhere(address: str) -> None:
    assert _through(address, HTTPS_PROXY=PROXY) == ""


@pytest.mark.parametrize(
    ("address", "no_proxy", "direct"),
    [
        ("https://10.1.2.3:6443", "10.0.0.0/8", True),
        ("https://11.1.2.3:6443", "10.0.0.0/8", False),
        ("https://[fd00::7]:6443", "fd00::/8", True),
        ("https://10.1.2.3:6443", "10.1.2.3", True),
        ("https://10.1.2.3:6443", "10.1.2.3:443", False),
        ("https://10.1.2.3:6443", "10.1.2.3:6443", True),
        ("https://[fd00::7]:6443", "[fd00::7]:6443", True),
        ("https://k8s.corp", "corp", True),
        ("https://k8s.corp", ".corp", True),
        ("https://corp", ".corp", False),
        ("https://k8s.corp", "*.corp", True),
        ("https://k8scorp", "corp", False),
        ("https://K8S.Corp:6443", "k8s.corp:6443", True),
        ("https://k8s.corp", "k8s.corp:6443", False),
        ("https://k8s.corp", " , other, *", True),
        ("https://k8s.corp", "10.0.0.0/99, /, :", False),
        ("https://k8s.corp", "", False),
    ],
)
def test_exceptions_are_names_addresses_and_networks(address: str, no_proxy: str, *, direct: bool) -> None:
    assert _through(address, HTTPS_PROXY=PROXY, NO_PROXY=no_proxy) == ("" if direct else PROXY)


def test_the_scheme_of_the_address_says_which_variable_counts_and_capitals_come_first() -> None:
    assert _through("https://k8s", HTTP_PROXY=PROXY) == ""
    assert _through("http://k8s", HTTP_PROXY=PROXY) == PROXY
    assert _through("https://k8s", https_proxy="http://small", HTTPS_PROXY=PROXY) == PROXY
    assert _through("https://k8s", https_proxy="proxy.corp:3128") == PROXY
