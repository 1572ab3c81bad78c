"""A picture to share, through matplotlib: the totals in words, the session as a strip, the way, and the pace.

The way lies on metres and says nothing of where on earth it is.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.segments import Segments
from retropace.core.spans import Column, runs
from retropace.core.units import KILOMETRES, Units, clock
from retropace.output.charts.chart_data import Picture, picture_of
from retropace.output.charts.colours import LIGHT
from retropace.output.charts.projection import local_plane
from retropace.output.charts.route import Line, Way, lines_of, way_of
from retropace.output.export.png_text import direction_lines, drawable, facts_line, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from retropace.analysis.pipeline import Analysis

INCHES, DOTS = 8.0, 150
"""1200 × 1200 pixels."""
FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a picture looks the same everywhere."""
MOST_ROWS = 4000
TITLE_POINTS = 19.0
"""Less where the title would not fit."""
MARGIN, LEFT, RIGHT = 0.04, 0.09, 0.96
"""Where text begins, and where the pace, in shares of the width."""
INK, QUIET = "#222222", "#6b6b6b"
CLOCKS_S = (10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200)
MOST_CLOCKS = 8
KINDS = ("unknown", "rest", "forward", "suspected", "backward")
"""What stretches are drawn as, what matters most on top; ``suspected`` is backward that nobody marked."""


