"""Random activities, annotations and goals for the laws that must hold for each of them."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from retropace.annotations import Annotation, Label
from retropace.config.goals import Goal
from retropace.core.activity import Activity, Lap, Samples, Source
from retropace.core.spans import FloatArray, as_spans

LABELS = [Label("backward"), Label("backward", "walk"), Label("forward"), Label("forward", "run"), Label("rest")]

GOALS = st.builds(
    Goal,
    direction=st.sampled_from(["backward", "forward"]),
    per=st.sampled_from(["week", "month"]),
    sessions=st.none() | st.integers(1, 30),
    minutes=st.none() | st.floats(0.5, 300.0),
    km=st.none() | st.floats(0.1, 900.0),
    athlete=st.sampled_from(["", "anna", "Jörg K."]),
).filter(lambda goal: any(value is not None for value in (goal.sessions, goal.minutes, goal.km)))


def activity_of(t_s: FloatArray, pauses: list[tuple[float, float]] | None = None, **columns: FloatArray) -> Activity:
    """An activity with these columns and nothing else."""
    return Activity(
        source=Source("made.fit", "fit"),
        samples=Samples.from_columns(t_s, None, None, **columns),
        start_time=datetime(2025, 5, 1, 8, 0, tzinfo=UTC),
        sport="running",
        pauses=as_spans(pauses or []),
    )


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """A session of random paces with irregular records, pauses, dropouts, repeated and disordered times."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(2, 400))
    steps = rng.choice(
        draw(st.sampled_from([[1.0], [1.0, 1.0, 1.0, 4.0], [1.0, 3.0, 7.0, 10.0], [0.0, 1.0, 40.0]])), count - 1
    )
    t_s = np.concatenate(([0.0], np.cumsum(steps)))
    if t_s[-1] == 0.0:
        t_s[-1] = 1.0
    pace = np.repeat(rng.choice([0.0, 1.2, 2.0, 2.9, 4.2], count // 20 + 1), 20)[:count]
    speed = np.clip(pace + rng.normal(0.0, 0.15, count), 0.0, None)
    cadence = np.where(pace > 1.5, rng.normal(84.0, 2.0, count), rng.normal(56.0, 2.0, count)) * (pace > 0.0)
    distance = np.concatenate(([0.0], np.cumsum(np.diff(t_s) * speed[1:])))
    columns = {"speed_mps": speed, "cadence_recorded": cadence, "distance_m": distance}
    columns["heart_rate_bpm"] = np.clip(rng.normal(140.0, 10.0, count), 60.0, 200.0)
    lat = 48.0 + distance / 111_000.0 + rng.normal(0.0, 1e-5, count)
    columns |= {"lat_deg": lat, "lon_deg": np.full(count, 11.0)}
    for name in draw(st.lists(st.sampled_from(sorted(columns)), unique=True)):
        if name in ("lat_deg", "lon_deg"):
            columns.pop("lat_deg", None)
            columns.pop("lon_deg", None)
        else:
            columns.pop(name)
    for column in columns.values():
        if draw(st.booleans()):
            start = int(rng.integers(0, count))
            column[start : start + int(rng.integers(0, 60))] = np.nan
    if draw(st.booleans()):
        order = np.arange(count)
        at = rng.integers(0, count - 1, max(count // 30, 1))
        order[at], order[at + 1] = order[at + 1], order[at].copy()
        t_s = t_s[order]
    last = float(np.max(t_s))
    starts = [float(start) for start in rng.uniform(0.0, last, draw(st.integers(0, 3)))]
    return activity_of(t_s, [(start, start + float(rng.uniform(0.0, 60.0))) for start in starts], **columns)


@st.composite
def annotation_lists(draw: st.DrawFn, elapsed_s: float) -> list[Annotation]:
    """Disjoint random annotations within an activity of this length, in any order."""
    cuts = sorted(draw(st.lists(st.floats(0.0, 1.0), max_size=8, unique=True)))
    given = []
    for first, second in zip(cuts[::2], cuts[1::2], strict=False):
        if (second - first) * elapsed_s > 1e-3:
            given.append(Annotation(first * elapsed_s, second * elapsed_s, draw(st.sampled_from(LABELS))))
    return draw(st.permutations(given))


def with_laps(activity: Activity, edges_s: list[float]) -> Activity:
    """The activity with laps between the edges."""
    laps = tuple(Lap(start, end, "manual") for start, end in pairwise(edges_s))
    return replace(activity, laps=laps)
