"""The summary of what a library shows: distance and time per direction and month, and failures grouped by reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from retropace.library import ActivityFilter, Library
from retropace.library.batch.run import BatchProgress
from retropace.library.queries import count_activities, count_details, count_outcomes, find_failures, sum_months
from retropace.library.store import Failure

SCHEMA_NAME = "retropace.batch/1"
"""Name and version of the JSON document of a run, its field ``schema``."""
MAX_EXAMPLES = 3
"""Largest number of paths that are printed as examples for a group of failures."""
DirectionTotals = dict[str, dict[str, float]]
"""Totals over activities by direction and by name of what is summed (``distance_m``, ``moving_s``, …)."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures with the same reason, whose messages differ only in numbers and quoted names."""

    reason: str
    message: str
    count: int
    example_paths: tuple[str, ...]  # paths of the first failures, at most :data:`MAX_EXAMPLES`


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """Counts and totals of the files and activities of a batch run or of a library (store of analyses)."""

    outcomes: dict[str, int]  # number of files by outcome, such as ``analysed`` or ``failed``
    unchanged: int  # number of files that were not read again, because neither they nor the options have changed
    other_contents: dict[str, list[tuple[str, int]]]  # what files hold, and how many, by outcome without an activity
    activities: int
    duplicates: int
    implausible: int  # number of others that cannot be right as a whole, so that totals leave them out
    months: dict[str | None, DirectionTotals]  # by month (``2025-05``); None holds activities without a date
    failures: tuple[FailureGroup, ...]

    @property
    def failed_files(self) -> int:
        """Number of files that failed."""
        return sum(group.count for group in self.failures)

    @property
    def counted(self) -> int:
        """Number of activities in the totals."""
        return self.activities - self.duplicates - self.implausible

    @property
    def totals(self) -> DirectionTotals:
        """The totals of ``months``, added up over all months."""
        months = list(self.months.values())
        return {
            direction: {name: sum(month[direction][name] for month in months) for name in values}
            for direction, values in (months[0] if months else {}).items()
        }


def build_summary_document(summary: BatchSummary, shorten_path: Callable[[str], str]) -> dict[str, Any]:
    """Return the JSON document of a summary; ``shorten_path`` turns a path into the text shown."""
    return {
        "schema": SCHEMA_NAME,
        "files": {"unchanged": summary.unchanged, **summary.outcomes},
        "activities_found": summary.activities,
        "activities_counted": summary.counted,
        "activities_implausible": summary.implausible,
        "directions": summary.totals,
        "months": [{"month": month, "directions": sums} for month, sums in summary.months.items()],
        "failures": [
            {
                "reason": group.reason,
                "message": group.message,
                "count": group.count,
                "examples": [shorten_path(path) for path in group.example_paths],
            }
            for group in summary.failures
        ],
    }


def summarize_library(
    library: Library, activity_filter: ActivityFilter, progress: BatchProgress | None = None
) -> BatchSummary:
    """Return the summary of the selected activities in scope; duplicates must have been marked before."""
    activities, duplicates, implausible = count_activities(library, activity_filter)
    return BatchSummary(
        outcomes=count_outcomes(library),
        unchanged=0 if progress is None else progress.unchanged,
        other_contents={outcome: count_details(library, outcome) for outcome in ("other sport", "no activity")},
        activities=activities,
        duplicates=duplicates,
        implausible=int(implausible),
        months=sum_months(library, activity_filter),
        failures=group_failures(library, [] if progress is None else progress.save_failures),
    )


def group_failures(library: Library, save_failures: list[tuple[str, Failure]]) -> tuple[FailureGroup, ...]:
    """Group the failures in the library's scope and ``save_failures`` by similar messages, the largest group first."""
    groups: dict[str, FailureGroup] = {}
    rows = [{"path": path, "reason": failure.reason, "message": failure.message} for path, failure in save_failures]
    for row in (*find_failures(library), *rows):
        # Numbers and quoted names do not make a message another one.
        pattern = re.sub(r"\d+(\.\d+)?|\"[^\"]*\"|'[^']*'|<[^>]*>", "#", row["message"])
        group = groups.get(f"{row['reason']} {pattern}", FailureGroup(row["reason"], row["message"], 0, ()))
        paths = (*group.example_paths, row["path"])[:MAX_EXAMPLES]
        groups[f"{row['reason']} {pattern}"] = replace(group, count=group.count + 1, example_paths=paths)
    return tuple(sorted(groups.values(), key=lambda group: (-group.count, group.message)))
