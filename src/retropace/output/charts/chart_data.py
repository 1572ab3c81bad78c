"""What a page or an image shows of one activity: curves, segment edges, the projected route, axis limits, alt texts."""

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.segments import DIRECTIONS
from retropace.core.spans import FloatArray
from retropace.core.units import KILOMETRES, Units, format_duration
from retropace.output.charts.downsample import CHANNELS, DownsampledColumns, downsample
from retropace.output.charts.route import Projection, Route, extract_route, project_locally, project_mercator

MAX_ROWS = 16_000
"""Largest number of curve rows of one activity, about ten per pixel of a wide screen, for zooming in."""
MAX_POSITIONS = 12_000
"""Largest number of map positions of one activity, about ten per pixel of a wide screen."""
LIGHT_PALETTE = {"forward": "#0072b2", "backward": "#d55e00", "rest": "#767676", "unknown": "#b0b0b0"}
"""Colour of each direction on white; blue and vermillion differ with any colour vision (Okabe & Ito 2008)."""
STRETCH_KINDS = ("unknown", "rest", "forward", "suspected", "backward")
"""Kinds of stretches in drawing order, the last on top; ``suspected`` is backward that no annotation confirms."""
SCALE_HEADROOM = 1.06
"""Ratio of an axis's upper end to the highest value, or to the 99.5 % quantile where the highest is a glitch."""
OUTLIER_RATIO = 1.6
"""A highest value above this multiple of the 99.5 % quantile is taken for a glitch and does not extend the axis."""
PACE_TICKS_S = (
    *(60, 75, 90, 105, 120, 135, 150, 165, 180, 195, 210, 225, 240, 255, 270, 285, 300, 330, 360, 390, 420, 450, 480),
    *(540, 600, 660, 720, 840, 960, 1080, 1200, 1500, 1800, 2400, 3600),
)
"""Paces at which a pace axis may have a tick, in seconds per kilometre or mile."""
MIN_TICK_SPACING = 0.09
"""The minimum distance between two pace ticks as a share of the axis length."""


@dataclass(frozen=True, slots=True)
class ChartData:
    """The curves, route and axis limits of one activity."""

    columns: DownsampledColumns
    projection: Projection  # positions of ``route`` on a plane, in metres
    route: Route  # positions in degrees, fewer than recorded, without hidden ones
    edges_m: FloatArray  # distance (m) from the start at the segments' edges, shape ``(n + 1,)``
    scales: dict[str, tuple[float, float]]  # lower and upper end of each axis by column; both 0 without values
    pace_ticks: tuple[tuple[float, str], ...]


def build_chart_data(
    analysis: Analysis,
    privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER,
    units: Units = KILOMETRES,
    *,
    max_rows: int = MAX_ROWS,
    max_positions: int = MAX_POSITIONS,
    mercator: bool = False,
) -> ChartData:
    """Return the chart data of an analysis, reduced to about ``max_rows`` curve rows and ``max_positions`` positions.

    ``mercator`` projects the route to Web Mercator instead of local metres, which do not reveal where on earth it lies.
    """
    cleaned = analysis.cleaned
    columns = downsample(cleaned, max_rows)
    route = extract_route(cleaned, privacy_filter)
    projection = project_mercator(route) if mercator else project_locally(route)
    route, projection = projection.simplify(route, max_positions, analysis.segments.edges_s, privacy_filter)
    scales = {name: find_axis_limits(getattr(columns, name), name) for name in CHANNELS}
    return ChartData(
        columns=columns,
        projection=projection,
        route=route,
        edges_m=cleaned.value_at("distance_m", analysis.segments.edges_s),
        scales=scales,
        pace_ticks=_choose_pace_ticks(scales["speed_mps"][1], units),
    )


