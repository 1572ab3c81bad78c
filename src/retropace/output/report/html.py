"""Parts → one HTML page that holds everything it needs: styles, scripts, data. It opens from a disk, without a network.

A content security policy in its head lets it run its own scripts, told by their hashes, and load nothing but the tiles
that were asked for.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date
from importlib.metadata import version
from typing import TYPE_CHECKING

from retropace.core.sanitize import strip_control_chars
from retropace.core.units import KILOMETRES, Units
from retropace.output.charts.assets import CHART_SCRIPTS, build_template_environment, dump_script_json, read_web_file
from retropace.output.charts.bokeh_figures import build_chart_documents, load_bokeh_script
from retropace.output.report.overview import build_overview
from retropace.output.report.weekly_chart import build_weeks_chart, build_weeks_table, sum_by_week
from retropace.output.tables.season import (
    build_bests_table,
    build_milestones_table,
    build_outliers_table,
    build_ratio_table,
)
from retropace.season.from_analysis import build_season_from_entries
from retropace.season.progress import build_progress

if TYPE_CHECKING:
    from retropace.output.report.activity_section import ActivitySection
    from retropace.output.tables.text_table import TextTable

REPORT_SCRIPTS = ("zoom.js", "overview.js", "report.js")


def render_report(
    sections: Sequence[ActivitySection],
    units: Units = KILOMETRES,
    *,
    report_date: date,
    failures: Sequence[str] = (),
    tile_url: str | None = None,
) -> str:
    """The page of one activity, or of many with a table of them first, in the order in which they are given.

    ``failures`` are sentences on what could not be shown. ``tiles`` is the address of background tiles, for parts made
    with ``mercator``.
    """
    from markupsafe import Markup

    many = len(sections) != 1
    weeks = sum_by_week(sections)
    has_weeks = many and len(weeks.mondays) > 1
    page = {
        "title": "Forward and backward" if many else sections[0].title,
        "unit": {"name": units.name, "metres": units.metres},
        "charts": build_chart_documents(tile_url),
        "weeks": build_weeks_chart(weeks, units) if has_weeks else None,
        "week_labels": [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
    }
    data = [("page", page)]
    data += [
        (f"data-activity-{number}", {"drawn": part.chart_data, "alternatives": part.alt_texts})
        for number, part in enumerate(sections, 1)
    ]
    scripts = [load_bokeh_script(), "".join(read_web_file("output.charts", name) for name in CHART_SCRIPTS)]
    scripts.append("".join(read_web_file("output.report", name) for name in REPORT_SCRIPTS))
    return (
        build_template_environment("output.report")
        .get_template("report.html")
        .render(
            title=page["title"],
            unit=units.name,
            many=many,
            parts=sections,
            overview=build_overview(sections, units) if many else None,
            weeks_sheet=build_weeks_table(weeks, units) if has_weeks else {"rows": ()},
            progress=_build_progress_tables(sections, units, report_date) if many else [],
            failures=[strip_control_chars(failure) for failure in failures],
            made=report_date.isoformat(),
            version=version("retropace"),
            policy=build_content_security_policy(scripts, tile_url),
            style=Markup(read_web_file("output.charts", "page.css") + read_web_file("output.report", "report.css")),
            data=[(name, Markup(dump_script_json(value))) for name, value in data],
            scripts=[Markup(script) for script in scripts],
        )
    )


def _build_progress_tables(sections: Sequence[ActivitySection], units: Units, today: date) -> list[TextTable]:
    """How it goes on from one activity to the next, as ``retropace progress`` tells it of a library."""
    season = build_season_from_entries([part.season_entry for part in sections if part.season_entry is not None])
    if len(season) < 2:
        return []
    found = build_progress(season, per="week", today=today, zone=UTC)
    sheets = (
        build_ratio_table(found),
        build_bests_table(found, units, strip_control_chars),
        build_milestones_table(found, units, strip_control_chars),
    )
    return [
        sheet for sheet in (*sheets, build_outliers_table(found, strip_control_chars)) if sheet.rows or sheet.footer
    ]


def build_content_security_policy(scripts: Sequence[str], tile_url: str | None) -> str:
    """The page's content security policy: these scripts and no others, pictures from the tiles' host at most.

    Bokeh puts style elements into what it draws, so styles cannot be told by their hashes.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    ran = " ".join(f"'sha256-{one}'" for one in hashes)
    host = "" if tile_url is None else f" {parse_tile_origin(tile_url)}"
    return (
        f"default-src 'none'; script-src {ran}; style-src 'unsafe-inline'; img-src data: blob:{host}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def parse_tile_origin(tile_url: str) -> str:
    """``https://tiles.example.org`` of ``https://tiles.example.org/{z}/{x}/{y}.png``."""
    match = re.match(r"https?://[\w.-]+(:\d+)?(?=/)", tile_url, re.ASCII)
    return match[0] if match else ""
