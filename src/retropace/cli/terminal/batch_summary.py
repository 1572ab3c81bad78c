"""The summary of a batch run: distance and time per direction and month, and failures grouped by reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.cli.terminal.short_paths import shorten_path
from retropace.cli.terminal.tables import print_tables
from retropace.core.segments import DIRECTIONS
from retropace.core.units import UNITS_BY_NAME, Units, format_duration
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from retropace.library import ActivityFilter, Library
    from retropace.library.batch import BatchProgress
    from retropace.library.store import Failure

MAX_EXAMPLES = 3
"""Largest number of paths that are printed as examples for a group of failures."""
DirectionTotals = dict[str, dict[str, float]]
"""For each direction, sums over activities by name (``distance_m``, ``moving_s``, …)."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures with the same reason, whose messages differ only in numbers and quoted names."""

    reason: str
    message: str
    """Message of the first failure."""
    count: int
    example_paths: tuple[str, ...]
    """Paths of the first files that failed for this reason, at most :data:`MAX_EXAMPLES`."""

    @property
    def example_line(self) -> str:
        """The path and message of the first failure of the group."""
        return f"{self.example_paths[0]}: {self.message}"


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """Counts and totals of the files and activities of a batch run or of a library (store of analyses)."""

    outcomes: dict[str, int]
    """Number of files by outcome, such as ``analysed`` or ``failed``."""
    unchanged: int
    """Number of files that were not read again, because neither they nor the options have changed."""
    other_contents: dict[str, list[tuple[str, int]]]
    """What files without a running or walking session contain, such as a sport, and in how many files it occurs, most
    frequent first. The keys are the outcomes ``other sport`` and ``no activity``."""
    activities: int
    """Number of activities, duplicates included."""
    duplicates: int
    months: dict[str | None, DirectionTotals]
    """Totals of activities by month (``2025-05``); None holds those without a date."""
    failures: tuple[FailureGroup, ...]

    @property
    def failed_files(self) -> int:
        """Number of files that failed."""
        return sum(group.count for group in self.failures)

    @property
    def totals(self) -> DirectionTotals:
        """The totals of ``months``, added up over all months."""
        totals: DirectionTotals = {}
        for sums in self.months.values():
            for direction, values in sums.items():
                direction_totals = totals.setdefault(direction, dict.fromkeys(values, 0.0))
                for name, value in values.items():
                    direction_totals[name] += value
        return totals


def summarize_library(
    library: Library, activity_filter: ActivityFilter, progress: BatchProgress | None = None
) -> BatchSummary:
    """Return the summary of those activities of the library that pass ``activity_filter``.

    If the library's queries are restricted to the files of one batch run, only their activities count. Call
    :func:`~retropace.library.queries.mark_visible_duplicates` first, so that no activity counts twice.
    """
    from retropace.library.queries import count_activities, count_details, count_outcomes, sum_months

    activities, duplicates = count_activities(library, activity_filter)
    return BatchSummary(
        outcomes=count_outcomes(library),
        unchanged=0 if progress is None else progress.unchanged,
        other_contents={outcome: count_details(library, outcome) for outcome in ("other sport", "no activity")},
        activities=activities,
        duplicates=duplicates,
        months=sum_months(library, activity_filter),
        failures=group_failures(library, [] if progress is None else progress.save_failures),
    )


def group_failures(library: Library, save_failures: list[tuple[str, Failure]]) -> tuple[FailureGroup, ...]:
    """Group failures by similar messages; the largest group comes first.

    The failures are those of the library's files and those in ``save_failures``. If the library's queries are
    restricted to some files, failures of other files are left out.
    """
    from retropace.library.queries import find_failures

    groups: dict[str, tuple[str, str, int, list[str]]] = {}
    rows = [{"path": path, "reason": failure.reason, "message": failure.message} for path, failure in save_failures]
    for row in (*find_failures(library), *rows):
        key = f"{row['reason']} {_generalize_message(row['message'])}"
        reason, message, count, paths = groups.get(key, (row["reason"], row["message"], 0, []))
        if len(paths) < MAX_EXAMPLES:
            paths.append(shorten_path(row["path"]))
        groups[key] = reason, message, count + 1, paths
    return tuple(
        FailureGroup(reason, message, count, tuple(paths))
        for reason, message, count, paths in sorted(groups.values(), key=lambda group: (-group[2], group[1]))
    )


