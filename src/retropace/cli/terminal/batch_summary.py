"""The summary of a run, as a coach reads it: distance and time per direction and month, what failed and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retropace.cli.terminal.short_paths import shown_place
from retropace.cli.terminal.tables import print_sheets
from retropace.core.segments import DIRECTIONS
from retropace.core.units import KILOMETRES, MILES, Units, clock
from retropace.output.tables.text_table import Sheet

if TYPE_CHECKING:
    from retropace.library import Library, Only
    from retropace.library.batch import Progress
    from retropace.library.store import Failure

EXAMPLES = 3
Sums = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures for the same reason: how many, and the first places."""

    reason: str
    message: str
    count: int
    places: tuple[str, ...]

    @property
    def example(self) -> str:
        """The first of them, as a line."""
        return f"{self.places[0]}: {self.message}"


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What came of the places of a run, or of a whole library."""

    outcomes: dict[str, int]
    unchanged: int
    others: dict[str, list[tuple[str, int]]]
    """What the files of an outcome hold instead of an activity on foot, and how many of them."""
    activities: int
    duplicates: int
    months: dict[str | None, Sums]
    failures: tuple[FailureGroup, ...]

    @property
    def failed(self) -> int:
        """How many files failed."""
        return sum(one.count for one in self.failures)

    @property
    def total(self) -> Sums:
        """The sums over all months."""
        whole: Sums = {}
        for sums in self.months.values():
            for direction, figures in sums.items():
                into = whole.setdefault(direction, dict.fromkeys(figures, 0.0))
                for name, value in figures.items():
                    into[name] += value
        return whole


def summary_of(library: Library, only: Only, progress: Progress | None = None) -> BatchSummary:
    """The summary of what the library shows; :func:`retropace.library.queries.find_duplicates` goes before."""
    from retropace.library.queries import count_activities, details, months, outcomes

    found, duplicates = count_activities(library, only)
    return BatchSummary(
        outcomes=outcomes(library),
        unchanged=0 if progress is None else progress.unchanged,
        others={outcome: details(library, outcome) for outcome in ("other sport", "no activity")},
        activities=found,
        duplicates=duplicates,
        months=months(library, only),
        failures=failure_groups(library, [] if progress is None else progress.unkept),
    )


def failure_groups(library: Library, unkept: list[tuple[str, Failure]]) -> tuple[FailureGroup, ...]:
    """The failures that the library shows, and those that could not be stored, the most frequent reasons first."""
    from retropace.library.queries import failures

    groups: dict[str, tuple[str, str, int, list[str]]] = {}
    rows = [{"path": place, "reason": why.reason, "message": why.message} for place, why in unkept]
    for row in (*failures(library), *rows):
        key = f"{row['reason']} {_group(row['message'])}"
        reason, message, count, places = groups.get(key, (row["reason"], row["message"], 0, []))
        if len(places) < EXAMPLES:
            places.append(shown_place(row["path"]))
        groups[key] = reason, message, count + 1, places
    return tuple(
        FailureGroup(reason, message, count, tuple(places))
        for reason, message, count, places in sorted(groups.values(), key=lambda one: (-one[2], one[1]))
    )


def print_summary(summary: BatchSummary, units_name: str) -> None:
    """Print it as tables."""
    from retropace.cli.terminal.console import open_page

    units = MILES if units_name == "mi" else KILOMETRES
    sheets = [_headline(summary)]
    if summary.activities:
        sheets.append(_directions(summary, units))
        if len(summary.months) > 1:
            sheets.append(_months(summary, units))
    if summary.failures:
        sheets.append(_failures(summary))
    print_sheets(open_page(), sheets, gap=2)


def _headline(summary: BatchSummary) -> Sheet:
    parts = [_count(summary.activities, "activity", "activities")]
    if summary.duplicates:
        parts.append(f"{summary.duplicates} of them there several times, counted once")
    lines = [", ".join(parts)]
    files = sum(summary.outcomes.values())
    told = [
        (summary.outcomes.get("analysed", 0), "analysed"),
        (summary.outcomes.get("other sport", 0), "of other sports"),
        (summary.outcomes.get("no activity", 0), "without an activity"),
        (summary.outcomes.get("left out", 0), "left out"),
        (summary.failed, "failed"),
    ]
    counts = ", ".join(f"{count} {what}" for count, what in told if count)
    unchanged = f"; {summary.unchanged} unchanged since the last run" if summary.unchanged else ""
    lines.append(f"{_count(files, 'file', 'files')}: {counts}{unchanged}" if files else "no recordings found")
    for name, found in (("other sports", "other sport"), ("no activity", "no activity")):
        if summary.others[found]:
            shown = ", ".join(f"{count} × {what}" for what, count in summary.others[found][:8])
            lines.append(f"{name}: {shown}" + (" …" if len(summary.others[found]) > 8 else ""))
    return Sheet(below=tuple(lines))


def _directions(summary: BatchSummary, units: Units) -> Sheet:
    total = summary.total
    metres = sum(one["distance_m"] for one in total.values())
    rows = []
    for direction in DIRECTIONS:
        one = total[direction]
        if not one["elapsed_s"]:
            continue
        resting = direction == "rest"
        share = f"{100.0 * one['distance_m'] / metres:.1f} %" if metres and not resting else ""
        pace = "" if resting or not one["moving_s"] else units.pace(one["distance_m"] / one["moving_s"])
        time = clock(one["elapsed_s"] if resting else one["moving_s"])
        rows.append((direction, f"{one['activities']:.0f}", units.distance(one["distance_m"]), share, time, pace))
        for name in ("annotated", "suspected"):
            if direction == "backward" and one[f"{name}_m"] > 0.0:
                label = "  marked" if name == "annotated" else "  suspected"
                rows.append((label, "", units.distance(one[f"{name}_m"]), "", "", ""))
    rows.append(("all", f"{summary.activities - summary.duplicates}", units.distance(metres), "", "", ""))
    return Sheet(names=("", "activities", "distance", "share", "time", "pace"), rows=tuple(rows))


def _months(summary: BatchSummary, units: Units) -> Sheet:
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
                units.distance(ahead["distance_m"]),
                units.distance(back["distance_m"]) if is_any else "",
                f"{100.0 * back['distance_m'] / metres:.1f} %" if is_any and metres else "",
                units.distance(back["suspected_m"]) if back["suspected_m"] else "",
                clock(back["moving_s"]) if is_any else "",
            )
        )
    return Sheet(names=names, rows=tuple(rows))


def _failures(summary: BatchSummary) -> Sheet:
    lines = []
    for group in summary.failures:
        if group.count == 1:
            lines.append(f"! {group.example}")
            continue
        more = f" and {group.count - len(group.places)} more" if group.count > len(group.places) else ""
        lines.append(f"! {group.count} times: {group.message}")
        lines += [f"    {place}" for place in group.places]
        if more:
            lines.append(f"   {more}")
    return Sheet(title=f"{_count(summary.failed, 'file', 'files')} failed", below=tuple(lines))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _group(message: str) -> str:
    """The message without what differs from file to file: numbers, and what stands in quotes."""
    return re.sub(r"\d+(\.\d+)?|\"[^\"]*\"|'[^']*'|<[^>]*>", "#", message)
