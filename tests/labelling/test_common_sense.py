"""Rules that no likelihood outvotes: every test gives the model's own opinion as nearly certain."""

import numpy as np
import pytest

from retropace.core.spans import FloatArray
from retropace.labelling.common_sense import (
    MAX_REFUSED_PROBABILITY,
    SUGGESTED_PROBABILITY,
    SUSPECTED_PROBABILITY,
    find_adjoining_forward,
    find_slow,
    judge_unmarked,
)
from retropace.labelling.direction_model import backward_probabilities
from retropace.labelling.priors import LabellingProblem, LogOddsWeights
from tests.support.labelling_problems import BACKWARD, Stretch, build_problem

WARM, EASY, COOL = (600.0, 2.9, 166.0, 146.0), (120.0, 2.9, 166.0, 146.0), (300.0, 2.8, 165.0, 148.0)
BACK = (120.0, 2.0, 172.0, 150.0)
"""Slower by a third, with 8 % more steps than the forward line has at that speed, and more heartbeats."""
REPS = (WARM, BACK, EASY, BACK, EASY, BACK, EASY, COOL)
REP_ROWS = [1, 3, 5]
LIKELY = LogOddsWeights(base=12.0)
"""Weights of a model that takes everything for backward."""


def judge(problem: LabellingProblem, rows: list[int]) -> FloatArray:
    """Return what the rules leave of a model that is nearly certain that these rows are backward."""
    probability = np.full(len(problem.features), 0.001)
    probability[rows] = 0.999
    return judge_unmarked(problem, probability)


def repeat_with(rep: Stretch) -> LabellingProblem:
    return build_problem(*(rep if row in REP_ROWS else stretch for row, stretch in enumerate(REPS)))


def test_clear_reps_are_suspected() -> None:
    judged = judge(build_problem(*REPS), REP_ROWS)
    assert judged[REP_ROWS].tolist() == [SUSPECTED_PROBABILITY] * 3
    assert np.all(np.delete(judged, REP_ROWS) < 0.1)
    assert np.all(backward_probabilities(build_problem(*REPS))[REP_ROWS] > 0.9)


@pytest.mark.parametrize("cadence", [172.0, 190.0])
def test_a_faster_stretch_is_never_backward(cadence: float) -> None:
    fast = repeat_with((120.0, 3.2, cadence, 160.0))
    assert not find_slow(fast)[REP_ROWS].any()
    assert np.all(backward_probabilities(fast, weights=LIKELY)[REP_ROWS] < 0.01)
    assert np.all(judge(fast, REP_ROWS)[REP_ROWS] <= MAX_REFUSED_PROBABILITY)


def test_the_pace_of_a_marked_rep_is_possible_though_the_easy_pace_is_slower() -> None:
    fast = build_problem(WARM, (120.0, 3.2, 180.0, 160.0), EASY, (120.0, 3.2, 180.0, 160.0), marked_as={1: BACKWARD})
    assert find_slow(fast)[3]


def test_a_whole_session_is_never_suspected() -> None:
    session = build_problem(BACK, BACK, BACK, BACK)
    assert np.all(judge(session, [0, 1, 2, 3]) <= MAX_REFUSED_PROBABILITY)
    assert np.all(backward_probabilities(session, weights=LIKELY) <= MAX_REFUSED_PROBABILITY)


def test_most_of_a_session_is_only_suggested() -> None:
    short = (60.0, 2.9, 166.0, 146.0)
    session = build_problem(short, *(BACK, short) * 4)
    judged = judge(session, [1, 3, 5, 7])
    assert judged[[1, 3, 5, 7]].tolist() == [SUGGESTED_PROBABILITY] * 4


def test_without_forward_movement_of_the_same_gait_beside_nothing_is_suspected() -> None:
    walk = (200.0, 1.3, 112.0, 100.0)
    session = build_problem(walk, BACK, walk, BACK, walk, BACK, walk)
    assert np.all(judge(session, REP_ROWS) <= MAX_REFUSED_PROBABILITY)
    far = (600.0, 0.0, np.nan, 110.0)
    session = build_problem(WARM, far, BACK, far, BACK, far, WARM)
    assert np.all(judge(session, [2, 4])[[2, 4]] <= MAX_REFUSED_PROBABILITY)