def print_summary(summary: BatchSummary, units_name: str) -> None:
    """Print the summary as tables, with distances in the units of this name (``km`` or ``mi``)."""
    from retropace.cli.terminal.console import open_text_output

    units = UNITS_BY_NAME[units_name]
    tables = [_build_headline(summary)]
    if summary.activities:
        tables.append(_build_directions_table(summary, units))
        if len(summary.months) > 1:
            tables.append(_build_months_table(summary, units))
    if summary.failures:
        tables.append(_build_failures_table(summary))
    print_tables(open_text_output(), tables, gap=2)


def _build_headline(summary: BatchSummary) -> TextTable:
    parts = [_format_count(summary.activities, "activity", "activities")]
    if summary.duplicates:
        parts.append(f"{summary.duplicates} of them there several times, counted once")
    lines = [", ".join(parts)]
    files = sum(summary.outcomes.values())
    outcomes = [
        (summary.outcomes.get("analysed", 0), "analysed"),
        (summary.outcomes.get("other sport", 0), "of other sports"),
        (summary.outcomes.get("no activity", 0), "without an activity"),
        (summary.outcomes.get("left out", 0), "left out"),
        (summary.failed_files, "failed"),
    ]
    counts = ", ".join(f"{count} {outcome}" for count, outcome in outcomes if count)
    unchanged = f"; {summary.unchanged} unchanged since the last run" if summary.unchanged else ""
    lines.append(f"{_format_count(files, 'file', 'files')}: {counts}{unchanged}" if files else "no recordings found")
    for name, outcome in (("other sports", "other sport"), ("no activity", "no activity")):
        if contents := summary.other_contents[outcome]:
            listed = ", ".join(f"{count} × {content}" for content, count in contents[:8])
            lines.append(f"{name}: {listed}" + (" …" if len(contents) > 8 else ""))
    return TextTable(footer=tuple(lines))


def _build_directions_table(summary: BatchSummary, units: Units) -> TextTable:
    totals = summary.totals
    metres = sum(values["distance_m"] for values in totals.values())
    rows = []
    for direction in DIRECTIONS:
        values = totals[direction]
        if not values["elapsed_s"]:
            continue
        is_rest = direction == "rest"
        share = f"{100.0 * values['distance_m'] / metres:.1f} %" if metres and not is_rest else ""
        pace = "" if is_rest or not values["moving_s"] else units.format_pace(values["distance_m"] / values["moving_s"])
        time = format_duration(values["elapsed_s"] if is_rest else values["moving_s"])
        rows.append(
            (direction, f"{values['activities']:.0f}", units.format_distance(values["distance_m"]), share, time, pace)
        )
        for name in ("annotated", "suspected"):
            if direction == "backward" and values[f"{name}_m"] > 0.0:
                label = "  marked" if name == "annotated" else "  suspected"
                rows.append((label, "", units.format_distance(values[f"{name}_m"]), "", "", ""))
    rows.append(("all", f"{summary.activities - summary.duplicates}", units.format_distance(metres), "", "", ""))
    return TextTable(names=("", "activities", "distance", "share", "time", "pace"), rows=tuple(rows))


def _build_months_table(summary: BatchSummary, units: Units) -> TextTable:
    names = ("month", "activities", "forward", "backward", "share", "suspected", "time backward")
    rows = []
    for month, sums in summary.months.items():
        backward, forward = sums["backward"], sums["forward"]
        metres = sum(values["distance_m"] for values in sums.values())
        has_backward = backward["moving_s"] > 0.0
        rows.append(
            (
                month or "no date",
                f"{max(values['activities'] for values in sums.values()):.0f}",
                units.format_distance(forward["distance_m"]),
                units.format_distance(backward["distance_m"]) if has_backward else "",
                f"{100.0 * backward['distance_m'] / metres:.1f} %" if has_backward and metres else "",
                units.format_distance(backward["suspected_m"]) if backward["suspected_m"] else "",
                format_duration(backward["moving_s"]) if has_backward else "",
            )
        )
    return TextTable(names=names, rows=tuple(rows))


def _build_failures_table(summary: BatchSummary) -> TextTable:
    lines = []
    for group in summary.failures:
        if group.count == 1:
            lines.append(f"! {group.example_line}")
            continue
        more_count = group.count - len(group.example_paths)
        lines.append(f"! {group.count} times: {group.message}")
        lines += [f"    {path}" for path in group.example_paths]
        if more_count > 0:
            lines.append(f"    and {more_count} more")
    return TextTable(title=f"{_format_count(summary.failed_files, 'file', 'files')} failed", footer=tuple(lines))


def _format_count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"


def _generalize_message(message: str) -> str:
    """Return the message with ``#`` for numbers and quoted names, so that similar failures get the same text."""
    return re.sub(r"\d+(\.\d+)?|\"[^\"]*\"|'[^']*'|<[^>]*>", "#", message)
