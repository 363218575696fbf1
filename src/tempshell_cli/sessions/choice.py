"""Which backend a session gets, and what is said where it cannot honour an option."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from tempshell_cli.backends.base import Backend, Capability, EngineChoice, HasKubectl, Option, measurable
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.sessions.engines import Engines

AUTO = "auto"


class Needs(NamedTuple):
    """What a session asks of its backend: options, an engine, and what its pack needs.

    ``allowed`` are the backends that the pack names, in its order; none: any. ``cluster``: its tasks look into one.
    """

    options: frozenset[Option] = frozenset()
    engine: EngineChoice = EngineChoice()
    allowed: Sequence[str] = ()
    capabilities: frozenset[Capability] = frozenset()
    cluster: bool = False


def choose_backend(engines: Engines, asked: str, needs: Needs, warn: Callable[[str], object]) -> Backend:
    """Return the backend of that name, or for AUTO the first, in order of preference, that covers the needs.

    The order is the pack's, else that of ``Engines.names``. One whose engine does not answer is passed over, which is
    said to ``warn``, unless an engine was named. Where no backend has the capabilities the first that answers is
    taken, for checks that cannot run are reported. Raises UsageProblem for options that cannot be honoured, and
    EngineUnavailable.
    """
    if asked == AUTO:
        return _first_fitting(engines, needs, warn)
    if needs.allowed and asked not in needs.allowed:
        raise UsageProblem(f"the pack does not run on {asked}", hint=f"it runs on {', '.join(needs.allowed)}")
    refuse_options(engines, asked, needs.options)
    return _backend(engines, asked, needs)


def _first_fitting(engines: Engines, needs: Needs, warn: Callable[[str], object]) -> Backend:
    silent: list[Backend] = []
    unfit: list[Backend] = []
    for name in _candidates(engines, needs):
        backend = _backend(engines, name, needs)
        if not _fits(backend, needs):
            unfit.append(backend)
        elif any(needs.engine) or backend.answers():
            if silent:
                warn(f"{silent[0].name} is not usable here (`tempshell doctor` says why); this is on {name}")
            return backend
        else:
            silent.append(backend)
    if not silent and not unfit:
        where = f"with {' or '.join(needs.allowed)}, which the pack runs on" if needs.allowed else "together"
        raise UsageProblem(f"{_listed(needs.options)} cannot be used {where}", hint=_who_can(engines, needs.options))
    for backend in unfit if not silent else ():
        if backend.answers():
            return backend
    raise _not_usable(silent or unfit)


def refuse_options(engines: Engines, backend: str, options: Collection[Option]) -> None:
    """Raise UsageProblem, with the backends that can honour them, where that one cannot honour some of the options."""
    refused = set(options) - engines.find(backend).options()
    if refused:
        raise UsageProblem(f"{_listed(refused)} cannot be used with {backend}", hint=_who_can(engines, refused))


def _candidates(engines: Engines, needs: Needs) -> Iterator[str]:
    """Yield those that honour the options; one that is not at hand only where the pack names it or no other does."""
    distant: list[str] = []
    found = False
    for name, kind in ((name, engines.find(name)) for name in needs.allowed) if needs.allowed else engines.kinds():
        if not needs.options <= kind.options():
            continue
        if needs.allowed or kind.is_at_hand:
            found = True
            yield name
        else:
            distant.append(name)
    if not found:
        yield from distant


def _backend(engines: Engines, name: str, needs: Needs) -> Backend:
    return engines.get(name, engines.find(name).endpoint_of(needs.engine))


def _fits(backend: Backend, needs: Needs) -> bool:
    if needs.cluster and not isinstance(backend, HasKubectl):
        return False
    wanted = needs.capabilities - measurable(backend)
    try:
        return not wanted or wanted <= backend.capabilities()
    except EngineUnavailable:  # one that does not answer is found out by the next question
        return True


def _not_usable(backends: Sequence[Backend]) -> EngineUnavailable:
    """Return what is wrong with the only one there is, in its own words; of several, which they are."""
    if len(backends) == 1 and (problems := backends[0].doctor()):
        return EngineUnavailable(problems[0].what, hint=problems[0].hint)
    names = " or ".join(backend.name for backend in backends)
    return EngineUnavailable(
        f"this needs {names}, and no such engine answers", hint="`tempshell doctor` says what is missing"
    )


def _who_can(engines: Engines, options: Collection[Option]) -> str:
    """Return with which backends the options can be used."""
    kinds = dict(engines.kinds())

    def able(option: Option) -> tuple[str, ...]:
        return tuple(name for name, kind in kinds.items() if option in kind.options())

    groups = [(names, list(some)) for names, some in groupby(sorted(options, key=able), able)]
    if len(groups) == 1:
        return f"use {'it' if len(options) == 1 else 'them'} with {' or '.join(groups[0][0])}"
    return "use " + ", and ".join(f"{_listed(some)} with {' or '.join(names)}" for names, some in groups)


def _listed(options: Collection[Option]) -> str:
    return " and ".join(option for option in Option if option in options)