@pytest.mark.parametrize("speed", [2.75, 1.2])
def test_hardly_slower_and_nearly_standing_are_refused(speed: float) -> None:
    session = repeat_with((120.0, speed, 176.0, 150.0))
    assert np.all(judge(session, REP_ROWS)[REP_ROWS] <= MAX_REFUSED_PROBABILITY)


@pytest.mark.parametrize("rise", [0.06, -0.06])
def test_a_hill_is_never_suspected(rise: float) -> None:
    speed = float(2.0 * np.exp(-3.0 * rise))
    stretches = [(120.0, speed, 172.0, 150.0) if row in REP_ROWS else stretch for row, stretch in enumerate(REPS)]
    hill = build_problem(*stretches, grade=dict.fromkeys(REP_ROWS, rise))
    assert np.all(judge(hill, REP_ROWS)[REP_ROWS] <= SUGGESTED_PROBABILITY)


def test_a_recovery_in_which_heart_rate_falls_is_never_suspected() -> None:
    assert np.all(judge(repeat_with((120.0, 2.0, 161.0, 130.0)), REP_ROWS)[REP_ROWS] <= MAX_REFUSED_PROBABILITY)
    assert np.all(judge(repeat_with((120.0, 2.0, 175.0, 130.0)), REP_ROWS)[REP_ROWS] <= SUGGESTED_PROBABILITY)


def test_a_slow_jog_with_the_steps_of_a_slow_jog_is_not_suspected() -> None:
    assert np.all(judge(repeat_with((120.0, 2.0, 159.0, 146.0)), REP_ROWS)[REP_ROWS] <= MAX_REFUSED_PROBABILITY)


def test_a_brisk_walk_is_never_backward() -> None:
    stroll, brisk = (400.0, 1.2, 108.0, 95.0), (150.0, 1.7, 134.0, 110.0)
    session = build_problem(stroll, brisk, stroll, brisk, stroll, brisk, stroll)
    assert np.all(judge(session, REP_ROWS)[REP_ROWS] <= MAX_REFUSED_PROBABILITY)
    assert np.all(backward_probabilities(session, weights=LIKELY)[REP_ROWS] < 0.01)


def test_backward_walks_beside_forward_ones_are_suspected() -> None:
    stroll, back = (300.0, 1.4, 114.0, 95.0), (150.0, 0.8, 112.0, 110.0)
    session = build_problem(stroll, back, stroll, back, stroll, back, stroll)
    assert judge(session, REP_ROWS)[REP_ROWS].tolist() == [SUSPECTED_PROBABILITY] * 3


def test_a_single_short_rep_is_only_suggested() -> None:
    session = build_problem(WARM, (60.0, 2.0, 172.0, 150.0), COOL)
    assert judge(session, [1])[1] == SUGGESTED_PROBABILITY


def test_reps_with_forward_running_on_one_side_are_only_suggested() -> None:
    walk = (200.0, 1.3, 112.0, 100.0)
    session = build_problem(WARM, (200.0, 2.0, 172.0, 150.0), walk, walk)
    assert judge(session, [1])[1] == SUGGESTED_PROBABILITY


def test_some_slower_stretches_among_many_show_signs_by_chance() -> None:
    jog = (120.0, 2.0, 158.0, 140.0)
    session = build_problem(WARM, BACK, EASY, BACK, EASY, *(jog, EASY) * 6)
    judged = judge(session, [1, 3, 5, 7, 9, 11, 13, 15])
    assert np.all(judged[[1, 3]] <= SUGGESTED_PROBABILITY)
    assert np.all(judged[5::2] <= MAX_REFUSED_PROBABILITY)


def test_faster_movement_beside_a_marked_rep_is_forward_also_beyond_a_change_of_pace() -> None:
    sliver = (6.0, 2.3, 168.0, 148.0)
    session = build_problem(WARM, sliver, BACK, sliver, EASY, BACK, COOL, marked_as={2: BACKWARD})
    assert np.flatnonzero(find_adjoining_forward(session)).tolist()[0] == 0
    assert find_adjoining_forward(session)[[0, 4]].all()
    assert not find_adjoining_forward(session)[[2, 5, 6]].any()
