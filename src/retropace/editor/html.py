"""The annotation page: its markup, and the files that it loads from the server that gave it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from retropace.core.sanitize import harmless
from retropace.core.units import Units
from retropace.editor.snapshot import axis_of
from retropace.output.charts.alt_text import alternatives_of
from retropace.output.charts.assets import SCRIPTS, json_for_script, templates_of, web_file
from retropace.output.charts.bokeh_figures import bokeh_script, charts_document
from retropace.output.charts.chart_data import picture_document, picture_of
from retropace.output.tables.analysis import facts_of

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

OWN = ("stretches.js", "service.js", "annotate.js")
MOST_ROWS, MOST_POSITIONS = 16_000, 12_000
"""As many as a report of one activity has."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's content security policy. Bokeh puts style elements into what it draws."""


def page_of(analysis: Analysis, units: Units) -> str:
    """The page as HTML. What is marked is not in it: the page asks for that."""
    from markupsafe import Markup

    activity = analysis.activity
    file = harmless(activity.source.path)
    picture = picture_of(analysis, units=units, most_rows=MOST_ROWS, most_positions=MOST_POSITIONS)
    page = {
        "unit": {"name": units.name, "metres": units.metres},
        "charts": charts_document(),
        "picture": picture_document(picture, analysis),
        "alternatives": alternatives_of(analysis, units),
        "axis": axis_of(analysis),
    }
    return (
        templates_of("editor")
        .get_template("annotate.html")
        .render(
            title=harmless(activity.name) or file,
            file=file,
            facts=[harmless(fact) for fact in facts_of(activity, analysis.track) if fact != f'"{activity.name}"'],
            unit=units.name,
            scripts=list(scripts()),
            page=Markup(json_for_script(page)),
        )
    )


@cache
def scripts() -> dict[str, str]:
    """The page's scripts by name, in the order in which they need each other."""
    return {
        "bokeh.js": bokeh_script(),
        **{name: web_file("output.charts", name) for name in SCRIPTS},
        **{name: web_file("editor", name) for name in OWN},
    }


@cache
def style() -> str:
    """The page's style sheet."""
    return web_file("output.charts", "page.css") + web_file("editor", "annotate.css")
