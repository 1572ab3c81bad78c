"""Simulation of a session: what the watch records of it, and what truly happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.spans import Spans, as_spans, clip, contains, total_s
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
    is_recorded = ~contains(as_spans([(start_s + 1.0, end_s) for start_s, end_s in pauses.tolist()]), motion.t_s)
    samples = record(motion, place, watch, is_recorded, rng)
    end_s = float(motion.t_s[-1])
    pressed = [float(time_s) for time_s, stretch in zip(ends_s[:-1], plan, strict=False) if stretch.lap]
    activity = Activity(
        source=Source(name, "simulated"),
        samples=samples,
        start_time=start_time,
        sport="running",
        sub_sport="treadmill" if place.kind == "treadmill" else "generic",
        name=name,
        device=Device("development", "retropace simulator"),
        laps=_build_laps(samples, pressed, watch.autolap_m, pauses, end_s),
        pauses=pauses,
        device_totals=DeviceTotals(float(samples.distance_m[-1]), end_s - total_s(pauses), end_s),
    )
    return SimulatedSession(activity, motion.truth)


def _build_laps(
    samples: Samples, pressed_s: list[float], autolap_m: float, pauses: Spans, last_s: float
) -> tuple[Lap, ...]:
    """Build the laps of a session of ``last_s`` seconds whose runner presses the lap button at ``pressed_s``."""
    triggers = dict.fromkeys(pressed_s, "manual")
    if autolap_m:
        triggers |= _find_autolaps(samples, autolap_m, pressed_s)
    ends = [*sorted(triggers.items()), (last_s, "session_end")]
    edges_s = [0.0, *(end_s for end_s, _ in ends)]
    distances_m = np.diff(np.interp(edges_s, samples.t_s, samples.distance_m)).tolist()
    laps = []
    for start_s, (end_s, trigger), distance_m in zip(edges_s[:-1], ends, distances_m, strict=True):
        timer_s = end_s - start_s - total_s(clip(pauses, start_s, end_s))
        laps.append(Lap(start_s, end_s, trigger, timer_s=timer_s, distance_m=distance_m))
    return tuple(laps)


def _find_autolaps(samples: Samples, autolap_m: float, pressed_s: list[float]) -> dict[float, str]:
    """Find when (elapsed seconds) the watch ends a lap, ``autolap_m`` after the end of the one before."""
    ends: dict[float, str] = {}
    since_m = 0.0
    for t_s, distance_m in zip(samples.t_s[:-1].tolist(), samples.distance_m[:-1].tolist(), strict=True):
        if t_s not in pressed_s and distance_m - since_m >= autolap_m:
            ends[t_s] = "distance"
        if t_s in pressed_s or t_s in ends:
            since_m = distance_m
    return ends
