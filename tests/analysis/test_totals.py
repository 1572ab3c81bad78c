"""The laws of the sums: parts add up to the whole, segments cover the activity, order is irrelevant."""

import json
import random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retropace.analysis.pipeline import Analysis, analyze
from retropace.annotations import Annotation
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.segments import BASES, DIRECTIONS, GAITS
from tests.support.strategies import activities, annotation_lists

LAWS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Activity, list[Annotation]]:
    activity = draw(activities())
    return activity, draw(annotation_lists(clean_activity(activity).elapsed_s))


def document(session: tuple[Activity, list[Annotation]]) -> tuple[Analysis, dict]:  # type: ignore[type-arg]  # JSON
    analysis = analyze(*session)
    return analysis, json.loads(json.dumps(analysis.to_dict(), allow_nan=False))


@given(sessions())
@LAWS
def test_directions_add_up_to_the_activity(session: tuple[Activity, list[Annotation]]) -> None:
    _, made = document(session)
    whole, directions, segments = made["activity"], made["directions"].values(), made["segments"]
    for name in ("distance_m", "elapsed_s", "moving_s"):
        assert abs(sum(direction[name] for direction in directions) - whole[name]) < 1e-6
    for name in ("distance_m", "moving_s"):
        assert abs(sum(segment[name] for segment in segments) - whole[name]) < 1e-6
    assert (
        abs(sum(direction["steps"] or 0.0 for direction in directions) - sum(s["steps"] or 0.0 for s in segments))
        < 1e-6
    )
    assert sum(direction["segments"] for direction in directions) == len(segments)
    assert 0.0 <= whole["moving_s"] <= whole["timer_s"] + 1e-9 <= whole["elapsed_s"] + 1e-6


@given(sessions())
@LAWS
def test_segments_cover_the_activity_exactly(session: tuple[Activity, list[Annotation]]) -> None:
    analysis, made = document(session)
    edges = analysis.segments.edges_s
    assert edges[0] == 0.0
    assert edges[-1] == analysis.cleaned.elapsed_s
    assert np.all(np.diff(edges) > 0.0)
    for segment in made["segments"]:
        assert segment["direction"] in DIRECTIONS
        assert segment["gait"] in (*GAITS, None)
        assert segment["basis"] in BASES
        assert segment["confidence"] is None or 0.0 <= segment["confidence"] <= 1.0


@given(sessions(), st.integers(0, 2**32 - 1))
@LAWS
def test_the_order_of_annotations_changes_nothing(session: tuple[Activity, list[Annotation]], seed: int) -> None:
    activity, given_ = session
    shuffled = random.Random(seed).sample(given_, len(given_))
    assert document((activity, given_))[1] == document((activity, shuffled))[1]


@given(sessions())
@LAWS
def test_what_the_runner_marked_has_their_direction(session: tuple[Activity, list[Annotation]]) -> None:
    activity, given_ = session
    analysis = analyze(activity, given_)
    middle = (analysis.segments.start_s + analysis.segments.end_s) / 2.0
    for annotation in analysis.annotations:
        inside = (middle >= annotation.start_s) & (middle < annotation.end_s)
        assert np.any(inside)
        found = set(analysis.segments.direction[inside].tolist())
        assert found <= {annotation.label.direction, "rest"}


@given(activities())
@LAWS
def test_what_nobody_marked_is_at_most_suspected(activity: Activity) -> None:
    segments = analyze(activity).segments
    backward = segments.direction == "backward"
    assert set(segments.basis[backward].tolist()) <= {"suspected"}
    assert np.all(segments.confidence[backward] >= 0.8)
    assert np.all(segments.confidence[backward] < 1.0)


@given(sessions())
@settings(max_examples=40, deadline=None)
def test_inputs_are_left_as_they_were(session: tuple[Activity, list[Annotation]]) -> None:
    activity, given_ = session
    before = {name: getattr(activity.samples, name).copy() for name in ("t_s", "distance_m", "speed_mps", "lat_deg")}
    analyze(activity, given_)
    for name, column in before.items():
        np.testing.assert_array_equal(getattr(activity.samples, name), column)
