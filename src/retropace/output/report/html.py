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

from retropace.core.sanitize import harmless
from retropace.core.units import KILOMETRES, Units
from retropace.output.charts.assets import SCRIPTS, json_for_script, templates_of, web_file
from retropace.output.charts.bokeh_figures import bokeh_script, charts_document
from retropace.output.report.overview import overview_of
from retropace.output.report.weekly_chart import weeks_chart, weeks_of, weeks_sheet
from retropace.output.tables.season import bests_sheet, milestones_sheet, odd_sheet, ratio_sheet
from retropace.season.from_analysis import season_among
from retropace.season.progress import progress_of

if TYPE_CHECKING:
    from retropace.output.report.activity_section import Part
    from retropace.output.tables.text_table import Sheet

OWN = ("zoom.js", "overview.js", "report.js")


def page_of(
    parts: Sequence[Part],
    units: Units = KILOMETRES,
    *,
    made: date,
    failures: Sequence[str] = (),
    tiles: str | None = None,
) -> str:
    """The page of one activity, or of many with a table of them first, in the order in which they are given.

    ``failures`` are sentences on what could not be shown. ``tiles`` is the address of background tiles, for parts made
    with ``mercator``.
    """
    from markupsafe import Markup

    many = len(parts) != 1
    weeks = weeks_of(parts)
    has_weeks = many and len(weeks.mondays) > 1
    page = {
        "title": "Forward and backward" if many else parts[0].title,
        "unit": {"name": units.name, "metres": units.metres},
        "charts": charts_document(tiles),
        "weeks": weeks_chart(weeks, units) if has_weeks else None,
        "week_labels": [f"{monday:%Y-%m-%d}" for monday in weeks.mondays],
    }
    data = [("page", page)]
    data += [
        (f"data-activity-{number}", {"drawn": part.picture, "alternatives": part.alternatives})
        for number, part in enumerate(parts, 1)
    ]
    scripts = [bokeh_script(), "".join(web_file("output.charts", name) for name in SCRIPTS)]
    scripts.append("".join(web_file("output.report", name) for name in OWN))
    return (
        templates_of("output.report")
        .get_template("report.html")
        .render(
            title=page["title"],
            unit=units.name,
            many=many,
            parts=parts,
            overview=overview_of(parts, units) if many else None,
            weeks_sheet=weeks_sheet(weeks, units) if has_weeks else {"rows": ()},
            progress=_progress(parts, units, made) if many else [],
            failures=[harmless(failure) for failure in failures],
            made=made.isoformat(),
            version=version("retropace"),
            policy=policy_of(scripts, tiles),
            style=Markup(web_file("output.charts", "page.css") + web_file("output.report", "report.css")),
            data=[(name, Markup(json_for_script(value))) for name, value in data],
            scripts=[Markup(script) for script in scripts],
        )
    )


def _progress(parts: Sequence[Part], units: Units, today: date) -> list[Sheet]:
    """How it goes on from one activity to the next, as ``retropace progress`` tells it of a library."""
    season = season_among([part.ran for part in parts if part.ran is not None])
    if len(season) < 2:
        return []
    found = progress_of(season, per="week", today=today, zone=UTC)
    sheets = (ratio_sheet(found), bests_sheet(found, units, harmless), milestones_sheet(found, units, harmless))
    return [sheet for sheet in (*sheets, odd_sheet(found, harmless)) if sheet.rows or sheet.below]


def policy_of(scripts: Sequence[str], tiles: str | None) -> str:
    """The page's content security policy: these scripts and no others, pictures from the tiles' host at most.

    Bokeh puts style elements into what it draws, so styles cannot be told by their hashes.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    ran = " ".join(f"'sha256-{one}'" for one in hashes)
    host = "" if tiles is None else f" {tiles_host(tiles)}"
    return (
        f"default-src 'none'; script-src {ran}; style-src 'unsafe-inline'; img-src data: blob:{host}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def tiles_host(tiles: str) -> str:
    """``https://tiles.example.org`` of ``https://tiles.example.org/{z}/{x}/{y}.png``."""
    match = re.match(r"https?://[\w.-]+(:\d+)?(?=/)", tiles, re.ASCII)
    return match[0] if match else ""
