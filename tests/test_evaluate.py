from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.evaluate import Boundaries, match_boundaries

moments = st.lists(st.integers(0, 60).map(float), max_size=7)


def most_matches(true: list[float], found: list[float], early: float, late: float) -> int:
    """The largest one-to-one matching, by trying all."""
    if not true:
        return 0
    first, rest = true[0], true[1:]
    best = most_matches(rest, found, early, late)
    for at, one in enumerate(found):
        if first - early <= one <= first + late:
            best = max(best, 1 + most_matches(rest, found[:at] + found[at + 1 :], early, late))
    return best


@given(moments, moments)
@settings(deadline=None)
def test_as_many_as_possible_are_matched(true: list[float], found: list[float]) -> None:
    counted = match_boundaries(np.array(true), np.array(found), 3.0, 10.0)
    assert counted == Boundaries(most_matches(true, found, 3.0, 10.0), len(true), len(found))


def test_a_worked_example() -> None:
    # 100 is found 9 s late, 200 is missed, 300 is found 2 s early, 250 and 400 are found where nothing is.
    counted = match_boundaries(np.array([100.0, 200.0, 300.0]), np.array([109.0, 250.0, 298.0, 400.0]), 3.0, 10.0)
    assert (counted.matched, counted.true, counted.found) == (2, 3, 4)
    assert (counted.precision, counted.recall) == (0.5, 2 / 3)
    assert counted.f1 == 4 / 7


def test_perfect_and_empty_answers() -> None:
    true = np.array([10.0, 20.0])
    assert match_boundaries(true, true, 0.0, 0.0).f1 == 1.0
    assert match_boundaries(true, np.empty(0), 3.0, 10.0).f1 == 0.0
    assert match_boundaries(np.empty(0), np.empty(0), 3.0, 10.0).f1 == 1.0
    assert (Boundaries(1, 2, 3) + Boundaries(1, 1, 1)) == Boundaries(2, 3, 4)
