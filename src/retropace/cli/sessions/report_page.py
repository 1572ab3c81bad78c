"""The HTML report about one or several activities, as bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retropace.cli.sessions.analyze_file import analyze_file
from retropace.cli.sessions.requests import AnalysisRequest
from retropace.config.privacy import PrivacyFilter
from retropace.core.units import Units
from retropace.labelling.athlete import Athlete
from retropace.output.charts.chart_data import MAX_POSITIONS, MAX_ROWS
from retropace.output.report.activity_section import ActivitySection, build_activity_section, drop_duplicates
from retropace.output.report.html import render_report

ACTIVITIES_AT_FULL_DETAIL = 4
"""Number of activities that a report shows in full detail; more than that share their rows and positions equally."""
MIN_ROWS = 400
"""Least number of chart rows, and of map positions, of an activity in a report about many."""
GENERATOR_TAG = b'<meta name="generator" content="retropace '
"""Bytes in the head of every report, by which a report is recognised before it is overwritten."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """How the recordings of a report are analysed, and what the page shows of them."""

    analysis: AnalysisRequest
    privacy_filter: PrivacyFilter
    units: Units
    tiles: str | None  # address of the map's tiles, with ``{z}``, ``{x}`` and ``{y}``


def build_sections(path: str, request: ReportRequest, athlete: Athlete | None, count: int) -> list[ActivitySection]:
    """Return the section of each session of a recording, for a page about ``count``; raises ``RetropaceError``."""
    share = min(1.0, ACTIVITIES_AT_FULL_DETAIL / max(count, 1))
    return [
        build_activity_section(
            analysis,
            request.privacy_filter,
            request.units,
            max_rows=max(round(MAX_ROWS * share), MIN_ROWS),
            max_positions=max(round(MAX_POSITIONS * share), MIN_ROWS),
            mercator=request.tiles is not None,
        )
        for analysis in analyze_file(path, request.analysis, athlete)
    ]


def build_page(
    sections: Sequence[ActivitySection], failed_paths: Sequence[str], request: ReportRequest
) -> tuple[bytes, str, list[str]]:
    """Return the page, which names ``failed_paths`` too; its subject; and a sentence for each duplicate left out."""
    sections, notes = drop_duplicates(list(sections))
    names = [Path(path).name for path in failed_paths]
    failures = [f"{name}: could not be analysed; 'retropace inspect {name}' says why" for name in names]
    page = render_report(
        sections,
        request.units,
        report_date=datetime.now(UTC).date(),
        failures=[*failures, *notes],
        tile_url=request.tiles,
    )
    subject = f"{len(sections)} activities" if len(sections) > 1 else sections[0].title
    return page.encode(), subject, notes


def is_report(path: Path) -> bool:
    """Return whether the file is a report of retropace's; raises ``OSError``."""
    with path.open("rb") as file:
        return GENERATOR_TAG in file.read(4096)
