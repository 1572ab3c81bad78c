"""The quarter-mile test: judged rightly around the line, and seen only where it was run."""

from dataclasses import replace

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.intervals import intervals_of
from retropace.simulate import PlannedStretch, backward, forward, rest, walk
from retropace.simulate.kinds import FORWARD_KINDS, INTERVAL_KINDS
from tests.support.interval_sessions import (
    SEEDS,
    annotate_backward,
    find_drawn_intervals,
    find_intervals,
    simulate_quarter_mile,
)

WARM, COOL = forward(seconds=480), forward(seconds=300, effort=0.92)
FAST, BACK = forward(metres=400, effort=1.3), backward(metres=400)


@pytest.mark.slow
def test_a_hundred_verdicts_around_the_line() -> None:
    for seed, ratio in enumerate(np.linspace(1.6, 2.4, 100)):
        made, true = simulate_quarter_mile(float(ratio), seed)
        tests = intervals_of(analyze(made.activity, annotate_backward(made))).quarter_miles
        assert len(tests) == 1, (seed, ratio)
        assert tests[0].is_passed == (true < 2.0), (seed, ratio)
        assert tests[0].ratio == pytest.approx(true, abs=0.001)
        stood = made.truth.edges_s[3] - made.truth.edges_s[2]
        assert tests[0].rest_s == pytest.approx(stood, abs=0.001)


def test_without_laps_what_is_near_the_line_is_too_close_to_call() -> None:
    wrong = []
    for seed, ratio in enumerate(np.linspace(1.7, 2.3, 25)):
        made, true = simulate_quarter_mile(float(ratio), 500 + seed)
        activity = replace(made.activity, laps=())
        for test in intervals_of(analyze(activity, annotate_backward(made))).quarter_miles:
            if not test.is_close and test.is_passed != (true < 2.0):
                wrong.append((seed, ratio))
    assert wrong == []


def test_several_in_a_session() -> None:
    found = find_intervals([WARM, *[FAST, rest(120), BACK, walk("forward", 150)] * 3, COOL])
    assert len(found.quarter_miles) == 3
    assert all(test.rest_s == pytest.approx(120.0) for test in found.quarter_miles)


def test_one_among_other_backward_reps() -> None:
    found = find_intervals(
        [WARM, FAST, rest(120), BACK, walk("forward", 240), *[backward(metres=200), rest(60)] * 6, COOL]
    )
    assert len(found.quarter_miles) == 1


@pytest.mark.parametrize(
    "middle",
    [
        [BACK, rest(120), FAST],
        [FAST, rest(20), BACK],
        [FAST, rest(600), BACK],
        [forward(metres=800, effort=1.3), rest(120), backward(metres=800)],
        [FAST, rest(120), backward(metres=300)],
        [FAST, forward(seconds=120, effort=0.8), BACK],
        [FAST, rest(120), walk("backward", 500)],
        [rest(120), BACK],
    ],
    ids=["backward first", "no rest", "ten minutes", "half a mile", "too short", "jogged", "walked", "no forward half"],
)
def test_what_is_no_test(middle: list[PlannedStretch]) -> None:
    assert find_intervals([WARM, *middle, COOL]).quarter_miles == ()


@pytest.mark.parametrize("kind", [*INTERVAL_KINDS, *FORWARD_KINDS, "reps", "alternating", "beginner", "long"])
def test_none_where_the_pattern_is_absent(kind: str) -> None:
    for seed in SEEDS:
        assert find_drawn_intervals(kind, seed).quarter_miles == ()
