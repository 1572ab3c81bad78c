"""The pace curve of each direction: the best over every usual time and distance, within one unbroken stretch of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.cleaned_activity import Track
from retropace.core.segments import Segments
from retropace.core.spans import Spans, as_spans, runs
from retropace.core.units import MILE_M
from retropace.intervals.bouts import Bouts, bouts_of

TIMES_S = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0)
DISTANCES_M = (50.0, 100.0, 200.0, 400.0, 800.0, 1000.0, MILE_M, 3000.0, 5000.0)


@dataclass(frozen=True, slots=True)
class Best:
    """The fastest stretch of one length. One of ``seconds`` and ``metres`` is what was asked for."""

    direction: str
    by: str
    """``time`` or ``distance``: which of the two was given."""
    seconds: float
    metres: float
    start_s: float

    @property
    def asked(self) -> float:
        """The seconds or the metres that were asked for."""
        return self.seconds if self.by == "time" else self.metres

    @property
    def speed_mps(self) -> float:
        """Mean speed."""
        return self.metres / self.seconds


def bests_of(analysis: Analysis) -> tuple[Best, ...]:
    """The bests of an analysis by its own segments, without asking for its sets."""
    return pace_curve(analysis.track, bouts_of(analysis.track, analysis.segments))


def basis_of(segments: Segments, best: Best) -> str:
    """Why a best has its direction, as a segment has it: ``suspected`` if any part of it is."""
    held = (segments.start_s < best.start_s + best.seconds) & (segments.end_s > best.start_s)
    found = set(segments.basis[held & (segments.direction == best.direction)].tolist())
    return next((one for one in ("suspected", "assumed", "annotated") if one in found), "assumed")


def pace_curve(track: Track, bouts: Bouts) -> tuple[Best, ...]:
    """The bests of both directions. A stand or a pause ends a stretch: nobody's best has a rest in it."""
    if track.distance_source == "none":
        return ()
    found = []
    for direction in ("forward", "backward"):
        spans = as_spans(
            (float(bouts.edges_s[first]), float(bouts.edges_s[last]))
            for first, last in runs(bouts.direction == direction).tolist()
        )
        found += [best for asked in TIMES_S if (best := _in_time(track, direction, spans, asked)) is not None]
        found += [best for asked in DISTANCES_M if (best := _over_distance(track, direction, spans, asked)) is not None]
    return tuple(found)


def _in_time(track: Track, direction: str, spans: Spans, asked_s: float) -> Best | None:
    best: Best | None = None
    for start, end in spans.tolist():
        if end - start < asked_s:
            continue
        # The best window begins or ends at a bend of the distance curve.
        inner = track.t_s[(track.t_s > start) & (track.t_s < end)]
        begins = np.unique(
            np.clip(np.concatenate(([start, end - asked_s], inner, inner - asked_s)), start, end - asked_s)
        )
        way = track.at("distance_m", begins + asked_s) - track.at("distance_m", begins)
        most = int(np.argmax(way))
        if best is None or way[most] > best.metres:
            best = Best(direction, "time", asked_s, float(way[most]), float(begins[most]))
    return best if best is not None and best.metres > 0.0 else None


def _over_distance(track: Track, direction: str, spans: Spans, asked_m: float) -> Best | None:
    best: Best | None = None
    for start, end in spans.tolist():
        inner = (track.t_s > start) & (track.t_s < end)
        t_s = np.concatenate(([start], track.t_s[inner], [end]))
        way = track.at("distance_m", t_s)
        if way[-1] - way[0] < asked_m:
            continue
        rising = np.concatenate(([True], np.diff(way) > 0.0))
        t_s, way = t_s[rising], way[rising]
        froms = np.unique(np.clip(np.concatenate((way, way - asked_m)), way[0], way[-1] - asked_m))
        begins, ends = np.interp(froms, way, t_s), np.interp(froms + asked_m, way, t_s)
        least = int(np.argmin(ends - begins))
        took = float(ends[least] - begins[least])
        if best is None or took < best.seconds:
            best = Best(direction, "distance", took, asked_m, float(begins[least]))
    return best if best is not None and best.seconds > 0.0 else None
