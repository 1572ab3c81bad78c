"""The same session labelled through each origin gives the same directions."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from retropace.analysis.pipeline import analyze
from retropace.annotations import AnnotationInput, parse_field, parse_mark, parse_sentence
from retropace.annotations.inputs.geojson import parse_zones
from retropace.annotations.inputs.sidecar import parse_label_track, parse_sidecar
from retropace.core.activity import Activity, Waypoint, WorkoutStep
from retropace.simulate import PlannedStretch, SimulatedPlace, backward, forward, simulate
from retropace.simulate.session import SimulatedSession
from tests.support.simulated_labels import seconds_right

PATH = SimulatedPlace("path", 52.5, 13.3)
PLAN: list[PlannedStretch] = [
    forward(seconds=300),
    *[backward(seconds=120), forward(seconds=90)] * 3,
    backward(seconds=120),
    forward(seconds=90, lap=False),
    forward(seconds=210),
]


@cache
def made() -> SimulatedSession:
    return simulate(PLAN, place=PATH, seed=21)


def edges_s() -> list[float]:
    edges: list[float] = made().truth.edges_s.tolist()
    return edges


def backward_spans() -> list[tuple[float, float]]:
    directions = made().truth.direction
    return [span for span, direction in zip(pairwise(edges_s()), directions, strict=True) if direction == "backward"]


def without_laps() -> Activity:
    return replace(made().activity, laps=())


def format_clock(seconds: float) -> str:
    start = made().activity.start_time
    assert start is not None
    return f"{start + timedelta(seconds=seconds):%H:%M:%SZ}"


def format_elapsed(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def format_distance(seconds: float) -> str:
    samples = made().activity.samples
    return f"{float(np.interp(seconds, samples.t_s, samples.distance_m)) / 1000.0:.3f}km"


def sidecar_inputs(form: str) -> list[AnnotationInput]:
    body = {
        "elapsed": [f"{format_elapsed(start)},{format_elapsed(end)},backward" for start, end in backward_spans()],
        "clock": [f"{format_clock(start)},{format_clock(end)},backward" for start, end in backward_spans()],
        "distance": [f"{format_distance(start)},{format_distance(end)},backward" for start, end in backward_spans()],
        "laps": ['"lap 2,4,6,8",,backward'],
        "until next": [
            f"{format_elapsed(start)},,{direction}"
            for start, direction in zip(edges_s()[:-1], made().truth.direction, strict=True)
        ],
    }[form]
    return [*parse_sidecar("start,end,label\n" + "\n".join(body), "x.csv")]


def zone_case() -> tuple[Activity, list[AnnotationInput]]:
    """Four boxes on a straight road where the runner always turns: the same seconds by another input."""
    samples = made().activity.samples
    north = np.interp(samples.t_s, samples.t_s, samples.distance_m)
    lat = 52.0 + north / 111_267.0
    straight = replace(samples, lat_deg=lat, lon_deg=np.full(len(lat), 13.0))
    features = []
    for start, end in backward_spans():
        low, high = np.interp([start + 4.0, end + 4.0], samples.t_s, lat)
        ring = [[12.999, low], [13.001, low], [13.001, high], [12.999, high], [12.999, low]]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"label": "backward"}, "geometry": shape})
    text = json.dumps({"type": "FeatureCollection", "features": features})
    return replace(without_laps(), samples=straight), [parse_zones(text, "z.geojson")]


def field_case() -> tuple[Activity, list[AnnotationInput]]:
    samples = made().activity.samples
    backward_now = np.any([(samples.t_s >= start) & (samples.t_s < end) for start, end in backward_spans()], axis=0)
    samples_with_field = replace(
        samples, extra={"way": backward_now.astype(np.float64)}, categories={"way": ("forward", "backward")}
    )
    return replace(without_laps(), samples=samples_with_field), [parse_field("way")]


STEPS = (
    WorkoutStep(0, "easy", duration_kind="time", duration=300.0),
    WorkoutStep(1, "Backward", duration_kind="time", duration=120.0),
    WorkoutStep(2, "jog", duration_kind="time", duration=90.0),
    WorkoutStep(3, duration_kind="repeat", duration=4.0, repeat_from=1),
    WorkoutStep(4, "easy", duration_kind="time", duration=210.0),
)
SENTENCE = "5min, 4x(2min backward, 90s forward), 3:30 forward"


def with_lap_names() -> Activity:
    laps = enumerate(made().activity.laps)
    return replace(
        made().activity, laps=tuple(replace(lap, name="backward") if at in (1, 3, 5, 7) else lap for at, lap in laps)
    )


def with_steps() -> Activity:
    laps = zip(made().activity.laps, [0, 1, 2, 1, 2, 1, 2, 1, 4], strict=True)
    return replace(
        made().activity, workout_steps=STEPS, laps=tuple(replace(lap, step_index=index) for lap, index in laps)
    )


def with_waypoints() -> Activity:
    starts = zip(edges_s()[:-1], made().truth.direction, strict=True)
    waypoints = tuple(Waypoint(start_s, direction) for start_s, direction in starts if start_s > 0.0)
    return replace(without_laps(), waypoints=waypoints)


def label_track() -> list[AnnotationInput]:
    text = "".join(f"{start:.6f}\t{end:.6f}\tbackward\n" for start, end in backward_spans())
    return [*parse_label_track(text, "x.txt")]


def elapsed_marks() -> list[AnnotationInput]:
    return [parse_mark(f"{format_elapsed(start)}-{format_elapsed(end)}=backward") for start, end in backward_spans()]


@dataclass(frozen=True)
class Case:
    activity: Activity
    inputs: list[AnnotationInput]
    least: float


CASES: dict[str, Callable[[], Case]] = {
    "marks, elapsed": lambda: Case(without_laps(), elapsed_marks(), 0.985),
    "marks, laps": lambda: Case(made().activity, [parse_mark("lap 2,4,6,8=backward")], 0.999),
    "marks, even laps": lambda: Case(made().activity, [parse_mark("even laps=backward")], 0.999),
    "marks, steps": lambda: Case(with_steps(), [parse_mark('step "Backward"=backward')], 0.999),
    "sidecar, elapsed": lambda: Case(without_laps(), sidecar_inputs("elapsed"), 0.985),
    "sidecar, clock": lambda: Case(without_laps(), sidecar_inputs("clock"), 0.985),
    "sidecar, distance": lambda: Case(without_laps(), sidecar_inputs("distance"), 0.985),
    "sidecar, laps": lambda: Case(made().activity, sidecar_inputs("laps"), 0.999),
    "sidecar, until next": lambda: Case(without_laps(), sidecar_inputs("until next"), 0.985),
    "label track": lambda: Case(without_laps(), label_track(), 0.985),
    "workout sentence": lambda: Case(without_laps(), [parse_sentence(SENTENCE)], 0.985),
    "workout in the file": lambda: Case(replace(without_laps(), workout_steps=STEPS), [], 0.985),
    "names of laps": lambda: Case(with_lap_names(), [], 0.999),
    "names of steps": lambda: Case(with_steps(), [], 0.999),
    "waypoints": lambda: Case(with_waypoints(), [], 0.985),
    "field": lambda: Case(*field_case(), 0.985),
    "zones": lambda: Case(*zone_case(), 0.98),
}


@pytest.mark.parametrize("name", CASES)
def test_every_origin_gives_the_same_directions(name: str) -> None:
    case = CASES[name]()
    analysis = analyze(case.activity, case.inputs)
    right = seconds_right(analysis, made().truth)
    assert right >= case.least, [one for one in [*analysis.warnings, *analysis.notes] if "moved" in one or "fit" in one]
    metres = float(analysis.summary.directions.distance_m[1])
    assert metres == pytest.approx(made().truth.distance_m["backward"], rel=0.03)
