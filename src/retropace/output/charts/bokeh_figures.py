"""Empty Bokeh figures of charts and map; ``charts.js`` fills them and zooms all at once, which Bokeh's tools cannot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from retropace.output.charts.chart_data import STRETCH_KINDS

if TYPE_CHECKING:
    from bokeh.plotting import figure

CHART_HEIGHTS_PX = {"speed_mps": 190, "cadence_spm": 140, "step_length_m": 140, "heart_rate_bpm": 140}
"""The heights in pixels of the charts from top to bottom, by the column of ``DownsampledColumns`` that each shows."""
AXIS_WIDTH_PX = 58
"""Width (pixels) reserved for axis labels at the left of each chart, the same for all so that their x axes align."""


def build_chart_documents(tile_url: str | None = None) -> dict[str, Any]:
    """Return Bokeh JSON of the empty charts and the map by name; ``tile_url`` holds ``{x}``, ``{y}`` and ``{z}``."""
    from bokeh.embed import json_item

    figures = {name: _build_curve_chart(name, height) for name, height in CHART_HEIGHTS_PX.items()}
    figures["map"] = _build_map(tile_url)
    return {name: dict(json_item(plot)) for name, plot in figures.items()}


def load_bokeh_script() -> str:
    """Return the JavaScript source of BokehJS, which draws figures in the browser, without its widgets and tables."""
    from bokeh.resources import Resources

    (script,) = Resources(mode="inline", components=["bokeh"], minified=True).js_raw[:1]
    return script


def _build_figure(height: int, **options: Any) -> figure:
    from bokeh.models import FixedTicker, Range1d
    from bokeh.plotting import figure

    plot = figure(
        height=height,
        sizing_mode="stretch_width",
        tools="",
        toolbar_location=None,
        x_range=Range1d(start=0.0, end=1.0),
        y_range=Range1d(start=0.0, end=1.0),
        min_border_left=AXIS_WIDTH_PX,
        min_border_right=12,
        outline_line_color=None,
        background_fill_color=None,
        border_fill_color=None,
        lod_threshold=None,
        **options,
    )
    lines = dict.fromkeys(("axis_line_color", "minor_tick_line_color", "major_tick_line_color"))
    font = {"major_label_text_font_size": "12px", "major_label_text_font": "system-ui, sans-serif"}
    for axis in (*plot.xaxis, *plot.yaxis):
        axis.update(ticker=FixedTicker(ticks=[]), **lines, **font)
    return plot


def _build_curve_chart(name: str, height: int) -> figure:
    from bokeh.models import ColumnDataSource

    plot = _build_figure(height, name=name, min_border_bottom=24, min_border_top=6)
    fill_alphas = {"unknown": 0.18, "rest": 0.16, "forward": 0.08, "suspected": 0.14, "backward": 0.34}
    hatch = {"hatch_pattern": "/", "hatch_alpha": 0.45, "hatch_weight": 1.0, "hatch_scale": 10.0}
    for kind in STRETCH_KINDS:
        bands = ColumnDataSource({"left": [], "right": []})
        fill: dict[str, Any] = {"fill_alpha": fill_alphas[kind], **(hatch if kind == "suspected" else {})}
        plot.vstrip(x0="left", x1="right", source=bands, name=kind, line_color=None, level="underlay", **fill)
    plot.line("x", "y", source=ColumnDataSource({"x": [], "y": []}), line_width=1.5, name="curve")
    plot.xgrid.grid_line_color = None
    return plot


def _build_map(tile_url: str | None) -> figure:
    from bokeh.models import ColumnDataSource, WMTSTileSource

    plot = _build_figure(460, name="map", min_border_bottom=24, min_border_top=12)
    if tile_url is not None:
        plot.add_tile(WMTSTileSource(url=tile_url))
    for kind in STRETCH_KINDS:
        line_source = ColumnDataSource({"xs": [], "ys": []})
        line_style = {"line_dash": [7, 5], "line_width": 4} if kind == "suspected" else {"line_width": 3}
        plot.multi_line("xs", "ys", source=line_source, name=kind, line_join="round", line_cap="butt", **line_style)
    for name, marker in (("start", "circle"), ("end", "square")):
        plot.scatter("x", "y", source=ColumnDataSource({"x": [], "y": []}), marker=marker, size=11, name=name)
    return plot


def build_weekly_bars(labels: Sequence[str], amounts: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return the Bokeh JSON of a stacked bar chart: one bar per label (a week), one layer per key (a direction)."""
    from bokeh.embed import json_item

    plot = _build_figure(220, name="weeks", min_border_bottom=24, min_border_top=6)
    base = [0.0] * len(labels)
    positions = list(range(len(labels)))
    for direction, values in amounts.items():
        top = [low + value for low, value in zip(base, values, strict=True)]
        # Outlines keep narrow bars visible; NaN keeps an empty bar from showing one.
        visible_top = [high if high > low else math.nan for low, high in zip(base, top, strict=True)]
        plot.vbar(x=positions, bottom=base, top=visible_top, width=0.8, line_width=1, name=direction)
        base = top
    plot.xgrid.grid_line_color = None
    plot.x_range.update(start=-0.6, end=max(len(labels) - 0.4, 0.4))
    plot.y_range.update(start=0.0, end=1.08 * max(base, default=0.0) or 1.0)
    return dict(json_item(plot))
