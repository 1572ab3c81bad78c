"""Export to a PNG image by matplotlib: totals as text, a strip of directions, the route (in metres), pace over time."""

import io
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.sanitize import strip_control_chars
from retropace.core.segments import DIRECTIONS, Segments
from retropace.core.spans import true_runs
from retropace.core.units import KILOMETRES, Units, format_duration
from retropace.output.charts.chart_data import LIGHT_PALETTE, STRETCH_KINDS, ChartData, build_chart_data
from retropace.output.charts.route import Route, RouteLine, extract_route, project_locally, split_route

FIGURE_SIZE_IN = 8.0
"""The width and height of the image in inches."""
DPI = 150
"""The resolution in pixels per inch; the image has 1200 × 1200 pixels."""
FONT_FAMILY = "DejaVu Sans"
"""The font, which comes with matplotlib, so that images look the same everywhere."""
MAX_ROWS = 4000
"""The approximate number of curve rows, and of route positions, to which a longer activity is reduced."""
MAX_TITLE_CHARS = 60
"""The largest number of characters that the title shows, the ellipsis of a longer one included."""
TITLE_FONT_PT = 19.0
"""The font size of the title in points, reduced where the title would not fit."""
TEXT_LEFT = 0.04
"""The left edge of texts, map and strip as a share of the image's width."""
CHART_LEFT = 0.09
"""The left edge of the pace chart as a share of the image's width."""
CONTENT_RIGHT = 0.96
"""The right edge of all content as a share of the image's width."""
TEXT_COLOUR = "#222222"
"""The colour of main texts and lines."""
MUTED_COLOUR = "#6b6b6b"
"""The colour of secondary texts."""
TIME_TICK_STEPS_S = (10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200)
"""The possible seconds between ticks on the time axis; the fewest with at most ``MAX_TIME_TICKS`` ticks are used."""
MAX_TIME_TICKS = 8
"""The maximum number of ticks on the time axis."""


