"""What strangers write into labels: what others have there, and what nobody expects."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from tempshell_cli.backends import labels

from .people import OWN, PEOPLE

_ODD = st.text(max_size=20)
_PAST, _FUTURE = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"
# Mostly what others have there, since that is what could be mistaken for theirs.
sessions = st.one_of(
    *[st.sampled_from([own.id for own in OWN])] * 4,
    st.sampled_from(["ffffffff", "eeeeeee1", "s", "", "../../etc", "x" * 50]),
    _ODD,
)
owners = st.one_of(*[st.sampled_from(PEOPLE)] * 4, st.sampled_from(["mallory", ""]), _ODD)
deadlines = st.one_of(
    *[st.just(_PAST)] * 3,
    st.sampled_from([_FUTURE, "2020-01-01T00:00:00", "soon", "", "9999-12-31T23:59:59-23:59"]),
    _ODD,
)
# How many labels of an object are missing.
missing = st.sampled_from([0, 0, 0, 1, 2])


def is_past(text: str) -> bool:
    """Return whether a label tells a deadline that has passed."""
    output = labels.own_deadline({labels.DEADLINE: text})
    return output is not None and output < datetime.now(UTC)
