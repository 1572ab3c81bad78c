"""A simulated session: an activity as a watch would record it, and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.spans import as_spans, contains, total_s
from retropace.simulate.athlete import SimulatedAthlete
from retropace.simulate.body import Truth, simulate_motion
from retropace.simulate.place import SimulatedPlace
from retropace.simulate.plan import PlannedStretch
from retropace.simulate.watch import Watch, record


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """What a watch recorded, and what was really done."""

    activity: Activity
    truth: Truth


def simulate(
    plan: Sequence[PlannedStretch],
    *,
    athlete: SimulatedAthlete | None = None,
    place: SimulatedPlace | None = None,
    watch: Watch | None = None,
    start_time: datetime = datetime(2025, 5, 4, 8, 0, tzinfo=UTC),
    name: str = "simulated",
    seed: int = 0,
) -> SimulatedSession:
    """Carry out a plan and record it. The same arguments give the same session."""
    athlete, place, watch = (
        athlete or SimulatedAthlete(),
        place or SimulatedPlace("track", 52.5145, 13.2395),
        watch or Watch(),
    )
    rng = np.random.default_rng(seed)
    motion = simulate_motion(plan, athlete, place, rng)
    edges = motion.truth.edges_s
    pauses = as_spans([(edges[at], edges[at + 1]) for at, stretch in enumerate(plan) if stretch.paused])
    last = len(motion.t_s) - 1
    written = ~contains(as_spans([(start + 1.0, end) for start, end in pauses.tolist()]), motion.t_s)
    samples = record(motion, place, watch, np.flatnonzero(written).astype(np.float64), rng)
    ends = {float(edges[at + 1]): "manual" for at, stretch in enumerate(plan) if stretch.lap and at + 1 < len(plan)}
    ends |= _find_autolaps(samples, watch.autolap_m, ends)
    bounds = [0.0, *sorted(ends), float(last)]
    triggers = [ends[end] for end in sorted(ends)] + ["session_end"]
    counted = np.interp(bounds, samples.t_s, samples.distance_m)
    laps = tuple(
        Lap(
            start_s=bounds[at],
            end_s=bounds[at + 1],
            trigger=trigger,
            timer_s=bounds[at + 1] - bounds[at] - _paused_s(pauses.tolist(), bounds[at], bounds[at + 1]),
            distance_m=float(counted[at + 1] - counted[at]),
        )
        for at, trigger in enumerate(triggers)
    )
    activity = Activity(
        source=Source(name, "simulated"),
        samples=samples,
        start_time=start_time,
        sport="running",
        sub_sport="treadmill" if place.kind == "treadmill" else "generic",
        name=name,
        device=Device("development", "retropace simulator"),
        laps=laps,
        pauses=pauses,
        device_totals=DeviceTotals(float(samples.distance_m[-1]), last - total_s(pauses), float(last)),
    )
    return SimulatedSession(activity, motion.truth)


def _find_autolaps(samples: Samples, autolap_m: float, manual_ends: dict[float, str]) -> dict[float, str]:
    """When the watch ends a lap by itself: each time so many metres were run since the last one ended."""
    if not autolap_m:
        return {}
    ends: dict[float, str] = {}
    since_m = 0.0
    for t_s, way_m in zip(samples.t_s[:-1].tolist(), samples.distance_m[:-1].tolist(), strict=True):
        if t_s in manual_ends:
            since_m = way_m
        elif way_m - since_m >= autolap_m:
            ends[t_s] = "distance"
            since_m = way_m
    return ends


def _paused_s(pauses: list[list[float]], start_s: float, end_s: float) -> float:
    return sum(max(min(end, end_s) - max(start, start_s), 0.0) for start, end in pauses)
