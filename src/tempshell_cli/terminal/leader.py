"""The one key that is tempshell's, in a terminal that has no screen around it."""

from __future__ import annotations

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.terminal.keyboard import keys_of, split
from tempshell_cli.terminal.wire import Key, KeyAction, Modifiers

FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 25))
_HELD = {"alt": Modifiers.ALT, "ctrl": Modifiers.CTRL}
_LOCKS = Modifiers.CAPS_LOCK | Modifiers.NUM_LOCK
_LEAVE = "d"


def leader_parts(leader: str) -> tuple[list[str], str]:
    """Return what is held, sorted, and the key, of a leader that is typed like ``ctrl+]``.

    Raises UsageProblem where it is neither one key with Ctrl or Alt, nor a function key, and for a letter
    outside ASCII with Ctrl.
    """
    *held, key = leader.strip().lower().split("+")
    if not key or not (held or key in FUNCTION_KEYS) or not set(held) <= set(_HELD):
        raise not_a_leader(leader)
    if "ctrl" in held and not key.isascii():  # most terminals send the key alone: nobody could leave the screen
        raise not_a_leader(leader)
    return sorted(held), key


def not_a_leader(leader: str) -> UsageProblem:
    """Return the complaint about a key that nothing can begin with."""
    return UsageProblem(f"{leader!r} cannot be the leader key", hint="write it like ctrl+] or f12")


def spelled_out(leader: str) -> str:
    """Return the leader in words: ``Ctrl+]``."""
    return "+".join(part.capitalize() for part in leader.strip().split("+"))


class LeaderFilter:
    """Takes the leader and the key after it out of what is typed; the leader twice is the leader."""

    def __init__(self, leader: str) -> None:
        """Raises UsageProblem as ``leader_parts`` does."""
        held, key = leader_parts(leader)
        self._leader = key, sum((_HELD[one] for one in held), Modifiers.NONE)
        self._led = False
        self._rest = b""
        self.left = False
        self.lost = False

    @property
    def waits(self) -> bool:
        """Whether an Escape is held back that is a key unless more of a sequence follows within ``ESCAPE_DELAY``."""
        return bool(split(self._rest, paused=True)[0])

    def passed(self, data: bytes) -> bytes:
        """Return what is not ours of this, and note in ``left`` that d was typed, in ``lost`` that something else was.

        Nothing stands for a pause: an Escape that was held back is a key then. The beginning of a sequence that is of
        no use by itself waits for its end.
        """
        self.lost = False
        pieces, self._rest = split(self._rest + data, paused=not data)
        return b"".join(piece for piece in pieces if self._is_programs(piece))

    def _is_programs(self, piece: bytes) -> bool:
        key = next(iter(keys_of(piece)), None)
        if not isinstance(key, Key) or key.action is KeyAction.RELEASE:
            return not self._led
        is_leader = (key.name, key.modifiers & ~_LOCKS) == self._leader
        if self._led:
            self._led = False
            self.left |= key.name == _LEAVE
            self.lost |= not (is_leader or self.left)
            return is_leader
        self._led = is_leader
        return not is_leader
