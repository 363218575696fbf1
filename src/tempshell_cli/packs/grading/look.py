"""One look at a sandbox, whatever the kind of check. Read-only, and the same however often it is taken."""

from __future__ import annotations

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.packs.checks.criteria import Probe
from tempshell_cli.packs.checks.matching import CannotLook, Prevented
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.grading.results import Outcome
from tempshell_cli.packs.reading.fields import seconds


def look(probe: Probe, shell: SandboxShell) -> Outcome:
    """Look once, and raise nothing: what keeps the check from running is an error, or the learner's own doing."""
    try:
        mismatch = probe.kind.look(shell, seconds(probe.timeout))
    except Prevented as cause:
        return Outcome.prevented(f"it could not run, and counts as failed: {cause}")
    except (CannotLook, EngineUnavailable) as cause:
        return Outcome.error(str(cause))
    except Exception as bug:  # noqa: BLE001 - what is judged is a stranger's data, and one check must not end the grading
        return Outcome.error(f"what was found cannot be judged: {type(bug).__name__}: {bug}")
    return Outcome.failed(*mismatch) if mismatch else Outcome.passed()
