"""Files damaged at random, for every reader alike."""

import contextlib
from collections.abc import Callable

from hypothesis import strategies as st

from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with a few of them changed, left out or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data) - 1))
        change = draw(st.sampled_from(["set", "set", "cut", "add"]))
        if change == "set":
            data[place] = draw(st.integers(0, 255))
        elif change == "cut":
            del data[place : place + draw(st.integers(1, 8))]
        else:
            data[place:place] = draw(st.binary(min_size=1, max_size=4))
        if not data:
            break
    return bytes(data)


def read_or_refuse(read: Callable[[bytes, str], list[Activity]], data: bytes) -> None:
    """Read damaged bytes; any exception that is not a refusal in words fails the test."""
    with contextlib.suppress(RetropaceError):
        read(data, "x")
