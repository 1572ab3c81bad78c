"""Queries on the library; where duplicates matter, call :func:`mark_visible_duplicates` before."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from retropace.analysis.duplicates import Candidate, find_duplicates
from retropace.analysis.json_document import DIRECTION_FIELDS, format_time
from retropace.core.segments import DIRECTIONS
from retropace.library.rows import select
from retropace.library.store import Library

HAS_BACKWARD = "key IN (SELECT activity FROM directions WHERE direction = 'backward' AND elapsed_s > 0)"
"""SQL condition of activities with a backward part."""
SEARCHED_TEXT = (
    "lower(coalesce(name, '') || ' ' || coalesce(sport, '') || ' ' || coalesce(sub_sport, '') || ' '"
    " || coalesce(device, '') || ' ' || coalesce(start_time, '') || ' ' || id || ' '"
    " || coalesce((SELECT group_concat(place, ' ') FROM inputs WHERE inputs.recording = activities.recording), '')"
    " || ' '"
    " || coalesce((SELECT group_concat(label || ' ' || note, ' ') FROM annotations WHERE activity = key), ''))"
)
"""SQL expression of the text in which words are searched."""
MONTH_FIELDS = ("activities", "distance_m", "moving_s", "elapsed_s", "annotated_m", "suspected_m")
"""Names of the figures that :func:`sum_months` computes for each month."""


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Selects activities by start time and sport; without arguments, all."""

    since: datetime | None = None  # earliest start time, to the second; None for no limit
    sports: tuple[str, ...] = ()  # words of which one must occur in the sport or sub-sport; empty for any sport

    def matches(self, start_time: datetime | str | None, sport: str, sub_sport: str) -> bool:
        """Return whether the filter selects an activity; with ``since``, one without a start time is never selected."""
        text = start_time if isinstance(start_time, str) else format_time(start_time)
        if self.since is not None and (text is None or text < format_comparable(self.since)):
            return False
        words = f"{sport} {sub_sport}".casefold()
        return not self.sports or any(sport.casefold() in words for sport in self.sports)

    def to_sql_condition(self) -> tuple[str, list[str]]:
        """Return the filter as an SQL condition on the table ``activities``, and the values of its placeholders."""
        parts, values = ["1"], []
        if self.since is not None:
            parts.append("start_time >= ?")
            values.append(format_comparable(self.since))
        if self.sports:
            condition = "instr(lower(coalesce(sport, '') || ' ' || coalesce(sub_sport, '')), lower(?)) > 0"
            parts.append("(" + " OR ".join(condition for _ in self.sports) + ")")
            values += self.sports
        return " AND ".join(parts), values


def format_comparable(time: datetime) -> str:
    """Format a time without ``Z``, so that it compares rightly as text with and without fractions of seconds."""
    return (format_time(time) or "").removesuffix("Z")


def link_duplicates(library: Library) -> None:
    """Find duplicates in the whole library; the column ``duplicate_of`` says which activity counts instead."""
    with library.translate_errors(), library.transaction():
        _fill_duplicates(library, "links", "inputs", ActivityFilter())
        leader = "(SELECT leader FROM temp.links WHERE activity = key)"
        library.db.execute(f"UPDATE activities SET duplicate_of = {leader} WHERE duplicate_of IS NOT {leader}")
        library.db.execute("DROP TABLE temp.links")


def mark_visible_duplicates(library: Library, activity_filter: ActivityFilter) -> None:
    """Find duplicates among the selected activities in scope, for later queries on this connection."""
    with library.translate_errors():
        _fill_duplicates(library, "duplicates", "shown", activity_filter)


def _fill_duplicates(library: Library, table: str, place_table: str, activity_filter: ActivityFilter) -> None:
    """Fill a temporary table with the duplicates among the selected activities at the places in ``place_table``."""
    library.db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    library.db.execute(f"CREATE TEMP TABLE {table} (activity INTEGER PRIMARY KEY, leader INTEGER)")
    candidates = _select_candidates(library, place_table, activity_filter)
    library.db.executemany(f"INSERT INTO temp.{table} VALUES (?, ?)", find_duplicates(candidates))


def _select_candidates(library: Library, place_table: str, activity_filter: ActivityFilter) -> Iterator[Candidate]:
    """Yield the selected activities that have a start time, sorted by it."""
    condition, values = activity_filter.to_sql_condition()
    rows = library.db.execute(
        "SELECT key, id, start_time, elapsed_s, distance_m, heart_rate_bpm, cadence_spm, annotated_s, signals, laps,"
        " records, format, runner FROM activities WHERE start_time IS NOT NULL"
        f" AND recording IN (SELECT recording FROM {place_table}) AND {condition} ORDER BY start_time, id, key",
        values,
    )
    for key, name, start, *rest in rows:
        yield Candidate(key, name, datetime.fromisoformat(start).timestamp(), *rest)


