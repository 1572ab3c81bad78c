"""Simulation of a session: what the watch records of it, and what truly happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

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
    """A simulated session: the activity that the watch recorded, and the true directions and gaits."""

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
    """Simulate how an athlete carries out a plan and a watch records it; the same arguments give the same session."""
    athlete, watch = athlete or SimulatedAthlete(), watch or Watch()
    place = place or SimulatedPlace("track", 52.5145, 13.2395)
    rng = np.random.default_rng(seed)
    motion = simulate_motion(plan, athlete, place, rng)
    starts_s, ends_s = motion.truth.edges_s[:-1], motion.truth.edges_s[1:]
    pauses = as_spans([(starts_s[index], ends_s[index]) for index, stretch in enumerate(plan) if stretch.paused])
    last_s = len(motion.t_s) - 1
    is_recorded = ~contains(as_spans([(start_s + 1.0, end_s) for start_s, end_s in pauses.tolist()]), motion.t_s)
    samples = record(motion, place, watch, np.flatnonzero(is_recorded).astype(np.float64), rng)
    trigger_by_end_s = {
        float(end_s): "manual" for end_s, stretch in zip(ends_s[:-1], plan, strict=False) if stretch.lap
    }
    trigger_by_end_s |= _find_autolaps(samples, watch.autolap_m, trigger_by_end_s)
    edges_s = [0.0, *sorted(trigger_by_end_s), float(last_s)]
    triggers = [trigger_by_end_s[end_s] for end_s in sorted(trigger_by_end_s)] + ["session_end"]
    distances_m = np.diff(np.interp(edges_s, samples.t_s, samples.distance_m))
    laps = tuple(
        Lap(
            start_s=start_s,
            end_s=end_s,
            trigger=trigger,
            timer_s=end_s - start_s - _paused_s(pauses.tolist(), start_s, end_s),
            distance_m=float(distance_m),
        )
        for (start_s, end_s), trigger, distance_m in zip(pairwise(edges_s), triggers, distances_m, strict=True)
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
        device_totals=DeviceTotals(float(samples.distance_m[-1]), last_s - total_s(pauses), float(last_s)),
    )
    return SimulatedSession(activity, motion.truth)


def _find_autolaps(samples: Samples, autolap_m: float, manual_ends: dict[float, str]) -> dict[float, str]:
    """Find when the watch ends laps by itself, ``autolap_m`` after the end of the lap before.

    Returns a dict from the time of each such end, in elapsed seconds, to its trigger ``distance``; empty if
    ``autolap_m`` is 0.
    """
    if not autolap_m:
        return {}
    ends: dict[float, str] = {}
    since_m = 0.0
    for t_s, distance_m in zip(samples.t_s[:-1].tolist(), samples.distance_m[:-1].tolist(), strict=True):
        if t_s in manual_ends:
            since_m = distance_m
        elif distance_m - since_m >= autolap_m:
            ends[t_s] = "distance"
            since_m = distance_m
    return ends


def _paused_s(pauses: list[list[float]], start_s: float, end_s: float) -> float:
    """Return how many seconds between ``start_s`` and ``end_s`` lie within pauses."""
    return sum(max(min(pause_end, end_s) - max(pause_start, start_s), 0.0) for pause_start, pause_end in pauses)
