"""Questions to the library, about everything in it or about the places of one run (:meth:`Library.show_only`).

Every answer is in an order that does not depend on the order in which things were stored.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from retropace.analysis.duplicates import Candidate, find_duplicates
from retropace.analysis.json_document import format_time
from retropace.core.segments import DIRECTIONS
from retropace.library.rows import DIRECTION_FIELDS, SEGMENT_FIELDS, build_document
from retropace.library.store import Library


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which activities are wanted: from a time on, of some sports; all of them by default."""

    since: datetime | None = None
    """To the second."""
    sports: tuple[str, ...] = ()
    """Words that the sport or its kind must hold, in any case: ``trail``, ``walking``."""

    def matches(self, start_time: datetime | str | None, sport: str, sub_sport: str) -> bool:
        """Whether an activity is wanted; one without a time is not, if a time was asked for."""
        text = start_time if isinstance(start_time, str) else format_time(start_time)
        if self.since is not None and (text is None or text < self._since_text()):
            return False
        words = f"{sport} {sub_sport}".casefold()
        return not self.sports or any(one.casefold() in words for one in self.sports)

    def to_sql_condition(self) -> tuple[str, list[str]]:
        """The same as SQL on ``activities`` with its values."""
        parts, values = ["1"], []
        if self.since is not None:
            parts.append("start_time >= ?")
            values.append(self._since_text())
        if self.sports:
            each = "instr(lower(coalesce(sport, '') || ' ' || coalesce(sub_sport, '')), lower(?)) > 0"
            parts.append("(" + " OR ".join(each for _ in self.sports) + ")")
            values += self.sports
        return " AND ".join(parts), values

    def _since_text(self) -> str:
        """Texts of times compare like the times up to the second, where none has a fraction."""
        return (format_time(self.since) or "").removesuffix("Z")


def link_duplicates(library: Library) -> None:
    """Find what is there several times, among all activities, and link it in the library; in one transaction."""
    with library.translate_errors(), library.transaction():
        library.db.execute("DROP TABLE IF EXISTS temp.found")
        library.db.execute("CREATE TEMP TABLE found (activity INTEGER PRIMARY KEY, leader INTEGER)")
        library.db.executemany(
            "INSERT INTO temp.found VALUES (?, ?)", find_duplicates(_select_candidates(library, "inputs"))
        )
        now = "(SELECT leader FROM temp.found WHERE activity = key)"
        library.db.execute(f"UPDATE activities SET duplicate_of = {now} WHERE duplicate_of IS NOT {now}")
        library.db.execute("DROP TABLE temp.found")


def mark_visible_duplicates(library: Library, activity_filter: ActivityFilter) -> None:
    """The same among the activities that are shown: of duplicates of which one lies elsewhere, one still counts."""
    with library.translate_errors():
        library.db.execute("DROP TABLE IF EXISTS temp.duplicates")
        library.db.execute("CREATE TEMP TABLE duplicates (activity INTEGER PRIMARY KEY, leader INTEGER)")
        library.db.executemany(
            "INSERT INTO temp.duplicates VALUES (?, ?)",
            find_duplicates(_select_candidates(library, "shown", activity_filter)),
        )


def _select_candidates(
    library: Library, place_table: str, activity_filter: ActivityFilter | None = None
) -> Iterator[Candidate]:
    condition, values = (activity_filter or ActivityFilter()).to_sql_condition()
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
    """Every activity that is shown, with its figures per direction; :func:`find_duplicates` goes before.

    ``path`` is the first of the places where it lies, ``also`` the others, ``counts_instead`` the id of the activity
    whose duplicate it is among those that are shown.
    ``condition`` on the columns of ``activities`` chooses further.
    """
    wanted, with_values = activity_filter.to_sql_condition()
    figures = ", ".join(f"{one}.{name} AS {one}_{name}" for one in DIRECTIONS for name in DIRECTION_FIELDS)
    joins = " ".join(
        f"JOIN directions AS {one} ON {one}.activity = chosen.key AND {one}.direction = '{one}'" for one in DIRECTIONS
    )
    cursor = library.db.execute(
        "WITH chosen AS (SELECT *, (SELECT min(place) FROM shown WHERE recording = activities.recording) AS path"
        f" FROM activities WHERE recording IN (SELECT recording FROM shown) AND {wanted} AND {condition})"
        f" SELECT chosen.*, {figures},"
        " (SELECT group_concat(place, ' | ') FROM (SELECT place FROM shown WHERE recording = chosen.recording"
        "  ORDER BY place LIMIT -1 OFFSET 1)) AS also,"
        " (SELECT count(*) FROM segments WHERE activity = chosen.key) AS segments,"
        " (SELECT count(*) FROM annotations WHERE activity = chosen.key) AS annotations,"
        " leaders.id AS counts_instead"
        f" FROM chosen {joins} LEFT JOIN temp.duplicates ON duplicates.activity = chosen.key"
        " LEFT JOIN activities AS leaders ON leaders.key = duplicates.leader"
        " ORDER BY chosen.start_time IS NULL, chosen.start_time, chosen.id, chosen.path",
        (*with_values, *values),
    )
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def find_segments(library: Library, key: int) -> Iterator[dict[str, Any]]:
    """The segments of an activity in order."""
    rows = library.db.execute(
        f"SELECT segment, {', '.join(SEGMENT_FIELDS)} FROM segments WHERE activity = ? ORDER BY segment", (key,)
    )
    for row in rows:
        yield dict(zip(("segment", *SEGMENT_FIELDS), row, strict=True))


