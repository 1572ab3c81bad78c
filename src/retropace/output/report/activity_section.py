"""What a report shows of one activity: words, tables, and the picture's numbers. Nothing of it is markup."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from retropace.analysis.duplicates import Candidate
from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.sanitize import harmless
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, Units, clock
from retropace.intervals import intervals_of
from retropace.output.charts.alt_text import alternatives_of
from retropace.output.charts.chart_data import picture_document, picture_of
from retropace.output.report.drop_duplicates import candidate_of
from retropace.output.tables.analysis import directions_sheet, facts_of, segments_sheet
from retropace.output.tables.intervals import sheets_of, structure_line
from retropace.output.tables.text_table import Sheet
from retropace.season.from_analysis import Ran, ran_of

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


@dataclass(frozen=True, slots=True)
class Part:
    """One activity of a report."""

    title: str
    file: str
    """The file's name without its folder: where it lies is nobody's business but its owner's."""
    facts: tuple[str, ...]
    figures: tuple[tuple[str, str, str], ...]
    """What matters most: name, value, and a line below it."""
    totals: Sheet
    sets: tuple[Sheet, ...]
    segments: Sheet
    worth_a_look: tuple[tuple[str, str], ...]
    """Stretches as ``12:30-15:00``, and how likely each was backward."""
    warnings: tuple[str, ...]
    hidden: str
    """What of the way is not shown; empty if all of it is."""
    picture: dict[str, Any]
    alternatives: dict[str, str]
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
    ran: Ran | None = None
    """What a season takes of it; None without a time."""


def part_of(
    analysis: Analysis,
    hiding: Hiding = NOTHING_HIDDEN,
    units: Units = KILOMETRES,
    *,
    most_rows: int,
    most_positions: int,
    mercator: bool = False,
) -> Part:
    """What is shown of an analysis, its curves and its way thinned to so many rows and positions."""
    track, summary, activity = analysis.track, analysis.summary, analysis.activity
    picture = picture_of(analysis, hiding, units, most_rows=most_rows, most_positions=most_positions, mercator=mercator)
    intervals = intervals_of(analysis)
    file = harmless(PurePath(activity.source.path).name)
    by_distance = track.distance_source != "none"
    moving = {name: float(summary.directions.moving_s[at]) for at, name in enumerate(DIRECTIONS)}
    return Part(
        title=harmless(activity.name) or file,
        file=file,
        facts=tuple(harmless(fact) for fact in facts_of(activity, track) if fact != f'"{activity.name}"'),
        figures=_figures(analysis, units),
        totals=directions_sheet(analysis, units),
        sets=tuple(sheets_of(intervals, units)) if intervals.sets else (),
        segments=segments_sheet(analysis, units),
        worth_a_look=tuple(
            (f"{clock(one.start_s)}-{clock(one.end_s)}", f"{100.0 * one.probability:.0f} %")
            for one in analysis.worth_a_look
        ),
        warnings=tuple(harmless(_without_folder(one, activity.source.path)) for one in analysis.warnings),
        hidden=_hidden(analysis, hiding),
        picture=picture_document(picture, analysis),
        alternatives=alternatives_of(analysis, units),
        start_time=track.start_time,
        sport=activity.sport,
        structure=structure_line(intervals) if intervals.sets else "",
        elapsed_s=track.elapsed_s,
        distance_m=dict(zip(DIRECTIONS, summary.directions.distance_m.tolist(), strict=True)) if by_distance else {},
        time_s=moving | {"rest": float(summary.directions.elapsed_s[DIRECTIONS.index("rest")])},
        suspected_m=float(summary.suspected_m[DIRECTIONS.index("backward")]),
        speed_mps=dict(zip(DIRECTIONS, summary.directions.speed_mps.tolist(), strict=True)),
        candidate=candidate_of(analysis),
        ran=ran_of(analysis, intervals.curve),
    )


def _figures(analysis: Analysis, units: Units) -> tuple[tuple[str, str, str], ...]:
    """The figures at the top of the page."""
    summary, track = analysis.summary, analysis.track
    backward = DIRECTIONS.index("backward")
    seconds, metres = float(summary.directions.moving_s[backward]), float(summary.directions.distance_m[backward])
    total_m, total_s = float(summary.whole.distance_m[0]), float(summary.whole.moving_s[0])
    suspected_m = float(summary.suspected_m[backward])
    elapsed = ("time", clock(track.elapsed_s), f"{clock(total_s)} of it moving")
    if track.distance_source == "none":
        share = f"{100.0 * seconds / total_s:.0f} % of the moving time" if total_s > 0.0 else ""
        return (("backward", clock(seconds), share), elapsed)
    share = f"{100.0 * metres / total_m:.0f} % of the way" if total_m > 0.0 else ""
    pace = units.pace(float(summary.directions.speed_mps[backward]))
    said = f"{units.distance(suspected_m)} of it suspected" if suspected_m > 0.0 else "all of it marked"
    return (
        ("backward", units.distance(metres), share),
        *(
            [("backward time", clock(seconds), pace), ("marked", units.distance(metres - suspected_m), said)]
            * (metres > 0.0)
        ),
        ("whole way", units.distance(total_m), units.pace(float(summary.whole.speed_mps[0]))),
        elapsed,
    )


def _hidden(analysis: Analysis, hiding: Hiding) -> str:
    count = int((hiding.hides(analysis.track) & (analysis.track.lat_deg == analysis.track.lat_deg)).sum())
    return f"{count} positions are not shown; distances and times count them." if count else ""


def _without_folder(text: str, path: str) -> str:
    """A warning without the folders of the files that it names: of the recording's own, or of one it begins with."""
    file, colon, rest = text.partition(": ")
    if colon and PurePath(file).suffix:
        text = f"{PurePath(file).name}: {rest}"
    folder = str(PurePath(path).parent)
    return text if folder == "." else text.replace(f"{folder}{os.sep}", "")
