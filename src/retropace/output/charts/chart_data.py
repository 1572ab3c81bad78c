"""Everything that a page draws of one activity, ready for it: curves, stretches, the way on a plane, scales."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.spans import FloatArray
from retropace.core.units import KILOMETRES, Units, format_duration
from retropace.output.charts.downsample import CHANNELS, DownsampledColumns, downsample
from retropace.output.charts.projection import Projection, project_locally, project_mercator
from retropace.output.charts.route import Route, extract_route

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

SCALE_HEADROOM = 1.06
"""Scales reach this much beyond the highest value."""
OUTLIER_RATIO = 1.6
"""A highest value this many times what 99.5 % of the values stay below is a glitch: the scale does not follow it."""
PACE_TICKS_S = (
    *(60, 75, 90, 105, 120, 135, 150, 165, 180, 195, 210, 225, 240, 255, 270, 285, 300, 330, 360, 390, 420, 450, 480),
    *(540, 600, 660, 720, 840, 960, 1080, 1200, 1500, 1800, 2400, 3600),
)
"""Seconds per kilometre or mile at which a pace axis may have a mark."""
MIN_TICK_SPACING = 0.09
"""Marks lie at least this share of an axis apart."""


@dataclass(frozen=True, slots=True)
class ChartData:
    """What is drawn of one activity."""

    columns: DownsampledColumns
    projection: Projection
    route: Route
    """Thinned; on ``plane``."""
    edges_m: FloatArray
    """The distance at the edges of the segments, for charts over distance."""
    scale_max: dict[str, float]
    """Where each channel's scale ends; 0 for a channel without values. Each begins at ``lowest``."""
    scale_min: dict[str, float]
    pace_ticks: tuple[tuple[float, str], ...]
    """Speeds with the pace that stands beside them."""


def build_chart_data(
    analysis: Analysis,
    privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER,
    units: Units = KILOMETRES,
    *,
    max_rows: int,
    max_positions: int,
    mercator: bool = False,
) -> ChartData:
    """The picture of an analysis, thinned to about so many rows and positions.

    Without ``mercator`` the plane has metres and says nothing of where on earth it lies.
    """
    track = analysis.cleaned
    rows = downsample(track, max_rows)
    way = extract_route(track, privacy_filter)
    plane = project_mercator(way) if mercator else project_locally(way)
    way, plane = plane.simplify(way, max_positions, analysis.segments.edges_s, privacy_filter)
    scales = {name: find_axis_limits(getattr(rows, name), name) for name in CHANNELS}
    return ChartData(
        columns=rows,
        projection=plane,
        route=way,
        edges_m=track.value_at("distance_m", analysis.segments.edges_s),
        scale_min={name: low for name, (low, _) in scales.items()},
        scale_max={name: high for name, (_, high) in scales.items()},
        pace_ticks=_choose_pace_ticks(scales["speed_mps"][1], units),
    )


def chart_data_to_dict(chart_data: ChartData, analysis: Analysis) -> dict[str, Any]:
    """The picture as plain values for :func:`json.dumps`: columns as base64 of little-endian float32, NaN missing."""
    rows, way, plane, segments = chart_data.columns, chart_data.route, chart_data.projection, analysis.segments
    return {
        "rows": {name: pack_float32(getattr(rows, name)) for name in ("t_s", "distance_m", *CHANNELS)},
        "way": {
            "t_s": pack_float32(way.t_s),
            "x_m": pack_float32(plane.x_m),
            "y_m": pack_float32(plane.y_m),
            "breaks": np.flatnonzero(~way.is_joined).tolist(),
            "origin": [plane.origin_x_m, plane.origin_y_m],
        },
        "scales": {name: [chart_data.scale_min[name], chart_data.scale_max[name]] for name in CHANNELS},
        "pace_marks": [list(mark) for mark in chart_data.pace_ticks],
        "has_distance": analysis.cleaned.distance_source != "none",
        "edges_s": [round(edge, 3) for edge in segments.edges_s.tolist()],
        "edges_m": [round(edge, 2) for edge in chart_data.edges_m.tolist()],
        "direction": segments.direction.tolist(),
        "basis": segments.basis.tolist(),
        "gait": segments.gait.tolist(),
        "confidence": [None if math.isnan(one) else round(one, 3) for one in segments.confidence.tolist()],
    }


def pack_float32(column: FloatArray) -> str:
    """A column as base64 of float32."""
    return base64.b64encode(np.asarray(column, dtype="<f4").tobytes()).decode("ascii")


def find_axis_limits(values: FloatArray, name: str) -> tuple[float, float]:
    """Where a channel's axis begins and ends, so that what is normal fills it; glitches are cut off."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0, 0.0
    highest, usual = float(np.max(known)), float(np.quantile(known, 0.995))
    top = SCALE_HEADROOM * (highest if highest <= OUTLIER_RATIO * usual else usual)
    if name in ("speed_mps", "step_length_m"):
        return 0.0, top or 1.0
    # Heart rate and cadence while moving lie far from 0; what stands still is drawn at the bottom.
    low = float(np.quantile(known[known > 0.0], 0.005)) if np.any(known > 0.0) else 0.0
    top = max(top, low + 10.0)
    return max(low - 0.08 * (top - low), 0.0), top


def _choose_pace_ticks(max_mps: float, units: Units) -> tuple[tuple[float, str], ...]:
    """Speeds at which a pace axis that ends at ``highest_mps`` has its marks, slowest first, and their texts."""
    if not max_mps > 0.0:
        return ()
    marks: list[tuple[float, str]] = [(0.0, "–")]
    for pace_s in reversed(PACE_TICKS_S):
        speed_mps = units.metres / pace_s
        if speed_mps <= max_mps and speed_mps - marks[-1][0] >= MIN_TICK_SPACING * max_mps:
            marks.append((speed_mps, format_duration(pace_s)))
    return tuple(marks)
