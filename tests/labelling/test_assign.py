import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import Annotation, AnnotationTable, Label, parse_mark, read_sidecar
from retropace.annotations.model.annotation import Origin
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity
from retropace.core.parameters import LabelParameters, Settings
from retropace.labelling.assign import label_segments
from retropace.readers import read
from retropace.segmentation.segment import segment_coarse_and_fine
from retropace.simulate import (
    PlannedStretch,
    SimulatedAthlete,
    SimulatedPlace,
    SimulatedSession,
    Truth,
    backward,
    forward,
    rest,
    simulate,
    walk,
)
from tests.support.simulated_labels import seconds_right

PATH = SimulatedPlace("path", 52.5, 13.3)


def reps(recovery: PlannedStretch, seed: int) -> tuple[list[PlannedStretch], int]:
    plan: list[PlannedStretch] = [forward(seconds=420)]
    for _ in range(5):
        plan += [backward(metres=400), recovery]
    return [*plan, forward(seconds=240)], seed


@pytest.mark.parametrize("recovery", [rest(120), walk("forward", 120), forward(seconds=120, effort=0.85)], ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_marked_rep_finds_the_others_and_leaves_the_rest_alone(recovery: PlannedStretch, seed: int) -> None:
    plan, _ = reps(recovery, seed)
    made = simulate(plan, place=PATH, seed=seed)
    analysis = analyze(made.activity, [parse_mark("lap 2=backward")])
    assert seconds_right(analysis, made.truth) > 0.97
    made_m = made.truth.distance_m["backward"]
    assert float(analysis.summary.directions.distance_m[1]) == pytest.approx(made_m, rel=0.03)
    suspected = analysis.segments.basis == "suspected"
    assert np.all(analysis.segments.confidence[suspected] >= 0.8)


def test_all_marked_is_right_to_the_seconds() -> None:
    plan, seed = reps(rest(90), 4)
    made = simulate(plan, place=PATH, seed=seed)
    analysis = analyze(made.activity, [parse_mark("lap 2,4,6,8,10=backward")])
    assert seconds_right(analysis, made.truth) > 0.985
    assert "suspected" not in analysis.segments.basis


def clear_session() -> SimulatedSession:
    """Return five reps between forward running, by a runner whose heart rate rises in them."""
    plan: list[PlannedStretch] = [forward(seconds=900), *[backward(seconds=120), forward(seconds=180)] * 5]
    athlete = SimulatedAthlete(backward_extra_hr_bpm=30.0)
    return simulate([*plan, forward(seconds=300)], athlete=athlete, place=PATH, seed=5)


def test_clear_reps_are_suspected_though_nothing_is_marked() -> None:
    made = clear_session()
    analysis = analyze(made.activity)
    assert seconds_right(analysis, made.truth) > 0.97
    assert analysis.segments.basis.tolist().count("suspected") == 5
    assert "annotated" not in analysis.segments.basis


def test_reps_are_only_suggested_if_they_are_most_of_the_session() -> None:
    plan, seed = reps(rest(90), 5)
    made = simulate(plan, place=PATH, seed=seed)
    analysis = analyze(made.activity)
    assert "backward" not in analysis.segments.direction
    rows = np.flatnonzero(np.array(made.truth.direction) == "backward")
    true_s = np.column_stack((made.truth.edges_s[rows], made.truth.edges_s[rows + 1]))
    found_s = sorted([stretch.start_s, stretch.end_s] for stretch in analysis.borderline)
    np.testing.assert_allclose(found_s, true_s, atol=8.0)


@pytest.mark.parametrize(
    "plan",
    [
        [forward(seconds=1500), forward(seconds=300, effort=0.75)],
        [forward(seconds=600), forward(seconds=900, effort=1.2), forward(seconds=400, effort=0.9)],
        [forward(seconds=420), *[forward(metres=400, effort=1.3), forward(seconds=120, effort=0.7)] * 6],
        [walk("forward", 900), walk("forward", 300, effort=0.7), walk("forward", 400)],
        [walk("forward", 300), *[forward(seconds=180), walk("forward", 90)] * 6],
    ],
    ids=["shuffle at the end", "tempo", "recovery jogs", "stroll", "run and walk"],
)
def test_ordinary_sessions_are_forward_assumed_and_sure(plan: list[PlannedStretch]) -> None:
    segments = analyze(simulate(plan, place=PATH, seed=8).activity).segments
    moving = segments.direction != "rest"
    assert set(segments.direction[moving]) == {"forward"}
    assert set(segments.basis[moving]) == {"assumed"}
    assert np.all(segments.confidence[moving] > 0.6)


def test_a_walk_is_never_suspected_because_a_run_was_marked() -> None:
    plan: list[PlannedStretch] = [
        forward(seconds=300),
        backward(seconds=200),
        walk("forward", 200),
        forward(seconds=200),
    ]
    analysis = analyze(simulate(plan, place=PATH, seed=6).activity, [parse_mark("lap 2=backward")])
    walked = (analysis.segments.gait == "walk") & (analysis.segments.basis != "annotated")
    assert np.any(walked)
    assert set(analysis.segments.direction[walked]) <= {"forward"}


def test_a_typed_edge_moves_to_the_change_of_pace_unless_told_not_to() -> None:
    plan: list[PlannedStretch] = [forward(seconds=300), backward(seconds=300), forward(seconds=300)]
    activity = simulate(plan, place=PATH, seed=7).activity
    mark = [parse_mark("5:02-9:57=backward")]
    moved = analyze(activity, mark)
    kept = analyze(activity, mark, Settings(label=LabelParameters(keep_edges=True)))
    assert [(one.start_s, one.end_s) for one in kept.annotations] == [(302.0, 597.0)]
    assert abs(moved.annotations[0].start_s - 300.0) <= 3.0
    assert any("start moved from 5:02 to" in said for said in moved.notes)
    assert not any("moved from" in said for said in kept.notes)


def test_the_runners_word_leads_over_what_it_looks_like_but_a_stopped_watch_rests() -> None:
    plan: list[PlannedStretch] = [forward(seconds=300), rest(60, paused=True), forward(seconds=300)]
    analysis = analyze(simulate(plan, place=PATH, seed=8).activity, [Annotation(0.0, 660.0, Label("backward"))])
    assert analysis.segments.direction.tolist().count("rest") == 1
    assert float(analysis.summary.directions.elapsed_s[0]) == 0.0
    assert float(analysis.summary.directions.elapsed_s[2]) == pytest.approx(60.0, abs=4.0)


def test_rest_and_unknown_can_be_marked() -> None:
    activity = simulate([forward(seconds=600)], place=PATH, seed=9).activity
    given = [Annotation(100.0, 200.0, Label("rest")), Annotation(300.0, 400.0, Label("unknown"))]
    analysis = analyze(activity, given, Settings(label=LabelParameters(keep_edges=True)))
    assert analysis.summary.directions.elapsed_s[2:].tolist() == [100.0, 100.0]


def test_an_origin_without_a_file_is_named_by_its_text() -> None:
    assert str(Origin("mark", "lap 2=b")) == '--mark "lap 2=b"'
    assert str(Origin("sidecar", "x", "a.csv", 3)) == "a.csv:3"
    assert str(Origin("library")) == "the annotation given"


SAMPLES = {
    "quarter-mile": None,
    "track-6x400": "7:00-10:24=backward",
    "treadmill-beginner": "lap 2=backward walk",
    "long-backward": "29:30-54:30=backward",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_come_out_as_they_were_made(samples: Path, name: str) -> None:
    recording = next(path for path in samples.glob(f"{name}.*") if path.suffix in (".fit", ".gpx"))
    truth = json.loads((samples / f"{name}.truth.json").read_text())
    mark = SAMPLES[name]
    annotations = [parse_mark(mark)] if mark else read_sidecar(samples / f"{name}.annotations.csv")
    analysis = analyze(read(recording), annotations)
    edges = np.array([span["start_s"] for span in truth["spans"]] + [truth["spans"][-1]["end_s"]])
    made = Truth(edges, tuple(span["direction"] for span in truth["spans"]), (), truth["distance_m"])
    assert seconds_right(analysis, made) > 0.97
    backward_m = float(analysis.summary.directions.distance_m[1])
    assert backward_m == pytest.approx(truth["distance_m"]["backward"], rel=0.04)


def test_a_stand_before_a_pause_is_one_rest_with_it() -> None:
    plan: list[PlannedStretch] = [forward(seconds=300), rest(40), rest(60, paused=True), rest(30), forward(seconds=300)]
    analysis = analyze(simulate(plan, place=PATH, seed=3).activity)
    resting = np.flatnonzero(analysis.segments.direction == "rest")
    assert len(resting) == 1
    length = analysis.segments.end_s[resting] - analysis.segments.start_s[resting]
    assert float(length[0]) == pytest.approx(130.0, abs=6.0)


def without_cadence(made: SimulatedSession) -> Activity:
    samples = made.activity.samples
    return replace(made.activity, samples=replace(samples, cadence_recorded=np.full(len(samples), np.nan)))


def test_without_cadence_a_marked_run_as_slow_as_a_walk_finds_the_others() -> None:
    plan, seed = reps(walk("forward", 120), 11)
    made = simulate(plan, athlete=SimulatedAthlete(backward_speed_ratio=0.66), place=PATH, seed=seed)
    analysis = analyze(without_cadence(made), [parse_mark("lap 2=backward")])
    assert seconds_right(analysis, made.truth) > 0.97


def test_without_cadence_nothing_is_suspected_of_a_stranger() -> None:
    made = simulate([walk("forward", 900), walk("forward", 400, effort=0.6), walk("forward", 400)], place=PATH, seed=3)
    assert "backward" not in analyze(without_cadence(made)).segments.direction


def test_what_comes_close_is_worth_a_look() -> None:
    made = clear_session()
    wary = Settings(label=LabelParameters(threshold=0.999))
    analysis = analyze(made.activity, settings=wary)
    assert "backward" not in analysis.segments.direction
    assert len(analysis.borderline) == 5
    document = analysis.to_dict()["worth_a_look"]
    for doubt, row in zip(analysis.borderline, document, strict=True):
        assert 0.4 <= doubt.probability < 0.999
        assert row == {"start_s": doubt.start_s, "end_s": doubt.end_s, "probability": doubt.probability}
    assert analyze(made.activity).borderline == ()


def test_fine_cuts_stay_only_where_the_direction_changes() -> None:
    made = simulate([forward(seconds=600), forward(seconds=600, effort=1.1)], place=PATH, seed=4)
    track = clean_activity(made.activity)
    edges, fine = segment_coarse_and_fine(track)
    fine = np.union1d(fine, [200.0, 350.0])
    np.testing.assert_array_equal(
        label_segments(track, edges, fine, AnnotationTable.from_annotations(())).edges_s, edges
    )


def test_a_sensor_that_loses_steps_is_not_listened_to() -> None:
    plan, seed = reps(forward(seconds=120, effort=0.85), 12)
    made = simulate(plan, place=PATH, seed=seed)
    samples = made.activity.samples
    half = np.where((samples.t_s // 60) % 2 < 1, 0.45, 1.0)
    broken = replace(made.activity, samples=replace(samples, cadence_recorded=samples.cadence_recorded * half))
    assert "backward" in analyze(made.activity).segments.direction
    assert "backward" not in analyze(broken).segments.direction


@pytest.mark.parametrize(("effort", "gait"), [(0.5, "walk"), (1.0, "run")])
def test_without_cadence_backward_movement_at_2_mps_is_a_run(effort: float, gait: str) -> None:
    """Backward, people change from walking to running at 1.6 m/s already (Hreljac 2005)."""
    plan: list[PlannedStretch] = [forward(seconds=300), backward(seconds=200, effort=effort), forward(seconds=300)]
    analysis = analyze(without_cadence(simulate(plan, place=PATH, seed=4)), [parse_mark("lap 2=backward")])
    backward_rows = analysis.segments.direction == "backward"
    assert set(analysis.segments.gait[backward_rows].tolist()) == {gait}
    speed_mps = float(analysis.summary.segments.speed_mps[backward_rows][0])
    assert (speed_mps < 1.6) if gait == "walk" else (1.7 < speed_mps <= 2.05)
