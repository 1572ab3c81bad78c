import itertools

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.analysis.metrics import BoundaryCounts, Labelling, fill_unlabelled, match_boundaries, score

moments = st.lists(st.integers(0, 60).map(float), max_size=7)


def count_max_matches(true: list[float], found: list[float], early: float, late: float) -> int:
    """The largest one-to-one matching, by trying all."""
    if not true:
        return 0
    first, rest = true[0], true[1:]
    best = count_max_matches(rest, found, early, late)
    for at, one in enumerate(found):
        if first - early <= one <= first + late:
            best = max(best, 1 + count_max_matches(rest, found[:at] + found[at + 1 :], early, late))
    return best


@given(moments, moments)
@settings(deadline=None)
def test_as_many_as_possible_are_matched(true: list[float], found: list[float]) -> None:
    counted = match_boundaries(np.array(true), np.array(found), 3.0, 10.0)
    assert counted == BoundaryCounts(count_max_matches(true, found, 3.0, 10.0), len(true), len(found))


def test_a_worked_example() -> None:
    # 100 is found 9 s late, 200 is missed, 300 is found 2 s early, 250 and 400 are found where nothing is.
    counted = match_boundaries(np.array([100.0, 200.0, 300.0]), np.array([109.0, 250.0, 298.0, 400.0]), 3.0, 10.0)
    assert (counted.matched, counted.reference, counted.estimated) == (2, 3, 4)
    assert (counted.precision, counted.recall) == (0.5, 2 / 3)
    assert counted.f1 == 4 / 7


def test_perfect_and_empty_answers() -> None:
    true = np.array([10.0, 20.0])
    assert match_boundaries(true, true, 0.0, 0.0).f1 == 1.0
    assert match_boundaries(true, np.empty(0), 3.0, 10.0).f1 == 0.0
    assert match_boundaries(np.empty(0), np.empty(0), 3.0, 10.0).f1 == 1.0
    assert (BoundaryCounts(1, 2, 3) + BoundaryCounts(1, 1, 1)) == BoundaryCounts(2, 3, 4)


def labelling(*spans: tuple[float, float, str], **more: object) -> Labelling:
    start, end, direction = zip(*spans, strict=True)
    return Labelling(np.array(start), np.array(end), np.array(direction), **more)  # type: ignore[arg-type]  # by name


REFERENCE = labelling((0, 100, "forward"), (100, 160, "backward"), (160, 200, "rest"), (200, 300, "forward"))
ESTIMATE = labelling(
    (0, 90, "forward"),
    (90, 150, "backward"),
    (150, 200, "rest"),
    (200, 280, "forward"),
    (280, 300, "backward"),
    confidence=np.array([0.95, 0.9, 1.0, 0.85, 0.65]),
    distance_m=np.array([270.0, 120.0, 10.0, 240.0, 50.0]),
    totals_m={"forward": 510.0, "backward": 170.0, "rest": 10.0},
)


def test_scores_of_a_worked_example() -> None:
    scores = score(REFERENCE, ESTIMATE)
    assert (scores.judged_s, scores.correct_s) == (300.0, 90.0 + 50.0 + 40.0 + 80.0)
    forward, backward, rest = scores.directions
    assert (forward.reference_s, forward.estimated_s, forward.correct_s) == (200.0, 170.0, 170.0)
    assert (backward.precision, backward.recall) == (50.0 / 80.0, 50.0 / 60.0)
    assert (rest.precision, rest.recall) == (0.8, 1.0)
    # The truth has no distances: they are read off the found curve, 10 s of 3 m/s and 50 s of 2 m/s backward.
    assert backward.reference_m == pytest.approx(50.0 * 2.0 + 10.0 * 0.2)
    assert backward.distance_error == pytest.approx((170.0 - 102.0) / 102.0)
    # True changes 100, 160, 200; found 90, 150, 200, 280.
    assert scores.boundaries[5.0] == BoundaryCounts(1, 3, 4)
    # Best overlaps: 90/100, 50/70, 40/50, 80/100.
    whole = 100 * 0.9 + 60 * 50 / 70 + 40 * 0.8 + 100 * 0.8
    assert scores.covering == pytest.approx(whole / 300.0)
    off2 = 90 * 0.05**2 + 10 * 0.9**2 + 50 * 0.1**2 + 10 * 1.0 + 0.0 + 80 * 0.15**2 + 20 * 0.65**2
    assert scores.brier == pytest.approx(off2 / 300.0)
    assert scores.reliability is not None
    assert scores.reliability.stretch_count.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 1, 3]
    assert scores.reliability.accuracy[9] == pytest.approx((90 + 50 + 40) / 200.0)
    assert scores.reliability.confidence[8] == pytest.approx(0.85)


def test_what_neither_side_knows_is_not_judged() -> None:
    true = labelling((0, 10, "forward"), (10, 20, "unknown"), (30, 40, "backward"))
    found = labelling((0, 20, "forward"), (20, 35, "backward"))
    scores = score(true, found)
    assert (scores.judged_s, scores.correct_s) == (15.0, 15.0)
    assert np.isnan(scores.brier)
    assert np.isnan(scores.directions[1].distance_error)


def test_what_a_truth_leaves_open_counts_as_forward_but_for_rests() -> None:
    found = labelling((0, 50, "forward"), (50, 60, "rest"), (60, 100, "backward"))
    filled = fill_unlabelled(labelling((60, 100, "backward")), found, "forward")
    assert filled.direction.tolist() == ["forward", "rest", "backward"]
    assert score(filled, found).accuracy == 1.0


directions = st.sampled_from(["forward", "backward", "rest"])


@st.composite
def labellings(draw: st.DrawFn) -> Labelling:
    edges = sorted(draw(st.sets(st.integers(1, 199), max_size=12)))
    edges = [0, *edges, 200]
    named = [(float(one), float(other), draw(directions)) for one, other in itertools.pairwise(edges)]
    return labelling(*named)


@given(labellings(), labellings())
@settings(deadline=None)
def test_boundaries_and_seconds_agree_with_mir_eval(true: Labelling, found: Labelling) -> None:
    scores = score(true, found)
    for window, counted in scores.boundaries.items():
        mine, theirs = (merge_spans(one) for one in (true, found))
        if len(mine) < 2 or len(theirs) < 2:
            continue  # mir_eval trims the ends away and then has nothing to compare
        precision, recall, f1 = mir_eval.segment.detection(mine, theirs, window=window, trim=True)
        assert counted.precision == pytest.approx(precision)
        assert counted.recall == pytest.approx(recall)
        assert counted.f1 == pytest.approx(f1)
    seconds = np.arange(200) + 0.5
    names = [one.direction[np.searchsorted(one.start_s, seconds, side="right") - 1] for one in (true, found)]
    assert scores.accuracy == pytest.approx(np.mean(names[0] == names[1]))


def merge_spans(one: Labelling) -> np.ndarray:
    """Its stretches of one direction as intervals."""
    first = np.flatnonzero(np.append(True, one.direction[1:] != one.direction[:-1]))
    ends = np.append(one.start_s[first[1:]], one.end_s[-1])
    return np.column_stack((one.start_s[first], ends))


@given(labellings())
def test_a_labelling_is_right_about_itself(one: Labelling) -> None:
    scores = score(one, one)
    assert scores.accuracy == 1.0
    assert scores.covering == pytest.approx(1.0)
    assert all(counted.f1 == 1.0 for counted in scores.boundaries.values())