def chart_data_to_dict(chart_data: ChartData, analysis: Analysis) -> dict[str, Any]:
    """Return the chart data as values for :func:`json.dumps`, with columns packed by :func:`pack_float32`."""
    columns, route, projection = chart_data.columns, chart_data.route, chart_data.projection
    segments = analysis.segments
    return {
        "rows": {name: pack_float32(getattr(columns, name)) for name in ("t_s", "distance_m", *CHANNELS)},
        "way": {
            "t_s": pack_float32(route.t_s),
            "x_m": pack_float32(projection.x_m),
            "y_m": pack_float32(projection.y_m),
            "breaks": np.flatnonzero(~route.is_joined).tolist(),
            "origin": [projection.origin_x_m, projection.origin_y_m],
        },
        "scales": {name: list(limits) for name, limits in chart_data.scales.items()},
        "pace_marks": [list(tick) for tick in chart_data.pace_ticks],
        "has_distance": analysis.cleaned.distance_source != "none",
        "edges_s": [round(edge, 3) for edge in segments.edges_s.tolist()],
        "edges_m": [round(edge, 2) for edge in chart_data.edges_m.tolist()],
        "direction": segments.direction.tolist(),
        "basis": segments.basis.tolist(),
        "gait": segments.gait.tolist(),
        "confidence": [None if math.isnan(value) else round(value, 3) for value in segments.confidence.tolist()],
    }


def pack_float32(column: FloatArray) -> str:
    """Return a column as base64 text of little-endian float32 values, NaN where missing."""
    return base64.b64encode(np.asarray(column, dtype="<f4").tobytes()).decode("ascii")


def find_axis_limits(values: FloatArray, name: str) -> tuple[float, float]:
    """Return the lower and upper end of the axis for ``values`` of the column ``name``; 0 if none is finite."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return 0.0, 0.0
    highest, typical_max = float(np.max(finite)), float(np.quantile(finite, 0.995))
    upper = SCALE_HEADROOM * (highest if highest <= OUTLIER_RATIO * typical_max else typical_max)
    if name in ("speed_mps", "step_length_m"):
        return 0.0, upper or 1.0
    # Heart rate and cadence of a moving runner lie far from 0; values of a standing one are drawn at the bottom.
    lower = float(np.quantile(finite[finite > 0.0], 0.005)) if np.any(finite > 0.0) else 0.0
    upper = max(upper, lower + 10.0)
    return max(lower - 0.08 * (upper - lower), 0.0), upper


def _choose_pace_ticks(max_mps: float, units: Units) -> tuple[tuple[float, str], ...]:
    """Return the ticks of a pace axis that ends at ``max_mps``: speeds (m/s), slowest first, and their labels."""
    if not max_mps > 0.0:
        return ()
    ticks: list[tuple[float, str]] = [(0.0, "–")]
    for pace_s in reversed(PACE_TICKS_S):
        speed_mps = units.metres / pace_s
        if speed_mps <= max_mps and speed_mps - ticks[-1][0] >= MIN_TICK_SPACING * max_mps:
            ticks.append((speed_mps, format_duration(pace_s)))
    return tuple(ticks)


def build_alt_texts(analysis: Analysis, units: Units) -> dict[str, str]:
    """Return texts for screen readers by the column that a chart shows (``speed_mps``, …), and for the ``map``."""
    stats = analysis.summary.directions

    def format_means(name: str, format_value: Any) -> str:
        means = [
            f"{format_value(float(value))} {direction}"
            for direction, value in zip(DIRECTIONS[:2], getattr(stats, name).tolist(), strict=False)
            if value == value
        ]
        return f"on average {' and '.join(means) or 'not known'}"

    directions = analysis.segments.direction
    return {
        "speed_mps": f"Pace over the session: {format_means('speed_mps', units.format_pace)}.",
        "cadence_spm": f"Cadence: {format_means('cadence_spm', '{:.0f} steps a minute'.format)}.",
        "step_length_m": f"Step length: {format_means('step_length_m', '{:.2f} m'.format)}.",
        "heart_rate_bpm": f"Heart rate: {format_means('heart_rate_bpm', '{:.0f} beats'.format)}.",
        "map": f"The way, north up, {(directions == 'backward').sum()} of its {len(directions)} stretches backward.",
    }
