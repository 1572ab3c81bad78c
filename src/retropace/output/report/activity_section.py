"""What a report shows of one activity: words, tables, and the picture's numbers. Nothing of it is markup."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from retropace.analysis.duplicates import Candidate, build_candidate
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.sanitize import strip_control_chars
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, Units, format_duration
from retropace.intervals import intervals_of
from retropace.output.charts.alt_text import build_alt_texts
from retropace.output.charts.chart_data import build_chart_data, chart_data_to_dict
from retropace.output.tables.analysis import build_directions_table, build_segments_table, describe_recording
from retropace.output.tables.intervals import build_interval_tables, format_structure_line
from retropace.output.tables.text_table import TextTable
from retropace.season.from_analysis import SeasonEntry, build_season_entry

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


@dataclass(frozen=True, slots=True)
class ActivitySection:
    """One activity of a report."""

    title: str
    file: str
    """The file's name without its folder: where it lies is nobody's business but its owner's."""
    facts: tuple[str, ...]
    headlines: tuple[tuple[str, str, str], ...]
    """What matters most: name, value, and a line below it."""
    totals_table: TextTable
    set_tables: tuple[TextTable, ...]
    segments_table: TextTable
    borderline_stretches: tuple[tuple[str, str], ...]
    """Stretches as ``12:30-15:00``, and how likely each was backward."""
    warnings: tuple[str, ...]
    privacy_note: str
    """What of the way is not shown; empty if all of it is."""
    chart_data: dict[str, Any]
    alt_texts: dict[str, str]
    """What each chart shows, in words."""
    start_time: datetime | None
    sport: str
    structure: str
    elapsed_s: float
    distance_m: dict[str, float]
    """Per direction; empty where the recording holds no distance."""
    time_s: dict[str, float]
    """Per direction, moving; resting for rest."""
    suspected_m: float
    speed_mps: dict[str, float]
    candidate: Candidate | None
    """What tells whether another activity is the same one; None without a time."""
    season_entry: SeasonEntry | None = None
    """What a season takes of it; None without a time."""


def build_activity_section(
    analysis: Analysis,
    privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER,
    units: Units = KILOMETRES,
    *,
    max_rows: int,
    max_positions: int,
    mercator: bool = False,
) -> ActivitySection:
    """What is shown of an analysis, its curves and its way thinned to so many rows and positions."""
    track, summary, activity = analysis.cleaned, analysis.summary, analysis.activity
    picture = build_chart_data(
        analysis, privacy_filter, units, max_rows=max_rows, max_positions=max_positions, mercator=mercator
    )
    intervals = intervals_of(analysis)
    file = strip_control_chars(PurePath(activity.source.path).name)
    by_distance = track.distance_source != "none"
    moving = {name: float(summary.directions.moving_s[at]) for at, name in enumerate(DIRECTIONS)}
    return ActivitySection(
        title=strip_control_chars(activity.name) or file,
        file=file,
        facts=tuple(
            strip_control_chars(fact) for fact in describe_recording(activity, track) if fact != f'"{activity.name}"'
        ),
        headlines=_build_headlines(analysis, units),
        totals_table=build_directions_table(analysis, units),
        set_tables=tuple(build_interval_tables(intervals, units)) if intervals.sets else (),
        segments_table=build_segments_table(analysis, units),
        borderline_stretches=tuple(
            (f"{format_duration(one.start_s)}-{format_duration(one.end_s)}", f"{100.0 * one.probability:.0f} %")
            for one in analysis.borderline
        ),
        warnings=tuple(strip_control_chars(_strip_folder(one, activity.source.path)) for one in analysis.warnings),
        privacy_note=_format_privacy_note(analysis, privacy_filter),
        chart_data=chart_data_to_dict(picture, analysis),
        alt_texts=build_alt_texts(analysis, units),
        start_time=track.start_time,
        sport=activity.sport,
        structure=format_structure_line(intervals) if intervals.sets else "",
        elapsed_s=track.elapsed_s,
        distance_m=dict(zip(DIRECTIONS, summary.directions.distance_m.tolist(), strict=True)) if by_distance else {},
        time_s=moving | {"rest": float(summary.directions.elapsed_s[DIRECTIONS.index("rest")])},
        suspected_m=float(summary.suspected_m[DIRECTIONS.index("backward")]),
        speed_mps=dict(zip(DIRECTIONS, summary.directions.speed_mps.tolist(), strict=True)),
        candidate=build_candidate(analysis),
        season_entry=build_season_entry(analysis, intervals.mean_max_curve),
    )


def _build_headlines(analysis: Analysis, units: Units) -> tuple[tuple[str, str, str], ...]:
    """The figures at the top of the page."""
    summary, track = analysis.summary, analysis.cleaned
    backward = DIRECTIONS.index("backward")
    seconds, metres = float(summary.directions.moving_s[backward]), float(summary.directions.distance_m[backward])
    total_m, total_s = float(summary.total.distance_m[0]), float(summary.total.moving_s[0])
    suspected_m = float(summary.suspected_m[backward])
    elapsed = ("time", format_duration(track.elapsed_s), f"{format_duration(total_s)} of it moving")
    if track.distance_source == "none":
        share = f"{100.0 * seconds / total_s:.0f} % of the moving time" if total_s > 0.0 else ""
        return (("backward", format_duration(seconds), share), elapsed)
    share = f"{100.0 * metres / total_m:.0f} % of the way" if total_m > 0.0 else ""
    pace = units.format_pace(float(summary.directions.speed_mps[backward]))
    said = f"{units.format_distance(suspected_m)} of it suspected" if suspected_m > 0.0 else "all of it marked"
    return (
        ("backward", units.format_distance(metres), share),
        *(
            [
                ("backward time", format_duration(seconds), pace),
                ("marked", units.format_distance(metres - suspected_m), said),
            ]
            * (metres > 0.0)
        ),
        ("whole way", units.format_distance(total_m), units.format_pace(float(summary.total.speed_mps[0]))),
        elapsed,
    )


def _format_privacy_note(analysis: Analysis, privacy_filter: PrivacyFilter) -> str:
    count = int(
        (privacy_filter.hidden_mask(analysis.cleaned) & (analysis.cleaned.lat_deg == analysis.cleaned.lat_deg)).sum()
    )
    return f"{count} positions are not shown; distances and times count them." if count else ""


def _strip_folder(text: str, path: str) -> str:
    """A warning without the folders of the files that it names: of the recording's own, or of one it begins with."""
    file, colon, rest = text.partition(": ")
    if colon and PurePath(file).suffix:
        text = f"{PurePath(file).name}: {rest}"
    folder = str(PurePath(path).parent)
    return text if folder == "." else text.replace(f"{folder}{os.sep}", "")
