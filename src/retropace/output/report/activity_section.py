"""The sections of a report, one for each activity: texts, tables and chart data, without any markup."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import numpy as np

from retropace.analysis.duplicates import Candidate, build_candidate, find_duplicates
from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.sanitize import strip_control_chars
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, Units, format_duration
from retropace.intervals import intervals_of
from retropace.output.charts.chart_data import build_alt_texts, build_chart_data, chart_data_to_dict
from retropace.output.tables.analysis import build_directions_table, build_segments_table, describe_recording
from retropace.output.tables.intervals import build_interval_tables, format_structure_line
from retropace.output.tables.text_table import TextTable
from retropace.season.runs import SeasonEntry, build_season_entry


@dataclass(frozen=True, slots=True)
class ActivitySection:
    """What a report shows of one activity, with the figures for its overview and its tables over all activities."""

    title: str
    file: str  # file's name; its folder is left out, because reports are shown to other people
    facts: tuple[str, ...]  # sport, start and device of the recording, one text for each that is known
    headlines: tuple[tuple[str, str, str], ...]  # name and value of each main figure, and a line below the value
    totals_table: TextTable
    set_tables: tuple[TextTable, ...]
    segments_table: TextTable
    borderline_stretches: tuple[tuple[str, str], ...]  # span (``12:30-15:00``) and probability of being backward
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    privacy_note: str
    chart_data: dict[str, Any]  # values of :func:`retropace.output.charts.chart_data.chart_data_to_dict`
    alt_texts: dict[str, str]  # alternative text for screen readers of each chart and the map, by name
    start_time: datetime | None
    sport: str
    structure: str  # sets (series of like reps) of the session in one line; empty without sets
    elapsed_s: float
    distance_m: dict[str, float]  # distance (m) by direction; empty if the recording has no distance
    time_s: dict[str, float]  # moving time (s) by direction; for ``rest`` the elapsed time
    suspected_m: float  # distance (m) that the model finds likely backward and no annotation confirms
    speed_mps: dict[str, float]  # mean moving speed (m/s) by direction, NaN where unknown
    candidate: Candidate | None  # by which other recordings of the same run are recognized; None without a start
    season_entry: SeasonEntry | None = None  # for tables of progress over many activities; None without a start


def build_activity_section(
    analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER, units: Units = KILOMETRES, **options: Any
) -> ActivitySection:
    """Return the report section of an analysis; the options of its charts are those of :func:`build_chart_data`."""
    cleaned, summary, activity = analysis.cleaned, analysis.summary, analysis.activity
    chart_data = build_chart_data(analysis, privacy_filter, units, **options)
    intervals = intervals_of(analysis)
    file = strip_control_chars(PurePath(activity.source.path).name)
    facts = [fact for fact in describe_recording(activity, cleaned) if fact != f'"{activity.name}"']
    warnings, notes = (
        tuple(strip_control_chars(_strip_folder(text, activity.source.path)) for text in texts)
        for texts in (analysis.warnings, analysis.notes)
    )
    by_distance = cleaned.distance_source != "none"
    distance_m, moving_s, speed_mps = (
        dict(zip(DIRECTIONS, getattr(summary.directions, name).tolist(), strict=True))
        for name in ("distance_m", "moving_s", "speed_mps")
    )
    return ActivitySection(
        title=strip_control_chars(activity.name) or file,
        file=file,
        facts=tuple(strip_control_chars(fact) for fact in facts),
        headlines=_build_headlines(analysis, units),
        totals_table=build_directions_table(analysis, units),
        set_tables=tuple(build_interval_tables(intervals, units)) if intervals.sets else (),
        segments_table=build_segments_table(analysis, units),
        borderline_stretches=tuple(
            (f"{format_duration(item.start_s)}-{format_duration(item.end_s)}", f"{100.0 * item.probability:.0f} %")
            for item in analysis.borderline
        ),
        warnings=warnings,
        notes=notes,
        privacy_note=_format_privacy_note(analysis, privacy_filter),
        chart_data=chart_data_to_dict(chart_data, analysis),
        alt_texts=build_alt_texts(analysis, units),
        start_time=cleaned.start_time,
        sport=activity.sport,
        structure=format_structure_line(intervals) if intervals.sets else "",
        elapsed_s=cleaned.elapsed_s,
        distance_m=distance_m if by_distance else {},
        time_s=moving_s | {"rest": float(summary.directions.elapsed_s[DIRECTIONS.index("rest")])},
        suspected_m=float(summary.suspected_m[DIRECTIONS.index("backward")]),
        speed_mps=speed_mps,
        candidate=build_candidate(analysis),
        season_entry=build_season_entry(analysis, intervals.mean_max_curve),
    )


def _build_headlines(analysis: Analysis, units: Units) -> tuple[tuple[str, str, str], ...]:
    summary, stats, cleaned = analysis.summary, analysis.summary.directions, analysis.cleaned
    backward_index = DIRECTIONS.index("backward")
    backward_s, backward_m = float(stats.moving_s[backward_index]), float(stats.distance_m[backward_index])
    total_m, total_s = float(summary.total.distance_m[0]), float(summary.total.moving_s[0])
    suspected_m = float(summary.suspected_m[backward_index])
    elapsed_headline = ("time", format_duration(cleaned.elapsed_s), f"{format_duration(total_s)} of it moving")
    if cleaned.distance_source == "none":
        share = f"{100.0 * backward_s / total_s:.0f} % of the moving time" if total_s > 0.0 else ""
        return (("backward", format_duration(backward_s), share), elapsed_headline)
    share = f"{100.0 * backward_m / total_m:.0f} % of the way" if total_m > 0.0 else ""
    headlines = [("backward", units.format_distance(backward_m), share)]
    if backward_m > 0.0:
        pace = units.format_pace(float(stats.speed_mps[backward_index]))
        note = f"{units.format_distance(suspected_m)} of it suspected" if suspected_m > 0.0 else "all of it marked"
        headlines.append(("backward time", format_duration(backward_s), pace))
        headlines.append(("marked", units.format_distance(backward_m - suspected_m), note))
    total_pace = units.format_pace(float(summary.total.speed_mps[0]))
    return (*headlines, ("whole way", units.format_distance(total_m), total_pace), elapsed_headline)


def _format_privacy_note(analysis: Analysis, privacy_filter: PrivacyFilter) -> str:
    count = int((privacy_filter.hidden_mask(analysis.cleaned) & np.isfinite(analysis.cleaned.lat_deg)).sum())
    return f"{count} positions are not shown; distances and times count them." if count else ""


def _strip_folder(text: str, path: str) -> str:
    """Remove from a finding the folder of the recording ``path``, and the folder of a file that it names first."""
    file, colon, message = text.partition(": ")
    if colon and PurePath(file).suffix:
        text = f"{PurePath(file).name}: {message}"
    folder = str(PurePath(path).parent)
    return text if folder == "." else text.replace(f"{folder}{os.sep}", "")


def drop_duplicates(sections: Sequence[ActivitySection]) -> tuple[list[ActivitySection], list[str]]:
    """Return the best section of each run, the latest first, and one sentence for each section that was dropped."""
    earliest = datetime.min.replace(tzinfo=UTC)
    order = sorted(range(len(sections)), key=lambda index: sections[index].start_time or earliest)
    candidates = (
        replace(candidate, key=index) for index in order if (candidate := sections[index].candidate) is not None
    )
    leaders = dict(find_duplicates(candidates))
    files = [section.file for section in sections]
    notes = [f"{files[index]}: is the same run as {files[leader]}, which counts" for index, leader in leaders.items()]
    return [sections[index] for index in reversed(order) if index not in leaders], sorted(notes)
