"""The queue of the entries of a batch run, in processing order; it is kept on disk because there may be millions."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator

from retropace.sources import Entry

_FETCH_ROWS = 500
"""Number of entries read from disk at a time."""


class TaskQueue:
    """Entries waiting to be processed; of several entries with the same place, the first is kept."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute(
            "CREATE TABLE entries (position INTEGER PRIMARY KEY, place TEXT UNIQUE, run TEXT, size INT, entry BLOB)"
        )
        self._db.execute("BEGIN")

    def add(self, entry: Entry) -> bool:
        """Append an entry and return True; if an entry with the same place is already queued, return False instead."""
        # Members of an archive within an archive are only fast to read in the order in which they are stored.
        run = "" if len(entry.members) < 2 else "/".join((entry.path, *entry.members[:-1]))
        added = self._db.execute(
            "INSERT OR IGNORE INTO entries (place, run, size, entry) VALUES (?, ?, ?, ?)",
            (entry.place, run, entry.size_bytes, pickle.dumps(entry)),
        )
        return added.rowcount > 0

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM entries").fetchone()[0])

    def entries(self) -> Iterator[Entry]:
        """Iterate over all entries in processing order.

        Members of archives within archives come first, in stored order, then all others from large to small. If a large
        file came last, the other workers would have to wait for it.
        """
        cursor = self._db.execute(
            "SELECT entry FROM entries ORDER BY run = '', run, CASE run WHEN '' THEN -size ELSE position END, position"
        )
        while rows := cursor.fetchmany(_FETCH_ROWS):
            for (pickled,) in rows:
                yield pickle.loads(pickled)

    def close(self) -> None:
        """Close and delete the temporary database."""
        self._db.close()
