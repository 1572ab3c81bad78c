"""Laws of every interval session: parts add up, whatever was recorded, and the document is plain JSON."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.intervals import Intervals, intervals_document, intervals_of
from retropace.simulate.kinds import BACKWARD_KINDS, FORWARD_KINDS, INTERVAL_KINDS, draw
from tests.support.interval_sessions import SEEDS, find_drawn_intervals
from tests.support.simulated_labels import condition
from tests.support.strategies import activities, annotation_lists

LAWS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def sessions(draw_one: st.DrawFn) -> tuple[Activity, list[Annotation]]:
    activity = draw_one(activities())
    return activity, draw_one(annotation_lists(clean_activity(activity).elapsed_s))


def holds(found: Intervals) -> None:
    track, parts = found.cleaned, found.parts
    assert parts[0].start_s == 0.0
    assert parts[-1].end_s == track.elapsed_s
    assert all(one.end_s == other.start_s for one, other in pairwise(parts))
    assert sum(part.metres for part in parts) == pytest.approx(float(track.curves["distance_m"][-1]), abs=1e-6)
    assert sum(part.seconds for part in parts) == pytest.approx(
        track.elapsed_s - float(np.diff(track.pauses).sum()), abs=1e-6
    )
    reps = sorted((rep for one in found.sets for rep in one.reps), key=lambda rep: rep.start_s)
    assert all(one.end_s <= other.start_s for one, other in pairwise(reps))
    assert [(rep.start_s, rep.end_s) for rep in reps] == [
        (part.start_s, part.end_s) for part in parts if part.kind == "rep"
    ]
    for one in found.sets:
        assert one.work_s == pytest.approx(sum(rep.seconds for rep in one.reps))
        assert [rep.number for rep in one.reps] == sorted(rep.number for rep in one.reps)
        assert {each.direction for each in one.statistics} == {rep.direction for rep in one.reps}
        for each in one.statistics:
            low, high = sorted((each.best, each.worst))
            assert low - 1e-9 <= each.mean <= high + 1e-9
    for curve in track.curves.values():
        assert np.all(np.diff(curve) >= -1e-9)  # rounding
    document = json.loads(json.dumps(intervals_document(found), allow_nan=False))
    assert document["structured"] == bool(found.sets)


@given(sessions())
@LAWS
def test_whatever_was_recorded(session: tuple[Activity, list[Annotation]]) -> None:
    holds(intervals_of(analyze(*session)))


@pytest.mark.parametrize("kind", [*BACKWARD_KINDS, *FORWARD_KINDS, *INTERVAL_KINDS])
def test_sessions_of_every_kind(kind: str) -> None:
    for seed in SEEDS:
        holds(find_drawn_intervals(kind, seed))


def test_the_same_twice() -> None:
    made = draw("reps", 7)
    first, second = (intervals_document(intervals_of(condition(made, 7, "one rep"))) for _ in range(2))
    assert first == second


def test_an_analysis_is_left_as_it_was() -> None:
    analysis = condition(draw("alternating", 4), 4, "one rep")
    before = json.dumps(analysis.to_dict())
    intervals_of(analysis)
    assert json.dumps(analysis.to_dict()) == before
