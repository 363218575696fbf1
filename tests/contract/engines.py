"""The engines that the contract is for."""

from __future__ import annotations

import pytest

REAL = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker", "kind", "kubernetes")]
EVERY = ["fake", *REAL]

# For what only walls can promise.
on_real_engines = pytest.mark.parametrize("stage", REAL, indirect=True)
# For what takes a cluster of its own, where one test of kind in short shows that it is wired up there as well.
_LONG = {"kind": [pytest.mark.long]}
on_real_engines_and_long_on_kind = pytest.mark.parametrize(
    "stage",
    [pytest.param(*one.values, marks=[*one.marks, *_LONG.get(str(one.values[0]), [])]) for one in REAL],
    indirect=True,
)
