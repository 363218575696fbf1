"""What a kind of check is: the keys that a pack gives it, and how it looks at a sandbox."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, StructMeta
from msgspec.structs import replace

from tempshell_cli.packs.checks.matching import Mismatch
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.reading.fields import Strict


class _AbstractStructMeta(StructMeta, ABCMeta):
    """The metaclass of a struct with abstract methods."""


class Kind(Strict, metaclass=_AbstractStructMeta, frozen=True, kw_only=True):
    """A kind of check: its fields are its keys in a pack. A field of ``criteria.Probe`` registers it.

    The reference and the schema show its docstring and what its fields say. docs/extending.md walks through one.
    """

    @abstractmethod
    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Look once, for ``timeout`` seconds at most; return what is wrong, None where nothing is. Changes nothing.

        Raises CannotLook where the look could not be taken through no fault of the learner's, Prevented where it is the
        learner's doing, and EngineUnavailable.
        """

    def parts(self) -> Iterator[Kind]:
        """Yield the kinds that it is put together from: by itself it is one."""
        yield self

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the pack that it reads."""
        return ()

    def with_files(self, files: Mapping[str, bytes]) -> Kind:
        """Return it with the contents of its files, which are among these."""
        del files
        return self

    @property
    def needs_cluster(self) -> bool:
        """Whether it looks into a Kubernetes cluster."""
        return False

    @property
    def object_ref(self) -> str:
        """The object of the cluster that it reads, so that one look can read those of many checks; "" for none."""
        return ""

    @property
    def listing(self) -> tuple[str, ...]:
        """The arguments of the kubectl that it runs, so that checks with the same ones share a look; () for none."""
        return ()

    @property
    def pods(self) -> tuple[str, str] | None:
        """The label and the namespace of the pods of which it enters the newest; None where it enters none by these."""
        return None

    @property
    def owned_in(self) -> str:
        """The namespace of which it reads the pods and their owners, to compare a status with them; "" for none."""
        return ""


def with_files(value: Any, files: Mapping[str, bytes]) -> Any:  # noqa: ANN401 - a part of a task
    """Return a part of a task in which each kind of check has the contents of the files that it names."""
    if isinstance(value, Kind):
        return value.with_files(files)
    if isinstance(value, Struct):
        return replace(value, **{name: with_files(getattr(value, name), files) for name in value.__struct_fields__})
    return tuple(with_files(one, files) for one in value) if isinstance(value, tuple) else value
