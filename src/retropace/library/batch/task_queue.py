"""The entries of a run in the order in which they are best worked on; on disk, for there may be millions."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator

from retropace.sources import Entry

_FETCH_ROWS = 500


class TaskQueue:
    """Entries that wait. Each place once: of two with the same place the first counts."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(
            "CREATE TABLE entries (position INTEGER PRIMARY KEY, place TEXT UNIQUE, run TEXT, size INT, entry BLOB)"
        )
        self._db.execute("BEGIN")

    def add(self, entry: Entry) -> bool:
        """Put an entry into the queue; False if its place is there already."""
        # What lies in an archive within an archive is quickly read only in the order in which it lies there.
        run = "" if len(entry.members) < 2 else "/".join((entry.path, *entry.members[:-1]))
        added = self._db.execute(
            "INSERT OR IGNORE INTO entries (place, run, size, entry) VALUES (?, ?, ?, ?)",
            (entry.place, run, entry.size_bytes, pickle.dumps(entry)),
        )
        return added.rowcount > 0

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM entries").fetchone()[0])

    def entries(self) -> Iterator[Entry]:
        """All of them: first what is bound to an order, then the others, large ones first.

        So that nothing large begins when everything else is done.
        """
        cursor = self._db.execute(
            "SELECT entry FROM entries ORDER BY run = '', run, CASE run WHEN '' THEN -size ELSE position END, position"
        )
        while portion := cursor.fetchmany(_FETCH_ROWS):
            for (entry,) in portion:
                yield pickle.loads(entry)

    def close(self) -> None:
        """Let go of the temporary database."""
        self._db.close()
