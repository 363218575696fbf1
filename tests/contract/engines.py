"""The engines that the contract is for."""

from __future__ import annotations

import pytest

REAL = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker", "kind", "kubernetes")]
EVERY = ["fake", *REAL]

# For what only walls can promise.
on_real_engines = pytest.mark.parametrize("stage", REAL, indirect=True)
