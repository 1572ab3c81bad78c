"""Reading of one runner's season (activities in a time range) from the library, with a fixed number of queries."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from retropace.core.segments import DIRECTIONS
from retropace.library.queries import format_comparable
from retropace.library.rows import BEST_EFFORT_FIELDS
from retropace.library.store import Library
from retropace.season import runs

# CROSS JOIN makes SQLite loop over the selected activities in order and look up their rows by key.
QUERIES = {
    "heads": "SELECT key, id, (SELECT min(place) FROM inputs WHERE inputs.recording = activities.recording),"
    " start_time FROM temp.chosen CROSS JOIN activities USING (key) ORDER BY key",
    "figures": f"SELECT activity, direction, {', '.join(runs.DIRECTION_METRICS)} FROM temp.chosen CROSS JOIN directions"
    " ON activity = key ORDER BY activity",
    "segments": "SELECT activity, direction, gait, start_s, end_s, coalesce(distance_m, 0), coalesce(moving_s, 0)"
    " FROM temp.chosen CROSS JOIN segments ON activity = key"
    " WHERE direction IN ('forward', 'backward') ORDER BY activity, segment",
    # With max(), SQLite takes the other columns from the row with the maximum.
    "bests": f"SELECT activity, {', '.join(BEST_EFFORT_FIELDS)}, max(metres / seconds)"
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
"""SQL queries on the activities of the season, by name; the table ``temp.chosen`` holds the keys of the activities."""


def count_by_runner(library: Library) -> list[tuple[str | None, int]]:
    """Return the number of activities of each runner, duplicates excluded, by name; None stands for no name."""
    statement = "SELECT runner, count(*) FROM activities WHERE duplicate_of IS NULL GROUP BY runner ORDER BY runner"
    with library.translate_errors():
        return library.db.execute(statement).fetchall()


def count_undated(library: Library, runner: str | None) -> int:
    """Return the number of a runner's activities without a start time, duplicates excluded; no season has them."""
    statement = "SELECT count(*) FROM activities WHERE runner IS ? AND start_time IS NULL AND duplicate_of IS NULL"
    with library.translate_errors():
        return int(library.db.execute(statement, (runner,)).fetchone()[0])


def read_season(
    library: Library, runner: str | None, since: datetime | None = None, before: datetime | None = None
) -> runs.Season:
    """Read a runner's season (None: nobody named); duplicates, undated and implausible activities do not count."""
    with library.translate_errors():
        library.db.execute("DROP TABLE IF EXISTS temp.chosen")
        library.db.execute("CREATE TEMP TABLE chosen (key INTEGER PRIMARY KEY)")
        library.db.execute(*build_selection(runner, since, before))
        rows, numbers = _read_season_rows(library)
        bests = [runs.SeasonBest._make((*row[1:-1], numbers[row[0]])) for row in library.db.execute(QUERIES["bests"])]
        quarters = library.db.execute(QUERIES["quarters"])
        stretches = library.db.execute(QUERIES["stretches"]).fetchall()
        return runs.build_season(rows, bests, ((numbers[key], ratio) for key, ratio in quarters), stretches)


def build_selection(
    runner: str | None, since: datetime | None = None, before: datetime | None = None
) -> tuple[str, tuple[Any, ...]]:
    """Build the SQL statement, with its values, that fills ``temp.chosen``; it can use an index."""
    first = "" if since is None else format_comparable(since)
    end = "9999" if before is None else format_comparable(before)
    statement = (
        "INSERT INTO temp.chosen SELECT key FROM activities"
        " WHERE runner IS ? AND start_time >= ? AND start_time < ? AND duplicate_of IS NULL AND NOT implausible"
    )
    return statement, (runner, first, end)


def _read_season_rows(library: Library) -> tuple[list[runs.SeasonRow], dict[int, int]]:
    """Read the selected activities as rows of a season; also returns each row's index by activity key."""
    heads = library.db.execute(QUERIES["heads"]).fetchall()
    figures = _group_by_activity(library.db.execute(QUERIES["figures"]))
    segments = _group_by_activity(library.db.execute(QUERIES["segments"]))
    season_rows = []
    for key, name, place, start_time in heads:
        by_direction = {row[0]: row[1:] for row in figures.get(key, ())}
        rows = segments.get(key, [])
        metres, seconds = [0.0] * len(runs.GAITS), [0.0] * len(runs.GAITS)
        for direction, gait, _, _, distance_m, moving_s in rows:
            if (direction, gait) in runs.GAITS:
                metres[runs.GAITS.index((direction, gait))] += distance_m
                seconds[runs.GAITS.index((direction, gait))] += moving_s
        season_rows.append(
            runs.SeasonRow(
                id=name,
                file=place or "",
                start_time=datetime.fromisoformat(start_time),
                metrics=[by_direction[direction] for direction in DIRECTIONS],
                gait_m=metres,
                gait_s=seconds,
                longest_backward=runs.find_longest_backward((row[0], *row[2:5]) for row in rows),
            )
        )
    return season_rows, {row[0]: number for number, row in enumerate(heads)}


def _group_by_activity(rows: Iterator[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """Group rows by their first column, the activity's key, by which they are sorted; the groups lack this column."""
    return {key: [row[1:] for row in group] for key, group in groupby(rows, key=lambda row: row[0])}
