"""Everything that a page draws of one activity, ready for it: curves, stretches, the way on a plane, scales."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.spans import Column
from retropace.core.units import KILOMETRES, Units, clock
from retropace.output.charts.downsample import CHANNELS, Rows, rows_of
from retropace.output.charts.projection import Plane, local_plane, mercator_plane
from retropace.output.charts.route import Way, way_of

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

SPARE = 1.06
"""Scales reach this much beyond the highest value."""
OUTLIER = 1.6
"""A highest value this many times what 99.5 % of the values stay below is a glitch: the scale does not follow it."""
PACES_S = (
    *(60, 75, 90, 105, 120, 135, 150, 165, 180, 195, 210, 225, 240, 255, 270, 285, 300, 330, 360, 390, 420, 450, 480),
    *(540, 600, 660, 720, 840, 960, 1080, 1200, 1500, 1800, 2400, 3600),
)
"""Seconds per kilometre or mile at which a pace axis may have a mark."""
APART = 0.09
"""Marks lie at least this share of an axis apart."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn of one activity."""

    rows: Rows
    plane: Plane
    way: Way
    """Thinned; on ``plane``."""
    edges_m: Column
    """The distance at the edges of the segments, for charts over distance."""
    highest: dict[str, float]
    """Where each channel's scale ends; 0 for a channel without values. Each begins at ``lowest``."""
    lowest: dict[str, float]
    pace_marks: tuple[tuple[float, str], ...]
    """Speeds with the pace that stands beside them."""


def picture_of(
    analysis: Analysis,
    hiding: Hiding = NOTHING_HIDDEN,
    units: Units = KILOMETRES,
    *,
    most_rows: int,
    most_positions: int,
    mercator: bool = False,
) -> Picture:
    """The picture of an analysis, thinned to about so many rows and positions.

    Without ``mercator`` the plane has metres and says nothing of where on earth it lies.
    """
    track = analysis.track
    rows = rows_of(track, most_rows)
    way = way_of(track, hiding)
    plane = mercator_plane(way) if mercator else local_plane(way)
    way, plane = plane.thinned(way, most_positions, analysis.segments.edges_s, hiding)
    scales = {name: scale_of(getattr(rows, name), name) for name in CHANNELS}
    return Picture(
        rows=rows,
        plane=plane,
        way=way,
        edges_m=track.at("distance_m", analysis.segments.edges_s),
        lowest={name: low for name, (low, _) in scales.items()},
        highest={name: high for name, (_, high) in scales.items()},
        pace_marks=_pace_marks(scales["speed_mps"][1], units),
    )


def picture_document(picture: Picture, analysis: Analysis) -> dict[str, Any]:
    """The picture as plain values for :func:`json.dumps`: columns as base64 of little-endian float32, NaN missing."""
    rows, way, plane, segments = picture.rows, picture.way, picture.plane, analysis.segments
    return {
        "rows": {name: packed(getattr(rows, name)) for name in ("t_s", "distance_m", *CHANNELS)},
        "way": {
            "t_s": packed(way.t_s),
            "x_m": packed(plane.x_m),
            "y_m": packed(plane.y_m),
            "breaks": np.flatnonzero(~way.joined).tolist(),
            "origin": [plane.origin_x_m, plane.origin_y_m],
        },
        "scales": {name: [picture.lowest[name], picture.highest[name]] for name in CHANNELS},
        "pace_marks": [list(mark) for mark in picture.pace_marks],
        "has_distance": analysis.track.distance_source != "none",
        "edges_s": [round(edge, 3) for edge in segments.edges_s.tolist()],
        "edges_m": [round(edge, 2) for edge in picture.edges_m.tolist()],
        "direction": segments.direction.tolist(),
        "basis": segments.basis.tolist(),
        "gait": segments.gait.tolist(),
        "confidence": [None if math.isnan(one) else round(one, 3) for one in segments.confidence.tolist()],
    }


def packed(column: Column) -> str:
    """A column as base64 of float32."""
    return base64.b64encode(np.asarray(column, dtype="<f4").tobytes()).decode("ascii")


def scale_of(values: Column, name: str) -> tuple[float, float]:
    """Where a channel's axis begins and ends, so that what is normal fills it; glitches are cut off."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0, 0.0
    highest, usual = float(np.max(known)), float(np.quantile(known, 0.995))
    top = SPARE * (highest if highest <= OUTLIER * usual else usual)
    if name in ("speed_mps", "step_length_m"):
        return 0.0, top or 1.0
    # Heart rate and cadence while moving lie far from 0; what stands still is drawn at the bottom.
    low = float(np.quantile(known[known > 0.0], 0.005)) if np.any(known > 0.0) else 0.0
    top = max(top, low + 10.0)
    return max(low - 0.08 * (top - low), 0.0), top


def _pace_marks(highest_mps: float, units: Units) -> tuple[tuple[float, str], ...]:
    """Speeds at which a pace axis that ends at ``highest_mps`` has its marks, slowest first, and their texts."""
    if not highest_mps > 0.0:
        return ()
    marks: list[tuple[float, str]] = [(0.0, "–")]
    for pace_s in reversed(PACES_S):
        speed_mps = units.metres / pace_s
        if speed_mps <= highest_mps and speed_mps - marks[-1][0] >= APART * highest_mps:
            marks.append((speed_mps, clock(pace_s)))
    return tuple(marks)
