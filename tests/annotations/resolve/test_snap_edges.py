from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, AnnotationTable, Label, UnresolvedAnnotation, parse_mark
from retropace.annotations.inputs.sidecar import parse_sidecar
from retropace.annotations.model.annotation import BUTTON_TOLERANCE_S, TYPED_TOLERANCE_S, WHOLE_MINUTE_TOLERANCE_S
from retropace.annotations.resolve.locate import resolve_annotations
from retropace.annotations.resolve.snap_edges import snap_edges
from retropace.cleaning.clean import clean_activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.segmentation.signals import StandardizedSignals, standardize_signals
from retropace.simulate import PlannedStretch, SimulatedPlace, backward, forward, rest, simulate
from retropace.simulate.session import SimulatedSession
from tests.support.segmentation import segment_activity

PATH = SimulatedPlace("path", 52.5, 13.3)
PLAN: list[PlannedStretch] = [
    forward(seconds=300),
    backward(seconds=240),
    forward(seconds=300),
    rest(60),
    backward(seconds=200),
]


@cache
def made() -> SimulatedSession:
    return simulate([*PLAN, forward(seconds=120)], place=PATH, seed=11)


def edges_s() -> FloatArray:
    return made().truth.edges_s


@cache
def cleaned() -> CleanedActivity:
    return clean_activity(made().activity)


@cache
def signals() -> StandardizedSignals:
    return standardize_signals(cleaned())


@pytest.mark.parametrize("off_s", [-8.0, -4.0, 0.0, 4.0, 8.0])
def test_an_unsure_edge_moves_to_the_change(off_s: float) -> None:
    given = AnnotationTable.from_annotations(
        [Annotation(float(edges_s()[1]) + off_s, float(edges_s()[2]) - off_s, Label("backward"))]
    )
    (one,), _ = snap_edges(given, signals())
    assert abs(one.start_s - edges_s()[1]) <= max(3.0, abs(off_s) / 2.0)
    assert abs(one.end_s - edges_s()[2]) <= max(3.0, abs(off_s) / 2.0)


def test_a_pressed_lap_stays_and_so_does_an_edge_without_a_change() -> None:
    pressed = AnnotationTable.from_annotations(
        [Annotation(295.0, 545.0, Label("backward"), edge_tolerance_s=BUTTON_TOLERANCE_S)]
    )
    assert snap_edges(pressed, signals()) == (pressed, ())
    steady = AnnotationTable.from_annotations([Annotation(100.0, 200.0, Label("backward"))])
    assert snap_edges(steady, signals()) == (steady, ())


def test_what_moved_is_said_and_never_by_more_than_it_is_unsure_of() -> None:
    given = AnnotationTable.from_annotations(
        [Annotation(float(edges_s()[1]) + 8.0, float(edges_s()[2]) - 25.0, Label("backward"))]
    )
    (one,), said = snap_edges(given, signals())
    assert abs(one.end_s - given[0].end_s) <= TYPED_TOLERANCE_S
    assert any("start moved from 5:08 to" in finding.text for finding in said)


def test_neighbours_that_touch_keep_touching_and_nothing_turns_round() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        edges = np.sort(rng.uniform(0.0, cleaned().elapsed_s, 9))
        labels = [Label("backward"), Label("forward")] * 4
        given = AnnotationTable.from_annotations(
            Annotation(float(a), float(b), label, edge_tolerance_s=float(rng.choice([1.0, 10.0, 30.0])))
            for a, b, label in zip(edges[:-1], edges[1:], labels, strict=True)
            if b - a > 1e-6
        )
        settled, _ = snap_edges(given, signals())
        for before, after in pairwise(settled):
            assert before.start_s < before.end_s <= after.start_s
            assert before.end_s == after.start_s
        for one, was in zip(settled, given, strict=True):
            assert abs(one.start_s - was.start_s) <= was.edge_tolerance_s + 1e-9 or was.start_s == 0.0


def test_how_sure_an_edge_is_depends_on_how_it_was_given() -> None:
    def sure(*rows: str) -> list[float]:
        return [
            one.edge_tolerance_s
            for one in resolve_annotations(parse_sidecar("start,end,label\n" + "\n".join(rows), "x.csv"), cleaned())[0]
        ]

    assert sure("1:10,2:10,b", "3:00,4:00,b") == [TYPED_TOLERANCE_S, TYPED_TOLERANCE_S]
    assert sure("1:00,2:00,b", "3:00,4:00,b") == [WHOLE_MINUTE_TOLERANCE_S, WHOLE_MINUTE_TOLERANCE_S]
    assert sure("1:00,2:10,b", "3:00,4:00,b") == [TYPED_TOLERANCE_S, TYPED_TOLERANCE_S]
    assert sure("1:00,2:00,b", "3:00,4:00,b", "1.25km,1.50km,f")[2:] == [TYPED_TOLERANCE_S]
    assert sure("1min,2min,b") == [WHOLE_MINUTE_TOLERANCE_S]
    assert sure("08:01Z,08:02Z,b") == [WHOLE_MINUTE_TOLERANCE_S]
    assert sure("1:10.5,2:10.0,b") == [BUTTON_TOLERANCE_S]
    assert sure("lap 2,,b") == [BUTTON_TOLERANCE_S]
    fine, coarse = sure("1.00km,1.25km,b"), sure("1.0km,1.4km,b")
    assert fine == [TYPED_TOLERANCE_S]
    assert TYPED_TOLERANCE_S < coarse[0] <= WHOLE_MINUTE_TOLERANCE_S


def test_a_sidecar_to_the_minute_finds_changes_half_a_minute_away() -> None:
    plan = [forward(seconds=287), backward(seconds=266), forward(seconds=300)]
    made = simulate(plan, place=PATH, seed=5)
    rows = parse_sidecar("start,end,label\n5:00,9:00,backward\n", "x.csv")
    (one,) = analyze(made.activity, rows).annotations
    assert abs(one.start_s - 287.0) <= 3.0
    assert abs(one.end_s - 553.0) <= 3.0


def test_the_analysis_moves_edges_once_and_says_so() -> None:
    marks = [
        parse_mark(f"{edges_s()[1] + 5:.0f}s-{edges_s()[2] + 5:.0f}s=backward"),
        UnresolvedAnnotation("lap 5", Label("backward")),
    ]
    analysis = analyze(made().activity, marks)
    assert len([said for said in analysis.notes if "moved from" in said]) == 2
    assert analysis.annotations[1].start_s == edges_s()[4]
    inner = analysis.segments.edges_s
    assert {one.start_s for one in analysis.annotations} <= set(inner.tolist())
    # A change point beside a settled edge is that edge: no sliver between them.
    assert len(segment_activity(cleaned())) >= 5
    assert np.min(np.diff(inner)) > 2.0