def png(analysis: Analysis, hiding: Hiding = NOTHING_HIDDEN, units: Units = KILOMETRES) -> bytes:
    """The bytes of the picture. Without positions to show there is no map, and the rest has its room."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Whatever the user has set up for pictures of their own stays out of this one.
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, "font.family": [FONT]}):
        figure = Figure(figsize=(INCHES, INCHES), dpi=DOTS, facecolor="white")
        FigureCanvasAgg(figure)
        picture = picture_of(analysis, hiding, units, most_rows=MOST_ROWS, most_positions=MOST_ROWS)
        _words(figure, analysis, units)
        lines = lines_of(way_of(analysis.track, hiding), analysis.segments.edges_s)
        has_curve = picture.highest["speed_mps"] > 0.0
        if lines:
            _map(figure.add_axes((MARGIN, 0.3, RIGHT - MARGIN, 0.4)), lines, analysis.segments)
        _strip(figure.add_axes((MARGIN, 0.715, RIGHT - MARGIN, 0.022)), analysis.segments)
        if has_curve:
            _pace(
                figure.add_axes((LEFT, 0.06, RIGHT - LEFT, 0.21 if lines else 0.6)), picture, analysis.segments, units
            )
        made = io.BytesIO()
        figure.savefig(made, format="png", metadata={"Software": "retropace"})
    return made.getvalue()


def _kinds(segments: Segments) -> Any:
    """What each segment is drawn as."""
    return np.where(
        (segments.direction == "backward") & (segments.basis == "suspected"), "suspected", segments.direction
    )


def _colour(kind: str) -> str:
    return LIGHT["backward" if kind == "suspected" else kind]


def _write(figure: Figure, x: float, y: float, text: str, weight: str = "normal", **look: Any) -> Text:
    return figure.text(x, y, drawable(text, FONT, weight), parse_math=False, weight=weight, **look)


def _words(figure: Figure, analysis: Analysis, units: Units) -> None:
    """Title, facts, and a column for each direction."""
    title = _write(figure, MARGIN, 0.945, title_of(analysis), size=TITLE_POINTS, weight="bold", color=INK)
    room = (RIGHT - MARGIN) * INCHES * DOTS / max(title.get_window_extent().width, 1.0)
    if room < 1.0:
        title.set_fontsize(0.97 * room * TITLE_POINTS)  # letters are fitted to pixels, each by itself
    _write(figure, MARGIN, 0.915, facts_line(analysis, units), size=10.5, color=QUIET)
    lines = direction_lines(analysis, units)
    places = (MARGIN, 0.52, 0.69, 0.84)
    for (direction, most, rest), x in zip(lines, places, strict=False):
        first = x == MARGIN
        _write(figure, x, 0.875, direction, size=11, weight="bold", color=LIGHT[direction])
        _write(figure, x, 0.828, most, size=26 if first else 15, weight="bold", color=INK)
        for number, told in enumerate(rest):
            _write(figure, x, 0.798 - 0.023 * number, told, size=9.5, color=QUIET)


def _strip(axes: Axes, segments: Segments) -> None:
    """The session as one bar over time."""
    kinds = _kinds(segments)
    for kind in KINDS:
        for start_s, end_s in _stretches(kinds == kind, segments.edges_s):
            axes.axvspan(start_s, end_s, color=_colour(kind), alpha=0.5 if kind == "suspected" else 1.0, linewidth=0)
    axes.set_xlim(segments.edges_s[0], segments.edges_s[-1])
    axes.set_axis_off()


def _map(axes: Axes, lines: list[Line], segments: Segments) -> None:
    """The way on metres, north up; suspected stretches dashed."""
    from matplotlib.collections import LineCollection

    ways = _on_plane(lines)
    kinds = _kinds(segments)[[line.stretch for line in lines]]
    for kind in KINDS:
        own = [way for way, one in zip(ways, kinds, strict=True) if one == kind]
        dashed = kind == "suspected"
        look: dict[str, Any] = {"linestyles": [(0, (2.2, 1.0))]} if dashed else {}
        axes.add_collection(
            LineCollection(own, colors=_colour(kind), linewidths=2.6, alpha=0.75 if dashed else 0.95, **look)
        )
    everything = np.concatenate(ways)
    low, high = everything.min(axis=0), everything.max(axis=0)
    margin = max(0.03 * float(np.max(high - low)), 5.0)
    axes.set_xlim(low[0] - margin, high[0] + margin)
    axes.set_ylim(low[1] - margin, high[1] + margin)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.plot(*everything[0], marker="o", markersize=7, color="white", markeredgecolor=INK, markeredgewidth=1.5)
    axes.plot(*everything[-1], marker="s", markersize=6, color=INK)


def _on_plane(lines: list[Line]) -> list[np.ndarray]:
    """The lines in metres east and north, all on one plane."""
    t_s, lat_deg, lon_deg = (np.concatenate([getattr(line, name) for line in lines]) for name in Line.__slots__[1:])
    plane = local_plane(Way(t_s, lat_deg, lon_deg, np.ones(len(t_s) - 1, dtype=bool)))
    ends = np.cumsum([len(line.t_s) for line in lines])[:-1]
    return np.split(np.column_stack((plane.x_m, plane.y_m)), ends)


def _pace(axes: Axes, picture: Picture, segments: Segments, units: Units) -> None:
    """Pace over time on bands of what was run."""
    kinds = _kinds(segments)
    for kind in KINDS:
        strength = {"forward": 0.1, "suspected": 0.16, "backward": 0.34}.get(kind, 0.16)
        for start_s, end_s in _stretches(kinds == kind, segments.edges_s):
            hatch: dict[str, Any] = {"hatch": "////", "edgecolor": _colour(kind)} if kind == "suspected" else {}
            axes.axvspan(start_s, end_s, facecolor=_colour(kind), alpha=strength, linewidth=0, **hatch)
    axes.plot(picture.rows.t_s, picture.rows.speed_mps, color=INK, linewidth=1.0)
    axes.set_xlim(segments.edges_s[0], segments.edges_s[-1])
    axes.set_ylim(picture.lowest["speed_mps"], picture.highest["speed_mps"])
    elapsed_s = float(segments.edges_s[-1])
    step_s = next((one for one in CLOCKS_S if elapsed_s / one <= MOST_CLOCKS), CLOCKS_S[-1])
    moments_s = np.arange(0.0, elapsed_s, step_s).tolist()
    axes.set_xticks(moments_s, [clock(moment_s) for moment_s in moments_s])
    marks = [mark for mark in picture.pace_marks if mark[0] > 0.0]
    axes.set_yticks([speed for speed, _ in marks], [text for _, text in marks])
    axes.set_title(f"pace, min/{units.name}", loc="left", fontsize=9.5, color=QUIET)
    axes.tick_params(colors=QUIET, labelsize=8.5, length=0)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def _stretches(mask: Any, edges_s: Column) -> list[tuple[float, float]]:
    """The spans of neighbouring segments of a mask, joined."""
    return [(float(edges_s[first]), float(edges_s[end])) for first, end in runs(mask).tolist()]
