"""The practice screen under a pilot, without a terminal."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from .fakes import FakePractice
from .stage import Stage, staged

Play = Callable[..., AbstractAsyncContextManager[Stage]]


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
def play(practice: FakePractice) -> Play:
    """Opens the screen on the test's practice; takes the options of ``staged``."""
    return partial(staged, practice)
