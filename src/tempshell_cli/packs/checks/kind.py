"""What a kind of check is: the keys that a pack gives it, and how it looks at a sandbox."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Iterator, Mapping
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

    def record(self, sandbox: SandboxShell, timeout: float) -> Mapping[str, str]:
        """Read what it compares with later, right after the task was set up; by keys that say what it is.

        Raises CannotLook where that is not there, and EngineUnavailable.
        """
        del sandbox, timeout
        return {}

    def with_record(self, record: Mapping[str, str]) -> Kind:
        """Return it with what it has read, which is part of this."""
        del record
        return self

    @property
    def runs_learners_program(self) -> bool:
        """Whether it starts a program of the learner's, which may do anything: only when the learner asks for it."""
        return False

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


def with_kinds(value: Any, change: Callable[[Kind], Kind]) -> Any:  # noqa: ANN401 - a part of a task
    """Return a part of a task in which each kind of check is what ``change`` makes of it."""
    if isinstance(value, Kind):
        return change(value)
    if isinstance(value, Struct):
        return replace(value, **{name: with_kinds(getattr(value, name), change) for name in value.__struct_fields__})
    return tuple(with_kinds(one, change) for one in value) if isinstance(value, tuple) else value
