"""One marked repetition brings the others of its set, and nothing else."""

import numpy as np
import pytest

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import AnnotationInput, parse_mark, parse_sentence
from retropace.core.parameters import LabelParameters, Settings
from retropace.labelling.bout_likeness import compare_bouts, judge_bouts_by_marked
from retropace.labelling.bouts import find_bouts
from retropace.labelling.dip_likeness import judge_dips_by_marked
from retropace.labelling.direction_model import backward_probabilities
from retropace.simulate import PlannedStretch, SimulatedPlace, SimulatedSession, backward, forward, rest, simulate
from tests.support.labelling_problems import BACKWARD, build_problem

WARM, EASY, COOL = (600.0, 2.9, 166.0, 146.0), (120.0, 2.9, 166.0, 146.0), (300.0, 2.8, 165.0, 148.0)
BACK = (120.0, 2.0, 168.0, 148.0)
FAST = (120.0, 3.8, 174.0, 166.0)
WALK, JOG = (40.0, 1.3, 112.0, 125.0), (60.0, 2.2, 158.0, 128.0)


def test_a_bout_is_compared_with_the_forward_movement_beside() -> None:
    session = build_problem(WARM, BACK, EASY, BACK, COOL, marked_as={1: BACKWARD})
    (rep,) = find_bouts(session, np.isin(np.arange(5), [1, 3]), label=BACKWARD)
    (bout,) = find_bouts(session, np.isin(np.arange(5), [1, 3]))
    assert (rep.first, rep.end, bout.first, bout.end) == (1, 2, 3, 4)
    assert rep.log_speed_change == pytest.approx(np.log(2.0 / 2.9))
    assert rep.log_cadence_excess == pytest.approx(np.log(168.0 / 166.0) - 0.1 * np.log(2.0 / 2.9))
    assert rep.hr_rise_bpm == pytest.approx(2.0)
    assert (rep.side_count, bout.side_count) == (2, 2)


def test_a_like_bout_is_found_and_longer_shorter_or_other_ones_less() -> None:
    def log_odds(seconds: float, speed: float = 2.0, cadence: float = 168.0, beats: float = 148.0) -> float:
        session = build_problem(WARM, BACK, EASY, (seconds, speed, cadence, beats), EASY, COOL, marked_as={1: BACKWARD})
        is_candidate = np.isin(np.arange(6), [1, 3])
        (rep,), (bout,) = find_bouts(session, is_candidate, label=BACKWARD), find_bouts(session, is_candidate)
        return compare_bouts(bout, rep)

    like = log_odds(120.0)
    assert like > 2.0
    assert log_odds(115.0) > 2.0
    for other in (log_odds(50.0), log_odds(280.0), log_odds(120.0, speed=2.5), log_odds(120.0, cadence=155.0)):
        assert other < like - 0.5
    assert log_odds(40.0) < log_odds(60.0) < log_odds(90.0) < like
    assert log_odds(360.0) <= log_odds(240.0) < log_odds(150.0) < like
    assert log_odds(120.0, beats=125.0) < log_odds(120.0, beats=140.0) < like


def test_one_marked_rep_finds_its_like_and_leaves_what_is_faster() -> None:
    session = build_problem(WARM, BACK, EASY, BACK, EASY, BACK, EASY, COOL, marked_as={3: BACKWARD})
    probability = backward_probabilities(session)
    assert np.all(probability[[1, 5]] > 0.8)
    assert np.all(probability[[0, 2, 4, 6, 7]] < 0.2)


def test_the_faster_side_of_an_interval_session_is_never_found() -> None:
    slow = (120.0, 2.0, 163.0, 135.0)
    session = build_problem(WARM, FAST, slow, FAST, slow, FAST, slow, FAST, COOL, marked_as={4: BACKWARD})
    probability = backward_probabilities(session)
    assert np.all(probability[[2, 6]] > 0.8)
    assert np.all(probability[[1, 3, 5, 7]] < 0.01)


def test_recoveries_that_are_part_walk_part_jog_are_found_by_one_of_them() -> None:
    """Which part is walked and which is jogged differs from recovery to recovery."""
    recoveries = [(WALK, JOG), (JOG, WALK), (WALK, (55.0, 2.3, 159.0, 130.0)), ((45.0, 1.4, 115.0, 124.0), JOG)]
    stretches = [WARM, FAST, *(part for pair in recoveries for part in (*pair, FAST)), COOL]
    session = build_problem(*stretches, marked_as={2: BACKWARD, 3: BACKWARD})
    probability = backward_probabilities(session)
    assert np.all(probability[[5, 6, 8, 9, 11, 12]] > 0.8)
    assert np.all(probability[[0, 1, 4, 7, 10, 13, 14]] < 0.2)


