"""Output that means no good, from a seed: noise, sequences nobody meant, and real ones pushed too far."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from random import Random

_ESC, _CSI, _OSC, _DCS, _APC = b"\x1b", b"\x1b[", b"\x1b]", b"\x1bP", b"\x1b_"
_ENDS = (b"\x07", b"\x1b\\", b"\x9c", b"\x18", b"")  # the last one: never
_MODES: tuple[int, ...] = (
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    12,
    20,
    25,
    40,
    41,
    42,
    45,
    47,
    66,
    67,
    69,
    80,
    95,
    1000,
    1002,
    1003,
    1004,
    1005,
)
_MODES += (1006, 1007, 1015, 1016, 1035, 1036, 1047, 1048, 1049, 1070, 2004, 2026, 2027, 2031, 2048, 9001)
_NUMBERS = (0, 1, 2, 3, 7, 8, 80, 255, 256, 9999, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32, 2**63, 10**40)
_COLOURS = (b"38;5;%d", b"48;2;%d;300;-1", b"38:2::%d:2:3", b"4:%d", b"58;5;%d", b"%d")
_GRAPHEMES = (
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "e\u0301", "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\u0e01\u0e33", "\U0001f1e9\U0001f1ea", "\u200d", "\ufe0f", "\u202e", "\u1100\u1161\u11a8", "\uff21", "\u0300",
    "\U0010eeee\u0305\u030d", "\ufdfd", "\x9b", "\x85", "\u0000", "\uffff", "\U0001f9d1\U0001f3fd",
)  # fmt: skip
# What programs do write; a byte of it is changed here and there.
_REAL = (
    b"\x1b[?1049h\x1b[22;0;0t\x1b[?1h\x1b=\x1b[H\x1b[2J\x1b[?2004h\x1b[>4;2m\x1b[?25l\x1b[1;39r",
    b"\x1b[38;5;12m~\x1b[0m\x1b[K\r\n\x1b[7m-- INSERT --\x1b[27m\x1b[39;49m\x1b[12;34H\x1b[?25h\x1b[6 q",
    b"\x1b]0;user@host: ~\x07\x1b[01;32muser\x1b[00m:\x1b[01;34m~\x1b[00m$ ls\r\n\x1b]133;A\x07",
    b"\x1b]8;id=1;https://example.org/\x1b\\link\x1b]8;;\x1b\\\x1b[4:3m\x1b[58:2::1:2:3mcurl\x1b[m",
    b"\x1b[2;20r\x1b[20;1H\n\x1b[r\x1bM\x1b[5L\x1b[3M\x1b[7P\x1b[2@\x1b[4X\x1b[S\x1b[T\x1b(0lqqk\x1b(B\x1b7\x1b8",
    b"\xe2\x94\x8c\xe2\x94\x80\xe2\x94\x90\x1b[1;1H\x1b[1J\x1b[?7l\x1b[K\x1b[999C\x1b[6n\x1b[c\x1b[>c\x1b[?u\x1b[=5;1u",
)


class HostileOutput:
    """Pieces of output; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - it is meant to be repeatable
        self._kinds: Sequence[Callable[[], bytes]] = (
            self._noise, self._text, self._line, self._graphemes, self._csi, self._colours, self._modes, self._margins,
            self._edits, self._repeats, self._osc, self._dcs, self._sixel, self._kitty_image, self._pushes,
            self._rectangle, self._questions, self._tabs, self._resets, self._mutated, self._mutated,
        )  # fmt: skip

    def piece(self) -> bytes:
        """Return the next piece, of some kilobytes at most; mostly of several kinds, or one of them many times."""
        some = self._random.choices(self._kinds, k=self._random.randint(1, 20))
        if self._random.random() < 0.1:  # noqa: PLR2004 - one in ten
            some = some[:1] * 100
        return b"".join(kind() for kind in some)[: 64 * 1024]

    def _number(self) -> int:
        if self._random.random() < 0.7:  # noqa: PLR2004 - most numbers are such as could be meant
            return self._random.randint(0, 130)
        return self._random.choice(_NUMBERS)

    def _numbers(self, most: int) -> bytes:
        separator = b":" if self._random.random() < 0.1 else b";"  # noqa: PLR2004 - one in ten
        return separator.join(b"%d" % self._number() for _ in range(self._random.randint(0, most)))

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, 500))

    def _text(self) -> bytes:
        return bytes(self._random.choices(range(32, 127), k=self._random.randint(1, 400)))

    def _line(self) -> bytes:
        return self._text()[:90] + self._random.choice((b"\r\n", b"\n", b"\r", b"\x0b", b"\x0c", b"\x1bD", b"\x1bE"))

    def _graphemes(self) -> bytes:
        chosen = self._random.choices(_GRAPHEMES, k=self._random.randint(1, 6))
        return ("".join(chosen) * self._random.choice((1, 3, 50))).encode()

    def _csi(self) -> bytes:
        prefix = self._random.choice((b"", b"", b"?", b">", b"<", b"="))
        between = self._random.choice((b"", b"", b"", b" ", b"!", b'"', b"$", b"'", b"*", b"#"))
        return _CSI + prefix + self._numbers(40) + between + bytes([self._random.randint(0x40, 0x7E)])

    def _colours(self) -> bytes:
        return _CSI + b";".join(self._random.choice(_COLOURS) % self._number() for _ in range(6)) + b"mx"

    def _modes(self) -> bytes:
        modes = self._random.choices(_MODES, k=self._random.randint(1, 8))
        return b"".join(_CSI + b"?%d%c" % (mode, self._random.choice(b"hhllsr")) for mode in modes)

    def _margins(self) -> bytes:
        return _CSI + self._numbers(2) + self._random.choice((b"r", b"s")) + _CSI + self._numbers(2) + b"H"

    def _edits(self) -> bytes:
        return b"".join(_CSI + b"%d%c" % (self._number(), self._random.choice(b"@ABCDEFGHIJKLMPSTXZ`abde")) + b"y"
                        for _ in range(10))  # fmt: skip

    def _repeats(self) -> bytes:
        return self._random.choice(_GRAPHEMES).encode() + _CSI + b"%db" % self._number()

    def _osc(self) -> bytes:
        number = self._random.choice((0, 1, 2, 4, 7, 8, 9, 10, 11, 12, 22, 52, 66, 104, 133, 777, 1337, 5522, 2**40))
        payload = self._random.choice((b"?", b";", self._text(), self._noise(), b"A" * 20_000))
        return _OSC + b"%d;" % number + payload + self._random.choice(_ENDS)

    def _dcs(self) -> bytes:
        kind = self._random.choice((b"$q", b"+q", b"1$t", b"tmux;", b"=1s", b">|", b"0;1|"))
        return _DCS + kind + self._text() + self._random.choice(_ENDS)

    def _sixel(self) -> bytes:
        size = b'%d;%d;%d;%d"1;1;%d;%d' % tuple(self._number() for _ in range(6))
        return _DCS + size + b"q#0;2;100;0;0!%d~-$" % self._number() + self._text() + self._random.choice(_ENDS)

    def _kitty_image(self) -> bytes:
        action = self._random.choice(b"tTpdfac")
        keys = b"a=%c,f=%d,s=%d,v=%d,i=%d,m=%d,U=1" % (action, *(self._number() for _ in range(5)))
        return _APC + b"G" + keys + b";" + base64.b64encode(self._noise()) + self._random.choice(_ENDS)

    def _pushes(self) -> bytes:
        push = self._random.choice(
            (b"\x1b[>%du", b"\x1b[#{", b"\x1b[22;%dt", b"\x1b7", b"\x1b[?1049h\x1b[?1048h", b"\x0e")
        )
        return b"".join(push % self._number() if b"%d" in push else push for _ in range(self._random.choice((1, 1000))))

    def _rectangle(self) -> bytes:
        return _CSI + self._numbers(9) + b"$" + self._random.choice((b"x", b"z", b"v", b"r", b"t", b"{"))

    def _questions(self) -> bytes:
        return (
            b"\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[>q\x1b[14t\x1b[18t\x1b[21t\x1b[?996n\x1b[?%d$p"
            % self._number()
        )

    def _tabs(self) -> bytes:
        return (
            _CSI + b"3g" + b"\x1b[7C\x1bH" * self._random.randint(1, 50) + b"\t" * 20 + _CSI + b"%dI" % self._number()
        )

    def _resets(self) -> bytes:
        return self._random.choice(
            (b"\x1bc", b"\x1b[!p", b"\x1b#8", b"\x1b[2J", b"\x1b[3J", b"\x1b[?3h", b"\x1b%G", b"\x1b%@")
        )

    def _mutated(self) -> bytes:
        data = bytearray(self._random.choice(_REAL))
        for _ in range(self._random.randint(0, 6)):
            data[self._random.randrange(len(data))] = self._random.randrange(256)
        return bytes(data)
