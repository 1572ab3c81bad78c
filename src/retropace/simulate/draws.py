"""Random athletes, watches and places within published ranges."""

from __future__ import annotations

import numpy as np

from retropace.core.spans import Spans, as_spans
from retropace.simulate.athlete import SimulatedAthlete
from retropace.simulate.place import SimulatedPlace
from retropace.simulate.watch import Watch


def draw_athlete(rng: np.random.Generator) -> SimulatedAthlete:
    """Draw an athlete within the published ranges that :mod:`retropace.simulate.athlete` cites."""
    run = float(rng.uniform(2.3, 3.7))
    return SimulatedAthlete(
        run_mps=run,
        backward_speed_ratio=float(rng.uniform(0.55, 0.80)),
        walk_mps=float(rng.uniform(1.2, 1.55)),
        backward_walk_speed_ratio=float(rng.uniform(0.45, 0.75)),
        cadence_spm=float(rng.normal(166.0, 6.0)),
        walk_cadence_spm=float(rng.normal(114.0, 4.0)),
        resting_hr_bpm=float(rng.uniform(55.0, 75.0)),
        hr_bpm_per_mps=float(rng.uniform(23.0, 30.0)) * 2.9 / run,
        backward_cadence_ratio=float(rng.uniform(1.04, 1.13)),
        backward_extra_hr_bpm=float(rng.uniform(15.0, 22.0)),
        cadence_spm_per_mps=float(rng.uniform(3.0, 14.0)),  # as within the public recordings
        cadence_drift_sd_spm=float(rng.uniform(0.5, 1.5)),
        hr_time_constant_s=float(rng.uniform(20.0, 45.0)),
        cardiac_drift_bpm_per_h=float(rng.uniform(0.0, 15.0)),
        fatigue_share_per_h=float(rng.uniform(0.0, 0.06)),
        slows_to_turn=bool(rng.random() < 0.7),
        glance_interval_s=float(rng.uniform(8.0, 25.0)) if rng.random() < 0.5 else 0.0,
    )


def draw_place(rng: np.random.Generator) -> SimulatedPlace:
    """Draw a track, loop, path or treadmill near Berlin; some loops and paths have hills."""
    kind = str(rng.choice(["track", "loop", "path", "treadmill"], p=[0.3, 0.25, 0.35, 0.1]))
    hill_m = float(rng.uniform(4.0, 15.0)) if kind in ("loop", "path") and rng.random() < 0.3 else 0.0
    spacing_m = float(rng.uniform(600.0, 1200.0))
    return SimulatedPlace(kind, 52.5 + float(rng.normal(0.0, 0.1)), 13.3, hill_m, spacing_m)


def draw_watch(rng: np.random.Generator, length_s: float, indoor: bool = False) -> Watch:
    """Draw a watch for a session of ``length_s`` seconds; most write a record each second and lose nothing."""
    return Watch(
        speed_time_constant_s=float(rng.uniform(2.0, 8.0)),
        cadence_lag_s=int(rng.integers(2, 7)),
        position_error_sd_m=float(rng.uniform(1.5, 4.0)),
        smart_recording=bool(rng.random() < 0.2),
        treadmill_error_share=float(rng.uniform(-0.08, 0.08)),
        cadence_resolution_spm=int(rng.choice([1, 2])),
        autolap_m=float(rng.choice([0.0, 0.0, 1000.0])),
        dropout_spans=_draw_spans(rng, length_s, 0.1, (10.0, 60.0)),
        arms_still_spans=_draw_spans(rng, length_s, 0.4 if indoor else 0.05, (40.0, 240.0)),
        strap_off_spans=as_spans([(0.0, length_s)])
        if rng.random() < 0.15
        else _draw_spans(rng, length_s, 0.1, (30.0, 300.0)),
    )


def draw_plain(rng: np.random.Generator) -> tuple[SimulatedPlace, Watch]:
    """Draw a flat outdoor place, and a watch that writes a record each second and loses nothing."""
    place = SimulatedPlace(str(rng.choice(["track", "path"])), 52.5 + float(rng.normal(0.0, 0.1)), 13.3)
    watch = Watch(
        speed_time_constant_s=float(rng.uniform(2.0, 6.0)),
        cadence_lag_s=int(rng.integers(2, 6)),
        position_error_sd_m=float(rng.uniform(1.5, 3.0)),
    )
    return place, watch


def _draw_spans(
    rng: np.random.Generator, length_s: float, probability: float, duration_range_s: tuple[float, float]
) -> Spans | None:
    """Draw, with the given probability, one or two time spans within a session of ``length_s`` seconds; else None."""
    if rng.random() >= probability:
        return None
    spans = []
    for _ in range(int(rng.integers(1, 3))):
        start = float(round(rng.uniform(30.0, max(length_s - duration_range_s[1] - 30.0, 31.0))))
        spans.append((start, start + float(round(rng.uniform(*duration_range_s)))))
    return as_spans([(start, min(end, length_s - 20.0)) for start, end in spans if start < length_s - 20.0])