def find_failures(library: Library) -> Iterator[dict[str, Any]]:
    """Every failure that is shown: place, reason and message."""
    rows = library.db.execute("SELECT place, reason, message FROM shown JOIN failures USING (place) ORDER BY place")
    for row in rows:
        yield dict(zip(("path", "reason", "message"), row, strict=True))


def count_outcomes(library: Library) -> dict[str, int]:
    """How many of the places that are shown came out how."""
    rows = library.db.execute("SELECT outcome, count(*) FROM shown WHERE outcome != 'archive' GROUP BY outcome")
    return dict(rows.fetchall())


def count_activities(library: Library, activity_filter: ActivityFilter) -> tuple[int, int]:
    """How many activities are shown, and how many are duplicates of one that counts; after :func:`find_duplicates`."""
    wanted, values = activity_filter.to_sql_condition()
    where = f"FROM activities WHERE recording IN (SELECT recording FROM shown) AND {wanted}"
    count = library.db.execute(f"SELECT count(*) {where}", values).fetchone()[0]
    same = library.db.execute(f"SELECT count(*) {where} AND key IN (SELECT activity FROM temp.duplicates)", values)
    return count, same.fetchone()[0]


def count_details(library: Library, outcome: str) -> list[tuple[str, int]]:
    """What the places with an outcome hold instead of an activity on foot, the most frequent first."""
    return library.db.execute(
        "SELECT detail, count(*) FROM shown WHERE outcome = ? GROUP BY detail ORDER BY 2 DESC, 1", (outcome,)
    ).fetchall()


MONTH_FIELDS = ("activities", "distance_m", "moving_s", "elapsed_s", "annotated_m", "suspected_m")


def sum_months(library: Library, activity_filter: ActivityFilter) -> dict[str | None, dict[str, dict[str, float]]]:
    """Per month (UTC) and direction: activities, metres, seconds, and metres annotated and suspected.

    Of duplicates only the one that counts; activities without a time are those of the month None, the last. Summed up
    in one order, so that the same activities always give the same sums.
    """
    wanted, values = activity_filter.to_sql_condition()
    rows = library.db.execute(
        "SELECT substr(start_time, 1, 7), direction, directions.distance_m, directions.moving_s, directions.elapsed_s,"
        " annotated_m, suspected_m FROM activities JOIN directions ON activity = key"
        " WHERE key NOT IN (SELECT activity FROM temp.duplicates) AND recording IN (SELECT recording FROM shown)"
        f" AND {wanted} ORDER BY start_time IS NULL, start_time, id",
        values,
    )
    found: dict[str | None, dict[str, dict[str, float]]] = {}
    for month, direction, *figures in rows:
        empty = {one: dict.fromkeys(MONTH_FIELDS, 0.0) for one in DIRECTIONS}
        sums = found.setdefault(month, empty)[direction]
        elapsed_s = figures[2]
        for name, value in zip(MONTH_FIELDS, (float(elapsed_s > 0.0), *figures), strict=True):
            sums[name] += value or 0.0
    return found


def read_document(library: Library, key: int, place: str) -> dict[str, Any]:
    """The analysis of an activity, schema ``retropace.analysis/1``."""
    return build_document(library.db, key, place)


def find_places(library: Library, reference: str | os.PathLike[str]) -> list[str]:
    """The places that an activity's id (or its beginning), a path, or a folder or archive around it, stands for."""
    text = os.fspath(reference)
    rows = library.db.execute(
        "SELECT DISTINCT place FROM inputs LEFT JOIN activities USING (recording)"
        " WHERE outcome != 'archive' AND (place = ?"
        " OR substr(place, 1, length(?) + 1) IN (? || '/', ? || '!', ? || '#')"
        " OR (length(?) >= 4 AND substr(activities.id, 1, length(?)) = ?)) ORDER BY place",
        (text,) * 8,
    )
    return [row[0] for row in rows]
