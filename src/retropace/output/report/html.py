"""Rendering of a report as one HTML page that contains its styles, scripts and data and needs no network."""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date
from importlib.metadata import version
from typing import Any

from retropace.core.sanitize import strip_control_chars
from retropace.core.units import KILOMETRES, Units
from retropace.output.charts.assets import CHART_SCRIPTS, build_template_environment, dump_script_json, read_web_file
from retropace.output.charts.bokeh_figures import build_chart_documents, load_bokeh_script
from retropace.output.report.activity_section import ActivitySection
from retropace.output.report.overview import build_overview, build_weeks_chart, build_weeks_table, sum_by_week
from retropace.output.tables.season import build_progress_tables
from retropace.output.tables.text_table import TextTable
from retropace.season.progress import build_progress
from retropace.season.runs import build_season_from_entries

REPORT_SCRIPTS = ("zoom.js", "overview.js", "report.js")
"""The scripts in ``output/report/web``, in the order of loading, after :data:`CHART_SCRIPTS`."""


def render_report(
    sections: Sequence[ActivitySection],
    units: Units = KILOMETRES,
    *,
    report_date: date,
    failures: Sequence[str] = (),
    tile_url: str | None = None,
) -> str:
    """Return the report as an HTML page: the sections in their order, after an overview unless there is exactly one.

    ``failures`` are sentences on files that could not be shown; ``tile_url`` needs sections built with ``mercator``.
    """
    from markupsafe import Markup

    is_overview = len(sections) != 1
    weeks = sum_by_week(sections)
    has_weeks = is_overview and len(weeks.mondays) > 1
    page = {
        "title": "Forward and backward" if is_overview else sections[0].title,
        "unit": {"name": units.name, "metres": units.metres},
        "charts": build_chart_documents(tile_url),
        "weeks": build_weeks_chart(weeks, units) if has_weeks else None,
        "week_labels": [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
    }
    data: dict[str, Any] = {"page": page}
    for number, section in enumerate(sections, 1):
        data[f"data-activity-{number}"] = {"drawn": section.chart_data, "alternatives": section.alt_texts}
    scripts = [load_bokeh_script()]
    for package, names in (("output.charts", CHART_SCRIPTS), ("output.report", REPORT_SCRIPTS)):
        scripts.append("".join(read_web_file(package, name) for name in names))
    template = build_template_environment("output.report").get_template("report.html")
    return template.render(
        title=page["title"],
        unit=units.name,
        is_overview=is_overview,
        sections=sections,
        overview=build_overview(sections, units) if is_overview else None,
        weeks_table=build_weeks_table(weeks, units) if has_weeks else {"rows": ()},
        progress_tables=_build_progress_tables(sections, units, report_date) if is_overview else [],
        failures=[strip_control_chars(failure) for failure in failures],
        report_date=report_date.isoformat(),
        version=version("retropace"),
        policy=build_content_security_policy(scripts, tile_url),
        style=Markup(read_web_file("output.charts", "page.css") + read_web_file("output.report", "report.css")),
        data=[(name, Markup(dump_script_json(value))) for name, value in data.items()],
        scripts=[Markup(script) for script in scripts],
    )


def _build_progress_tables(sections: Sequence[ActivitySection], units: Units, today: date) -> list[TextTable]:
    entries = [section.season_entry for section in sections if section.season_entry is not None]
    if len(entries) < 2:
        return []
    progress = build_progress(build_season_from_entries(entries), per="week", today=today, zone=UTC)
    return build_progress_tables(progress, units, strip_control_chars)


def build_content_security_policy(scripts: Sequence[str], tile_url: str | None) -> str:
    """Return the policy that allows ``scripts``, own images, map tiles, and inline styles, as Bokeh inserts some."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed_scripts = " ".join(f"'sha256-{digest}'" for digest in hashes)
    tile_origin = "" if tile_url is None else f" {parse_tile_origin(tile_url)}"
    return (
        f"default-src 'none'; script-src {allowed_scripts}; style-src 'unsafe-inline'; "
        f"img-src data: blob:{tile_origin}; font-src data:; base-uri 'none'; form-action 'none'"
    )


def parse_tile_origin(tile_url: str) -> str:
    """Return the scheme, host and port of a tile URL; empty if it is not http or https, or no path follows the host."""
    match = re.match(r"https?://[\w.-]+(:\d+)?(?=/)", tile_url, re.ASCII)
    return match[0] if match else ""