def render_png(
    analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER, units: Units = KILOMETRES
) -> bytes:
    """Return an analysis as a PNG image; without visible positions it has no map and a taller pace chart."""
    # The user's matplotlib configuration must not affect the image.
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, "font.family": [FONT_FAMILY]}):
        figure = Figure(figsize=(FIGURE_SIZE_IN, FIGURE_SIZE_IN), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        chart_data = build_chart_data(analysis, privacy_filter, units, max_rows=MAX_ROWS, max_positions=MAX_ROWS)
        _draw_header(figure, analysis, units)
        lines = split_route(extract_route(analysis.cleaned, privacy_filter), analysis.segments.edges_s)
        if lines:
            _draw_map(figure.add_axes((TEXT_LEFT, 0.3, CONTENT_RIGHT - TEXT_LEFT, 0.4)), lines, analysis.segments)
        _draw_strip(figure.add_axes((TEXT_LEFT, 0.715, CONTENT_RIGHT - TEXT_LEFT, 0.022)), analysis.segments)
        if chart_data.scales["speed_mps"][1] > 0.0:
            axes = figure.add_axes((CHART_LEFT, 0.06, CONTENT_RIGHT - CHART_LEFT, 0.21 if lines else 0.6))
            _draw_pace(axes, chart_data, analysis.segments, units)
        png = io.BytesIO()
        figure.savefig(png, format="png", metadata={"Software": "retropace"})
    return png.getvalue()


def _classify_segments(segments: Segments) -> Any:
    """Return how each segment is drawn, ``(n,)``: its direction, or ``suspected`` for unconfirmed backward running."""
    is_suspected = (segments.direction == "backward") & (segments.basis == "suspected")
    return np.where(is_suspected, "suspected", segments.direction)


def _find_colour(kind: str) -> str:
    return LIGHT_PALETTE["backward" if kind == "suspected" else kind]


def _draw_text(figure: Figure, x: float, y: float, text: str, weight: str = "normal", **style: Any) -> Text:
    font = get_font(findfont(FontProperties(family=[FONT_FAMILY], weight=weight)))
    drawable_text = "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in text)
    return figure.text(x, y, drawable_text, parse_math=False, weight=weight, **style)


def _draw_header(figure: Figure, analysis: Analysis, units: Units) -> None:
    title = _draw_text(
        figure, TEXT_LEFT, 0.945, format_title(analysis), size=TITLE_FONT_PT, weight="bold", color=TEXT_COLOUR
    )
    width_ratio = (CONTENT_RIGHT - TEXT_LEFT) * FIGURE_SIZE_IN * DPI / max(title.get_window_extent().width, 1.0)
    if width_ratio < 1.0:
        title.set_fontsize(0.97 * width_ratio * TITLE_FONT_PT)  # 3 % margin, as glyph widths are rounded to pixels
    _draw_text(figure, TEXT_LEFT, 0.915, format_facts_line(analysis, units), size=10.5, color=MUTED_COLOUR)
    lines = format_direction_lines(analysis, units)
    for (direction, main_figure, details), x in zip(lines, (TEXT_LEFT, 0.52, 0.69, 0.84), strict=False):
        size = 26 if x == TEXT_LEFT else 15
        _draw_text(figure, x, 0.875, direction, size=11, weight="bold", color=LIGHT_PALETTE[direction])
        _draw_text(figure, x, 0.828, main_figure, size=size, weight="bold", color=TEXT_COLOUR)
        for line_number, detail in enumerate(details):
            _draw_text(figure, x, 0.798 - 0.023 * line_number, detail, size=9.5, color=MUTED_COLOUR)


def _draw_strip(axes: Axes, segments: Segments) -> None:
    for kind, start_s, end_s in _iterate_stretches(segments):
        alpha = 0.5 if kind == "suspected" else 1.0
        axes.axvspan(start_s, end_s, color=_find_colour(kind), alpha=alpha, linewidth=0)
    axes.set_xlim(segments.edges_s[0], segments.edges_s[-1])
    axes.set_axis_off()


def _draw_map(axes: Axes, lines: list[RouteLine], segments: Segments) -> None:
    """Draw the route in metres, north up, with suspected stretches dashed."""
    paths = _project_lines(lines)
    kinds = _classify_segments(segments)[[line.stretch_index for line in lines]]
    for kind in STRETCH_KINDS:
        kind_paths = [path for path, path_kind in zip(paths, kinds, strict=True) if path_kind == kind]
        style: dict[str, Any] = {"alpha": 0.95}
        if kind == "suspected":
            style = {"alpha": 0.75, "linestyles": [(0, (2.2, 1.0))]}
        axes.add_collection(LineCollection(kind_paths, colors=_find_colour(kind), linewidths=2.6, **style))
    positions = np.concatenate(paths)
    low, high = positions.min(axis=0), positions.max(axis=0)
    margin = max(0.03 * float(np.max(high - low)), 5.0)
    axes.set_xlim(low[0] - margin, high[0] + margin)
    axes.set_ylim(low[1] - margin, high[1] + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.plot(*positions[0], marker="o", markersize=7, color="white", markeredgecolor=TEXT_COLOUR, markeredgewidth=1.5)
    axes.plot(*positions[-1], marker="s", markersize=6, color=TEXT_COLOUR)


def _project_lines(lines: list[RouteLine]) -> list[np.ndarray]:
    t_s, lat_deg, lon_deg = (
        np.concatenate([getattr(line, name) for line in lines]) for name in RouteLine.__slots__[1:]
    )
    projection = project_locally(Route(t_s, lat_deg, lon_deg, np.ones(len(t_s) - 1, dtype=bool)))
    ends = np.cumsum([len(line.t_s) for line in lines])[:-1]
    return np.split(np.column_stack((projection.x_m, projection.y_m)), ends)


def _draw_pace(axes: Axes, chart_data: ChartData, segments: Segments, units: Units) -> None:
    for kind, start_s, end_s in _iterate_stretches(segments):
        alpha = {"forward": 0.1, "backward": 0.34}.get(kind, 0.16)
        hatch: dict[str, Any] = {"hatch": "////", "edgecolor": _find_colour(kind)} if kind == "suspected" else {}
        axes.axvspan(start_s, end_s, facecolor=_find_colour(kind), alpha=alpha, linewidth=0, **hatch)
    axes.plot(chart_data.columns.t_s, chart_data.columns.speed_mps, color=TEXT_COLOUR, linewidth=1.0)
    axes.set_xlim(segments.edges_s[0], segments.edges_s[-1])
    axes.set_ylim(*chart_data.scales["speed_mps"])
    elapsed_s = float(segments.edges_s[-1])
    steps_s = [step_s for step_s in TIME_TICK_STEPS_S if elapsed_s / step_s <= MAX_TIME_TICKS]
    step_s = steps_s[0] if steps_s else TIME_TICK_STEPS_S[-1]
    ticks_s = np.arange(0.0, elapsed_s, step_s).tolist()
    axes.set_xticks(ticks_s, [format_duration(tick_s) for tick_s in ticks_s])
    ticks = [tick for tick in chart_data.pace_ticks if tick[0] > 0.0]
    axes.set_yticks([speed for speed, _ in ticks], [text for _, text in ticks])
    axes.set_title(f"pace, min/{units.name}", loc="left", fontsize=9.5, color=MUTED_COLOUR)
    axes.tick_params(colors=MUTED_COLOUR, labelsize=8.5, length=0)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _iterate_stretches(segments: Segments) -> Iterator[tuple[str, float, float]]:
    """Return each unbroken series of segments of one kind, in drawing order: kind, start and end (elapsed seconds)."""
    kinds = _classify_segments(segments)
    for kind in STRETCH_KINDS:
        for first, end in true_runs(kinds == kind).tolist():
            yield kind, float(segments.edges_s[first]), float(segments.edges_s[end])


def format_title(analysis: Analysis) -> str:
    """Return the name of the activity or, if it has none, of its file."""
    activity = analysis.activity
    names = (activity.name, PurePath(activity.source.path).name)
    title = next(filter(None, (" ".join(strip_control_chars(name).split()) for name in names)), "")
    return title if len(title) <= MAX_TITLE_CHARS else f"{title[: MAX_TITLE_CHARS - 1]}…"


def format_facts_line(analysis: Analysis, units: Units) -> str:
    """Return sport, day, total distance and elapsed time as one line."""
    cleaned, activity = analysis.cleaned, analysis.activity
    distance_m = float(analysis.summary.total.distance_m[0])
    facts = (
        strip_control_chars(activity.sport).replace("_", " "),
        "" if cleaned.start_time is None else f"{cleaned.start_time:%Y-%m-%d}",
        units.format_distance(distance_m) if cleaned.distance_source != "none" else "",
        format_duration(cleaned.elapsed_s),
    )
    return "  ·  ".join(fact for fact in facts if fact)


def format_direction_lines(analysis: Analysis, units: Units) -> list[tuple[str, str, list[str]]]:
    """Return for each direction that occurs, backward first: its name, distance (else time), and lines of details."""
    stats, summary = analysis.summary.directions, analysis.summary
    by_distance = analysis.cleaned.distance_source != "none"
    amounts = stats.distance_m if by_distance else stats.moving_s
    total_amount = float(np.sum(amounts))
    lines: list[tuple[str, str, list[str]]] = []
    for direction in ("backward", "forward", "rest", "unknown"):
        index = DIRECTIONS.index(direction)
        if summary.segment_counts[index] == 0:
            continue
        if direction == "rest":
            lines.append((direction, format_duration(float(stats.elapsed_s[index])), []))
            continue
        amount = float(amounts[index])
        main_figure = units.format_distance(amount) if by_distance else format_duration(amount)
        details = [f"{100.0 * amount / total_amount:.0f} %" if total_amount > 0.0 else ""]
        if by_distance:
            details += [format_duration(float(stats.moving_s[index])), units.format_pace(float(stats.speed_mps[index]))]
        detail_lines = ["  ·  ".join(detail for detail in details if detail not in ("", "–"))]
        if direction == "backward" and by_distance and summary.suspected_m[index] > 0.0:
            detail_lines.append(f"{units.format_distance(float(summary.suspected_m[index]))} of it suspected (lighter)")
        if direction != "backward":
            detail_lines = detail_lines[0].split("  ·  ")  # a narrow column
        lines.append((direction, main_figure, detail_lines))
    return lines
