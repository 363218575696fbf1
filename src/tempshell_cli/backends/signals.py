"""Signals for a command in a container: no engine's API can send one to what an exec has started."""

from __future__ import annotations

from collections.abc import Sequence

# In the command's environment, where it is found again: an exec does not report the number of its process, and argv is
# the command's own.
MARK = "TEMPSHELL_EXEC"
_MARKED = f'export {MARK}="$1"; shift; exec "$@"'
# The command leads a session of its own, and its parent (the fourth field of /proc/PID/stat, proc(5)) is outside of the
# container. It may be there only in a moment, for the client connects first. 3: it did not come, or hides.
_SEND = f"""
tries=0
while [ "$tries" -lt 50 ]; do
  for file in $(grep -lsF "{MARK}=$1" /proc/[0-9]*/environ); do
    pid=${{file#/proc/}} pid=${{pid%/environ}}
    read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
    stat=${{stat##*) }} stat=${{stat#* }}
    [ "${{stat%% *}}" = 0 ] || continue
    kill -"$2" -"$pid" 2>/dev/null || kill -"$2" "$pid" && exit 0
  done
  tries=$((tries + 1))
  sleep 0.1
done
exit 3
"""


def marked(argv: Sequence[str], mark: str) -> tuple[str, ...]:
    """Return what runs ``argv`` so that ``send_argv`` finds it, by a mark that is nobody else's."""
    return ("/bin/sh", "-c", _MARKED, "sh", mark, *argv)


def send_argv(mark: str, number: int) -> tuple[str, ...]:
    """Return what sends a signal to the command of that mark, and to what has stayed in its process group.

    To be run in the same container by the same user, within a few seconds. It fails where there is no such command.
    """
    return ("/bin/sh", "-c", _SEND, "sh", mark, str(number))
