"""The season of one runner, gathered from the library: one question for each kind of thing, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from retropace.analysis.json_document import time_text
from retropace.core.segments import DIRECTIONS
from retropace.library.rows import BEST
from retropace.library.store import Library
from retropace.season.runs import FIGURES, GAITS, BestOf, Run, Season, longest_backward, season_of

# A cross join goes through what was chosen, in that order, and finds the rest of each along its key.
QUESTIONS = {
    "heads": "SELECT key, id, (SELECT min(place) FROM inputs WHERE inputs.recording = activities.recording),"
    " start_time FROM temp.chosen CROSS JOIN activities USING (key) ORDER BY key",
    "figures": f"SELECT activity, direction, {', '.join(FIGURES)} FROM temp.chosen CROSS JOIN directions"
    " ON activity = key ORDER BY activity",
    "segments": "SELECT activity, direction, gait, start_s, end_s, coalesce(distance_m, 0), coalesce(moving_s, 0)"
    " FROM temp.chosen CROSS JOIN segments ON activity = key"
    " WHERE direction IN ('forward', 'backward') ORDER BY activity, segment",
    # With max() SQLite takes the other columns from the row that has the most.
    "bests": f"SELECT activity, {', '.join(BEST)}, max(metres / seconds)"
    " FROM temp.chosen CROSS JOIN bests ON activity = key GROUP BY direction, kind, asked",
    "quarters": "SELECT key, back.seconds / ahead.seconds FROM temp.chosen"
    " CROSS JOIN bests AS back ON back.activity = key AND back.direction = 'backward'"
    " AND back.kind = 'distance' AND back.asked = 400"
    " CROSS JOIN bests AS ahead ON ahead.activity = key AND ahead.direction = 'forward'"
    " AND ahead.kind = 'distance' AND ahead.asked = 400",
    "stretches": "SELECT direction = 'backward', gait = 'run', moving_s, speed_mps"
    " FROM temp.chosen CROSS JOIN segments ON activity = key"
    " WHERE direction IN ('forward', 'backward') AND gait IN ('run', 'walk') AND speed_mps IS NOT NULL",
}
"""What is asked of the activities that were chosen."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose activities, and from when on: ``runner`` is None for those of which nobody said who ran."""

    runner: str | None
    since: datetime | None = None
    before: datetime | None = None


def runners(library: Library) -> list[tuple[str | None, int]]:
    """Everybody whose activities the library holds, with how many they are; None is nobody named. By name."""
    with library.told():
        rows = library.db.execute(
            "SELECT runner, count(*) FROM activities WHERE duplicate_of IS NULL GROUP BY runner ORDER BY runner"
        )
        return [(name, count) for name, count in rows]


def without_date(library: Library, runner: str | None) -> int:
    """How many activities have no date, and so are in no season."""
    with library.told():
        row = library.db.execute(
            "SELECT count(*) FROM activities WHERE runner IS ? AND start_time IS NULL AND duplicate_of IS NULL",
            (runner,),
        ).fetchone()
    return int(row[0])


def season_in(library: Library, whose: Whose) -> Season:
    """The season of a runner. What is there several times counts once; without a date it does not count."""
    with library.told():
        _choose(library, whose)
        runs, number = _runs(library)
        bests = [BestOf._make((*row[1:-1], number[row[0]])) for row in library.db.execute(QUESTIONS["bests"])]
        quarters = library.db.execute(QUESTIONS["quarters"])
        stretches = library.db.execute(QUESTIONS["stretches"]).fetchall()
        return season_of(runs, bests, ((number[key], ratio) for key, ratio in quarters), stretches)


def _choose(library: Library, whose: Whose) -> None:
    """Put the keys of the wanted activities into ``temp.chosen``, in order of time."""
    library.db.execute("DROP TABLE IF EXISTS temp.chosen")
    library.db.execute("CREATE TEMP TABLE chosen (key INTEGER PRIMARY KEY)")
    library.db.execute(*choosing(whose))


def choosing(whose: Whose) -> tuple[str, tuple[Any, ...]]:
    """The statement that chooses the activities, and its values: it goes along the index of runners and times."""
    # Texts of times compare like the times, to the second.
    since = "" if whose.since is None else (time_text(whose.since) or "").removesuffix("Z")
    before = "9999" if whose.before is None else (time_text(whose.before) or "").removesuffix("Z")
    statement = (
        "INSERT INTO temp.chosen SELECT key FROM activities"
        " WHERE runner IS ? AND start_time >= ? AND start_time < ? AND duplicate_of IS NULL"
    )
    return statement, (whose.runner, since, before)


def _runs(library: Library) -> tuple[list[Run], dict[int, int]]:
    """The activities, and the number of each by its key."""
    heads = library.db.execute(QUESTIONS["heads"]).fetchall()
    figures = _of_each(library.db.execute(QUESTIONS["figures"]))
    segments = _of_each(library.db.execute(QUESTIONS["segments"]))
    found = []
    for key, name, place, start_time in heads:
        by_direction = {row[0]: row[1:] for row in figures.get(key, ())}
        rows = segments.get(key, [])
        metres, seconds = [0.0] * len(GAITS), [0.0] * len(GAITS)
        for direction, gait, _, _, distance_m, moving_s in rows:
            if (direction, gait) in _GAIT:
                metres[_GAIT[direction, gait]] += distance_m
                seconds[_GAIT[direction, gait]] += moving_s
        found.append(
            Run(
                id=name,
                file=place or "",
                start_time=datetime.fromisoformat(start_time),
                figures=[by_direction[one] for one in DIRECTIONS],
                gait_m=metres,
                gait_s=seconds,
                longest=longest_backward((row[0], *row[2:5]) for row in rows),
            )
        )
    return found, {row[0]: number for number, row in enumerate(heads)}


_GAIT = {gait: at for at, gait in enumerate(GAITS)}


def _of_each(rows: Iterator[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """Rows that begin with an activity's key, by that, without it."""
    return {key: [row[1:] for row in some] for key, some in groupby(rows, key=lambda row: row[0])}
