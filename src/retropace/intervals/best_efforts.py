"""The pace curve of each direction: the best over every usual time and distance, within one unbroken stretch of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segments import Segments
from retropace.core.spans import Spans, as_spans, true_runs
from retropace.core.units import MILE_M
from retropace.intervals.bouts import Bouts, find_bouts

DURATIONS_S = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
DISTANCES_M = (50.0, 100.0, 200.0, 400.0, 800.0, 1000.0, MILE_M, 3000.0, 5000.0)


@dataclass(frozen=True, slots=True)
class BestEffort:
    """The fastest stretch of one length. One of ``seconds`` and ``metres`` is what was asked for."""

    direction: str
    by: str
    """``time`` or ``distance``: which of the two was given."""
    seconds: float
    metres: float
    start_s: float

    @property
    def target(self) -> float:
        """The seconds or the metres that were asked for."""
        return self.seconds if self.by == "time" else self.metres

    @property
    def speed_mps(self) -> float:
        """Mean speed."""
        return self.metres / self.seconds


def find_best_efforts(analysis: Analysis) -> tuple[BestEffort, ...]:
    """The bests of an analysis by its own segments, without asking for its sets."""
    return compute_mean_max_curve(analysis.cleaned, find_bouts(analysis.cleaned, analysis.segments))


def find_best_effort_basis(segments: Segments, best_effort: BestEffort) -> str:
    """Why a best has its direction, as a segment has it: ``suspected`` if any part of it is."""
    held = (segments.start_s < best_effort.start_s + best_effort.seconds) & (segments.end_s > best_effort.start_s)
    found = set(segments.basis[held & (segments.direction == best_effort.direction)].tolist())
    return next((one for one in ("suspected", "assumed", "annotated") if one in found), "assumed")


def compute_mean_max_curve(cleaned: CleanedActivity, bouts: Bouts) -> tuple[BestEffort, ...]:
    """The bests of both directions. A stand or a pause ends a stretch: nobody's best has a rest in it."""
    if cleaned.distance_source == "none":
        return ()
    found = []
    for direction in ("forward", "backward"):
        spans = as_spans(
            (float(bouts.edges_s[first]), float(bouts.edges_s[last]))
            for first, last in true_runs(bouts.direction == direction).tolist()
        )
        found += [
            best
            for asked in DURATIONS_S
            if (best := _find_best_over_duration(cleaned, direction, spans, asked)) is not None
        ]
        found += [
            best
            for asked in DISTANCES_M
            if (best := _find_best_over_distance(cleaned, direction, spans, asked)) is not None
        ]
    return tuple(found)


def _find_best_over_duration(
    cleaned: CleanedActivity, direction: str, spans: Spans, duration_s: float
) -> BestEffort | None:
    best: BestEffort | None = None
    for start, end in spans.tolist():
        if end - start < duration_s:
            continue
        # The best window begins or ends at a bend of the distance curve.
        inner = cleaned.t_s[(cleaned.t_s > start) & (cleaned.t_s < end)]
        begins = np.unique(
            np.clip(np.concatenate(([start, end - duration_s], inner, inner - duration_s)), start, end - duration_s)
        )
        way = cleaned.value_at("distance_m", begins + duration_s) - cleaned.value_at("distance_m", begins)
        most = int(np.argmax(way))
        if best is None or way[most] > best.metres:
            best = BestEffort(direction, "time", duration_s, float(way[most]), float(begins[most]))
    return best if best is not None and best.metres > 0.0 else None


def _find_best_over_distance(
    cleaned: CleanedActivity, direction: str, spans: Spans, distance_m: float
) -> BestEffort | None:
    best: BestEffort | None = None
    for start, end in spans.tolist():
        inner = (cleaned.t_s > start) & (cleaned.t_s < end)
        t_s = np.concatenate(([start], cleaned.t_s[inner], [end]))
        way = cleaned.value_at("distance_m", t_s)
        if way[-1] - way[0] < distance_m:
            continue
        rising = np.concatenate(([True], np.diff(way) > 0.0))
        t_s, way = t_s[rising], way[rising]
        froms = np.unique(np.clip(np.concatenate((way, way - distance_m)), way[0], way[-1] - distance_m))
        begins, ends = np.interp(froms, way, t_s), np.interp(froms + distance_m, way, t_s)
        least = int(np.argmin(ends - begins))
        took = float(ends[least] - begins[least])
        if best is None or took < best.seconds:
            best = BestEffort(direction, "distance", took, distance_m, float(begins[least]))
    return best if best is not None and best.seconds > 0.0 else None
