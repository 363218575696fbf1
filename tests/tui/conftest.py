"""The practice screen under a pilot, without a terminal."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from .app_user import AppUser, using_app
from .fakes import FakePractice

OpenApp = Callable[..., AbstractAsyncContextManager[AppUser]]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture
def practice() -> FakePractice:
    return FakePractice()


@pytest.fixture
def open_app(practice: FakePractice) -> OpenApp:
    """Opens the screen on the test's practice; takes the options of ``using_app``."""
    return partial(using_app, practice)
