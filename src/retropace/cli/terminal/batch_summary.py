"""The summary of a run, as a coach reads it: distance and time per direction and month, what failed and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.cli.terminal.short_paths import shorten_path
from retropace.cli.terminal.tables import print_tables
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, MILES, Units, format_duration
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from retropace.library import ActivityFilter, Library
    from retropace.library.batch import BatchProgress
    from retropace.library.store import Failure

MAX_EXAMPLES = 3
DirectionTotals = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures for the same reason: how many, and the first places."""

    reason: str
    message: str
    count: int
    example_paths: tuple[str, ...]

    @property
    def example_line(self) -> str:
        """The first of them, as a line."""
        return f"{self.example_paths[0]}: {self.message}"


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What came of the places of a run, or of a whole library."""

    outcomes: dict[str, int]
    unchanged: int
    other_contents: dict[str, list[tuple[str, int]]]
    """What the files of an outcome hold instead of an activity on foot, and how many of them."""
    activities: int
    duplicates: int
    months: dict[str | None, DirectionTotals]
    failures: tuple[FailureGroup, ...]

    @property
    def failed_files(self) -> int:
        """How many files failed."""
        return sum(one.count for one in self.failures)

    @property
    def totals(self) -> DirectionTotals:
        """The sums over all months."""
        whole: DirectionTotals = {}
        for sums in self.months.values():
            for direction, figures in sums.items():
                into = whole.setdefault(direction, dict.fromkeys(figures, 0.0))
                for name, value in figures.items():
                    into[name] += value
        return whole


def summarize_library(
    library: Library, activity_filter: ActivityFilter, progress: BatchProgress | None = None
) -> BatchSummary:
    """The summary of what the library shows; :func:`retropace.library.queries.find_duplicates` goes before."""
    from retropace.library.queries import count_activities, count_details, count_outcomes, sum_months

    found, duplicates = count_activities(library, activity_filter)
    return BatchSummary(
        outcomes=count_outcomes(library),
        unchanged=0 if progress is None else progress.unchanged,
        other_contents={outcome: count_details(library, outcome) for outcome in ("other sport", "no activity")},
        activities=found,
        duplicates=duplicates,
        months=sum_months(library, activity_filter),
        failures=group_failures(library, [] if progress is None else progress.save_failures),
    )


def group_failures(library: Library, save_failures: list[tuple[str, Failure]]) -> tuple[FailureGroup, ...]:
    """The failures that the library shows, and those that could not be stored, the most frequent reasons first."""
    from retropace.library.queries import find_failures

    groups: dict[str, tuple[str, str, int, list[str]]] = {}
    rows = [{"path": place, "reason": why.reason, "message": why.message} for place, why in save_failures]
    for row in (*find_failures(library), *rows):
        key = f"{row['reason']} {_generalize_message(row['message'])}"
        reason, message, count, places = groups.get(key, (row["reason"], row["message"], 0, []))
        if len(places) < MAX_EXAMPLES:
            places.append(shorten_path(row["path"]))
        groups[key] = reason, message, count + 1, places
    return tuple(
        FailureGroup(reason, message, count, tuple(places))
        for reason, message, count, places in sorted(groups.values(), key=lambda one: (-one[2], one[1]))
    )


def print_summary(summary: BatchSummary, units_name: str) -> None:
    """Print it as tables."""
    from retropace.cli.terminal.console import open_text_output

    units = MILES if units_name == "mi" else KILOMETRES
    sheets = [_build_headline(summary)]
    if summary.activities:
        sheets.append(_build_directions_table(summary, units))
        if len(summary.months) > 1:
            sheets.append(_build_months_table(summary, units))
    if summary.failures:
        sheets.append(_build_failures_table(summary))
    print_tables(open_text_output(), sheets, gap=2)


def _build_headline(summary: BatchSummary) -> TextTable:
    parts = [_format_count(summary.activities, "activity", "activities")]
    if summary.duplicates:
        parts.append(f"{summary.duplicates} of them there several times, counted once")
    lines = [", ".join(parts)]
    files = sum(summary.outcomes.values())
    told = [
        (summary.outcomes.get("analysed", 0), "analysed"),
        (summary.outcomes.get("other sport", 0), "of other sports"),
        (summary.outcomes.get("no activity", 0), "without an activity"),
        (summary.outcomes.get("left out", 0), "left out"),
        (summary.failed_files, "failed"),
    ]
    counts = ", ".join(f"{count} {what}" for count, what in told if count)
    unchanged = f"; {summary.unchanged} unchanged since the last run" if summary.unchanged else ""
    lines.append(f"{_format_count(files, 'file', 'files')}: {counts}{unchanged}" if files else "no recordings found")
    for name, found in (("other sports", "other sport"), ("no activity", "no activity")):
        if summary.other_contents[found]:
            shown = ", ".join(f"{count} × {what}" for what, count in summary.other_contents[found][:8])
            lines.append(f"{name}: {shown}" + (" …" if len(summary.other_contents[found]) > 8 else ""))
    return TextTable(footer=tuple(lines))


def _build_directions_table(summary: BatchSummary, units: Units) -> TextTable:
    total = summary.totals
    metres = sum(one["distance_m"] for one in total.values())
    rows = []
    for direction in DIRECTIONS:
        one = total[direction]
        if not one["elapsed_s"]:
            continue
        resting = direction == "rest"
        share = f"{100.0 * one['distance_m'] / metres:.1f} %" if metres and not resting else ""
        pace = "" if resting or not one["moving_s"] else units.format_pace(one["distance_m"] / one["moving_s"])
        time = format_duration(one["elapsed_s"] if resting else one["moving_s"])
        rows.append(
            (direction, f"{one['activities']:.0f}", units.format_distance(one["distance_m"]), share, time, pace)
        )
        for name in ("annotated", "suspected"):
            if direction == "backward" and one[f"{name}_m"] > 0.0:
                label = "  marked" if name == "annotated" else "  suspected"
                rows.append((label, "", units.format_distance(one[f"{name}_m"]), "", "", ""))
    rows.append(("all", f"{summary.activities - summary.duplicates}", units.format_distance(metres), "", "", ""))
    return TextTable(names=("", "activities", "distance", "share", "time", "pace"), rows=tuple(rows))


def _build_months_table(summary: BatchSummary, units: Units) -> TextTable:
    names = ("month", "activities", "forward", "backward", "share", "suspected", "time backward")
    rows = []
    for month, sums in summary.months.items():
        back, ahead = sums["backward"], sums["forward"]
        metres = sum(one["distance_m"] for one in sums.values())
        is_any = back["moving_s"] > 0.0
        rows.append(
            (
                month or "no date",
                f"{max(one['activities'] for one in sums.values()):.0f}",
                units.format_distance(ahead["distance_m"]),
                units.format_distance(back["distance_m"]) if is_any else "",
                f"{100.0 * back['distance_m'] / metres:.1f} %" if is_any and metres else "",
                units.format_distance(back["suspected_m"]) if back["suspected_m"] else "",
                format_duration(back["moving_s"]) if is_any else "",
            )
        )
    return TextTable(names=names, rows=tuple(rows))


def _build_failures_table(summary: BatchSummary) -> TextTable:
    lines = []
    for group in summary.failures:
        if group.count == 1:
            lines.append(f"! {group.example_line}")
            continue
        more = f" and {group.count - len(group.example_paths)} more" if group.count > len(group.example_paths) else ""
        lines.append(f"! {group.count} times: {group.message}")
        lines += [f"    {place}" for place in group.example_paths]
        if more:
            lines.append(f"   {more}")
    return TextTable(title=f"{_format_count(summary.failed_files, 'file', 'files')} failed", footer=tuple(lines))


def _format_count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"


def _generalize_message(message: str) -> str:
    """The message without what differs from file to file: numbers, and what stands in quotes."""
    return re.sub(r"\d+(\.\d+)?|\"[^\"]*\"|'[^']*'|<[^>]*>", "#", message)