def find_activities(
    library: Library, activity_filter: ActivityFilter, *, condition: str = "1", values: tuple[Any, ...] = ()
) -> Iterator[dict[str, Any]]:
    """Yield selected activities in scope by start; ``counts_instead`` is the activity that counts for a duplicate."""
    filter_condition, filter_values = activity_filter.to_sql_condition()
    figures = ", ".join(
        f"{direction}.{name} AS {direction}_{name}" for direction in DIRECTIONS for name in DIRECTION_FIELDS
    )
    joins = " ".join(
        f"JOIN directions AS {direction} ON {direction}.activity = chosen.key AND {direction}.direction = '{direction}'"
        for direction in DIRECTIONS
    )
    return select(
        library.db,
        "WITH chosen AS (SELECT *, (SELECT min(place) FROM shown WHERE recording = activities.recording) AS path"
        f" FROM activities WHERE recording IN (SELECT recording FROM shown) AND {filter_condition} AND {condition})"
        f" SELECT chosen.*, {figures},"
        " (SELECT group_concat(place, ' | ') FROM (SELECT place FROM shown WHERE recording = chosen.recording"
        "  ORDER BY place LIMIT -1 OFFSET 1)) AS also,"
        " (SELECT count(*) FROM segments WHERE activity = chosen.key) AS segments,"
        " (SELECT count(*) FROM annotations WHERE activity = chosen.key) AS annotations,"
        " leaders.id AS counts_instead"
        f" FROM chosen {joins} LEFT JOIN temp.duplicates ON duplicates.activity = chosen.key"
        " LEFT JOIN activities AS leaders ON leaders.key = duplicates.leader"
        " ORDER BY chosen.start_time IS NULL, chosen.start_time, chosen.id, chosen.path",
        (*filter_values, *values),
    )


def find_failures(library: Library) -> Iterator[dict[str, Any]]:
    """Yield the failures in scope, sorted by place, as dicts of ``path``, ``reason`` and ``message``."""
    return select(
        library.db, "SELECT place AS path, reason, message FROM shown JOIN failures USING (place) ORDER BY place"
    )


def count_outcomes(library: Library) -> dict[str, int]:
    """Return the number of places in scope for each outcome, such as ``analysed``; archives themselves do not count."""
    rows = library.db.execute("SELECT outcome, count(*) FROM shown WHERE outcome != 'archive' GROUP BY outcome")
    return dict(rows.fetchall())


def count_activities(library: Library, activity_filter: ActivityFilter) -> tuple[int, int, int]:
    """Return the number of selected activities in scope, how many are duplicates, and how many others implausible."""
    condition, values = activity_filter.to_sql_condition()
    counts: tuple[int, int, int] = library.db.execute(
        "SELECT count(*), count(duplicates.activity), total(duplicates.activity IS NULL AND implausible)"
        " FROM activities LEFT JOIN temp.duplicates ON activity = key"
        f" WHERE recording IN (SELECT recording FROM shown) AND {condition}",
        values,
    ).fetchone()
    return counts


def count_details(library: Library, outcome: str) -> list[tuple[str, int]]:
    """Return the number of places in scope with this outcome for each ``detail``, such as the sport; largest first."""
    return library.db.execute(
        "SELECT detail, count(*) FROM shown WHERE outcome = ? GROUP BY detail ORDER BY 2 DESC, 1", (outcome,)
    ).fetchall()


def sum_months(library: Library, activity_filter: ActivityFilter) -> dict[str | None, dict[str, dict[str, float]]]:
    """Sum :data:`MONTH_FIELDS` of activities in scope, none duplicate or implausible, by month (UTC) and direction."""
    condition, values = activity_filter.to_sql_condition()
    rows = library.db.execute(
        "SELECT substr(start_time, 1, 7), direction, directions.distance_m, directions.moving_s, directions.elapsed_s,"
        " annotated_m, suspected_m FROM activities JOIN directions ON activity = key"
        " WHERE key NOT IN (SELECT activity FROM temp.duplicates) AND recording IN (SELECT recording FROM shown)"
        f" AND NOT implausible AND {condition} ORDER BY start_time IS NULL, start_time, id",
        values,
    )
    sums: dict[str | None, dict[str, dict[str, float]]] = {}
    for month, direction, *figures in rows:
        zeros = {name: dict.fromkeys(MONTH_FIELDS, 0.0) for name in DIRECTIONS}
        direction_sums = sums.setdefault(month, zeros)[direction]
        for name, value in zip(MONTH_FIELDS, (float(figures[2] > 0.0), *figures), strict=True):
            direction_sums[name] += value or 0.0
    return sums


def find_places(library: Library, reference: str | os.PathLike[str]) -> list[str]:
    """Find the places of stored files, sorted, by an activity's id or its first four digits, or by place or folder."""
    text = os.fspath(reference)
    rows = library.db.execute(
        "SELECT DISTINCT place FROM inputs LEFT JOIN activities USING (recording)"
        " WHERE outcome != 'archive' AND (place = ?"
        " OR substr(place, 1, length(?) + 1) IN (? || '/', ? || '!', ? || '#')"
        " OR (length(?) >= 4 AND substr(activities.id, 1, length(?)) = ?)) ORDER BY place",
        (text,) * 8,
    )
    return [row[0] for row in rows]