@pytest.mark.parametrize(("seconds", "is_found"), [(100.0, True), (115.0, True), (25.0, False), (420.0, False)])
def test_dips_are_found_by_their_duration(seconds: float, is_found: bool) -> None:
    dip = (seconds, 2.2, 158.0, 130.0)
    session = build_problem(
        WARM, FAST, (100.0, 2.2, 158.0, 130.0), FAST, dip, FAST, COOL, marked_as={2: BACKWARD, 0: 0, 6: 0}
    )
    judged = judge_dips_by_marked(session, np.where(session.marked == BACKWARD, 1.0, 0.5))
    assert (judged[4] > 0.8) == is_found
    assert np.all(judged[[1, 3, 5]] <= 0.1)


def test_a_rep_that_is_not_slower_than_beside_judges_nothing() -> None:
    session = build_problem((300.0, 2.0, 168.0, 148.0), BACK, (300.0, 2.0, 168.0, 148.0), marked_as={1: BACKWARD})
    probability = np.array([0.3, 1.0, 0.4])
    np.testing.assert_array_equal(judge_dips_by_marked(session, probability), probability)
    alone = build_problem(BACK, marked_as={0: BACKWARD})
    np.testing.assert_array_equal(judge_bouts_by_marked(alone, np.ones(1)), [1.0])


def test_complete_marks_leave_little_to_suspect() -> None:
    session = (WARM, BACK, EASY, BACK, EASY, BACK, EASY, (100.0, 2.2, 164.0, 142.0), EASY, COOL)
    marked_as = {1: BACKWARD, 3: BACKWARD, 5: BACKWARD}
    incomplete, complete = (
        backward_probabilities(build_problem(*session, marked_as=marked_as, is_complete=is_complete))
        for is_complete in (False, True)
    )
    assert complete[7] < min(incomplete[7], 0.2)


def made_session() -> SimulatedSession:
    """Return three backward reps and then two slow forward ones."""
    plan: list[PlannedStretch] = [forward(seconds=420)]
    for _ in range(3):
        plan += [backward(seconds=120), rest(60)]
    for _ in range(2):
        plan += [forward(seconds=200), forward(seconds=120, effort=0.7)]
    return simulate([*plan, forward(seconds=200)], place=SimulatedPlace("path", 52.5), seed=21)


def label(*annotations: AnnotationInput, only_marked: bool = False) -> Analysis:
    parameters = LabelParameters(only_marked=only_marked)
    return analyze(made_session().activity, annotations, Settings(label=parameters))


@pytest.mark.parametrize(
    "annotation",
    [
        parse_mark("lap 2,4,6=backward"),
        parse_sentence("7min forward, 3x(2min backward, 1min rest), 2x(200s forward, 2min easy), 200s forward"),
    ],
    ids=["three laps", "sentence"],
)
def test_nothing_more_is_suspected_where_marks_are_complete(annotation: AnnotationInput) -> None:
    analysis = label(annotation)
    assert "annotated" in analysis.segments.basis
    assert "suspected" not in analysis.segments.basis
    assert analysis.borderline == ()


def test_only_marked_suspects_and_suggests_nothing() -> None:
    mark = parse_mark("lap 2=backward")
    assert "suspected" in label(mark).segments.basis
    analysis = label(mark, only_marked=True)
    assert set(analysis.segments.basis.tolist()) <= {"annotated", "assumed", "measured"}
    assert analysis.borderline == ()
    assert float(analysis.summary.directions.elapsed_s[1]) == pytest.approx(120.0, abs=6.0)
    assert label(only_marked=True).segments.direction.tolist().count("backward") == 0


def test_a_probability_that_rounding_takes_above_one_counts_as_certain() -> None:
    session = build_problem(WARM, BACK, EASY, BACK, EASY, COOL, marked_as={1: BACKWARD})
    certain = 1.0 + 4.0 * np.finfo(np.float64).eps
    for judge in (judge_bouts_by_marked, judge_dips_by_marked):
        assert judge(session, np.array([0.0, 1.0, 0.0, certain, 0.0, 0.0]))[3] > 0.8
